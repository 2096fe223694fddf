"""Have the sources changed since the index was built? Cheap enough to be asked every time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qa import hints, readers
from qa.errors import CorpusError
from qa.sources import MAX_FILE_SIZE, scan
from qa.survey import fingerprint

if TYPE_CHECKING:
    from qa.nouns import SourceFile
    from qa.snapshot import Snapshot


def changes(snapshot: Snapshot) -> tuple[str, ...]:
    """Names of sources that are new, gone or of other content than at the last build.

    Only files whose size or time differ are read. Empty where the folder is not at hand.
    """
    remembered = hints.read(snapshot.index, snapshot.name)
    known = remembered.files
    if not known:
        known = {record.name: (-1, -1, record.digest) for record in snapshot.sources}
    try:
        found = scan(Path(snapshot.manifest.corpus), remembered.max_file_size or MAX_FILE_SIZE)
    except CorpusError:
        return ()
    now = {file.name: file for file in found.files}
    differing = {name for name, file in now.items() if _differs(file, known.get(name))}
    return tuple(sorted(differing | (set(known) - set(now))))


def _differs(file: SourceFile, known: tuple[int, int, str] | None) -> bool:
    if known is None:
        return _readable(file)
    size, mtime_ns, digest = known
    if (file.size, file.mtime_ns) == (size, mtime_ns):
        return False
    try:
        return fingerprint(file, readers.load(file)).digest != digest
    except readers.CannotRead:
        return True


def _readable(file: SourceFile) -> bool:
    try:
        readers.load(file)
    except readers.CannotRead:
        return False
    return True

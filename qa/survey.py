"""What stands in the corpus folder now, beside what the index holds: the plan of a build."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa import models, readers
from qa.encoder_folder import is_whole
from qa.encoders import folder_of
from qa.errors import IndexDamaged, IndexMissing
from qa.limits import Limits
from qa.nouns import Skipped
from qa.plan import Fingerprint, Plan, compare
from qa.retry import tried_again
from qa.snapshot import Snapshot
from qa.sources import Scan, scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.generation import SourceRecord
    from qa.nouns import Reading, SourceFile
    from qa.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Request:
    """What to index, where to, and how; ``embedder`` None keeps the index's own or the default.

    ``retry`` reads again what could not be read before, though neither it nor its reader changed.
    """

    corpus: Path
    index: Path
    settings: IndexSettings
    embedder: str | None = None
    max_file_size: int = 100_000_000
    limits: Limits = field(default_factory=Limits)
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """The folder, the index as it is (None where there is none or it is damaged), the plan."""

    scan: Scan
    snapshot: Snapshot | None
    damage: str | None
    fingerprints: dict[str, Fingerprint]
    plan: Plan

    @property
    def files(self) -> dict[str, SourceFile]:
        """The files that could be read, by name."""
        return {file.name: file for file in self.scan.files if file.name in self.fingerprints}

    def without(self, lost: Sequence[Skipped]) -> Survey:
        """The same survey, of files that could not be read after all."""
        if not lost:
            return self
        names = {item.path for item in lost}
        left = {name: digest for name, digest in self.fingerprints.items() if name not in names}
        skipped = tuple(sorted((*self.plan.skipped, *lost), key=_by_path))
        return replace(self, fingerprints=left, plan=replace(self.plan, skipped=skipped))


def survey(request: Request) -> Survey:
    """Hash every file of the folder and compare with the index.

    Raises:
        CorpusError: the folder is missing or can't be read.
        IndexMissing: the index folder is a file.
        ModelError: the embedder asked for is not there.
    """
    found = _outside(request.index, scan(request.corpus, request.max_file_size))
    snapshot, damage = _open(request.index)
    fingerprints: dict[str, Fingerprint] = {}
    skipped = list(found.skipped)
    for file in found.files:
        try:
            fingerprints[file.name] = fingerprint(file, readers.load(file))
        except readers.CannotRead as error:
            skipped.append(Skipped(file.name, str(error)))
    records = () if snapshot is None else snapshot.sources
    before = {record.name: _as_known(record, request) for record in records}
    rebuild = damage or (_rebuild_reason(snapshot, request) if snapshot else None)
    plan = compare(before, fingerprints, tuple(sorted(skipped, key=_by_path)), rebuild)
    return Survey(found, snapshot, damage, fingerprints, plan)


def fingerprint(file: SourceFile, data: bytes) -> Fingerprint:
    """Digest a file's content, with that of the metadata file beside it, and name its reader."""
    digest = hashlib.sha256(data)
    meta = meta_bytes(file)
    if meta is not None:
        digest.update(b"\0meta\0" + meta)
    return Fingerprint(digest.hexdigest(), readers.edition(file.name))


def meta_bytes(file: SourceFile) -> bytes | None:
    """The content of the ``NAME.meta.json`` beside a file, or None."""
    try:
        return readers.meta_path(file).read_bytes()
    except OSError:
        return None


def read(file: SourceFile) -> tuple[Fingerprint, Reading]:
    """Load a file once, and read it from those same bytes.

    Raises:
        CannotRead: the file vanished or may not be read.
    """
    data = readers.load(file)
    return fingerprint(file, data), readers.read(file, data, meta_bytes(file))


def _as_known(record: SourceRecord, request: Request) -> SourceRecord:
    """The record of a source, as read by nothing that is known where it is to be tried again."""
    again = request.retry and bool(record.skipped)
    return replace(record, reader="") if again or tried_again(record, request.limits) else record


def _outside(index: Path, found: Scan) -> Scan:
    """Leave out what lies in the index folder itself, which the corpus folder may hold."""
    own = Path(os.path.realpath(index))
    within = tuple(file for file in found.files if file.path.is_relative_to(own))
    if not within:
        return found
    return replace(found, files=tuple(file for file in found.files if file not in within))


def _open(index: Path) -> tuple[Snapshot | None, str | None]:
    try:
        return Snapshot.open(index), None
    except IndexMissing:
        if index.exists() and not index.is_dir():
            raise
        return None, None
    except IndexDamaged as error:
        return None, f"the index can't be used: {str(error).rpartition(': run:')[0] or error}"


def _rebuild_reason(snapshot: Snapshot, request: Request) -> str | None:
    if snapshot.description["settings"] != request.settings.as_json():
        return "the index was made with other settings"
    fingerprint = snapshot.embedder.fingerprint
    if not is_whole(folder_of(request.index, fingerprint), fingerprint):
        return "the index's copy of its model is missing or damaged"
    if request.embedder is not None:
        folder = models.resolve(request.embedder)
        if models.fingerprint(folder) != snapshot.embedder.fingerprint:
            return f"the embedder changes from {snapshot.embedder.name} to {folder.name}"
    return None


def _by_path(item: Skipped) -> tuple[str, int]:
    return item.path, item.line or 0

"""Finding the files of a corpus folder, and saying of every other one why it is not read."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qa import readers
from qa.errors import CorpusError
from qa.nouns import Skipped, SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE_SIZE = 100_000_000
_MANIFEST = "manifest.json"
_META = ".meta.json"
_MEGABYTE = 1_000_000
_KINDS = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


@dataclass(frozen=True, slots=True)
class Scan:
    """What a corpus folder holds: files that can be read, and what is left out; each by name."""

    files: tuple[SourceFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(slots=True)
class _Found:
    """What the walk has met so far."""

    root: str
    max_file_size: int
    files: dict[str, SourceFile] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    links: list[os.DirEntry[str]] = field(default_factory=list)

    def skip(self, path: str, reason: str) -> None:
        """Leave something out, and say why."""
        self.skipped.append(Skipped(self.name(path), reason))

    def name(self, path: str) -> str:
        """Give a path's name below the folder; bytes that are no UTF-8 are shown in hexadecimal."""
        below = os.path.relpath(path, self.root).replace(os.sep, "/")
        return os.fsencode(below).decode("utf-8", "backslashreplace")


def scan(corpus: Path, max_file_size: int = MAX_FILE_SIZE) -> Scan:
    """Return the files below ``corpus``, at any depth, and what was left out with its reason.

    Nothing is opened but a ``manifest.json``, to recognise an index. No link is followed out of
    the folder or in a circle. An empty folder gives an empty scan.

    Raises:
        CorpusError: the folder is missing, is a file, or can't be read.
    """
    found = _Found(os.path.realpath(corpus), max_file_size)
    folders = [(found.root, _entries_of_root(corpus, found.root))]
    while folders:
        folder, entries = folders.pop()
        folders.extend(_read_folder(found, folder, entries))
    _follow_links(found)
    return Scan(
        tuple(found.files[name] for name in sorted(found.files)),
        tuple(sorted(found.skipped, key=lambda skipped: (skipped.path, skipped.reason))),
    )


def _entries_of_root(corpus: Path, root: str) -> list[os.DirEntry[str]]:
    shown = os.fsencode(corpus).decode("utf-8", "backslashreplace")
    try:
        entries = _entries(root)
    except FileNotFoundError:
        raise CorpusError(
            f"there is no folder {shown}: create it and put documents in it, or name another one"
        ) from None
    except NotADirectoryError:
        raise CorpusError(f"{shown} is a file: name the folder it is in") from None
    except OSError as error:
        raise CorpusError(
            f"the folder {shown} can't be read ({error.strerror}): change its permissions, "
            "or name another one"
        ) from None
    if _is_index(entries):
        raise CorpusError(f"{shown} is an index of qa: name the folder of the documents")
    return entries


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    with os.scandir(os.fspath(folder)) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _read_folder(
    found: _Found, folder: str, entries: Iterable[os.DirEntry[str]]
) -> list[tuple[str, list[os.DirEntry[str]]]]:
    """Sort a folder's entries into files, links and what is skipped; return its folders."""
    folders = []
    entries = list(entries)
    names = {entry.name for entry in entries}
    for entry in entries:
        path = os.path.join(folder, entry.name)  # noqa: PTH118 - millions of Paths are slow
        reason = _reason_by_name(entry, names)
        if _is_meta(entry.name, names):
            continue
        if reason:
            found.skip(path, reason)
        elif entry.is_symlink():
            found.links.append(entry)
        elif entry.is_dir():
            inside = _open_folder(found, path)
            if inside is not None:
                folders.append((path, inside))
        else:
            _take(found, path, _stat(entry))
    return folders


def _is_meta(name: str, names: set[str]) -> bool:
    return name.endswith(_META) and name.removesuffix(_META) in names


def _reason_by_name(entry: os.DirEntry[str], names: set[str]) -> str | None:
    name = entry.name
    folder = entry.is_dir(follow_symlinks=False)
    if name.startswith("."):
        return "hidden folder" if folder else "hidden file"
    judged = (name == "qrels" and folder) or name == "queries.jsonl"
    if judged and "corpus.jsonl" in names:
        return "questions/judgements of a BEIR set, not documents"
    if name.endswith(_META) and not folder:
        return f"describes {name.removesuffix(_META)}, which is not here"
    return None


def _open_folder(found: _Found, path: str) -> list[os.DirEntry[str]] | None:
    try:
        entries = _entries(path)
    except OSError as error:
        found.skip(path, f"the folder can't be read ({error.strerror})")
        return None
    if _is_index(entries):
        found.skip(path, "an index of qa, not documents")
        return None
    return entries


def _is_index(entries: list[os.DirEntry[str]]) -> bool:
    """Whether a folder of these entries is an index of this program, by its manifest."""
    manifest = next((Path(entry.path) for entry in entries if entry.name == _MANIFEST), None)
    try:
        if not manifest or not manifest.is_file() or manifest.stat().st_size > _MEGABYTE:
            return False
        value = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and str(value.get("format", "")).startswith("qa")


def _stat(entry: os.DirEntry[str]) -> os.stat_result | OSError:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError as error:
        return error


def _take(found: _Found, path: str, facts: os.stat_result | OSError) -> None:
    """Add a file, or say why it can't be read."""
    name = found.name(path)
    reason = _reason_by_facts(name, path, facts, found.max_file_size)
    if reason is None and name in found.files:
        reason = "its name, as it is shown, is another file's: rename it"
    if reason is not None or isinstance(facts, OSError):
        found.skip(path, reason or "can't be read")
        return
    found.files[name] = SourceFile(name, Path(path), facts.st_size, facts.st_mtime_ns)


def _reason_by_facts(
    name: str, path: str, facts: os.stat_result | OSError, max_file_size: int
) -> str | None:
    if isinstance(facts, OSError):
        return f"can't be read ({facts.strerror})"
    if not stat.S_ISREG(facts.st_mode):
        kind = next((kind for test, kind in _KINDS if test(facts.st_mode)), "a device")
        return f"{kind}, not a file"
    if readers.reader_for(name) is None:
        suffix = os.path.splitext(name)[1]  # noqa: PTH122 - a name, not a path
        return f"no reader for {suffix} files" if suffix else "no reader for files without a suffix"
    if facts.st_size > max_file_size:
        size, limit = facts.st_size / _MEGABYTE, max_file_size / _MEGABYTE
        return f"is {size:.1f} MB, over --max-file-size {limit:g} MB"
    if not os.access(path, os.R_OK):
        return "no permission to read it"
    return None


def _follow_links(found: _Found) -> None:
    """Read links to files inside the folder that are not read under a name of their own."""
    read = {os.fspath(source.path) for source in found.files.values()}
    for link in sorted(entry.path for entry in found.links):
        try:
            target = os.path.realpath(link, strict=True)
            facts = Path(target).stat()
        except OSError as error:
            circle = error.errno == errno.ELOOP
            found.skip(link, "a link that leads to itself" if circle else "a broken link")
            continue
        reason = _reason_by_target(found, link, target, facts)
        if reason is None and target in read:
            reason = f"link to {found.name(target)}, which is indexed itself"
        if reason is None:
            _take(found, link, facts)
        else:
            found.skip(link, reason)


def _reason_by_target(found: _Found, link: str, target: str, facts: os.stat_result) -> str | None:
    root = found.root.rstrip(os.sep) + os.sep
    if not (target + os.sep).startswith(root):
        return "a link that leads out of the folder"
    if not stat.S_ISDIR(facts.st_mode):
        return None
    if link.startswith(target.rstrip(os.sep) + os.sep):
        return "a link that leads in a circle, to a folder it is in"
    name = found.name(target)
    if any(part.startswith(".") for part in name.split("/")):
        return f"link to the hidden folder {name}"
    return f"link to the folder {name}, which is looked through itself"

"""Re-read a quote in its source, as the source is now, before it is shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from qa import readers
from qa.errors import CorpusError
from qa.nouns import Locator, SourceFile, Status
from qa.readers import CannotRead
from qa.readers.decoding import decode
from qa.sources import scan
from qa.survey import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.snapshot import DocumentRecord, Snapshot

# Formats whose text is the file as it stands: no reader is needed to look a quote up.
_VERBATIM = frozenset({".txt", ".md", ".markdown", ".rst"})
_PAGES = frozenset({"page", "slide"})
# JSON can spell halves of characters; the reader of JSONL replaces them, and so does this.
_SURROGATE = re.compile("[\ud800-\udfff]")
_AROUND = 32


@dataclass(frozen=True, slots=True)
class Checked:
    """What re-reading said: where the quote stands now, in the text and in the file.

    ``line`` is its physical line where lines count; ``page`` the number of its page or slide,
    ``locator`` the narrowest place that is known; ``before`` and ``after`` the words around it.
    """

    status: Status
    start: int
    end: int
    line: int | None = None
    page: int | None = None
    locator: Locator | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class _Now:
    """A document as its source has it now; ``lined`` where the file's lines are the text's."""

    text: str
    locators: Sequence[Locator]
    lined: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """The folder an index was made of; ``root`` is None where it is not at hand."""

    root: Path | None

    @staticmethod
    def of(snapshot: Snapshot) -> Sources:
        """The folder the manifest names, if it is there."""
        root = Path(snapshot.manifest.corpus)
        return Sources(root if root.is_dir() else None)

    def check(self, snapshot: Snapshot, document: int, start: int, end: int) -> Checked:
        """Compare ``text[start:end]`` of a document with the source.

        Verified where it stands there, moved where it stands elsewhere in it (the nearest place),
        else stale. Where the folder is not at hand, the text the index keeps is the source; where
        a file is to the byte what was indexed, the text that was extracted from it is.
        """
        kept = snapshot.text(document)
        quote = kept[start:end]
        now = self._now(snapshot, document, kept)
        place = None if now is None else nearest(now.text, quote, start)
        if now is None or place is None:
            was = _Now(kept, snapshot.locators(document), lined=False)
            return _checked(Status.STALE, was, start, end)
        status = Status.VERIFIED if place == start else Status.MOVED
        return _checked(status, now, place, place + len(quote))

    def text(self, snapshot: Snapshot, document: int) -> str | None:
        """A document's text as the source has it now; None where it is not to be had.

        Where the folder is not at hand, that is the text the index keeps.
        """
        now = self._now(snapshot, document, snapshot.text(document))
        return None if now is None else now.text

    def date(self, snapshot: Snapshot, document: int) -> str | None:
        """The day on which a document's file was last changed, as YYYY-MM-DD; None if unknown."""
        file = self._file(_source(snapshot, document))
        if file is None:
            return None
        try:
            return datetime.fromtimestamp(file.mtime_ns / 1e9).astimezone().date().isoformat()
        except (OverflowError, OSError, ValueError):
            return None

    def _now(self, snapshot: Snapshot, document: int, kept: str) -> _Now | None:
        """The document as the source has it now; None where it is not to be had."""
        source = _source(snapshot, document)
        if self.root is None:
            record = snapshot.document(document)
            return _Now(kept, snapshot.locators(document), _is_verbatim(record, source))
        file = self._file(source)
        if file is None:
            return None
        try:
            return _in_file(file, snapshot, document, kept)
        except (CannotRead, OSError):
            return None

    def _file(self, source: str) -> SourceFile | None:
        """The file behind a source's name, unless it leads out of the folder by now."""
        if self.root is None:
            return None
        path = self.root / source
        try:
            if "\\x" in source and not path.exists():
                path = next((f.path for f in scan(self.root).files if f.name == source), path)
            resolved = path.resolve(strict=True)
            if not resolved.is_file() or not resolved.is_relative_to(self.root.resolve()):
                return None
            stat = resolved.stat()
        except (CorpusError, OSError, RuntimeError, ValueError):
            return None
        return SourceFile(source, path, stat.st_size, stat.st_mtime_ns)


def nearest(text: str, quote: str, start: int) -> int | None:
    """Where a quote stands in a text, the place nearest to ``start``; None where it does not."""
    if text[start : start + len(quote)] == quote:
        return start
    found = (match.start() for match in re.finditer(re.escape(quote), text))
    return min(found, key=lambda at: (abs(at - start), at), default=None)


def narrowest(locators: Sequence[Locator], start: int) -> Locator | None:
    """The narrowest of the places an offset lies in; of equal ones the last; None without any."""
    around = [place for place in locators if place.start <= start < place.end]
    return min(reversed(around), key=lambda place: place.end - place.start, default=None)


def _is_verbatim(record: DocumentRecord, source: str) -> bool:
    return record.line_start is None and Path(source).suffix.lower() in _VERBATIM


def _in_file(file: SourceFile, snapshot: Snapshot, document: int, kept: str) -> _Now | None:
    """The document as its file has it now: by its line, its bytes, its digest, or read anew.

    Raises:
        CannotRead, OSError: the file can't be had.
    """
    record = snapshot.document(document)
    if record.line_start is not None and record.line_end is not None:
        line = _line_text(file, record.line_start, record.line_end, record.name)
        if line is not None:
            return _Now(line, (), lined=False)
    data = readers.load(file)
    if _is_verbatim(record, file.name):
        text = decode(data).text
        return None if text is None else _Now(text, (), lined=True)
    if fingerprint(file, data) == snapshot.fingerprint(document):
        lined = record.line_start is None and decode(data).text == kept
        return _Now(kept, snapshot.locators(document), lined)
    return _read_anew(file, data, record)


def _read_anew(file: SourceFile, data: bytes, record: DocumentRecord) -> _Now | None:
    from qa.reading import read_again

    found = read_again(file)
    if found is None:
        return None
    names = [json.loads(line)["name"] for line in found.part.lines]
    if record.name not in names:
        return None
    place = names.index(record.name)
    text = bytes(found.part.texts[place]).decode("utf-8")
    locators = [Locator(*values) for values in json.loads(found.part.locators[place])]
    lined = record.line_start is None and decode(data).text == text
    return _Now(text, locators, lined)


def _checked(status: Status, now: _Now, start: int, end: int) -> Checked:
    pages = [place for place in now.locators if place.kind in _PAGES]
    page = narrowest(pages, start)
    return Checked(
        status=status,
        start=start,
        end=end,
        line=_line(now.text, start) if now.lined else None,
        page=int(page.label) if page is not None and page.label.isdecimal() else None,
        locator=narrowest(now.locators, start),
        before=now.text[max(0, start - _AROUND) : start],
        after=now.text[end : end + _AROUND],
    )


def _source(snapshot: Snapshot, document: int) -> str:
    """The name of the file that a document is of."""
    record = snapshot.document(document)
    if record.line_start is None and "#" not in record.name:
        return record.name
    return snapshot.source(int(snapshot.documents[document]["source"])).name


def _line_text(file: SourceFile, start: int, end: int, name: str) -> str | None:
    """The text of a JSONL document from its line alone; None where that line is another now."""
    with file.path.open("rb") as stream:
        stream.seek(start)
        data = stream.read(end - start)
    try:
        value = json.loads(data)
        identifier = _SURROGATE.sub("\ufffd", str(value.get("_id", value.get("id"))))
        if name == f"{file.name}#{identifier}" and isinstance(value["text"], str):
            return _SURROGATE.sub("\ufffd", value["text"])
    except (ValueError, KeyError, AttributeError, RecursionError):
        pass
    return None


def _line(text: str, start: int) -> int:
    """The physical line a place is in, from 1."""
    before = text[:start]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1

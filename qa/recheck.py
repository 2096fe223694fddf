"""Re-read a quote in its source, as the source is now, before it is shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa import readers
from qa.errors import CorpusError
from qa.nouns import SourceFile, Status
from qa.readers import CannotRead
from qa.readers.decoding import decode
from qa.sources import scan
from qa.survey import meta_bytes

if TYPE_CHECKING:
    from qa.snapshot import DocumentRecord, Snapshot

# Formats whose text is the file as it stands: no reader is needed to look a quote up.
_VERBATIM = frozenset({".txt", ".md", ".rst"})
# JSON can spell halves of characters; the reader of JSONL replaces them, and so does this.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Checked:
    """What re-reading said: where the quote stands now, and in which line where lines count."""

    status: Status
    start: int
    end: int
    line: int | None = None


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
        else stale. Where the folder is not at hand, the text the index keeps is the source.
        """
        kept = snapshot.text(document)
        quote = kept[start:end]
        record = snapshot.document(document)
        if self.root is None:
            return Checked(Status.VERIFIED, start, end, _line(record, kept, start))
        now = self.text(snapshot, document)
        place = None if now is None else nearest(now, quote, start)
        if now is None or place is None:
            return Checked(Status.STALE, start, end)
        status = Status.VERIFIED if place == start else Status.MOVED
        return Checked(status, place, place + len(quote), _line(record, now, place))

    def text(self, snapshot: Snapshot, document: int) -> str | None:
        """A document's text as the source has it now; None where it is not to be had.

        Where the folder is not at hand, that is the text the index keeps.
        """
        if self.root is None:
            return snapshot.text(document)
        record = snapshot.document(document)
        source = record.name
        if record.line_start is not None:
            source = snapshot.sources[int(snapshot.documents[document]["source"])].name
        return self._text_now(source, record)

    def _text_now(self, source: str, record: DocumentRecord) -> str | None:
        """The document's text as the source has it now; None where it is not to be had."""
        file = self._file(source)
        if file is None:
            return None
        try:
            if record.line_start is not None and record.line_end is not None:
                line = _line_text(file, record.line_start, record.line_end, record.name)
                if line is not None:
                    return line
            data = readers.load(file)
        except (CannotRead, OSError):
            return None
        if file.path.suffix.lower() in _VERBATIM:
            return decode(data).text
        documents = readers.read(file, data, meta_bytes(file)).documents
        return next((d.text for d in documents if d.name == record.name), None)

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


def _line(record: DocumentRecord, text: str, start: int) -> int | None:
    """The physical line a place is in, from 1; None for documents that are no file of their own."""
    if record.line_start is not None:
        return None
    before = text[:start]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1

"""A document put together piece by piece, for formats whose text must first be extracted.

What is added is what offsets count: `Assembly.text` is the document's text from then on.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.nouns import Block, Document, Locator, Reading, Skipped
from qa.readers.dateline import dateline
from qa.readers.metadata import Metadata, clean
from qa.readers.structure import stem, trimmed, without_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.nouns import SourceFile

# Halves of characters, and control characters that no text has.
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_PARAGRAPH = "\n\n"
# A table of more rows would be too many passages if each were one.
_MOST_ALONE = 5_000


@dataclass(slots=True)
class _Heading:
    """An open heading; ``bare`` until anything stands below it."""

    level: int
    words: str
    start: int
    end: int
    bare: bool = True


@dataclass(slots=True)
class Assembly:
    """The pieces so far. Pieces are parted by a blank line unless ``glue`` says otherwise."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    above: list[_Heading] = field(default_factory=list)
    title: str | None = None

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    def heading(self, level: int, words: str) -> None:
        """Open a section; one that no text follows becomes a block, so that it can be found."""
        words = clean(printable(words)) or ""
        if not words:
            return
        self._close(level)
        start, end = self._append(words, _PARAGRAPH)
        if self.above:
            self.above[-1].bare = False
        self.above.append(_Heading(level, words, start, end))
        self.title = self.title or words

    def end_section(self) -> None:
        """Close all headings: what is added next stands under none of them."""
        self._close(0)

    def add(self, words: str, glue: str = _PARAGRAPH, *, lines: bool = False) -> None:
        """Add a paragraph, an item or a row as a block under the open headings.

        ``lines`` says that its units are lines and not sentences.
        """
        words = printable(words)
        start, end = trimmed(words, 0, len(words))
        if start == end:
            return
        if self.above:
            self.above[-1].bare = False
        span = self._append(words[start:end], glue)
        self.blocks.append(Block(*span, self._path(), lines=lines))

    def extend(self, words: str, glue: str = "") -> None:
        """Go on with the last block, across a page or a column."""
        if not self.blocks or self.blocks[-1].end != self.length:
            self.add(words)
            return
        last = self.blocks.pop()
        _, end = self._append(printable(words).strip(), glue)
        self.blocks.append(Block(last.start, end, last.headings))

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table as Markdown writes it: a line a row, so that no sentence crosses rows.

        Of several rows under a header each stands alone, with the header as its last heading. What
        stands above a table in a cell of its own is no header but a caption.
        """
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        width = max(map(len, filled), default=0)
        while filled and (width == 1 or sum(bool(cell.strip()) for cell in filled[0]) == 1):
            self.add("".join(filled.pop(0)))
        if not filled:
            return
        lines = [_row(row, width) for row in filled]
        top = [lines[0], "|" + " --- |" * width]
        header = clean(lines[0].strip("|"))
        if header is None or not 2 < len(lines) <= _MOST_ALONE:
            self.add("\n".join([*top, *lines[1:]]))
            return
        self.add("\n".join(top))
        path = (*self._path(), header)
        for line in lines[1:]:
            start, end = self._append(line, "\n")
            self.blocks.append(Block(start, end, path, lines=True, alone=True))

    @contextmanager
    def place(self, kind: str, label: str, confidence: float | None = None) -> Iterator[None]:
        """Say of what is added meanwhile where in the file it stands."""
        position, before = len(self.locators), self.length
        yield
        if self.length > before:
            piece = self.pieces_from(before)
            start = before + len(piece) - len(piece.lstrip())
            found = Locator(start, self.length, kind, label, confidence)
            self.locators.insert(position, found)

    def pieces_from(self, start: int) -> str:
        """The text from an offset on, without joining what stands before it."""
        found: list[str] = []
        missing = self.length - start
        for piece in reversed(self.pieces):
            if missing <= 0:
                break
            found.append(piece[-missing:])
            missing -= len(piece)
        return "".join(reversed(found))

    def reading(  # noqa: PLR0913 - what a reading follows from, each once
        self,
        source: SourceFile,
        meta: Metadata,
        found: Metadata | None = None,
        *,
        skipped: tuple[Skipped, ...] = (),
        pages: int | None = None,
        notes: tuple[str, ...] = (),
        empty: str = "holds no text",
    ) -> Reading:
        """Give the document; ``meta`` is what a person said of it, ``found`` what the file says.

        Where nothing was added, the file is skipped with the reason ``empty``.
        """
        self._close(0)
        if not self.blocks:
            skipped = (*skipped, Skipped(source.name, empty))
            return Reading((), skipped, notes, pages)
        text = self.text
        known = meta.over(found or Metadata())
        title = known.title or self.title or stem(source.name)
        document = Document(
            name=source.name,
            text=text,
            title=title,
            blocks=tuple(without_title(block, title) for block in self.blocks),
            date=known.date or dateline(text),
            publisher=known.publisher,
            url=known.url,
            license=known.license,
            locators=tuple(self.locators),
        )
        return Reading((document,), skipped, notes, pages)

    def _append(self, words: str, glue: str) -> tuple[int, int]:
        if self.length:
            words = glue + words
        else:
            glue = ""
        self.pieces.append(words)
        start = self.length + len(glue)
        self.length += len(words)
        return start, self.length

    def _close(self, level: int) -> None:
        """Close the headings of this level and below."""
        while self.above and self.above[-1].level >= level:
            last = self.above.pop()
            if last.bare:
                self.blocks.append(Block(last.start, last.end, self._path()))

    def _path(self) -> tuple[str, ...]:
        return tuple(heading.words for heading in self.above)


def printable(text: str) -> str:
    """Give a text that UTF-8 can hold and a person can read, with line ends as newlines."""
    text = re.sub("\r\n|[\r\v\f]", "\n", text)
    if _SURROGATE.search(text):  # two that make a character are one
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", text)


def squeezed(text: str) -> str:
    """Give a text on one line, each run of white space as one space."""
    return " ".join(text.split())


def _row(cells: Sequence[str], width: int) -> str:
    shown = [squeezed(printable(cell)).replace("|", "¦") for cell in cells]
    return "| " + " | ".join([*shown, *[""] * (width - len(shown))]) + " |"

"""From the paragraphs of pages to one text: across columns and pages, without running heads."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby, islice
from typing import TYPE_CHECKING

from qa.readers.assembly import squeezed
from qa.readers.hyphens import Vocabulary
from qa.readers.layout import BULLET, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.readers.assembly import Assembly
    from qa.readers.layout import Line

_HEADING, _LONGEST_HEADING, _LEVELS = 1.12, 200, 6
_FIGURE = re.compile(r"(?<![\d.,])[0-9]{1,5}(?![\d.,])")
_EDGE = 2  # lines at the top and at the bottom of a page that may be a running head
_ENDED = tuple(".!?:;…。！？\"'”’")  # noqa: RUF001 - as they are typed
_FULL = 0.85  # of the column's width


@dataclass(frozen=True, slots=True)
class Page:
    """A page's paragraphs, column by column; ``number`` counts from 1.

    ``confidence`` is 0..1 where its text was recognised; the heights of its lines are 0 then.
    """

    number: int
    columns: tuple[tuple[Paragraph, ...], ...]
    confidence: float | None = None

    @property
    def lines(self) -> list[Line]:
        """Its lines in reading order."""
        return [line for column in self.columns for each in column for line in each.lines]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph's text; ``glue`` parts it from the one it goes on with, None where it begins.

    ``first`` and ``last`` say whether it begins or ends its column, ``full`` whether its last line
    fills it.
    """

    page: int
    level: int
    text: str
    is_row: bool
    first: bool
    last: bool
    full: bool
    glue: str | None = None

    def goes_on_in(self, other: _Piece) -> bool:
        """Whether a sentence seems to run from this paragraph into the next."""
        if self.level or other.level or self.is_row or self.text.endswith(_ENDED):
            return False
        if other.text[:1].islower():
            return True
        across = self.last and other.first and self.full
        return across and not other.is_row and not BULLET.match(other.text)


def write(pages: Sequence[Page], assembly: Assembly) -> None:
    """Write the pages down, one after another; paragraphs go on across columns and pages."""
    sure = {page.number: page.confidence for page in pages}
    pieces = _pieces(_without_running(pages))
    for number, group in groupby(pieces, key=lambda piece: piece.page):
        with assembly.place("page", str(number), sure.get(number)):
            for piece in group:
                if piece.level:
                    assembly.heading(piece.level, piece.text)
                elif piece.glue is None:
                    assembly.add(piece.text)
                else:
                    assembly.extend(piece.text, piece.glue)


def _pieces(pages: Sequence[Page]) -> list[_Piece]:
    words = Vocabulary.of(line.text for page in pages for line in page.lines)
    levels = _levels(pages)
    pieces: list[_Piece] = []
    for page in pages:
        for column in page.columns:
            for piece in _of_column(page.number, column, words, levels):
                if pieces and pieces[-1].goes_on_in(piece):
                    last, both = pieces[-1], pieces[-1].text + piece.text
                    joined = words.join(last.text, piece.text)
                    pieces.append(replace(piece, glue=" " if len(joined) > len(both) else ""))
                    if len(joined) < len(both):  # the hyphen at its end goes
                        pieces[-2] = replace(last, text=last.text[:-1])
                else:
                    pieces.append(piece)
    return pieces


def _of_column(
    page: int, column: tuple[Paragraph, ...], words: Vocabulary, levels: Sequence[float]
) -> Iterator[_Piece]:
    lines = [line for paragraph in column for line in paragraph.lines]
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    for number, paragraph in enumerate(column):
        text = reduce(words.join, (line.text for line in paragraph.lines))
        end = paragraph.lines[-1]
        yield _Piece(
            page=page,
            level=_level(paragraph, text, levels),
            text=text,
            is_row=end.cells > 1,
            first=number == 0,
            last=number == len(column) - 1,
            full=end.right - left > _FULL * (right - left),
        )


def _without_running(pages: Sequence[Page]) -> list[Page]:
    """Leave out heads and feet that many pages repeat, but for the first time."""
    if len(pages) < 3:
        return list(pages)
    times = Counter(mark for page in pages for mark in _all_marks(page))
    often = {mark for mark, count in times.items() if count >= max(3, len(pages) // 3)}
    seen: set[str] = set()
    kept = []
    for page in pages:
        edges = {id(line) for line in _edges(page) if _marks(line, page.number) & often & seen}
        seen |= _all_marks(page) & often
        columns = (_less(column, edges) for column in page.columns)
        kept.append(replace(page, columns=tuple(column for column in columns if column)))
    return kept


def _less(column: tuple[Paragraph, ...], left_out: set[int]) -> tuple[Paragraph, ...]:
    kept = (tuple(x for x in each.lines if id(x) not in left_out) for each in column)
    return tuple(Paragraph(lines) for lines in kept if lines)


def _edges(page: Page) -> list[Line]:
    """The lines highest and lowest on a page."""
    lines = sorted(page.lines, key=lambda line: -line.top)
    return lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]


def _all_marks(page: Page) -> set[str]:
    return {mark for line in _edges(page) for mark in _marks(line, page.number)}


def _marks(line: Line, page: int) -> set[str]:
    """What a running line has in common with those of other pages: its words and its height.

    One of its figures may count the pages, from wherever it began.
    """
    text = f"{squeezed(line.text).casefold()} {round(line.top / 8)}"
    marks = {text}
    for figure in islice(_FIGURE.finditer(line.text), 4):
        counted = f"#{int(figure[0]) - page}"
        before, after = line.text[: figure.start()], line.text[figure.end() :]
        marks.add(f"{squeezed(before + counted + after).casefold()} {round(line.top / 8)}")
    return marks


def _levels(pages: Sequence[Page]) -> list[float]:
    """The heights of headings, largest first: what is clearly higher than most of the text."""
    written: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            if line.height:
                written[round(line.height, 1)] += len(line.text)
    if not written:
        return []
    usual = written.most_common(1)[0][0]
    return sorted((height for height in written if height > _HEADING * usual), reverse=True)


def _level(paragraph: Paragraph, text: str, levels: Sequence[float]) -> int:
    """The level of a heading from 1; 0 for what is none."""
    height = round(paragraph.height, 1)
    if height not in levels or len(text) > _LONGEST_HEADING or not re.search(r"[^\W\d_]", text):
        return 0
    return min(_LEVELS, levels.index(height) + 1)

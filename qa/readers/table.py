"""Rows of cells as text: a line a row, each value with the name of its column.

What stands in the cells of a table means nothing without the header; a line of
``Country: Honduras; Year: 2017`` can be searched, read and quoted by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from qa.nouns import Block, Locator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = tuple[int, "Sequence[str]"]

# How many rows are looked at before it is decided what the header is.
_SAMPLE = 50
# A cell longer than this is prose, and a block of its own; a line of a row is not much longer.
_PROSE = 300
_LINE = 400
_LONGEST_NAME = 200
_MOST_REPEATED = 60
# A table of more rows would be too many passages if each were one.
_MOST_ALONE = 5_000
_NUMBER = re.compile(r"[^\w\s]?\s?[+-]?\d[\d.,'\u00a0\u202f ]*\s?(?:%|[^\w\s])?")
_UNIT = re.compile(r"(.*\S)\s*[(\[]([^()\[\]\d]{1,25})[)\]]")
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[-/]\d{2,4})?")


class _Column(NamedTuple):
    """What is written before a cell, and before and after it where it is a figure with a unit."""

    full: str
    short: str = ""
    unit: str = ""


_NO_COLUMN = _Column("")


@dataclass(slots=True)
class Sheet:
    """A text under way, with what is found in it; several tables may be written one after another.

    ``ragged`` counts the rows of the last table that are wider than its header, ``first_ragged``
    is the number of the first.
    """

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    length: int = 0
    ragged: int = 0
    first_ragged: int = 0
    header: bool = False

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    def write(self, words: str) -> None:
        """Add text that stands in no block."""
        self.pieces.append(words)
        self.length += len(words)


@dataclass(frozen=True, slots=True)
class _Table:
    """How the rows of one table are written."""

    sheet: Sheet
    headings: tuple[str, ...]
    prefix: str
    columns: tuple[_Column, ...] = ()
    alone: bool = False

    def write_row(self, number: int, cells: Sequence[str]) -> None:
        """Write a row; the common one, narrow and short, in one go: tables have millions."""
        columns = self.columns
        if len(cells) > len(columns):
            self.note_width(number, cells)
            columns = (*columns, *(_NO_COLUMN for _ in range(len(cells) - len(columns))))
        pairs = [
            full + cell if not unit or not cell[-1].isdigit() else short + cell + unit
            for (full, short, unit), cell in zip(columns, cells, strict=False)
            if cell
        ]
        line = "; ".join(pairs)
        if 0 < len(line) <= _PROSE:
            last = f":{_name_of(len(cells) - 1)}{number}" if len(cells) > 1 else ""
            self.add(line, f"A{number}{last}")
        elif line:
            places = [place for place, cell in enumerate(cells) if cell]
            for group in _lines(list(zip(places, pairs, strict=False))):
                self.write_cells(number, group)

    def write_cells(self, number: int, placed: Sequence[tuple[int, str]]) -> None:
        """Write some cells of a row as a line; of place -1 is what is only repeated there."""
        if not placed:
            return
        line = "; ".join(words for _, words in placed)
        places = [place for place, _ in placed if place >= 0]
        first, last = (_name_of(place) + str(number) for place in (places[0], places[-1]))
        label = first if first == last else f"{first}:{last}"
        self.add(line, label, lines=len(placed) > 1 or len(line) <= _PROSE)

    def add(self, line: str, label: str, *, lines: bool = True) -> None:
        """Write a line as a block with its locator."""
        sheet = self.sheet
        start, end = sheet.length, sheet.length + len(line)
        sheet.blocks.append(Block(start, end, self.headings, lines, self.alone))
        sheet.locators.append(Locator(start, end, "cells", self.prefix + label))
        sheet.pieces.append(line + "\n")
        sheet.length = end + 1

    def note_width(self, number: int, cells: Sequence[str]) -> None:
        """Count a row that is wider than the header."""
        if self.columns and any(cells[len(self.columns) :]):
            self.sheet.ragged += 1
            self.sheet.first_ragged = self.sheet.first_ragged or number


def write_rows(
    sheet: Sheet, rows: Iterable[Row], headings: tuple[str, ...] = (), prefix: str = ""
) -> None:
    """Write a table: a line for each row, values with the names of their columns.

    A row is its number, from 1, and its cells as text without line ends; empty cells are left
    out, empty rows too. What stands above the header, and the header, are lines as they are. A
    unit in brackets in a column's name follows the figure: ``Imports: 4.6 USD billion``. A wide
    row is several lines, each beginning with the row's first cell, so that each says what it is
    about; a long cell is a block of its own, for it has sentences. In a table that is not too
    long each block stands alone, so that no row is taken for its neighbour. Locators, of kind
    "cells", name the range a line was made of.

    Args:
        sheet: where to write.
        rows: numbered rows in order.
        headings: the heading path of the blocks.
        prefix: what stands before a range: ``Sales!``.
    """
    iterator = iter(rows)
    buffered = list(islice(iterator, _MOST_ALONE + 1))
    table = _Table(sheet, headings, prefix, alone=len(buffered) <= _MOST_ALONE)
    header = _header(buffered[:_SAMPLE])
    sheet.header = header is not None
    sheet.ragged = sheet.first_ragged = 0
    begin = 0
    if header is not None:
        begin, names = header
        for number, cells in buffered[:begin]:
            table.write_cells(number, [(n, cell) for n, cell in enumerate(cells) if cell])
        table = replace(table, columns=tuple(map(_column, names)))
    for number, cells in chain(buffered[begin:], iterator):
        table.write_row(number, cells)


def column(number: int) -> str:
    """Name a column, counted from 0, as spreadsheets do: A, Z, AA."""
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


_NAMES = tuple(map(column, range(1_000)))


def _name_of(number: int) -> str:
    return _NAMES[number] if number < len(_NAMES) else column(number)


def _column(name: str) -> _Column:
    name = name[:_LONGEST_NAME]
    unit = _UNIT.fullmatch(name)
    full = f"{name}: " if name else ""
    return _Column(full, f"{unit[1]}: ", f" {unit[2].strip()}") if unit else _Column(full)


def _lines(placed: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Part a wide row into lines, each with the row's first cell; prose stands alone."""
    first = placed[0][1] if len(placed[0][1]) <= _MOST_REPEATED else None
    group: list[tuple[int, str]] = []
    size = 0
    for place, words in placed:
        prose = len(words) > _PROSE
        if group and (prose or size + len(words) > _LINE):
            yield group
            group, size = [], 0
        if prose:
            yield [(place, words)]
            continue
        if not group and first is not None and place != placed[0][0]:
            group.append((-1, first))
        group.append((place, words))
        size += len(words) + 2
    if group:
        yield group


def _header(sample: list[Row]) -> tuple[int, Sequence[str]] | None:
    """Where in the sample the rows after the header begin, and the names of the columns.

    The header is the first row as wide as most, if it looks like one; two rows are one header
    where a name is spread over several columns and the row below tells them apart.
    """
    widths = [_width(cells) for _, cells in sample]
    usual = Counter(width for width in widths if width > 1).most_common(1)
    usual = usual or Counter(width for width in widths if width).most_common(1)
    place = next((n for n, width in enumerate(widths) if usual and width >= usual[0][0]), None)
    if place is None:
        return None
    first, *below = [cells for _, cells in sample[place:]]
    following = [cells for cells in below if _width(cells)]
    if following and _is_header(first, following[0]):
        return place + 1, first
    if len(following) > 1 and len(set(filter(None, first))) < sum(map(bool, first)):
        names = _joined(first, below[0])
        if _is_header(names, following[1]) and _is_header_row(below[0]):
            return place + 2, names
    return None


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of two header rows as one; a cell merged over both is named once."""
    pairs = zip_longest(above, below, fillvalue="")
    return [" ".join(dict.fromkeys(name for name in pair if name)) for pair in pairs]


def _is_header_row(cells: Sequence[str]) -> bool:
    return all(_YEAR.fullmatch(cell) or not is_number(cell) for cell in cells if cell)


def _width(cells: Sequence[str]) -> int:
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)


def _is_header(cells: Sequence[str], following: Sequence[str]) -> bool:
    """Whether cells are names: words, all different; years only where the row below has none."""
    named = [cell for cell in cells if cell]
    if len(set(named)) < len(named) or 2 * len(named) <= len(cells):
        return False
    if any(len(cell) > _LONGEST_NAME for cell in named):
        return False
    numbers = [place for place, cell in enumerate(cells) if cell and is_number(cell)]
    if len(numbers) == len(named):
        return False
    below = [following[place] if place < len(following) else "" for place in numbers]
    years = all(_YEAR.fullmatch(cells[place]) for place in numbers)
    return not numbers or (years and not all(_YEAR.fullmatch(cell) for cell in below))


def is_number(cell: str) -> bool:
    """Whether a cell is a figure or a date, as it is not in a header."""
    return (cell[-1:].isdigit() and bool(_DAY.fullmatch(cell))) or bool(_NUMBER.fullmatch(cell))

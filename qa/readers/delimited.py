"""CSV and TSV: a row becomes a line that names its columns, located by its range of cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from qa.nouns import Document, Reading, Skipped
from qa.readers.decoding import decode
from qa.readers.structure import stem
from qa.readers.table import Sheet, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.nouns import SourceFile
    from qa.readers.metadata import Metadata
    from qa.readers.table import Row

suffixes = (".csv", ".tsv", ".tab")
version = 1

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE, _SAMPLE_RECORDS = 65_536, 100
_LONGEST_CELL = 2**31 - 1
_UNCLOSED = "unexpected end of data"
# What a spreadsheet may write above all rows, so that other spreadsheets know the delimiter.
_NAMED = re.compile(r"sep=([^\w\s\"]|\t)(?:\r\n|\r|\n|\Z)", re.IGNORECASE)


@dataclass(slots=True)
class _File:
    """The text of a file's rows and how their cells are parted.

    ``above`` lines stand before the text; ``notes`` grow while it is read.
    """

    text: str
    delimiter: str
    quoted: bool = True
    above: int = 0
    notes: list[str] = field(default_factory=list)


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a table as one document, a line a row.

    The delimiter (comma, semicolon, tab or bar) is the one that parts most rows into the same
    number of cells, unless a first line ``sep=;`` names it. Rows are numbered from 1 as a
    spreadsheet numbers them: a quoted cell with line ends is one row, an empty line is one too.
    """
    decoded = decode(data)
    if decoded.text is None:
        return Reading(skipped=(Skipped(source.name, decoded.reason or "not text"),))
    file = _open(decoded.text, source.name)
    sheet = Sheet()
    write_rows(sheet, _rows(file))
    notes = (*decoded.notes, *file.notes, *_notes(sheet))
    if not sheet.blocks:
        return Reading(skipped=(Skipped(source.name, "all its cells are empty"),), notes=notes)
    document = Document(
        name=source.name,
        text=sheet.text,
        title=meta.title or stem(source.name),
        blocks=tuple(sheet.blocks),
        date=meta.date,
        publisher=meta.publisher,
        url=meta.url,
        license=meta.license,
        locators=tuple(sheet.locators),
    )
    return Reading((document,), notes=notes)


def _notes(sheet: Sheet) -> Iterator[str]:
    if not sheet.header:
        yield "no row was recognised as its header: values stand without names of columns"
    if sheet.ragged:
        rows = "row is" if sheet.ragged == 1 else "rows are"
        yield f"{sheet.ragged} {rows} wider than the header, first row {sheet.first_ragged}"


def _open(text: str, name: str) -> _File:
    """Find out how a text's cells are parted."""
    named = _NAMED.match(text)
    if named:
        return _File(text[named.end() :], named[1], above=1)
    sample = text[:_SAMPLE]
    if len(sample) < len(text):  # what the cut halved is left out
        sample = sample[: sample.rfind("\n") + 1] or sample
    delimiters: Sequence[str] = _DELIMITERS
    if not name.lower().endswith(".csv") and _fit(sample, "\t")[0] >= 0.5:
        delimiters = ("\t",)
    strict = [delimiter for delimiter in delimiters if _is_strict(sample, delimiter)]
    delimiter = max(strict or delimiters, key=lambda known: _fit(sample, known))
    return _File(text, delimiter, quoted=delimiter != "\t" or bool(strict))


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of the rows that have the commonest number of cells, and that number."""
    reader = csv.reader(_lines(sample), delimiter=delimiter, skipinitialspace=True)
    widths = Counter(len(cells) for cells in islice(reader, _SAMPLE_RECORDS) if cells)
    width, rows = max(
        ((width, rows) for width, rows in widths.items() if width > 1),
        key=lambda pair: (pair[1], pair[0]),
        default=(1, 0),
    )
    return rows / max(widths.total(), 1), width


def _is_strict(sample: str, delimiter: str) -> bool:
    """Whether all quotes in a sample stand where the rules want them."""
    space = delimiter != "\t"
    rows = csv.reader(_lines(sample), delimiter=delimiter, skipinitialspace=space, strict=True)
    try:
        for _ in rows:
            pass
    except csv.Error as error:
        return _UNCLOSED in str(error)
    return True


def _lines(text: str) -> io.StringIO:
    """The lines with their ends as they are, as the csv module wants them.

    A cell may be as long as the file, which has a limit of its own.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    return io.StringIO(text, newline="")


def _rows(file: _File) -> Iterator[Row]:
    """Yield the rows with their numbers, cells trimmed and without line ends.

    Where a quote is opened and never closed, the rest of the file would be one cell: from there
    on quotes are read as text.
    """
    reader = csv.reader(
        _lines(file.text),
        delimiter=file.delimiter,
        quoting=csv.QUOTE_MINIMAL if file.quoted else csv.QUOTE_NONE,
        skipinitialspace=file.delimiter != "\t",
    )
    begun = first = 0
    held: Row | None = None  # a row of several lines may be an open quote, if it is the last
    for number, cells in enumerate(reader, file.above + 1):
        if held is not None:
            yield held
            held = None
        if reader.line_num - begun > 1:
            first, held = begun, (number, [" ".join(cell.split()) for cell in cells])
        else:
            yield number, [cell.strip() for cell in cells]
        begun = reader.line_num
    if held is not None:
        yield from _last(file, held, first)


def _last(file: _File, held: Row, first: int) -> Iterator[Row]:
    """Yield the last row, or the lines it is made of if its quote is open."""
    lines = _lines(file.text)
    for _ in range(first):
        lines.readline()
    rest = lines.read()
    try:
        for _ in csv.reader(_lines(rest), delimiter=file.delimiter, strict=True):
            pass
    except csv.Error as error:
        if _UNCLOSED in str(error):
            line = file.above + first + 1
            file.notes.append(f"a quote opened in line {line} is never closed: read as text")
            tail = csv.reader(_lines(rest), delimiter=file.delimiter, quoting=csv.QUOTE_NONE)
            for number, cells in enumerate(tail, held[0]):
                yield number, [cell.strip() for cell in cells]
            return
    yield held

"""Spreadsheets (Office Open XML, ECMA-376): each sheet a section, each row a line, by openpyxl."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qa.nouns import Document, Locator, Reading, Skipped
from qa.readers.figures import shown
from qa.readers.metadata import Metadata, clean
from qa.readers.structure import stem
from qa.readers.table import Sheet, write_rows
from qa.readers.unreadable import Unreadable, needing
from qa.readers.zips import open_archive, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.workbook.workbook import Workbook

    from qa.nouns import SourceFile
    from qa.readers.table import Row
    from qa.readers.zips import Archive

suffixes = (".xlsx", ".xlsm")
version = 1
needs = ("openpyxl", "defusedxml")

_CORE = "docProps/core.xml"
_ENTITIES = "its XML declares entities, which can grow without end"
_PARSED = (".xml", ".rels")
# The most rows a sheet can have, and more cells than a person's workbook has.
_MOST_ROWS, _MOST_CELLS = 1_048_576, 30_000_000
_MOST_MERGED, _MOST_ACTIVE, _MOST_ADDED = 10_000, 200, 100
# Names that programs give to sheets by themselves.
_UNNAMED = re.compile(r"(?:Sheet|Tabelle|Blatt|Feuil|Feuille|Hoja|Planilha|Foglio|Лист)\s?\d*")
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_NO_VALUE = re.compile(rb"(?:</f>|<f\b[^<>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_MADE_BY = {"openpyxl", "xlsxwriter", "apache poi"}


@dataclass(slots=True)
class _Merged:
    """Cells merged into one: its value stands in each row, and each column of a part of a row."""

    left: int
    top: int
    right: int
    bottom: int
    value: str = ""


@dataclass(slots=True)
class _Book:
    """A workbook under way: the text, what was noticed, how many cells were looked at."""

    sheet: Sheet = field(default_factory=Sheet)
    notes: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    cells: int = 0


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a workbook as one document: sheets as headings, rows as lines, cells as they are shown.

    Locators are of kind "sheet" and, within it, "cells" with the sheet's name before the range.
    Formulas give the value that was stored with them; where none was, a note counts them. Hidden
    sheets are read, and noted.

    Raises:
        Unreadable: it is damaged, encrypted or too large unpacked, or openpyxl is not installed.
    """
    with needing("documents", "spreadsheets (.xlsx)"):
        import defusedxml
        from openpyxl import load_workbook
    archive = open_archive(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl does not keep, which nobody asks for
        try:
            unpacked = rewritten(archive, _PARSED)
            if b"<!ENTITY" in unpacked:
                raise Unreadable(_ENTITIES)
            workbook = load_workbook(
                io.BytesIO(unpacked), read_only=True, data_only=True, keep_links=False
            )
        except (KeyError, ValueError, TypeError, AttributeError, SyntaxError) as error:
            if isinstance(error.__context__ or error, defusedxml.DefusedXmlException):
                raise Unreadable(_ENTITIES) from None
            raise Unreadable(f"damaged, or no spreadsheet ({error})") from None
        book = _Book()
        for worksheet in workbook.worksheets:
            _read_sheet(source, worksheet, archive.read, book)
    return _reading(source, meta.over(_properties(workbook, archive)), book)


def _reading(source: SourceFile, known: Metadata, book: _Book) -> Reading:
    skipped, notes = tuple(book.skipped), tuple(book.notes)
    if not book.sheet.blocks:
        empty = Skipped(source.name, "none of its cells has a value")
        return Reading(skipped=skipped or (empty,), notes=notes)
    document = Document(
        name=source.name,
        text=book.sheet.text,
        title=known.title or stem(source.name),
        blocks=tuple(book.sheet.blocks),
        date=known.date,
        publisher=known.publisher,
        url=known.url,
        license=known.license,
        locators=tuple(book.sheet.locators),
    )
    return Reading((document,), skipped, notes)


def _read_sheet(source: SourceFile, worksheet: Any, part: Any, book: _Book) -> None:
    """Write one sheet; what is wrong with it costs this sheet alone."""
    sheet = book.sheet
    name = clean(worksheet.title) or "?"
    start, first = sheet.length, len(sheet.locators)
    headings = () if _UNNAMED.fullmatch(name) else (name,)
    if sheet.length:
        sheet.write("\n")
        start += 1
    sheet.write(f"{name}\n")
    found = len(sheet.blocks)
    try:
        xml = part(worksheet._worksheet_path)  # noqa: SLF001 - what openpyxl leaves out stands there
        book.notes.extend(_sheet_notes(name, worksheet, xml))
        rows = _rows(worksheet, _merged(xml), book, source.name, name)
        write_rows(sheet, rows, headings, f"{name}!")
    except Exception as error:  # noqa: BLE001 - the library raises anything on a broken part
        reason = f"the sheet {name} can't be read further ({type(error).__name__}: {error})"
        book.skipped.append(Skipped(source.name, reason[:300]))
    if len(sheet.blocks) > found:
        end = sheet.blocks[-1].end
        sheet.locators.insert(first, Locator(start, end, "sheet", name))


def _sheet_notes(name: str, worksheet: Any, xml: bytes) -> Iterator[str]:
    if worksheet.sheet_state != "visible":
        yield f"the sheet {name} is hidden in the workbook; it was read"
    without = sum(1 for _ in _NO_VALUE.finditer(xml))
    if without:
        formulas = "1 formula has" if without == 1 else f"{without} formulas have"
        yield (
            f"in the sheet {name} {formulas} no stored value: open the file in a spreadsheet "
            "program and save it"
        )


def _rows(
    worksheet: Any, merged: list[_Merged], book: _Book, source: str, name: str
) -> Iterator[Row]:
    """Yield the rows that have cells, each cell as it is shown."""
    worksheet.reset_dimensions()  # they may say anything
    waiting = sorted(merged, key=lambda one: -one.top)
    active: list[_Merged] = []
    for number, row in enumerate(worksheet.iter_rows(max_row=_MOST_ROWS), 1):
        if not row:
            continue
        book.cells += len(row)
        if book.cells > _MOST_CELLS:
            reason = f"the sheet {name} from row {number} on: over {_MOST_CELLS:,} cells"
            book.skipped.append(Skipped(source, reason))
            return
        cells = [
            "" if cell.value is None else shown(cell.value, cell.number_format or "General")
            for cell in row
        ]
        active = [one for one in active if one.bottom >= number]
        while waiting and waiting[-1].top <= number:
            active.append(waiting.pop())
        for one in active[:_MOST_ACTIVE]:
            _spread(one, number, cells)
        yield number, cells


def _merged(xml: bytes) -> list[_Merged]:
    """The merged cells of a sheet; those over whole lines are titles, and stay where they are."""
    from openpyxl.utils import column_index_from_string

    found: list[_Merged] = []
    for match in _MERGED.finditer(xml):
        left, right = (column_index_from_string(match[n].decode()) - 1 for n in (1, 3))
        found.append(_Merged(left, int(match[2]), right, int(match[4])))
        if len(found) == _MOST_MERGED:
            break
    parts: dict[int, int] = {}
    for one in found:
        parts[one.top] = parts.get(one.top, 0) + 1
    return [one for one in found if one.bottom > one.top or parts[one.top] > 1]


def _spread(one: _Merged, number: int, cells: list[str]) -> None:
    """Give a merged value to the cells of a row that it covers."""
    if number == one.top:
        one.value = cells[one.left] if one.left < len(cells) else ""
    if not one.value:
        return
    if one.right - len(cells) < _MOST_ADDED:
        cells.extend([""] * (one.right + 1 - len(cells)))
    for place in range(one.left, min(one.right + 1, len(cells))):
        cells[place] = cells[place] or one.value


def _properties(workbook: Workbook, archive: Archive) -> Metadata:
    """What the file says about itself; openpyxl takes the present for a date that is missing."""
    if not archive.has(_CORE):
        return Metadata()
    core, xml = workbook.properties, archive.read(_CORE)
    dates = [(core.modified, b":modified"), (core.created, b":created")]
    date = next((when.date().isoformat() for when, tag in dates if when and tag in xml), None)
    author = clean(core.creator)
    if author and author.lower() in _MADE_BY:
        author = None
    return Metadata(title=clean(core.title), date=date, publisher=author)

"""PDF (ISO 32000): pages, columns in reading order, whole words, headings by their size."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from qa.nouns import Skipped
from qa.readers import pdf_page
from qa.readers.assembly import Assembly, squeezed
from qa.readers.hyphens import Vocabulary
from qa.readers.layout import Paragraph, columns, paragraphs
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.ranges import ranges
from qa.readers.unreadable import Unreadable, needing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.nouns import Reading, SourceFile
    from qa.readers.layout import Line

suffixes = (".pdf",)
version = 1
needs = ("pypdfium2",)

_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) *- *)?(?:(?:untitled|document|doc|presentation|slide)"
    r" *\d*|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxd|rtf|odt|ai|ps|eps))",
    re.IGNORECASE,
)
_NOBODY = {"unknown", "anonymous", "user", "admin", "administrator", "owner", "author", "root"}
_HEADING, _LONGEST_HEADING, _LEVELS = 1.12, 200, 6
_FIGURE = re.compile(r"(?<![\d.,])[0-9]{1,5}(?![\d.,])")
_EDGE = 2  # lines at the top and at the bottom of a page that may be a running head
_ENDED = tuple(".!?:;…。！？\"'”’")  # noqa: RUF001 - as they are typed
_REASONS = {
    "incorrect password": "encrypted: save a copy without a password",
    "unsupported security": "encrypted in a way that can't be read: save a copy without a password",
    "data format": "damaged, or no PDF file",
}


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's paragraphs, column by column; ``number`` counts from 1."""

    number: int
    columns: tuple[tuple[Paragraph, ...], ...]

    @property
    def lines(self) -> list[Line]:
        """Its lines in reading order."""
        return [line for column in self.columns for each in column for line in each.lines]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph's text; ``glue`` parts it from the one it goes on with, None where it begins."""

    page: int
    level: int
    text: str
    is_row: bool
    glue: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it seems to end in the middle of a sentence."""
        return not self.level and not self.is_row and not self.text.endswith(_ENDED)


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a PDF file as one document with its pages as locators.

    Words cut at line ends are whole; a running head is kept where it first stands. Pages without
    text, and attachments, are named. Scripts are never run.

    Raises:
        Unreadable: it is encrypted or damaged, or pypdfium2 is not installed.
    """
    file = _open(data)
    try:
        count = len(file)
        if not count:
            raise Unreadable("damaged: it has no pages")
        pages = [_page(file, number) for number in range(count)]
        found, notes = _metadata(file), _notes(file)
    finally:
        file.close()
    blank = [number for number, page in enumerate(pages, start=1) if not (page and page.lines)]
    skipped = (Skipped(source.name, _blank(blank, count)),) if 0 < len(blank) < count else ()
    assembly = Assembly()
    _write([page for page in pages if page is not None], assembly)
    return assembly.reading(
        source, meta, found, skipped=skipped, pages=count, notes=notes, empty=_blank(blank, count)
    )


def _open(data: bytes) -> Any:
    with needing("documents", "PDF files"):
        import pypdfium2
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        said = str(error).lower()
        known = next((reason for mark, reason in _REASONS.items() if mark in said), None)
        raise Unreadable(known or f"damaged ({error})") from None


def _page(file: Any, number: int) -> _Page | None:
    """Lay a page out; None where it is damaged."""
    from pypdfium2 import PdfiumError

    try:
        page = file[number]
    except PdfiumError:
        return None
    try:
        found = columns(pdf_page.segments(page))
    except PdfiumError:
        return None
    finally:
        page.close()
    return _Page(number + 1, tuple(tuple(paragraphs(lines)) for lines in found))


def _blank(pages: Sequence[int], count: int) -> str:
    way_out = "scanned? export it with a text layer (OCR)"
    if len(pages) == count:
        which = "its only page has" if count == 1 else f"none of its {count} pages has"
        return f"{which} text ({way_out})"
    some = "page" if len(pages) == 1 else "pages"
    verb = "has" if len(pages) == 1 else "have"
    return f"{some} {ranges(pages)} of {count} {verb} no text ({way_out})"


def _notes(file: Any) -> tuple[str, ...]:
    attached = 0
    with suppress(Exception):
        attached = file.count_attachments()
    if not attached:
        return ()
    return (f"{attached} attached {'file is' if attached == 1 else 'files are'} not read",)


def _metadata(file: Any) -> Metadata:
    values: dict[str, str] = {}
    with suppress(Exception):  # what it says of itself may be as damaged as anything
        values = file.get_metadata_dict()
    title, author = squeezed(values.get("Title", "")), squeezed(values.get("Author", ""))
    date = _DATE.match(values.get("CreationDate", "") or values.get("ModDate", ""))
    return from_mapping(
        {
            "title": None if _NO_TITLE.fullmatch(title) else title,
            "publisher": None if author.casefold() in _NOBODY else author,
            "date": "-".join(date.groups()) if date else None,
        }
    )


def _write(pages: Sequence[_Page], assembly: Assembly) -> None:
    """Write the pages down, one after another; paragraphs go on across columns and pages."""
    pieces = _pieces(_without_running(pages))
    for number, group in groupby(pieces, key=lambda piece: piece.page):
        with assembly.place("page", str(number)):
            for piece in group:
                if piece.level:
                    assembly.heading(piece.level, piece.text)
                elif piece.glue is None:
                    assembly.add(piece.text)
                else:
                    assembly.extend(piece.text, piece.glue)


def _pieces(pages: Sequence[_Page]) -> list[_Piece]:
    words = Vocabulary.of(line.text for page in pages for line in page.lines)
    levels = _levels(pages)
    pieces: list[_Piece] = []
    for page in pages:
        for paragraph in (paragraph for column in page.columns for paragraph in column):
            text = reduce(words.join, (line.text for line in paragraph.lines))
            level = _level(paragraph, text, levels)
            piece = _Piece(page.number, level, text, paragraph.lines[-1].cells > 1)
            if pieces and not level and pieces[-1].is_open and text[:1].islower():
                last = pieces[-1]
                joined = words.join(last.text, text)
                piece = replace(piece, glue=" " if len(joined) > len(last.text + text) else "")
                if len(joined) < len(last.text + text):  # the hyphen at its end goes
                    pieces[-1] = replace(last, text=last.text[:-1])
            pieces.append(piece)
    return pieces


def _without_running(pages: Sequence[_Page]) -> list[_Page]:
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
        kept.append(_Page(page.number, tuple(_less(column, edges) for column in page.columns)))
    return kept


def _less(column: tuple[Paragraph, ...], left_out: set[int]) -> tuple[Paragraph, ...]:
    kept = (tuple(x for x in each.lines if id(x) not in left_out) for each in column)
    return tuple(Paragraph(lines) for lines in kept if lines)


def _edges(page: _Page) -> list[Line]:
    """The lines highest and lowest on a page."""
    lines = sorted(page.lines, key=lambda line: -line.top)
    return lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]


def _all_marks(page: _Page) -> set[str]:
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


def _levels(pages: Sequence[_Page]) -> list[float]:
    """The heights of headings, largest first: what is clearly higher than most of the text."""
    written: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
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

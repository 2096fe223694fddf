"""PDF (ISO 32000): pages, columns in reading order, whole words, headings by their size."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.nouns import Reading, Skipped
from qa.readers import ocr, pdf_page, pdf_scan
from qa.readers.assembly import Assembly, squeezed
from qa.readers.flow import Page, write
from qa.readers.layout import columns, paragraphs
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.ranges import ranges
from qa.readers.unreadable import Unreadable, needing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.nouns import SourceFile

suffixes = (".pdf",)
version = 1
needs, runs = ("pypdfium2", *ocr.LIBRARIES), (ocr.PROGRAM,)

_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) *- *)?(?:(?:untitled|document|doc|presentation|slide)"
    r" *\d*|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxd|rtf|odt|ai|ps|eps))",
    re.IGNORECASE,
)
_NOBODY = {"unknown", "anonymous", "user", "admin", "administrator", "owner", "author", "root"}
_REASONS = {
    "incorrect password": "encrypted: save a copy without a password",
    "unsupported security": "encrypted in a way that can't be read: save a copy without a password",
    "data format": "damaged, or no PDF file",
}


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a PDF file as one document with its pages as locators.

    Words cut at line ends are whole; a running head is kept where it first stands. Pages without
    text are recognised where the extra for it is installed, else named; attachments are named.
    Scripts are never run.

    Raises:
        Unreadable: it is encrypted or damaged, or pypdfium2 is not installed.
    """
    file = _open(data)
    try:
        count = len(file)
        if not count:
            raise Unreadable("damaged: it has no pages")
        pages, reasons = _pages(file, count)
        found, notes = _metadata(file), _notes(file)
    finally:
        file.close()
    empty = reasons.pop(pdf_scan.EMPTY, [])
    if empty and len(empty) < count:
        notes = (*notes, f"{_named(empty, count)} empty")
    skipped = tuple(
        Skipped(
            source.name,
            f"{_named(numbers, count, 'has', 'have')} no text, or hardly any ({reason})",
        )
        for reason, numbers in reasons.items()
    )
    assembly = Assembly()
    write(pages, assembly)
    if not pages and skipped:
        return Reading((), skipped, notes, count)
    none = "its pages are empty"
    return assembly.reading(
        source, meta, found, skipped=skipped, pages=count, notes=notes, empty=none
    )


def _pages(file: Any, count: int) -> tuple[list[Page], dict[str, list[int]]]:
    """The pages with text, and the numbers of those that were not read, or not whole, by reason."""
    pages: list[Page] = []
    reasons: dict[str, list[int]] = {}
    recognised = 0
    for number in range(1, count + 1):
        page, reason = _page(file, number, recognised)
        if page is not None:
            pages.append(page)
            recognised += page.confidence is not None
        if reason is not None:
            reasons.setdefault(reason, []).append(number)
    return pages, reasons


def _open(data: bytes) -> Any:
    with needing("documents", "PDF files"):
        import pypdfium2
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        said = str(error).lower()
        known = next((reason for mark, reason in _REASONS.items() if mark in said), None)
        raise Unreadable(known or f"damaged ({error})") from None


def _page(file: Any, number: int, recognised: int) -> tuple[Page | None, str | None]:
    """Lay a page out; or say why it has no text, or hardly any beside a picture as large as it."""
    from pypdfium2 import PdfiumError

    try:
        page = file[number - 1]
    except PdfiumError:
        return None, "damaged"
    try:
        found = columns(pdf_page.segments(page))
        written = Page(number, tuple(tuple(paragraphs(lines)) for lines in found))
        if found and not pdf_scan.is_picture(page, written):
            return written, None
        seen = pdf_scan.page_or_reason(page, number, recognised)
    except PdfiumError:
        return None, "damaged"
    finally:
        page.close()
    if isinstance(seen, str):
        return (written, None if seen == ocr.NOTHING else seen) if found else (None, seen)
    return (seen if pdf_scan.says_more(seen, written) else written), None


def _named(numbers: Sequence[int], count: int, one: str = "is", more: str = "are") -> str:
    """Name pages, with the verb that follows them."""
    if count == 1:
        return f"its only page {one}"
    if len(numbers) == count:
        return f"all of its {count} pages {more}"
    if len(numbers) == 1:
        return f"page {numbers[0]} of {count} {one}"
    return f"pages {ranges(numbers)} of {count} {more}"


def _notes(file: Any) -> tuple[str, ...]:
    attached = fields = 0
    with suppress(Exception):  # it may be damaged in any way, and is read all the same
        attached = file.count_attachments()
        fields = file.get_formtype()
    notes = []
    if attached:
        notes.append(f"{attached} attached {'file is' if attached == 1 else 'files are'} not read")
    if fields:
        notes.append("what is filled into its form is not read")
    return tuple(notes)


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

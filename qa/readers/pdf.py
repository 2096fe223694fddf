"""PDF (ISO 32000): pages, columns in reading order, whole words, headings by their size."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.nouns import Skipped
from qa.readers import pdf_page
from qa.readers.assembly import Assembly, squeezed
from qa.readers.flow import Page, write
from qa.readers.layout import columns, paragraphs
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.ranges import ranges
from qa.readers.unreadable import Unreadable, needing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.nouns import Reading, SourceFile

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
_REASONS = {
    "incorrect password": "encrypted: save a copy without a password",
    "unsupported security": "encrypted in a way that can't be read: save a copy without a password",
    "data format": "damaged, or no PDF file",
}


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
    write([page for page in pages if page is not None], assembly)
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


def _page(file: Any, number: int) -> Page | None:
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
    return Page(number + 1, tuple(tuple(paragraphs(lines)) for lines in found))


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

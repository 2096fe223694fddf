"""Pages of a PDF file without text: what is recognised on them, or why nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.readers import ocr
from qa.readers.flow import Page
from qa.readers.layout import Line, Paragraph
from qa.readers.text import paragraphs

if TYPE_CHECKING:
    from qa.readers.ocr import Recognised

EMPTY = "empty"
# Recognising takes seconds a page, and a file has two minutes.
MOST_RECOGNISED = 40
# Letters of a stamp; the share of a page that a scan has; by how much it has to say more.
_HARDLY_ANY, _LARGE, _FAR_MORE = 200, 0.5, 3
_DOTS_PER_POINT = 200 / 72
_MOST_DOTS = 20_000_000


def page_or_reason(page: Any, number: int, recognised: int) -> Page | str:
    """Return what is recognised on a page of pypdfium2, or the reason why it has no text.

    The reason of a page with nothing on it is `EMPTY`. ``recognised`` counts the pages of the
    file that were before it.
    """
    if next(iter(page.get_objects(max_depth=1)), None) is None:
        return EMPTY
    lacking = ocr.missing()
    if lacking is not None:
        return f"scanned? {lacking}"
    if recognised >= MOST_RECOGNISED:
        return f"scanned? of one file {MOST_RECOGNISED} such pages are recognised, and no more"
    found = ocr.recognise(_picture(page))
    if found.reason is not None:
        return found.reason
    return Page(number, (_paragraphs(found),), found.confidence)


def is_picture(page: Any, written: Page) -> bool:
    """Whether a page is a picture with hardly any text: a scan that was stamped, for one."""
    if _letters(written) > _HARDLY_ANY:
        return False
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    width, height = page.get_size()
    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > _LARGE * width * height:
            return True
    return False


def says_more(seen: Page, written: Page) -> bool:
    """Whether what was recognised is far more than what is written on a page."""
    return _letters(seen) > _FAR_MORE * _letters(written)


def _letters(page: Page) -> int:
    return sum(len(line.text) for line in page.lines)


def _picture(page: Any) -> Any:
    width, height = page.get_size()
    scale = min(_DOTS_PER_POINT, (_MOST_DOTS / max(1.0, width * height)) ** 0.5)
    return page.render(scale=scale, grayscale=True).to_pil()


def _paragraphs(found: Recognised) -> tuple[Paragraph, ...]:
    """The paragraphs, of lines whose places are not known."""
    return tuple(
        Paragraph(
            tuple(Line(0, 0, 0, 0, line, 0) for line in found.text[start:end].splitlines() if line)
        )
        for start, end in paragraphs(found.text)
    )

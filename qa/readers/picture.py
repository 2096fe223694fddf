"""Pictures: the text that is recognised in them, page by page."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from qa.nouns import Block, Document, Locator, Reading, Skipped
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.ocr import LIBRARIES, MOST_PIXELS, PROGRAM, missing, recognise
from qa.readers.structure import stem
from qa.readers.text import paragraphs
from qa.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from qa.nouns import SourceFile
    from qa.readers.ocr import Recognised

suffixes = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif")
version = 1
needs, runs = LIBRARIES, (PROGRAM,)

# Other formats that the library knows start programs, or nobody has.
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_MOST_PAGES = 500
_TAKEN, _CHANGED, _EXIF = 36867, 306, 0x8769
_DAY = re.compile(r"(\d{4}):(\d\d):(\d\d)")


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read the text in a picture as one document, located by pages with their confidence.

    A TIFF has as many pages as pictures; of a moving picture the first is read. The date is that
    of the photograph.

    Raises:
        Unreadable: it is damaged, too large or without text, or what reads it is not installed.
    """
    lacking = missing()
    if lacking is not None:
        raise Unreadable(lacking)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are checked here, and odd metadata
        image = _open(data)
        count = getattr(image, "n_frames", 1)
        pages = list(_pages(image, count))
        known = meta.over(_metadata(image))
    skipped = tuple(
        Skipped(source.name, f"page {number}: {page.reason}" if len(pages) > 1 else page.reason)
        for number, page in enumerate(pages, 1)
        if page.reason
    )
    if image.format == "TIFF" and count > _MOST_PAGES:
        skipped = (*skipped, Skipped(source.name, f"its pages from {_MOST_PAGES + 1} on"))
    moving = count > 1 and image.format != "TIFF"
    notes = ("of its moving pictures the first was read",) if moving else ()
    text, blocks, locators = _text(pages)
    if not blocks:
        return Reading(skipped=skipped, notes=notes, pages=len(pages))
    document = Document(
        name=source.name,
        text=text,
        title=known.title or stem(source.name),
        blocks=tuple(blocks),
        date=known.date,
        publisher=known.publisher,
        url=known.url,
        license=known.license,
        locators=tuple(locators),
    )
    return Reading((document,), skipped, notes, pages=len(pages))


def _open(data: bytes) -> Image:
    from PIL import Image as Images
    from PIL import UnidentifiedImageError

    try:
        image = Images.open(io.BytesIO(data), formats=_FORMATS)
    except Images.DecompressionBombError:
        raise Unreadable(f"too large: over {MOST_PIXELS / 1e6:.0f} million pixels") from None
    except (OSError, ValueError, SyntaxError) as error:
        known = isinstance(error, UnidentifiedImageError)
        raise Unreadable("damaged, or no picture" if known else f"damaged ({error})") from None
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Unreadable(f"too large: {width:,} x {height:,} pixels")
    return image


def _pages(image: Image, count: int) -> Iterator[Recognised]:
    """Recognise page after page; a damaged one costs itself alone."""
    from PIL import Image as Images

    from qa.readers.ocr import Recognised

    pages = min(count, _MOST_PAGES) if image.format == "TIFF" else 1
    for number in range(pages):
        try:
            image.seek(number)
            if image.width * image.height <= MOST_PIXELS:
                image.load()
        except (OSError, ValueError, SyntaxError, EOFError, Images.DecompressionBombError) as error:
            yield Recognised(reason=f"damaged ({error})")
        else:
            yield recognise(image)


def _text(pages: list[Recognised]) -> tuple[str, list[Block], list[Locator]]:
    """The pages' texts as one, with its paragraphs and where each page is."""
    text = ""
    blocks: list[Block] = []
    locators: list[Locator] = []
    for number, page in enumerate(pages, 1):
        spans = list(paragraphs(page.text))
        if not spans:
            continue
        start = len(text)
        text += page.text + "\n\n"
        blocks.extend(Block(start + a, start + b) for a, b in spans)
        end = start + spans[-1][1]
        locators.append(Locator(start, end, "page", str(number), page.confidence))
    return text, blocks, locators


def _metadata(image: Image) -> Metadata:
    """When a photograph was taken, as the camera wrote it."""
    with suppress(Exception):  # metadata may hold anything, and nobody misses them
        found = image.getexif()
        taken = found.get_ifd(_EXIF).get(_TAKEN) or found.get(_CHANGED)
        day = _DAY.match(str(taken))
        if day and "0000" not in day[0]:
            return from_mapping({"date": "-".join(day.groups())})
    return Metadata()

"""Text in pictures, by Tesseract, a program of the system; `recognise` is for every reader.

The program is only given pictures that were decoded, checked and written anew here: it never sees
what a stranger wrote.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    _Word = tuple[int, int, int, str, float]  # block, paragraph, line, letters, confidence

LIBRARIES = ("PIL", "pytesseract")
PROGRAM = "tesseract"
MOST_PIXELS = 100_000_000

NOTHING = "no legible text in it"
_INSTALL = "apt-get install tesseract-ocr, or brew install tesseract"
# Letters of a screen are half as high as those of a scan, which the program was trained on.
_SMALL_SIDE, _LARGE_SIDE = 1_500, 6_000
_MOST_LANGUAGES = 4
# Words below this confidence, in percent, are marks and shadows; a text below the other is none.
_LEAST_WORD, _LEAST_TEXT = 25, 0.4
_CUT = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What stands in a picture: paragraphs parted by blank lines; or why nothing was recognised.

    ``confidence`` is 0..1, that of the program, weighed by the words' lengths.
    """

    text: str = ""
    confidence: float = 0.0
    reason: str | None = None


def missing() -> str | None:
    """What must be installed before pictures can be read; None where all is there."""
    if not all(map(find_spec, LIBRARIES)):
        return "pictures need: pip install 'qa[ocr]'"
    if shutil.which(PROGRAM) is None:
        return f"pictures need the program {PROGRAM}: {_INSTALL}"
    return None


def recognise(image: Image, seconds: float = 60) -> Recognised:
    """Recognise the text in a picture (Pillow's), of at most `MOST_PIXELS`.

    Languages are those installed beside the program. Nothing is raised: a picture that is too
    large, takes longer than ``seconds``, or has no legible text gives a reason.
    """
    lacking = missing()
    if lacking is not None:
        return Recognised(reason=lacking)
    width, height = image.size
    if not 0 < width * height <= MOST_PIXELS:
        return Recognised(reason=f"too large: {width:,} x {height:,} pixels")
    import pytesseract

    try:
        found = pytesseract.image_to_data(
            _prepared(image),
            lang=_languages(),
            timeout=seconds,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError as error:  # its own errors are of this kind, time running out among them
        late = "timeout" in str(error)
        said = " ".join(str(error).split())[:200]
        return Recognised(
            reason=f"took over {seconds:g} s" if late else f"{PROGRAM} failed: {said}"
        )
    except (OSError, ValueError) as error:
        return Recognised(reason=f"damaged ({error})")
    return _recognised(_words(found))


def _recognised(words: Sequence[_Word]) -> Recognised:
    weight = sum(len(word[3]) for word in words)
    confidence = sum(len(word[3]) * word[4] for word in words) / weight / 100 if weight else 0.0
    if confidence < _LEAST_TEXT:
        return Recognised(reason=NOTHING)
    paragraphs = []
    for _, paragraph in groupby(words, key=lambda word: word[:2]):
        lines = groupby(paragraph, key=lambda word: word[2])
        paragraphs.append("\n".join(" ".join(word[3] for word in line) for _, line in lines))
    text = _CUT.sub("", "\n\n".join(paragraphs))
    return Recognised(text, round(min(confidence, 1.0), 3))


def _words(found: dict[str, list[Any]]) -> list[_Word]:
    """The words that are likely to be some, with where they stand."""
    columns = ("block_num", "par_num", "line_num", "text", "conf")
    words = []
    for block, paragraph, line, letters, confidence in zip(
        *(found[name] for name in columns), strict=True
    ):
        if str(letters).strip() and float(confidence) >= _LEAST_WORD:
            words.append((block, paragraph, line, str(letters).strip(), float(confidence)))
    return words


def _prepared(image: Image) -> Image:
    """A picture as the program reads it best: upright, grey, on white, neither small nor huge."""
    from PIL import Image as Images
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA", "P"}:
        upright = upright.convert("RGBA")
        white = Images.new("RGBA", upright.size, "white")
        upright = Images.alpha_composite(white, upright)
    grey = upright.convert("L")
    longest = max(grey.size)
    factor = 2.0 if longest < _SMALL_SIDE else min(1.0, _LARGE_SIDE / longest)
    if factor == 1:
        return grey
    size = tuple(max(1, round(side * factor)) for side in grey.size)
    return grey.resize((size[0], size[1]), Images.Resampling.LANCZOS)


@cache
def _languages() -> str:
    """The languages the program is to expect: those a person installed, English first."""
    import pytesseract

    found = [name for name in pytesseract.get_languages() if name not in {"osd", "equ", "snum"}]
    found.sort(key=lambda name: (name != "eng", name))
    return "+".join(found[:_MOST_LANGUAGES]) or "eng"

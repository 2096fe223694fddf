"""What stands on a page of a PDF file, as segments of words with their places.

PDFium gives the characters in the order the file draws them, with their boxes. All that is asked
of it is asked once a word, for each call costs a microsecond.
"""

# ruff: noqa: FURB136 - a comparison costs a fifth of a call of min or max, and there are many

from __future__ import annotations

import ctypes
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from qa.readers.layout import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# PDFium writes a hyphen at a line's end as a mark of its own, and no line end after it.
_WORD = re.compile("[^\\s\x00\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
# Letters drawn as one, which nobody types when searching.
_LETTERS = str.maketrans(
    {
        "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
        "\ufb05": "st", "\ufb06": "st", "\x02": "-", "\ufffe": "-", "\xad": "-",
    }
)  # fmt: skip
_GAP = 0.75  # heights of a line: wider than any space, narrower than any gutter
_ANGLES_ASKED = 24


def segments(page: Any) -> list[Segment]:
    """Return the segments of a page of pypdfium2, in the order in which the file draws them."""
    textpage = page.get_textpage()
    try:
        text = _characters(textpage)
        words = [match.span() for match in _WORD.finditer(text)]
        turns = _turns(textpage, words)
        return list(_joined(textpage, text, words, turns))
    finally:
        textpage.close()


def _characters(textpage: Any) -> str:
    """The page's characters, one for each that PDFium counts."""
    from pypdfium2 import raw

    count = textpage.count_chars()
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(textpage, 0, count, buffer)
    text = bytes(buffer)[: 2 * (written - 1)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    return "".join(chr(raw.FPDFText_GetUnicode(textpage, i) or 0x20) for i in range(count))


def _joined(
    textpage: Any, text: str, words: list[tuple[int, int]], turns: int
) -> Iterator[Segment]:
    """Join words of one line that stand close together.

    A word's box is that of its first letter and its last.
    """
    box = _boxes(textpage, turns)
    begun = ended = 0
    left = bottom = right = top = 0.0
    for start, end in words:
        x, y, x2, y2 = box(start)
        if end - start > 1:
            last = box(end - 1)
            x, y = (x if x < last[0] else last[0]), (y if y < last[1] else last[1])
            x2, y2 = (x2 if x2 > last[2] else last[2]), (y2 if y2 > last[3] else last[3])
        height = top - bottom if top - bottom > y2 - y else y2 - y
        if (
            begun < ended
            and x - right < _GAP * height
            and left - x2 < _GAP * height
            and abs(y2 + y - top - bottom) < height
            and "\n" not in text[ended:start]
        ):
            left, bottom = (left if left < x else x), (bottom if bottom < y else y)
            right, top = (right if right > x2 else x2), (top if top > y2 else y2)
        else:
            if begun < ended:
                yield Segment(left, bottom, right, top, _words(text[begun:ended]))
            begun, left, bottom, right, top = start, x, y, x2, y2
        ended = end
    if begun < ended:
        yield Segment(left, bottom, right, top, _words(text[begun:ended]))


def _words(text: str) -> str:
    return " ".join(text.replace("\x00", " ").translate(_LETTERS).split())


def _boxes(textpage: Any, turns: int) -> Callable[[int], tuple[float, float, float, float]]:
    """Give what tells a character's box (left, bottom, right, top) on a page turned upright."""
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    get = raw.FPDFText_GetLooseCharBox
    handle = textpage.raw

    def box(index: int) -> tuple[float, float, float, float]:
        get(handle, index, rect)
        left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        if left > right:
            left, right = right, left
        if bottom > top:
            bottom, top = top, bottom
        if not turns:
            return left, bottom, right, top
        if turns == 3:
            return bottom, -right, top, -left
        if turns == 2:
            return -right, -top, -left, -bottom
        return -top, left, -bottom, right

    return box


def _turns(textpage: Any, words: list[tuple[int, int]]) -> int:
    """By how many quarters most words are turned: a page may have been scanned sideways."""
    from math import pi

    from pypdfium2 import raw

    step = max(1, len(words) // _ANGLES_ASKED)
    quarters = [
        round(raw.FPDFText_GetCharAngle(textpage, start) / (pi / 2)) % 4
        for start, _ in words[::step]
    ]
    return Counter(quarters).most_common(1)[0][0] if quarters else 0

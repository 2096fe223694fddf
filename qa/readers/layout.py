"""From words with their places on a page to lines in reading order, and from lines to paragraphs.

Columns are told from tables by what stands in them: lines of prose are long and fill their
column. The idea of cutting a page at the white between its columns is that of Nagy and Seth,
"Hierarchical representation of optically scanned documents" (ICPR 1984).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# All in heights of a line, unless said otherwise.
_CELL_GAP = 1.5
_COLUMN_GAP = 6.0  # points
_PARAGRAPH_GAP = 1.35  # of the usual distance between lines
_INDENT = 0.7
_FEWEST_LINES = 3
_PROSE = 15  # characters
_FILLED = 0.3  # of the width of a side, which may have columns of its own
BULLET = re.compile(r"(?:[•‣◦▪●·*–—-]|\(?\d{1,3}[.)]|\(?[A-Za-z]\)|\[\d{1,3}\])\s+\S")  # noqa: RUF001 - as they are typed
_ENDED = tuple(".!?:;…。！？\"'”’)")  # noqa: RUF001 - as they are typed
_MOST_DEEP = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand beside each other; in points, from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def height(self) -> float:
        """How high it is, in points."""
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        """How high its middle stands."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column; ``cells`` counts the parts it has with wide gaps between them."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    height: float
    cells: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, in order."""

    lines: tuple[Line, ...]

    @property
    def height(self) -> float:
        """The usual height of its lines."""
        return median(line.height for line in self.lines)


def columns(segments: Sequence[Segment], deep: int = 0) -> list[list[Line]]:
    """Return the lines of a page by column, in the order in which a person reads them.

    What stands across both columns (a title, a wide picture's caption) parts what is above it
    from what is below it.
    """
    gutter = _gutter(segments) if deep < _MOST_DEEP else None
    if gutter is None:
        return [_rows(segments)] if segments else []
    found: list[list[Line]] = []
    left: list[Segment] = []
    right: list[Segment] = []
    across: list[Segment] = []

    def close() -> None:
        for part in (left, right):
            found.extend(columns(tuple(part), deep + 1))
            part.clear()

    for segment in sorted(segments, key=lambda each: (-each.middle, each.left)):
        crosses = segment.left < gutter < segment.right
        if crosses:
            close()
            across.append(segment)
            continue
        if across:
            if _beside(segment, across[-1]):
                across.append(segment)
                continue
            found.append(_rows(across))
            across.clear()
        (left if segment.right <= gutter else right).append(segment)
    close()
    if across:
        found.append(_rows(across))
    return found


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Group a column's lines by their distances, sizes, indents and bullets."""
    if not lines:
        return []
    distances = [above.bottom - below.bottom for above, below in _pairs(lines)]
    usual = median(distances) if distances else 0.0
    right = sorted(line.right for line in lines)[-1 - len(lines) // 10]
    groups: list[list[Line]] = [[lines[0]]]
    for (above, line), distance in zip(_pairs(lines), distances, strict=True):
        if _begins(above, line, groups[-1], distance, usual, right):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [Paragraph(tuple(group)) for group in groups]


def _pairs(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    return list(pairwise(lines))


def _begins(  # noqa: PLR0913 - what a person looks at, too
    above: Line, line: Line, group: list[Line], distance: float, usual: float, right: float
) -> bool:
    """Whether a line begins a paragraph."""
    height = max(above.height, line.height)
    if abs(above.height - line.height) > 0.12 * height:
        return True
    if distance > max(_PARAGRAPH_GAP * usual, 1.15 * height) or distance < -height:
        return True
    if above.cells > 1 or line.cells > 1 or BULLET.match(line.text):
        return True
    indent = line.left - above.left
    if len(group) > 1 and indent > _INDENT * height and group[-1].left <= group[-2].left + 1:
        return True
    short = above.right < right - 0.2 * (right - above.left)
    return short and above.text.endswith(_ENDED)


def _gutter(segments: Sequence[Segment]) -> float | None:
    """Where the white between two columns of prose stands; None where there is none."""
    if len(segments) < 2 * _FEWEST_LINES:
        return None
    first, last = min(s.left for s in segments), max(s.right for s in segments)
    width = last - first
    changes: Counter[int] = Counter()
    for segment in segments:
        changes[int(segment.left - first)] += 1
        changes[int(segment.right - first) + 1] -= 1
    covered, crossing = [], 0
    for x in range(min(int(width) + 1, 20_000)):
        crossing += changes[x]
        covered.append(crossing)
    low, high = int(0.2 * width), int(0.8 * width)
    inner = covered[low:high]
    if not inner:
        return None
    least = min(inner)
    if least > len(segments) / 3:
        return None
    for start, end in sorted(_runs(inner, least), key=lambda run: run[0] - run[1]):
        middle = first + low + (start + end) / 2
        if end - start >= _COLUMN_GAP - 1 and _is_prose(segments, middle):
            return middle
    return None


def _runs(values: Sequence[int], wanted: int) -> list[tuple[int, int]]:
    found, start = [], None
    for position, value in enumerate([*values, wanted - 1]):
        if value == wanted and start is None:
            start = position
        elif value != wanted and start is not None:
            found.append((start, position))
            start = None
    return found


def _is_prose(segments: Sequence[Segment], gutter: float) -> bool:
    """Whether lines of prose, and no cells of a table, stand side by side at a gutter.

    A column may have a line or two, but only where nothing at all stands across the gutter.
    """
    left = [s for s in segments if s.right <= gutter]
    right = [s for s in segments if s.left >= gutter]
    fewest = 1 if len(left) + len(right) == len(segments) else _FEWEST_LINES
    if min(len(left), len(right)) < fewest:
        return False
    for side in (left, right):
        widths = [s.right - s.left for s in side]
        extent = max(s.right for s in side) - min(s.left for s in side)
        long = median(len(s.text) for s in side) >= _PROSE
        if not long or median(widths) < _FILLED * extent:
            return False
    top = min(max(s.top for s in left), max(s.top for s in right))
    bottom = max(min(s.bottom for s in left), min(s.bottom for s in right))
    height = median(s.height for s in segments)
    return top - bottom > (0.5 if fewest == 1 else 2) * height


def _beside(one: Segment, other: Segment) -> bool:
    return one.bottom < other.middle < one.top


def _rows(segments: Sequence[Segment]) -> list[Line]:
    """Join what stands beside each other into lines, from the top down."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda each: (-each.middle, each.left)):
        if rows and (_beside(segment, rows[-1][0]) or _beside(rows[-1][0], segment)):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [_line(row) for row in rows]


def _line(row: list[Segment]) -> Line:
    if len(row) == 1:
        (one,) = row
        return Line(one.left, one.bottom, one.right, one.top, one.text, one.height)
    backwards = _is_rtl("".join(segment.text for segment in row))
    ordered = sorted(row, key=lambda segment: -segment.right if backwards else segment.left)
    height = max(segment.height for segment in row)
    text, cells = ordered[0].text, 1
    for before, segment in pairwise(ordered):
        gap = before.left - segment.right if backwards else segment.left - before.right
        wide = gap > _CELL_GAP * height
        cells += wide
        text += ("\t" if wide else " " if gap > 0.1 * height else "") + segment.text
    return Line(
        left=min(segment.left for segment in row),
        bottom=min(segment.bottom for segment in row),
        right=max(segment.right for segment in row),
        top=max(segment.top for segment in row),
        text=text,
        height=height,
        cells=cells,
    )


def _is_rtl(text: str) -> bool:
    if text.isascii():
        return False
    kinds = [unicodedata.bidirectional(character) for character in text[:200]]
    return sum(kind in {"R", "AL"} for kind in kinds) > kinds.count("L")

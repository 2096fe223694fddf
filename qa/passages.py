"""Cutting a document into passages: windows of whole sentences within one section.

Where a long section is cut hangs on the words around the cut alone (content-defined chunking by
local minima: Bjørner, Blass, Gurevich, "Content-dependent chunking for differential compression,
the local maximum approach", JCSS 2010), so that an edit changes the passages near it and no
others. Packing greedily from the section's start would move every boundary behind the edit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from qa import sentences
from qa.nouns import Passage

if TYPE_CHECKING:
    from qa.nouns import Block, Document

# Scripts written without spaces: about two characters make a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Marks between two blocks of one section that are no words: bullets, numbers, fences, directives.
_MARKS = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,}).*$|^[ \t]*\.\. [\w:+.-]+::.*$|^[ \t]*:[\w -]+:.*$|\d+[.)]|\[[ xX]\]",
    re.MULTILINE,
)
_WORD = re.compile(r"\w")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*")
_RULE = re.compile(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*")
_LINE = re.compile(r"[^\r\n]+")
_LONG_WORD = 12


@dataclass(frozen=True, slots=True)
class CutSettings:
    """How long passages are, in words (`count_words`).

    A section of at most ``max_words`` is one passage; otherwise passages have ``min_words`` to
    ``max_words``, to which up to ``overlap`` sentences of each neighbour, together at most
    ``overlap_words`` a side, are added. ``version`` rises when the same settings cut differently.
    """

    min_words: int = 60
    max_words: int = 180
    overlap: int = 1
    overlap_words: int = 40
    version: int = 1


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a line of a table or of code, with its length and its block's number."""

    start: int
    end: int
    words: int
    block: int


def cut(document: Document, settings: CutSettings) -> tuple[Passage, ...]:
    """Return the document's passages in order of their start.

    ``document.text[start:end]`` runs from the start of its first sentence to the end of its last;
    every sentence of every block is in at least one passage. A passage has at most ``max_words``
    and twice ``overlap_words``, unless a single sentence is longer.
    """
    return tuple(
        passage
        for section in _sections(document)
        for passage in _windows(document, section, settings)
    )


def embedded_text(title: str, headings: tuple[str, ...], text: str) -> str:
    """Return what is embedded and indexed by words for a passage: title, heading path, text.

    One line each; the title is not repeated where the first heading says the same.
    """
    above = headings if headings and headings[0] == title else (title, *headings)
    return "\n".join(line for line in (*above, text) if line)


def count_words(text: str) -> int:
    """Count words by white space; in scripts without spaces, two characters are a word.

    Text with hardly any space (addresses, code, figures) counts a word for each 12 characters,
    because an encoder cuts it into pieces of about that length or less.
    """
    if text.isascii():
        return max(len(text.split()), len(text) // _LONG_WORD)
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return max(len(spaced.split()), (len(text) - unspaced) // _LONG_WORD) + (unspaced + 1) // 2


def _sections(document: Document) -> list[list[Block]]:
    """Group consecutive blocks of one heading path with no other words (a heading) between.

    A block that stands alone is a section of its own.
    """
    sections: list[list[Block]] = []
    for block in document.blocks:
        if sections and _continues(document.text, sections[-1][-1], block):
            sections[-1].append(block)
        else:
            sections.append([block])
    return sections


def _continues(text: str, before: Block, block: Block) -> bool:
    if before.alone or block.alone or before.headings != block.headings:
        return False
    gap = text[before.end : block.start]
    return gap.isspace() or not _WORD.search(_MARKS.sub("", gap))


def _windows(document: Document, section: list[Block], settings: CutSettings) -> list[Passage]:
    units = [
        unit for number, block in enumerate(section) for unit in _units(document, block, number)
    ]
    chunks = pairwise(_cuts(document.text, units, settings))
    return [
        Passage(
            start=units[first].start,
            end=units[last - 1].end,
            headings=section[0].headings,
            sentences=tuple((unit.start, unit.end) for unit in units[first:last]),
        )
        for first, last in _distinct([_extended(units, *chunk, settings) for chunk in chunks])
    ]


def _extended(units: list[_Unit], first: int, last: int, settings: CutSettings) -> tuple[int, int]:
    """Widen a chunk by the overlap on either side."""
    before = units[max(0, first - settings.overlap) : first][::-1]
    after = units[last : last + settings.overlap]
    return first - _overlap(before, settings), last + _overlap(after, settings)


def _distinct(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out windows that lie in a neighbour: a short chunk its neighbours' overlap covers."""
    kept: list[tuple[int, int]] = []
    for window, following in zip(windows, [*windows[1:], (0, 0)], strict=True):
        in_following = following[0] <= window[0] and window[1] <= following[1]
        if kept and window[1] <= kept[-1][1]:
            continue
        if not in_following or window == following:
            kept.append(window)
    return kept


def _overlap(neighbours: list[_Unit], settings: CutSettings) -> int:
    """Count how many of the neighbouring sentences, nearest first, fit into the overlap."""
    lengths = accumulate(unit.words for unit in neighbours)
    return sum(length <= settings.overlap_words for length in lengths)


def _units(document: Document, block: Block, number: int) -> list[_Unit]:
    text = document.text
    lines = _is_lines(text, block)
    spans = _lines(text, block) if lines else sentences.split(text, block.start, block.end)
    return [_Unit(start, end, count_words(text[start:end]), number) for start, end in spans]


def _lines(text: str, block: Block) -> list[tuple[int, int]]:
    """Return the block's lines; rules without words go with the line above, or else below."""
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text, block.start, block.end):
        parts = sentences.cut_long(text, *line.span())
        short = len(parts) == 1 and spans and parts[0][1] - spans[-1][0] <= sentences.LONGEST
        if short and not (_WORD.search(line[0]) and _WORD.search(text, *spans[-1])):
            spans[-1] = (spans[-1][0], parts[0][1])
        else:
            spans.extend(parts)
    return spans


def _is_lines(text: str, block: Block) -> bool:
    """Whether a block is a table or code, whose units are lines and not sentences."""
    if block.lines:
        return True
    lines_before = text[max(0, block.start - 400) : block.start].splitlines(keepends=True)
    if lines_before and not lines_before[-1].endswith(("\n", "\r")):
        lines_before.pop()
    if lines_before and lines_before[-1].lstrip(" \t>").startswith(("```", "~~~")):
        return True
    lines = [line.group() for line in _LINE.finditer(text, block.start, block.end)]
    if len(lines) > 1 and _DELIMITER_ROW.fullmatch(lines[1]):
        return True
    if len(lines) > 1 and all(line.lstrip().startswith(("|", "+-", "+=")) for line in lines):
        return True
    return len(lines) > 2 and bool(_RULE.fullmatch(lines[0]) and _RULE.fullmatch(lines[-1]))


def _cuts(text: str, units: list[_Unit], settings: CutSettings) -> list[int]:
    """Return the numbers of the units at which chunks begin, and the number of units."""
    before = [0, *accumulate(unit.words for unit in units)]
    inner = _minima(text, units, before, settings) if before[-1] > settings.max_words else []
    chunks = [0, *inner, len(units)] if units else []
    evened = [
        boundary
        for first, last in pairwise(chunks)
        for boundary in _even(units, before, first, last, settings.max_words)
    ]
    return [*evened, len(units)]


def _minima(text: str, units: list[_Unit], before: list[int], settings: CutSettings) -> list[int]:
    """Return the boundaries of the best priority within ``min_words`` to either side.

    Ends of blocks come before ends of sentences; among equals a hash of the two sentences that
    meet there decides; among equal hashes (repeated text) the first.
    """
    reach, total = settings.min_words, before[-1]
    inner = [number for number in range(1, len(units)) if reach <= before[number] <= total - reach]
    priorities = [_priority(text, units[number - 1], units[number]) for number in inner]
    found: list[int] = []
    low = high = 0
    rising: deque[int] = deque()  # positions in `inner` whose priorities rise: a sliding minimum
    for position, number in enumerate(inner):
        while high < len(inner) and before[inner[high]] <= before[number] + reach:
            while rising and priorities[rising[-1]] > priorities[high]:
                rising.pop()
            rising.append(high)
            high += 1
        while before[inner[low]] < before[number] - reach:
            low += 1
        while rising[0] < low:
            rising.popleft()
        if rising[0] == position:
            found.append(number)
    return found


def _priority(text: str, left: _Unit, right: _Unit) -> tuple[bool, int]:
    import xxhash

    meeting = f"{text[left.start : left.end]}\0{text[right.start : right.end]}"
    return left.block == right.block, xxhash.xxh3_64_intdigest(meeting.encode("utf-8", "replace"))


def _even(units: list[_Unit], before: list[int], first: int, last: int, longest: int) -> list[int]:
    """Return where the parts of a chunk begin: itself, or evenly cut where it is too long."""
    words = before[last] - before[first]
    if words <= longest or last - first == 1:
        return [first]
    parts = -(-words // longest)
    starts = [first]
    for part in range(1, parts):
        target = before[first] + words * part / parts
        nearest = _nearest(units, before, target, words / parts / 4)
        if starts[-1] < nearest < last:
            starts.append(nearest)
    if len(starts) == 1:  # a long sentence at one end draws every boundary to it
        starts.append(last - 1 if before[last - 1] - before[first] <= words / 2 else first + 1)
    pieces = pairwise([*starts, last])
    return [start for a, b in pieces for start in _even(units, before, a, b, longest)]


def _nearest(units: list[_Unit], before: list[int], target: float, slack: float) -> int:
    """Return the unit whose start, in words, is nearest to the target; of two the first.

    The first unit of a block goes before the others if it is no farther off than ``slack``.
    """
    above = bisect_left(before, target)
    low, high = bisect_left(before, target - slack), bisect_right(before, target + slack)
    blocks = [n for n in range(max(1, low), min(high, len(units))) if _opens_block(units, n)]
    near = blocks or [max(0, above - 1), above]
    return min(near, key=lambda number: (abs(before[number] - target), number))


def _opens_block(units: list[_Unit], number: int) -> bool:
    return units[number].block != units[number - 1].block

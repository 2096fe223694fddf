"""Where sentences begin and end, as spans in the whole text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Above this many characters a "sentence" is no sentence, but text without punctuation.
LONGEST = 1_000
# How much text the library is given at a time: a bound on what one strange line can cost.
_PIECE = 20_000

_WORD = re.compile(r"\w")
# The library knows no full stops of Chinese and Japanese; closing quotes belong to the sentence.
_CJK_STOPS = "。！？｡"  # noqa: RUF001 - the stops themselves
_CJK_STOP = re.compile(rf"[{_CJK_STOPS}]+[」』”’）》〉】〕\"')]*")  # noqa: RUF001 - as above
# Without any of these no sentence ends, and the library need not be asked.
_COULD_END = re.compile(r"[^\w\s,'\"’“”-]")  # noqa: RUF001 - as they are typed
# What is a mark and not a sentence where it stands alone: "1.", "a)", "(iv)", "3.2.", a bullet.
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,5})[.)]{1,2}")
_ZERO_WIDTH_JOINER = "\u200d"

Span = tuple[int, int]


def split(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the sentences of ``text[start:end]``, as absolute spans in order.

    Spans are trimmed of white space, do not overlap, and cover every character that is not white
    space. None is longer than `LONGEST`: what has no punctuation is cut at spaces, or between
    characters where there are none. Time is linear in ``end - start``.

    Boundaries come from syntok, to which Chinese and Japanese full stops are added; a bullet or a
    number that only introduces a sentence, and closing marks, stay with it.
    """
    starts = [start]
    for piece_start, piece_end in _between_cjk_stops(text, start, end):
        starts.extend(_starts(text, piece_start, piece_end))
    starts.append(end)
    spans = [_trim(text, a, b) for a, b in pairwise(starts)]
    joined = _join_marks(text, [span for span in spans if span[0] < span[1]])
    return tuple(part for span in joined for part in _cap(text, *span))


def cut_long(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return ``text[start:end]``, trimmed, in spans of at most `LONGEST` characters."""
    start, end = _trim(text, start, end)
    return tuple(_cap(text, start, end)) if start < end else ()


def _between_cjk_stops(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield consecutive stretches that end with a Chinese or Japanese full stop, and the rest."""
    for stop in _CJK_STOP.finditer(text, start, end):
        yield start, stop.end()
        start = stop.end()
    if start < end:
        yield start, end


def _starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences start in a stretch, reading it in bounded pieces.

    The last sentence of a piece may have been cut by the piece's end, so the next piece begins
    with it again; where a piece is one endless sentence, the next one goes on with it.
    """
    going_on = False
    while start < end:
        piece_end = min(start + _PIECE, end)
        found = [start + offset for offset in _library_starts(text[start:piece_end])]
        if going_on:
            del found[:1]  # where the piece begins, and no sentence
        if piece_end == end:
            yield from found
            return
        yield from found[:-1]
        if found and found[-1] > start:
            start, going_on = found[-1], False
        else:
            yield from found
            going_on = going_on or bool(found)
            start = _last_gap(text, start + _PIECE // 2, piece_end)


def _library_starts(piece: str) -> list[int]:
    if not _COULD_END.search(piece.rstrip(_CJK_STOPS)):
        return [0]
    from syntok.segmenter import segment
    from syntok.tokenizer import Tokenizer

    tokens = Tokenizer(replace_not_contraction=False).tokenize(piece)
    return [sentence[0].offset for sentence in segment(tokens) if sentence]


def _last_gap(text: str, half: int, last: int) -> int:
    """Return the last place in ``half..last`` after a space, else between characters."""
    for position in range(last, half, -1):
        if text[position - 1].isspace():
            return position
    return _between_characters(text, half, last)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _join_marks(text: str, spans: list[Span]) -> list[Span]:
    """Give bullets and numbers to the sentence they introduce, other loose marks to the one before.

    Only what is short is a mark: a page of dashes stays what it is.
    """
    joined: list[Span] = []
    pending: int | None = None
    for start, end in spans:
        first = start if pending is None else pending
        pending = None
        short = end - start <= 8
        if short and _ENUMERATOR.fullmatch(text, start, end):
            pending = first
        elif short and not _WORD.search(text, start, end):
            if joined and not text[joined[-1][1] : start].count("\n"):
                joined[-1] = (joined[-1][0], end)
            else:
                pending = first
        else:
            joined.append((first, end))
    if pending is not None:
        joined.append((pending, spans[-1][1]))
    return joined


def _cap(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        cut = _cut(text, start)
        yield _trim(text, start, cut)
        start = _trim(text, cut, end)[0]
    if start < end:
        yield start, end


def _cut(text: str, start: int) -> int:
    """Choose where to cut a text that is too long: before a word, else between characters.

    Of the words in the second half the last with the least hash is taken, so that the choice
    hangs on the words alone: after an edit the cuts soon fall where they fell before.
    """
    import xxhash

    half, last = start + LONGEST // 2, start + LONGEST
    gaps = [
        (xxhash.xxh3_64_intdigest(gap[1].encode("utf-8", "replace")), -half - gap.end())
        for gap in re.finditer(r"\s+(?=(\S{1,64}))", text[half : last + 64])
        if half + gap.end() <= last
    ]
    return -min(gaps)[1] if gaps else _between_characters(text, half, last)


def _between_characters(text: str, half: int, last: int) -> int:
    """Return the last place up to ``last`` that parts no combining sequence or joined emoji."""
    for position in range(last, half, -1):
        following = text[position]
        if (
            unicodedata.category(following)[0] != "M"
            and following != _ZERO_WIDTH_JOINER
            and text[position - 1] != _ZERO_WIDTH_JOINER
            and not "\U0001f3fb" <= following <= "\U0001f3ff"  # skin tones
        ):
            return position
    return last

"""What a reader found in a passage: a span of whole words, and the sentences that it stands in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.nouns import Hit
    from qa.span_logits import Extraction, Span

_BEFORE, _AFTER = "$€£¥", "%‰°"
_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
# Scripts from here on leave no space between words.
_UNSPACED = "\u0e00"
# A span that has less of a sentence than this, and more of another, only strayed into it.
_STRAY = 0.6


class Found(NamedTuple):
    """A span that the reader found in a passage, and the sentences around it.

    ``first`` says whether it is the best of its passage.
    """

    hit: Hit
    span: Span
    extraction: Extraction
    quote: tuple[int, int]
    first: bool

    @property
    def text(self) -> str:
        """The words of the span."""
        return self.hit.text[self.span.start : self.span.end]

    @property
    def sentence(self) -> str:
        """The words of the sentences around it."""
        start = self.hit.start
        return self.hit.text[self.quote[0] - start : self.quote[1] - start]

    @property
    def above(self) -> str:
        """What stands above its passage: title and headings."""
        return " ".join((self.hit.title, *self.hit.headings))


def found_in(read: Sequence[Hit], extractions: Sequence[Extraction]) -> Iterator[Found]:
    """The spans found in some passages: of whole words, and not straying into a next sentence.

    What opens in a span closes in it.
    """
    for hit, extraction in zip(read, extractions, strict=True):
        for place, span in enumerate(extraction.spans):
            kept = paired(hit.text, whole_words(hit.text, within_sentences(hit, span)))
            yield Found(hit, kept, extraction, quote_around(hit, kept), place == 0)


def title_of(hit: Hit) -> str:
    """What stands above a passage, as the reader is shown it."""
    return " > ".join((hit.title, *hit.headings))


def within_sentences(hit: Hit, span: Span) -> Span:
    """The span without what it has of a sentence that it only begins, or only ends.

    A span of one sentence, or of most of several, stays.
    """
    start, end = hit.start + span.start, hit.start + span.end
    inside = [(a, b) for a, b in hit.sentences if a < end and start < b]
    shares = [(min(b, end) - max(a, start)) / (b - a) for a, b in inside]
    if len(inside) < 2 or min(shares[0], shares[-1]) >= _STRAY:
        return span
    if shares[-1] < _STRAY:  # what comes first was meant
        end = inside[-2][1]
    else:
        start = inside[1][0]
    return replace(span, start=start - hit.start, end=end - hit.start)


def whole_words(text: str, span: Span) -> Span:
    """The span widened to whole words, to the sign of a currency before it, of a share after it.

    Not in scripts that leave no space between words.
    """
    start, end = span.start, span.end
    while 0 < start < len(text) and (
        _within_word(text, start) or (text[start - 1] in _BEFORE and text[start].isdigit())
    ):
        start -= 1
    while 0 < end < len(text) and _within_word(text, end):
        end += 1
    if 0 < end < len(text) and text[end] in _AFTER and text[end - 1].isdigit():
        end += 1
    return replace(span, start=start, end=end)


def paired(text: str, span: Span) -> Span:
    """The span with the quotation mark or bracket beside it whose other one it has.

    Without its own, at its edge, where the other is further away. Straight quotation marks, which
    do not show whether they open or close, stay as they are.
    """
    start, end = span.start, span.end
    for opens, closes in _PAIRS:
        unclosed = text.count(opens, start, end) - text.count(closes, start, end)
        if unclosed == -1 and text[start - 1 : start] == opens:
            start -= 1
        elif unclosed == -1 and text[end - 1] == closes:
            end -= 1
        elif unclosed == 1 and text[end : end + 1] == closes:
            end += 1
        elif unclosed == 1 and text[start] == opens:
            start += 1
    return replace(span, start=start, end=end) if start < end else span


def quote_around(hit: Hit, span: Span) -> tuple[int, int]:
    """The sentence, or sentences, that a span stands in; the span itself where there is none."""
    start, end = hit.start + span.start, hit.start + span.end
    inside = [(a, b) for a, b in hit.sentences if a < end and start < b]
    if not inside:
        return start, end
    return min(start, inside[0][0]), max(end, inside[-1][1])


def _within_word(text: str, at: int) -> bool:
    return all(c.isalnum() and c < _UNSPACED for c in text[at - 1 : at + 1])

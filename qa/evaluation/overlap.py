"""Citations compared with evidence, character by character.

Precision and recall of citations are those of ALCE (Gao et al., Enabling Large Language Models to
Generate Text with Citations, EMNLP 2023) with one difference: where ALCE asks a model whether a
cited passage supports a statement, here labels say which characters do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.nouns import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.evaluation.nouns import Cited, Labels, Piece

# The share of the shorter of quote and label that must be common to both.
_HIT = 0.5


def precision(citations: Sequence[Cited], labels: Labels) -> float | None:
    """The share of the characters cited that lie in evidence; None where nothing was cited.

    A citation of words that stand elsewhere too counts where it does best.
    """
    cited, total = 0.0, 0
    evidence = [place for piece in labels.pieces for place in piece.places]
    for citation in citations:
        spans = _places(citation)
        inside = [_common([span], evidence) / (span.end - span.start) for span in spans]
        length = citation.end - citation.start
        cited += max(inside, default=0.0) * length
        total += length
    return cited / total if total else None


def recall(citations: Sequence[Cited], labels: Labels, *, needs_all: bool) -> float:
    """The share of the characters of evidence that were cited.

    Of evidence that answers alone, the piece and the place that was cited best; of evidence that
    is all needed, all pieces together, each at its best place.
    """
    spans = [span for citation in citations for span in _places(citation)]
    shares = [_share(piece, spans) for piece in labels.pieces]
    if not shares:
        return 0.0
    if not needs_all:
        return max(share for share, _ in shares)
    return sum(share * length for share, length in shares) / sum(length for _, length in shares)


def harmonic(first: float, second: float) -> float:
    """The F1 of a precision and a recall; 0 where both are."""
    return 2 * first * second / (first + second) if first + second else 0.0


def is_hit(citations: Sequence[Cited], labels: Labels) -> bool:
    """Whether a quote is a labelled one: half of the shorter of both is common to them."""
    places = [place for piece in labels.pieces for place in piece.places]
    for citation in citations:
        for span in _places(citation):
            for place in places:
                shorter = min(span.end - span.start, place.end - place.start)
                if _common([span], [place]) >= _HIT * shorter > 0:
                    return True
    return False


def _places(citation: Cited) -> list[Span]:
    own = Span(citation.document, citation.start, citation.end)
    return [span for span in (own, *citation.also_in) if span.end > span.start]


def _share(piece: Piece, spans: Sequence[Span]) -> tuple[float, int]:
    """How much of a piece was cited at its best place, and how long it is."""
    best, length = 0.0, max(len(piece.quote), 1)
    for place in piece.places:
        share = _common([place], spans) / (place.end - place.start)
        if share > best:
            best, length = share, place.end - place.start
    return best, length


def _common(first: Iterable[Span], second: Iterable[Span]) -> int:
    """How many characters lie in spans of both; within each, overlaps count once."""
    total = 0
    others = _merged(second)
    for span in _merged(first):
        for other in others:
            if span.document == other.document:
                total += max(0, min(span.end, other.end) - max(span.start, other.start))
    return total


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.document, s.start, s.end)):
        last = merged[-1] if merged else None
        if last and last.document == span.document and span.start <= last.end:
            merged[-1] = Span(last.document, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged

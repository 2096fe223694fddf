"""Answers from a reader: spans of all the best passages compete, with the retrieval scores."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa import tokens
from qa.extract import Candidate, Weights, rarities
from qa.guard import Mismatch, mismatch
from qa.reader import Context, Extraction, Reader, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.nouns import Hit
    from qa.search import Candidates
    from qa.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SpanExtractor:
    """Reads the best passages and ranks what the reader found in them.

    ``weights`` is a logistic model over `features`: the probability that the span answers.
    """

    snapshot: Snapshot
    reader: Reader
    weights: Weights
    passages: int = 8

    def extract(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> tuple[Candidate, ...]:
        """Candidate spans, most probable first, ties by passage rank and place."""
        read = found[: self.passages]
        contexts = [Context(_title(hit), hit.text) for hit in read]
        extractions = self.reader.read(question, contexts)
        rarity = rarities(self.snapshot, candidates.terms)
        said = _said(read, extractions)
        made = [
            self._candidate(question, hit, span, features(hit, span, extraction, rarity, said))
            for hit, extraction in zip(read, extractions, strict=True)
            for span in extraction.spans
        ]
        return tuple(sorted(made, key=lambda c: (-c.probability, c.hit.rank, c.start)))

    def _candidate(
        self, question: str, hit: Hit, span: Span, values: list[float]
    ) -> Candidate:
        start, end = hit.start + span.start, hit.start + span.end
        quote = quote_around(hit, start, end)
        sentence = hit.text[quote[0] - hit.start : quote[1] - hit.start]
        lacking = mismatch(question, hit, sentence)
        probability = self.weights.probability([*values, *lacks(lacking)])
        return Candidate(hit, start, end, *quote, probability, lacking)


def features(
    hit: Hit,
    span: Span,
    extraction: Extraction,
    rarity: dict[str, float],
    said: Counter[str],
) -> list[float]:
    """What speaks for a span, in the order the weights have.

    The margin over the null answer and the answerable logit, both over 10; the share of the
    question's weight in the passage with what stands above it; the passage's fused score without
    exact matches, its cosine, and one over its rank; whether other passages say the same words;
    the span's length in tens of words, at most 3.
    """
    around = set(tokens.analyse(" ".join((hit.title, *hit.headings, hit.text))))
    total = sum(rarity.values()) or 1.0
    words = hit.text[span.start : span.end]
    return [
        max(-3.0, min(3.0, span.score / 10)),
        max(-3.0, min(3.0, extraction.answerable / 10)),
        sum(weight for term, weight in rarity.items() if term in around) / total,
        hit.score - hit.scores["exact"],
        hit.scores["dense"],
        1 / hit.rank,
        1.0 if said[_key(words)] > 1 else 0.0,
        min(len(words.split()) / 10, 3.0),
    ]


def lacks(lacking: Mismatch) -> list[float]:
    """What speaks against: a year that is missing, the share of names that are."""
    return [1.0 if lacking.years else 0.0, lacking.names_share]


def quote_around(hit: Hit, start: int, end: int) -> tuple[int, int]:
    """The sentence, or sentences, that a span stands in; the span itself where there is none."""
    inside = [(a, b) for a, b in hit.sentences if a < end and start < b]
    if not inside:
        return start, end
    return min(start, inside[0][0]), max(end, inside[-1][1])


def _title(hit: Hit) -> str:
    return " > ".join((hit.title, *hit.headings))


def _said(read: Sequence[Hit], extractions: Sequence[Extraction]) -> Counter[str]:
    """In how many passages the reader's first choice has the same words."""
    firsts = (
        _key(hit.text[extraction.spans[0].start : extraction.spans[0].end])
        for hit, extraction in zip(read, extractions, strict=True)
        if extraction.spans
    )
    return Counter(firsts)


def _key(words: str) -> str:
    return " ".join(tokens.analyse(words)) or words

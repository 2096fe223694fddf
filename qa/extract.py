"""From ranked passages to the words that answer.

An `Extractor` reads passages for a question and gives candidate answers with a probability. The
one here works by sentences: it needs no trained reader, and can't tell a near miss from an answer.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa import tokens
from qa.guard import NOTHING_LACKING, Mismatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.nouns import Hit
    from qa.search import Candidates
    from qa.snapshot import Snapshot

    Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: ``start``/``end`` delimit it in its document's text.

    ``quote_start``/``quote_end`` delimit the sentence(s) to quote around it; ``probability`` is
    that of its being right, 0..1; ``lacking`` is what the question names and the passage does not.
    ``verdict`` is yes or no, where that is asked for and the sentence says so.
    """

    hit: Hit
    start: int
    end: int
    quote_start: int
    quote_end: int
    probability: float
    lacking: Mismatch = NOTHING_LACKING
    verdict: str | None = None

    @property
    def text(self) -> str:
        """Its words, as its passage has them."""
        return self._between(self.start, self.end)

    @property
    def quote(self) -> str:
        """The sentence(s) around it, as its passage has them."""
        return self._between(self.quote_start, self.quote_end)

    def _between(self, start: int, end: int) -> str:
        base = self.hit.start
        return self.hit.text[start - base : end - base]


class Extractor(Protocol):
    """Finds answers in passages."""

    @property
    def passages(self) -> int:
        """How many of the best passages are read."""

    @property
    def reranks(self) -> bool:
        """Whether passages are ranked anew by its probabilities."""

    @property
    def threshold(self) -> float:
        """The probability below which a candidate is no answer."""

    def extract(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> tuple[Candidate, ...]:
        """Candidate answers, most probable first; empty where no passage was given."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model over what a sentence and its passage show (see `features`)."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, values: Sequence[float]) -> float:
        """The probability that the sentence answers."""
        logit = self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences as vectors; those of earlier questions are remembered."""

    encoder: Encoder
    seen: dict[str, Vector] = field(default_factory=dict)

    def of(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, shape (len(texts), dimension), in order."""
        new = [text for text in dict.fromkeys(texts) if text not in self.seen]
        if len(self.seen) + len(new) > _MOST_SEEN:
            self.seen.clear()
            new = list(dict.fromkeys(texts))
        if new:
            self.seen.update(zip(new, self.encoder.encode_passages(new), strict=True))
        return np.stack([self.seen[text] for text in texts])


@dataclass(frozen=True, slots=True)
class SentenceExtractor:
    """Picks the sentence that answers best, of the best passages.

    A few sentences are shortlisted by the words they share with the question, weighed by how rare
    they are; the shortlist is embedded, and a logistic model decides.
    """

    snapshot: Snapshot
    vectors: SentenceVectors
    weights: Weights
    passages: int = 3
    shortlist: int = 4
    reranks: bool = False
    threshold: float = 0.0

    def extract(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> tuple[Candidate, ...]:
        """Candidate sentences, most probable first, ties by passage rank and place."""
        rarity = rarities(self.snapshot, candidates.terms)
        kind = asked_for(question)
        sketched = []
        for hit in found[: self.passages]:
            beside = set(tokens.analyse(" ".join((hit.title, *hit.headings))))
            for start, end in hit.sentences:
                text = hit.text[start - hit.start : end - hit.start]
                values = features(text, hit, rarity, beside, kind)
                sketched.append((hit, start, end, text, values))
        sketched.sort(key=lambda s: (-s[4][0] - s[4][2], s[0].rank, s[1]))
        short = sketched[: self.shortlist]
        if not short:
            return ()
        vectors = self.vectors.of([text for _, _, _, text, _ in short])
        cosines = (vectors @ candidates.vector).tolist()
        made = [
            Candidate(hit, start, end, start, end, self.weights.probability([cosine, *values]))
            for (hit, start, end, _, values), cosine in zip(short, cosines, strict=True)
        ]
        return joined(sorted(made, key=lambda c: (-c.probability, c.hit.rank, c.start)))


def joined(ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with the first one widened by neighbours that answer about as well.

    Where sentences next to each other can't be told apart, the answer is all of them.
    """
    if not ranked:
        return ()
    best = ranked[0]
    rivals = [
        c for c in ranked if c.hit is best.hit and c.probability >= _AS_GOOD * best.probability
    ]
    spans = best.hit.sentences
    close = {(c.start, c.end) for c in rivals}
    first = last = spans.index((best.start, best.end))
    while first > 0 and spans[first - 1] in close and last - first < _MOST_JOINED - 1:
        first -= 1
    while last + 1 < len(spans) and spans[last + 1] in close and last - first < _MOST_JOINED - 1:
        last += 1
    start, end = spans[first][0], spans[last][1]
    widened = replace(best, start=start, end=end, quote_start=start, quote_end=end)
    return (
        widened,
        *(c for c in ranked[1:] if c.end <= start or c.start >= end or c.hit is not best.hit),
    )


_MOST_SEEN = 10_000
_AS_GOOD = 0.9
_MOST_JOINED = 3
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half)\b", re.IGNORECASE
)
_YEAR = re.compile(
    r"\b1[0-9]{3}\b|\b20[0-9]{2}\b|\b\d0s\b|\b(?:January|February|March|April|May|June|July|"
    r"August|September|October|November|December)\b"
)
_NAME = re.compile(r"(?<=[\w,;] )(?:[A-Z][\w.'-]+)")
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|far|high|large|big)\b|\bpercent|%", re.IGNORECASE
)
_ASKS_TIME = re.compile(
    r"\bwhen\b|\b(?:what|which|in what) (?:year|date|month|day)\b", re.IGNORECASE
)
_ASKS_NAME = re.compile(r"\bwho(?:se|m)?\b|\bwhere\b|\bwhich\b", re.IGNORECASE)


def asked_for(question: str) -> re.Pattern[str] | None:
    """The look of what a question asks for (a number, a time, a name), where its words say so."""
    for asks, shows in ((_ASKS_NUMBER, _NUMBER), (_ASKS_TIME, _YEAR), (_ASKS_NAME, _NAME)):
        if asks.search(question):
            return shows
    return None


def rarities(snapshot: Snapshot, terms: Sequence[str]) -> dict[str, float]:
    """How much each term of a question tells: log((N + 1) / df), the most for one found nowhere."""
    return {term: snapshot.bm25.rarity(term) for term in set(terms)}


def features(
    sentence: str,
    hit: Hit,
    rarity: dict[str, float],
    beside: set[str],
    kind: re.Pattern[str] | None,
) -> list[float]:
    """What a sentence shows: shares and cosines 0..1, in the order the weights have.

    Share of the question's weight in the sentence; share in sentence, title or headings; whether
    it has what is asked for, 1 where nothing particular is; the passage's lexical and dense
    normalised scores, its cosine, and one over its rank; the sentence's length in hundreds of
    characters, at most 4.
    """
    terms = set(tokens.analyse(sentence))
    total = sum(rarity.values()) or 1.0
    inside = sum(weight for term, weight in rarity.items() if term in terms) / total
    around = sum(w for term, w in rarity.items() if term in terms or term in beside) / total
    return [
        inside,
        around,
        1.0 if kind is None or kind.search(sentence) else 0.0,
        hit.scores["lexical_normalised"],
        hit.scores["dense_normalised"],
        hit.scores["dense"],
        1 / hit.rank,
        min(len(sentence) / 100, 4.0),
    ]

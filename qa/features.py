"""What speaks for and against a span that a reader found: the numbers that a combination weighs."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from qa import tokens
from qa.answer_kind import not_ahead
from qa.contrast import opposed, unit_missing
from qa.extract import asked_for, rarities
from qa.guard import Mismatch, mismatch, names_of, years_of
from qa.places import elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.found import Found
    from qa.search import Candidates
    from qa.snapshot import Snapshot

# What the features are, in the order the weights have (see `Scene.features`).
FEATURES = (
    "margin",
    "answerable",
    "agreement",
    "coverage",
    "sentence_coverage",
    "lexical",
    "dense",
    "cosine",
    "reciprocal_rank",
    "said_elsewhere",
    "length",
    "kind",
    "names_missing",
    "sentence_cosine",
    "names_unknown",
    "unit_missing",
    "opposed",
    "elsewhere",
    "other_year",
    "lone_name",
    "not_ahead",
    "best_answerable",
    "best_cosine",
    "first",
)
_BOUND = 3.0
# What the sentences count with that are not embedded.
_UNSEEN = 0.3
# Terms that only say how something is asked for: "how much was it worth".
_ASKING = frozenset(tokens.analyse("much many worth long often far kind kinds sort type"))
_LONE_NAME = re.compile(r"[A-ZÀ-Þ]\S*")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a span of a question is compared with: the question, and all else that was found.

    ``rarity`` is how much each term of the question tells, ``unknown`` the share of its names that
    stand nowhere in the folder; ``cosines`` are those of sentences to it; ``said`` counts the
    passages whose best span has the same words; ``agreement`` is the share of all spans'
    exponential margins that those of the same words have; ``answerable`` is the highest of all.
    """

    question: str
    rarity: dict[str, float]
    unknown: float
    cosines: dict[str, float]
    said: Counter[str]
    agreement: dict[str, float]
    answerable: float
    cosine: float

    @staticmethod
    def of(
        snapshot: Snapshot,
        question: str,
        candidates: Candidates,
        spans: Sequence[Found],
        cosines: dict[str, float],
    ) -> Scene:
        """Look at all that was found for a question."""
        told = rarities(snapshot, candidates.terms)
        return Scene(
            question=question,
            rarity={term: weight for term, weight in told.items() if term not in _ASKING},
            unknown=_unknown(snapshot, question),
            cosines=cosines,
            said=Counter(_key(one.text) for one in spans if one.first),
            agreement=_agreement(spans),
            answerable=max((one.extraction.answerable for one in spans), default=0.0),
            cosine=max(cosines.values(), default=_UNSEEN),
        )

    def lacking(self, one: Found) -> Mismatch:
        """The years and names of the question that a span's passage and sentence lack."""
        return mismatch(self.question, one.hit, one.sentence)

    def share(self, text: str) -> float:
        """The share of the question's weight that a text has, 0..1."""
        return self._share(_terms(text))

    def features(self, one: Found, lacking: Mismatch) -> list[float]:
        """What speaks for a span, in the order of `FEATURES`.

        The margin over the null answer and the answerable logit, over 10 and bounded; what share of
        all spans' exponential margins those of these words have; the share of the question's weight
        in the passage, and in the sentence, each with what stands above; the passage's normalised
        scores, its cosine, and one over its rank; whether another passage's best span has the same
        words; the span's length in tens of words, at most 3; whether it has what is asked for (a
        number, a time, a name); the share of names that stand not in the passage; the cosine of the
        sentence to the question; the share of the question's names that stand nowhere in the
        folder.

        Then whether the sentence, with what stands above it, lacks the unit that is asked for, or
        has the opposite of a word of the question; whether the sentence is about another country,
        or another year; whether the span is one capitalised word, which may be a piece of a name;
        whether what will be is asked for and the sentence is of what was. Of all that was found,
        the highest answerable logit and cosine; and whether the span is the best of its passage.
        """
        hit, above = one.hit, one.above
        here = f"{above} {one.sentence}"
        passage = _terms(f"{above} {hit.text}")
        kind = asked_for(self.question)
        return [
            _bounded(one.span.score),
            _bounded(one.extraction.answerable),
            self.agreement[_key(one.text)],
            self._share(passage),
            self.share(here),
            hit.scores["lexical_normalised"],
            hit.scores["dense_normalised"],
            hit.scores["dense"],
            1 / hit.rank,
            float(self.said[_key(one.text)] > 1),
            min(len(one.text.split()) / 10, 3.0),
            # After a word, for a name is told from a sentence's first word by what is before it.
            float(kind is None or kind.search(f"of {one.text}") is not None),
            lacking.names_share,
            self.cosines.get(one.sentence, _UNSEEN),
            self.unknown,
            float(unit_missing(self.question, here)),
            float(opposed(self.question, here)),
            float(elsewhere(self.question, here)),
            float(_of_another_year(self.question, one.sentence)),
            float(_LONE_NAME.fullmatch(one.text) is not None),
            float(not_ahead(self.question, one.sentence)),
            _bounded(self.answerable),
            self.cosine,
            float(one.first),
        ]

    def _share(self, terms: frozenset[str]) -> float:
        total = sum(self.rarity.values()) or 1.0
        return sum(weight for term, weight in self.rarity.items() if term in terms) / total


@lru_cache(maxsize=128)  # a passage has several spans, and a sentence may have
def _terms(text: str) -> frozenset[str]:
    return frozenset(tokens.analyse(text))


def _agreement(spans: Sequence[Found]) -> dict[str, float]:
    """The share of all spans' exponential margins that the spans of each words have."""
    highest = max((one.span.score for one in spans), default=0.0)
    mass: defaultdict[str, float] = defaultdict(float)
    for one in spans:
        mass[_key(one.text)] += math.exp(one.span.score - highest)
    total = sum(mass.values())
    return {key: share / total for key, share in mass.items()}


def _of_another_year(question: str, sentence: str) -> bool:
    asked, there = set(years_of(question)), set(years_of(sentence))
    return bool(asked and there) and not asked & there


def _bounded(logit: float) -> float:
    return max(-_BOUND, min(_BOUND, logit / 10))


def _unknown(snapshot: Snapshot, question: str) -> float:
    names = names_of(question)
    nowhere = [
        name
        for name in names
        if not any(map(snapshot.bm25.document_frequency, tokens.analyse(name)))
    ]
    return len(nowhere) / len(names) if names else 0.0


def _key(words: str) -> str:
    return " ".join(tokens.analyse(words)) or words

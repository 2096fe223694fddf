"""What speaks for and against a span that a reader found: the numbers that a combination weighs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa import tokens
from qa.answer_kind import not_ahead, unfit
from qa.contrast import opposed, unit_missing
from qa.extract import asked_for, rarities
from qa.guard import Mismatch, mismatch, names_of
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
    "behind",
    "coverage",
    "sentence_coverage",
    "lexical",
    "dense",
    "cosine",
    "reciprocal_rank",
    "said_elsewhere",
    "length",
    "kind",
    "years_missing",
    "names_missing",
    "names_not_beside",
    "in_question",
    "sentence_cosine",
    "names_unknown",
    "unit_missing",
    "opposed",
    "rarest_missing",
    "elsewhere",
    "unfit",
    "not_ahead",
    "best_answerable",
    "best_cosine",
)
_BOUND = 3.0
# What the sentences count with that are not embedded.
_UNSEEN = 0.3
# Terms that only say how something is asked for: "how much was it worth".
_ASKING = frozenset(tokens.analyse("much many worth long often far kind kinds sort type"))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a span of a question is compared with: the question, and all else that was found.

    ``rarity`` is how much each of its terms tells, ``unknown`` the share of its names that stand
    nowhere in the folder; ``cosines`` are those of sentences to it; ``said`` counts the passages
    whose best span has the same words; ``margin`` and ``answerable`` are the highest of any span.
    """

    question: str
    terms: frozenset[str]
    rarity: dict[str, float]
    unknown: float
    cosines: dict[str, float]
    said: Counter[str]
    margin: float
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
            terms=frozenset(candidates.terms),
            rarity={term: weight for term, weight in told.items() if term not in _ASKING},
            unknown=_unknown(snapshot, question),
            cosines=cosines,
            said=Counter(_key(one.text) for one in spans if one.first),
            margin=max((one.span.score for one in spans), default=0.0),
            answerable=max((one.extraction.answerable for one in spans), default=0.0),
            cosine=max(cosines.values(), default=_UNSEEN),
        )

    def lacking(self, one: Found) -> Mismatch:
        """The years and names of the question that a span's passage and sentence lack."""
        return mismatch(self.question, one.hit, one.sentence)

    def share(self, text: str) -> float:
        """The share of the question's weight that a text has, 0..1."""
        return self._share(set(tokens.analyse(text)))

    def features(self, one: Found, lacking: Mismatch) -> list[float]:
        """What speaks for a span, in the order of `FEATURES`.

        The margin over the null answer and the answerable logit, over 10 and bounded, and how far
        the margin is behind the best of the question's; the share of the question's weight in the
        passage, and in the sentence, each with what stands above; the passage's normalised
        scores, its cosine, and one over its rank; whether another passage's best span has the same
        words; the span's length in tens of words, at most 3; whether it has what is asked for (a
        number, a time, a name); a year that is missing; the shares of names that stand not in the
        passage, and not in the sentence; what share of the span's words stand in the question; the
        cosine of the sentence to the question; the share of the question's names that stand
        nowhere in the folder.

        Then whether the sentence, with what stands above it, lacks the unit that is asked for, or
        has the opposite of a word of the question; whether the rarest word of the question is
        missing in the passage; whether the sentence is about another country; whether the span can
        hardly be what is asked for; whether what will be is asked for and the sentence is of what
        was. Last, of all that was found: the highest answerable logit and cosine.
        """
        hit, above = one.hit, one.above
        here = f"{above} {one.sentence}"
        passage = set(tokens.analyse(f"{above} {hit.text}"))
        kind = asked_for(self.question)
        return [
            _bounded(one.span.score),
            _bounded(one.extraction.answerable),
            max(-_BOUND, (one.span.score - self.margin) / 10),
            self._share(passage),
            self.share(here),
            hit.scores["lexical_normalised"],
            hit.scores["dense_normalised"],
            hit.scores["dense"],
            1 / hit.rank,
            float(self.said[_key(one.text)] > 1),
            min(len(one.text.split()) / 10, 3.0),
            float(kind is None or kind.search(one.text) is not None),
            float(bool(lacking.years)),
            lacking.names_share,
            lacking.names_apart,
            _known(one.text, self.terms),
            self.cosines.get(one.sentence, _UNSEEN),
            self.unknown,
            float(unit_missing(self.question, here)),
            float(opposed(self.question, here)),
            float(self._rarest not in (None, *passage)),
            float(elsewhere(self.question, here)),
            float(unfit(self.question, one.text)),
            float(not_ahead(self.question, one.sentence)),
            _bounded(self.answerable),
            self.cosine,
        ]

    @property
    def _rarest(self) -> str | None:
        return max(self.rarity, key=lambda term: (self.rarity[term], term), default=None)

    def _share(self, terms: set[str]) -> float:
        total = sum(self.rarity.values()) or 1.0
        return sum(weight for term, weight in self.rarity.items() if term in terms) / total


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


def _known(text: str, asked: frozenset[str]) -> float:
    terms = tokens.analyse(text)
    return sum(term in asked for term in terms) / len(terms) if terms else 1.0


def _key(words: str) -> str:
    return " ".join(tokens.analyse(words)) or words

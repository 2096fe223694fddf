"""Answers from a reader: spans of all the best passages compete, with the retrieval scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from qa.answer_kind import impossible
from qa.denial import denied
from qa.direction import agree
from qa.extract import Candidate, SentenceVectors
from qa.features import Scene
from qa.found import Found, found_in, title_of
from qa.reader import Context
from qa.wording import worded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.combination import Combination
    from qa.guard import Mismatch
    from qa.nouns import Hit
    from qa.reader import Reads
    from qa.search import Candidates
    from qa.snapshot import Snapshot

# A candidate this probable, as a share of the best one's, can't be told apart from it.
_AS_GOOD = 0.85
# Where its sentence has all words of the question and the best one's has not, so much is enough.
_HAS_ALL = 0.4
# What is left of the probability of words that can't be what is asked for, or of what goes from
# and to the wrong countries.
_IMPOSSIBLE = 0.2
_WHOLE = 0.999
# How many sentences are embedded for a question.
_EMBEDDED = 8


class _Ranked(NamedTuple):
    """A candidate, its features, and the share of the question's weight in its sentence.

    ``fit`` is what is left of its probability if it can't be what is asked for, else 1.
    """

    candidate: Candidate
    values: list[float]
    share: float
    fit: float


@dataclass(frozen=True, slots=True)
class SpanExtractor:
    """Reads the best passages and ranks what the reader found in them.

    ``combination`` ranks spans by their features, and says how sure to be of the best.
    """

    snapshot: Snapshot
    vectors: SentenceVectors
    reader: Reads
    combination: Combination
    passages: int = 12
    reranks: bool = True

    @property
    def threshold(self) -> float:
        """Below this probability a candidate is no answer."""
        return self.combination.threshold

    def extract(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> tuple[Candidate, ...]:
        """Candidate spans, most probable first, ties by passage rank and place.

        Of those that can't be told apart from the first, the one whose sentence has the most of the
        question's words goes before it; one whose sentence has all of them does so, too, unless it
        is less than two fifths as probable. The first has the probability that it answers; others
        have less in the measure in which they rank lower.
        """
        scene, spans = self._look(question, found, candidates)
        rows = [self._ranked(scene, one) for one in spans]
        rows.sort(key=lambda r: (-r.candidate.probability, r.candidate.hit.rank, r.candidate.start))
        if rows:
            rows.insert(0, rows.pop(_foremost(rows)))
        made = list(self._sure(rows))
        return tuple([worded(question, made[0]), *made[1:]] if made else ())

    def evidence(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> Iterator[tuple[Found, list[float]]]:
        """What the reader found in the best passages, and the features of each of it."""
        scene, spans = self._look(question, found, candidates)
        return ((one, self._evidence(scene, one)[1]) for one in spans)

    def _look(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> tuple[Scene, list[Found]]:
        read = found[: self.passages]
        pairs = [(question, Context(title_of(hit), hit.text)) for hit in read]
        spans = list(found_in(read, self.reader.read_pairs(pairs)))
        cosines = self._cosines(spans, candidates)
        return Scene.of(self.snapshot, question, candidates, spans, cosines), spans

    @staticmethod
    def _evidence(scene: Scene, one: Found) -> tuple[Mismatch, list[float]]:
        lacking = scene.lacking(one)
        return lacking, scene.features(one, lacking)

    def _cosines(self, spans: Sequence[Found], candidates: Candidates) -> dict[str, float]:
        """The cosines to the question of the sentences whose spans have the highest margins."""
        ordered = sorted(spans, key=lambda one: -one.span.score)
        texts = list(dict.fromkeys(one.sentence for one in ordered))[:_EMBEDDED]
        if not texts:
            return {}
        found = (self.vectors.of(texts) @ candidates.vector).tolist()
        return dict(zip(texts, found, strict=True))

    def _ranked(self, scene: Scene, one: Found) -> _Ranked:
        lacking, values = self._evidence(scene, one)
        fit = _IMPOSSIBLE if _unfit(scene.question, one) else 1.0
        probability = self.combination.rank(values) * fit
        start = one.hit.start
        first, last = start + one.span.start, start + one.span.end
        candidate = Candidate(one.hit, first, last, *one.quote, probability, lacking)
        return _Ranked(candidate, values, scene.share(one.sentence), fit)

    def _sure(self, rows: Sequence[_Ranked]) -> Iterator[Candidate]:
        """The candidates, each as probable as the first is and its own rank allows."""
        if not rows:
            return
        first, values, _, fit = rows[0]
        highest = first.probability
        certainty = self.combination.sure(highest / fit, values) * fit
        for row in rows:
            share = min(1.0, row.candidate.probability / highest) if highest else 0.0
            yield replace(row.candidate, probability=certainty * share)


def _unfit(question: str, one: Found) -> bool:
    return (
        impossible(question, one.text)
        or agree(question, one.sentence) is False
        or denied(question, one.sentence)
    )


def _foremost(rows: Sequence[_Ranked]) -> int:
    """Which of the candidates leads; the most probable is first."""
    highest = rows[0].candidate.probability

    def leads(n: int) -> float:
        row = rows[n]
        level = _HAS_ALL if row.share >= _WHOLE else _AS_GOOD
        return row.share if row.candidate.probability >= level * highest else -1.0

    return max(range(len(rows)), key=leads)

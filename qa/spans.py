"""Answers from a reader: spans of all the best passages compete, with the retrieval scores."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from qa import tokens
from qa.contrast import opposed, unit_missing
from qa.extract import Candidate, SentenceVectors, asked_for, rarities
from qa.guard import Mismatch, mismatch, names_of
from qa.reader import Context
from qa.wording import worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.combination import Combination
    from qa.nouns import Hit
    from qa.reader import Extraction, Reads, Span
    from qa.search import Candidates
    from qa.snapshot import Snapshot

# What the features are, in the order the weights have (see `features`).
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
)
# A candidate this probable, as a share of the best one's, can't be told apart from it.
_AS_GOOD = 0.85
_BOUND = 3.0
# How many sentences are embedded for a question, and what the others count with.
_EMBEDDED = 8
_UNSEEN = 0.3
# Terms that only say how something is asked for: "how much was it worth".
_ASKING = frozenset(tokens.analyse("much many worth long often far kind kinds sort type"))
_BEFORE, _AFTER = "$€£¥", "%‰°"
# Scripts from here on leave no space between words.
_UNSPACED = "\u0e00"


class _Found(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class SpanExtractor:
    """Reads the best passages and ranks what the reader found in them.

    ``combination`` gives the probability that a span answers from `features`.
    """

    snapshot: Snapshot
    vectors: SentenceVectors
    reader: Reads
    combination: Combination
    passages: int = 8
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
        question's words goes before it.
        """
        rarity = self._rarity(candidates)
        rows = [
            (
                self._candidate(one, lacking, values),
                _share(rarity, set(tokens.analyse(one.sentence))),
            )
            for one, lacking, values in self.evidence(question, found, candidates)
        ]
        rows.sort(key=lambda row: (-row[0].probability, row[0].hit.rank, row[0].start))
        made = [candidate for candidate, _ in rows]
        if rows:
            level = _AS_GOOD * made[0].probability
            close = [share for candidate, share in rows if candidate.probability >= level]
            made.insert(0, made.pop(max(range(len(close)), key=lambda i: close[i])))
        return tuple([worded(question, made[0]), *made[1:]] if made else ())

    def evidence(
        self, question: str, found: Sequence[Hit], candidates: Candidates
    ) -> list[tuple[_Found, Mismatch, list[float]]]:
        """What the reader found in the best passages, and what speaks for each of it."""
        read = found[: self.passages]
        contexts = [Context(title_of(hit), hit.text) for hit in read]
        extractions = self.reader.read_pairs([(question, context) for context in contexts])
        spans = [
            _Found(hit, span, extraction, quote_around(hit, span), place == 0)
            for hit, extraction in zip(read, extractions, strict=True)
            for place, span in enumerate(whole_words(hit.text, s) for s in extraction.spans)
        ]
        rarity = self._rarity(candidates)
        said = Counter(_key(one.text) for one in spans if one.first)
        best = max((one.span.score for one in spans), default=0.0)
        cosines = self._cosines(spans, candidates)
        asked = set(candidates.terms)
        unknown = _unknown(self.snapshot, question)
        rows = []
        for one in spans:
            lacking = mismatch(question, one.hit, one.sentence)
            values = features(question, one, rarity, lacking)
            again = 1.0 if said[_key(one.text)] > 1 else 0.0
            behind = max(-_BOUND, (one.span.score - best) / 10)
            whole = [*values[:2], behind, *values[2:8], again, *values[8:]]
            whole += [_known(one.text, asked), cosines.get(one.sentence, _UNSEEN), unknown]
            whole += _contrasts(question, one, rarity)
            rows.append((one, lacking, whole))
        return rows

    def _rarity(self, candidates: Candidates) -> dict[str, float]:
        told = rarities(self.snapshot, candidates.terms)
        return {term: weight for term, weight in told.items() if term not in _ASKING}

    def _cosines(self, spans: Sequence[_Found], candidates: Candidates) -> dict[str, float]:
        """The cosines to the question of the sentences whose spans have the highest margins."""
        ordered = sorted(spans, key=lambda one: -one.span.score)
        texts = list(dict.fromkeys(one.sentence for one in ordered))[:_EMBEDDED]
        if not texts:
            return {}
        found = (self.vectors.of(texts) @ candidates.vector).tolist()
        return dict(zip(texts, found, strict=True))

    def _candidate(self, one: _Found, lacking: Mismatch, values: list[float]) -> Candidate:
        start = one.hit.start
        return Candidate(
            one.hit,
            start + one.span.start,
            start + one.span.end,
            *one.quote,
            self.combination.probability(values),
            lacking,
        )


def features(
    question: str, one: _Found, rarity: dict[str, float], lacking: Mismatch
) -> list[float]:
    """What speaks for a span by itself, in the order of `FEATURES` without eight of them.

    The margin over the null answer and the answerable logit, over 10 and bounded; the share of the
    question's weight in the passage, and in the sentence, each with what stands above; the
    passage's normalised scores, its cosine, and one over its rank; the span's length in tens of
    words, at most 3; whether it has what is asked for (a number, a time, a name); a year that is
    missing; the shares of names that stand not in the passage, and not in the sentence.

    The others say how far the margin is behind the best of the question's, over 10; whether another
    passage's best span has the same words; what share of the span's words stand in the question;
    the cosine of the sentence to the question; the share of the question's names that stand
    nowhere in the folder; whether the sentence, with what stands above it, lacks the unit that is
    asked for, or has the opposite of a word of the question; and whether the rarest word of the
    question is missing in the passage.
    """
    hit, span = one.hit, one.span
    above = set(tokens.analyse(" ".join((hit.title, *hit.headings))))
    kind = asked_for(question)
    return [
        max(-_BOUND, min(_BOUND, span.score / 10)),
        max(-_BOUND, min(_BOUND, one.extraction.answerable / 10)),
        _share(rarity, above | set(tokens.analyse(hit.text))),
        _share(rarity, above | set(tokens.analyse(one.sentence))),
        hit.scores["lexical_normalised"],
        hit.scores["dense_normalised"],
        hit.scores["dense"],
        1 / hit.rank,
        min(len(one.text.split()) / 10, 3.0),
        1.0 if kind is None or kind.search(one.text) else 0.0,
        1.0 if lacking.years else 0.0,
        lacking.names_share,
        lacking.names_apart,
    ]


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


def _within_word(text: str, at: int) -> bool:
    return all(c.isalnum() and c < _UNSPACED for c in text[at - 1 : at + 1])


def quote_around(hit: Hit, span: Span) -> tuple[int, int]:
    """The sentence, or sentences, that a span stands in; the span itself where there is none."""
    start, end = hit.start + span.start, hit.start + span.end
    inside = [(a, b) for a, b in hit.sentences if a < end and start < b]
    if not inside:
        return start, end
    return min(start, inside[0][0]), max(end, inside[-1][1])


def title_of(hit: Hit) -> str:
    """What stands above a passage, as the reader is shown it."""
    return " > ".join((hit.title, *hit.headings))


def reranked(found: Sequence[Hit], extracted: Sequence[Candidate]) -> tuple[Hit, ...]:
    """The passages by their retrieval score and the probability of their best answer, added up.

    Where the reader is unsure of all, the order is that of retrieval; a passage that was not read
    is never above one that was. ``scores`` gets the probability as ``reader``.
    """
    best: dict[int, float] = {}
    for candidate in extracted:
        passage = candidate.hit.passage_id
        best[passage] = max(best.get(passage, 0.0), candidate.probability)
    marked = [
        replace(
            hit,
            score=hit.score + best[hit.passage_id],
            scores=hit.scores | {"reader": best[hit.passage_id]},
        )
        if hit.passage_id in best
        else hit
        for hit in found
    ]
    marked.sort(key=lambda hit: (-hit.score, hit.rank))
    return tuple(replace(hit, rank=n) for n, hit in enumerate(marked, start=1))


def _contrasts(question: str, one: _Found, rarity: dict[str, float]) -> list[float]:
    above = " ".join((one.hit.title, *one.hit.headings))
    rarest = max(rarity, key=lambda term: (rarity[term], term), default=None)
    there = set(tokens.analyse(f"{above} {one.hit.text}"))
    return [
        float(unit_missing(question, f"{above} {one.sentence}")),
        float(opposed(question, f"{above} {one.sentence}")),
        float(rarest is not None and rarest not in there),
    ]


def _share(rarity: dict[str, float], terms: set[str]) -> float:
    total = sum(rarity.values()) or 1.0
    return sum(weight for term, weight in rarity.items() if term in terms) / total


def _unknown(snapshot: Snapshot, question: str) -> float:
    names = names_of(question)
    nowhere = [
        name
        for name in names
        if not any(map(snapshot.bm25.document_frequency, tokens.analyse(name)))
    ]
    return len(nowhere) / len(names) if names else 0.0


def _known(text: str, asked: set[str]) -> float:
    terms = tokens.analyse(text)
    return sum(term in asked for term in terms) / len(terms) if terms else 1.0


def _key(words: str) -> str:
    return " ".join(tokens.analyse(words)) or words

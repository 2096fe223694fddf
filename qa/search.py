"""The ranked passages for a question: lexical and dense candidates, fused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qa import expansion, tokens
from qa.answer_kind import is_question
from qa.exact import Exact, exact_matches
from qa.fusion import Fused, Ranking, best_first, fuse
from qa.lexical import best

if TYPE_CHECKING:
    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.settings import SearchSettings
    from qa.snapshot import Snapshot

    Vector = npt.NDArray[np.float32]
    Floats = npt.NDArray[np.float64]
    Only = npt.NDArray[np.bool_]
    Related = tuple[tuple[tuple[str, float], ...], ...]

# By how much a lifted passage stands above the one whose place it takes: no score is that fine.
_LIFT = 1e-6


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates of a question in their final order, as parallel arrays, best first.

    ``lexical`` and ``dense`` map a passage id to its raw score and its rank, from 1, on that side;
    ``lexical_share`` is the lexical side's in the fused score. ``related`` are the folder's terms
    that were looked for beside the question's (`expansion.related`).
    """

    ids: npt.NDArray[np.int64]
    score: npt.NDArray[np.float64]
    fused: Fused
    lexical: dict[int, tuple[float, int]]
    dense: dict[int, tuple[float, int]]
    context: npt.NDArray[np.float32]
    exact: dict[int, float]
    terms: tuple[str, ...]
    related: Related
    vector: Vector
    lexical_share: float

    @property
    def best_cosine(self) -> float:
        """The highest cosine of any passage to the question, 0 where there is none."""
        return max((score for score, _ in self.dense.values()), default=0.0)


@dataclass(frozen=True, slots=True)
class Sides:
    """What both sides bring for a question before they are fused, best first.

    ``context`` is each passage's document's BM25 score as a share of the best document's;
    ``size`` the number of passages that were looked at; ``told`` how much the best passage scores
    of what it would if each of the question's terms stood in it once, at most 1; it is 1 for what
    asks nothing.
    """

    terms: tuple[str, ...]
    related: Related
    vector: Vector
    lexical_ids: npt.NDArray[np.int64]
    lexical_scores: npt.NDArray[np.float32]
    dense_ids: npt.NDArray[np.int64]
    dense_scores: npt.NDArray[np.float32]
    context: npt.NDArray[np.float32]
    exact: Exact
    size: int
    told: float

    def first(self, depth: int) -> Sides:
        """The same with at most ``depth`` candidates a side."""
        return replace(
            self,
            lexical_ids=self.lexical_ids[:depth],
            lexical_scores=self.lexical_scores[:depth],
            dense_ids=self.dense_ids[:depth],
            dense_scores=self.dense_scores[:depth],
        )


def retrieve(
    snapshot: Snapshot,
    encoder: Encoder,
    question: str,
    settings: SearchSettings,
    only: Only | None = None,
) -> Candidates:
    """Rank all passages for a question: ties by id, one with what is named exactly on top.

    ``only`` says of each passage whether it may be found; scores are normalised over those.
    """
    sides = gather(snapshot, encoder, question, settings.depth, only)
    fused, score, order = ranked(sides, settings)
    return Candidates(
        ids=fused.ids[order],
        score=score[order],
        fused=fused,
        lexical=_ranks(sides.lexical_ids, sides.lexical_scores),
        dense=_ranks(sides.dense_ids, sides.dense_scores),
        context=sides.context,
        exact=sides.exact.shares,
        terms=sides.terms,
        related=sides.related,
        vector=sides.vector,
        lexical_share=lexical_share(sides, settings),
    )


def gather(
    snapshot: Snapshot, encoder: Encoder, question: str, depth: int, only: Only | None = None
) -> Sides:
    """Ask both sides for ``depth`` candidates each, among the passages that may be found."""
    terms = tuple(tokens.analyse(question))
    vector = encoder.encode_questions([question])[0]
    # What states or names something is made of the words that are looked for.
    asks = is_question(question)
    related = expansion.related(snapshot.bm25, terms) if asks else ()
    lexical = snapshot.bm25.scores(terms) + expansion.widened(snapshot.bm25, related)
    lexical = _masked(lexical, only)
    lexical_ids, lexical_scores = best(lexical, depth)
    dense_ids, dense_scores = snapshot.dense.top(vector, depth, only)
    return Sides(
        terms,
        related,
        vector,
        lexical_ids.astype(np.int64),
        lexical_scores,
        dense_ids,
        dense_scores,
        _context(snapshot, terms, lexical, only),
        exact_matches(snapshot, question, only),
        len(lexical) if only is None else int(only.sum()),
        _told(snapshot, terms, lexical_scores) if asks else 1.0,
    )


def _told(snapshot: Snapshot, terms: tuple[str, ...], scores: Vector) -> float:
    """The best score as a share of the terms' rarities, which it is where each stands in it once.

    Related terms count in the score as they do in `expansion`.

    A term that stands nowhere is rarer than any.
    """
    total = sum(snapshot.bm25.rarity(term) for term in terms)
    return min(1.0, float(scores[0]) / total) if total > 0 and len(scores) else 0.0


def _masked(scores: Vector, only: Only | None) -> Vector:
    """The scores, 0 where a passage may not be found."""
    return scores if only is None else np.where(only, scores, np.float32(0))


def _context(
    snapshot: Snapshot, terms: tuple[str, ...], lexical: Vector, only: Only | None
) -> Vector:
    """How well each passage's whole document matches, 0..1: what stands around a passage.

    Where every document is one passage, that is how well the passage matches: ``lexical``.
    """
    scores = lexical
    if snapshot.documents_bm25 is not snapshot.bm25:
        whole = snapshot.documents_bm25.scores(terms)
        scores = _masked(whole[snapshot.passages["document"]], only)
    most = scores.max(initial=0.0)
    shares: Vector = scores / most if most > 0 else scores
    return shares


def lexical_share(sides: Sides, settings: SearchSettings) -> float:
    """The lexical side's share in the fused score.

    It is the whole weight where a passage has all of the question's terms, and less as even the
    best one lacks them: scaled by the best alone, the least match would be a full one (compare the
    theoretical maximum of Bruch, Gai, Ingber, arXiv 2210.11934, section 4). What states or names
    something has it whole: it is made of the words that are looked for.
    """
    return settings.weight * sides.told


def ranked(
    sides: Sides, settings: SearchSettings
) -> tuple[Fused, npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Fuse both sides: all candidates by id, their final scores, and their order, best first."""
    sides = sides.first(settings.depth)
    # Passages without a term in common score 0; they are candidates while there is room for them.
    room = min(settings.depth, sides.size)
    floor = 0.0 if len(sides.lexical_ids) < room else None
    fused = fuse(
        Ranking(sides.lexical_ids, sides.lexical_scores, floor),
        Ranking(sides.dense_ids, sides.dense_scores),
        lexical_share(sides, settings),
    )
    fused = _with(fused, sides.exact.shares)
    score = (1 - settings.context) * fused.score + settings.context * sides.context[fused.ids]
    score = _lifted(score, fused.ids, sides.exact)
    return fused, score, best_first(score, fused.ids)


def _lifted(score: Floats, ids: npt.NDArray[np.int64], exact: Exact) -> Floats:
    """Lift the best passage that holds what was named exactly to where it must stand at least."""
    if not exact.shares:
        return score
    shares = np.array([exact.shares.get(passage, 0.0) for passage in ids.tolist()])
    first = int(np.lexsort((ids, -score, -shares))[0])
    order = best_first(score, ids)
    if first in order[: exact.floor]:
        return score
    lifted = score.copy()
    lifted[first] = score[order[exact.floor - 1]] + _LIFT
    return lifted


def within(snapshot: Snapshot, candidates: Candidates, document: int) -> Candidates:
    """The candidates of one document alone; passages of it that were none come last."""
    first, end = np.searchsorted(snapshot.passages["document"], [document, document + 1])
    inside = (candidates.ids >= first) & (candidates.ids < end)
    missing = np.setdiff1d(np.arange(first, end, dtype=np.int64), candidates.ids)
    return replace(
        candidates,
        ids=np.concatenate([candidates.ids[inside], missing]),
        score=np.concatenate([candidates.score[inside], np.zeros(len(missing))]),
        fused=_with(candidates.fused, dict.fromkeys(missing.tolist(), 0.0)),
    )


def _ranks(
    ids: npt.NDArray[np.integer], scores: npt.NDArray[np.floating]
) -> dict[int, tuple[float, int]]:
    pairs = zip(ids.tolist(), scores.tolist(), strict=True)
    return {passage: (score, rank) for rank, (passage, score) in enumerate(pairs, start=1)}


def _with(fused: Fused, exact: dict[int, float]) -> Fused:
    """Add passages that were named exactly but are no candidate of either side."""
    more = np.array(sorted(set(exact) - set(fused.ids.tolist())), np.int64)
    if not len(more):
        return fused
    ids = np.union1d(fused.ids, more)
    at = np.searchsorted(ids, fused.ids)
    first, second, score = (np.zeros(len(ids)) for _ in range(3))
    first[at], second[at], score[at] = fused.first, fused.second, fused.score
    return Fused(ids, first, second, score)

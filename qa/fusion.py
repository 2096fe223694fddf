"""Fuse two rankings: a convex combination of min-max normalised scores.

Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ids = npt.NDArray[Any]
    Scores = npt.NDArray[np.float32]
    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One side's candidates, best first: parallel arrays of passage ids and raw scores.

    ``floor`` is the least a passage can score on this side, where that is known (0 for BM25: no
    term in common), or None to take the least among the candidates.
    """

    ids: Ids
    scores: Scores
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Fused:
    """The union of two rankings' candidates by passage id, ascending, with their scores.

    ``first`` and ``second`` are the normalised scores of the two sides, 0 where a passage is not
    among a side's candidates; ``score`` is their convex combination.
    """

    ids: Ids
    first: Floats
    second: Floats
    score: Floats


def fuse(first: Ranking, second: Ranking, weight: float) -> Fused:
    """Combine two rankings: ``weight`` x first + (1 - weight) x second, each scaled to 0..1."""
    ids = np.union1d(first.ids, second.ids)
    one = _spread(ids, first)
    two = _spread(ids, second)
    return Fused(ids, one, two, weight * one + (1 - weight) * two)


def normalise(ranking: Ranking) -> Floats:
    """Scale scores to 0..1; where all are equal there is nothing to tell apart, and all are 1."""
    scores = ranking.scores.astype(np.float64)
    if not len(scores):
        return scores
    low = scores.min() if ranking.floor is None else min(ranking.floor, float(scores.min()))
    span = scores.max() - low
    if span <= 0:
        return np.ones_like(scores)
    scaled: Floats = (scores - low) / span
    return scaled


def best_first(score: Floats, ids: Ids) -> npt.NDArray[np.int64]:
    """The order of a total ranking: score descending, then id ascending."""
    return np.lexsort((ids, -score))


def _spread(ids: Ids, ranking: Ranking) -> Floats:
    spread = np.zeros(len(ids), np.float64)
    spread[np.searchsorted(ids, ranking.ids)] = normalise(ranking)
    return spread

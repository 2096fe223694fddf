"""Passages in a new order: by what the reader found in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.extract import Candidate
    from qa.nouns import Hit


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

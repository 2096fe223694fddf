"""The cases that went worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.nouns import CaseResult


def worst(results: Sequence[CaseResult], most: int) -> tuple[CaseResult, ...]:
    """At most ``most`` cases that went wrong, the worst first, ties by id.

    Worst is a wrong answer given with confidence, then an answer refused, then, where rankings
    alone were measured, what is relevant found far below.
    """
    wrong = [(badness(result), result) for result in results]
    ordered = sorted(wrong, key=lambda pair: (-pair[0], pair[1].case.id))
    return tuple(result for bad, result in ordered if bad > 0)[:most]


def badness(result: CaseResult) -> float:
    """How bad a case went: 0 where it is right; 1 to 2 a wrong answer, below 1 anything else."""
    if result.answer is not None:
        return 0.0 if result.right else 1 + result.confidence
    if not result.case.answerable:
        return 0.0
    if result.reason is not None:
        return 1.0
    return 1 - result.measures.get("nDCG@10", 1.0)

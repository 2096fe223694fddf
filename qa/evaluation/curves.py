"""The curves behind AURC and ECE, for drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.bootstrap import SEED
from qa.evaluation.table import BINS, Table, bin_of, covered_order, statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.nouns import CaseResult

_DRAWS = 500


@dataclass(frozen=True, slots=True)
class Point:
    """Answering the ``coverage`` most confident share of questions errs in ``risk`` of them.

    ``confidence`` is the lowest among them; ``answered`` is False where refused questions, which
    count as wrong, are among them.
    """

    coverage: float
    risk: float
    confidence: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence in (low, high]: how many, how sure, and how often right.

    ``confidence`` and ``right`` are means, None where there are no answers.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    right: float | None


def risk_coverage(results: Sequence[CaseResult]) -> tuple[Point, ...]:
    """The risk-coverage curve (Geifman and El-Yaniv, NIPS 2017), a point a confidence."""
    table = Table.of(results)
    order, starts = covered_order(table)
    errors = np.cumsum(~table.right[order])
    ends = [*starts[1:].tolist(), len(order)] if len(order) else []
    return tuple(
        Point(
            end / len(order),
            float(errors[end - 1]) / end,
            float(table.confidence[order[end - 1]]),
            not bool(table.abstained[order[end - 1]]),
        )
        for end in ends
    )


def reliability(results: Sequence[CaseResult]) -> tuple[Bin, ...]:
    """The reliability diagram of the answers given, in bins of equal width (Guo et al., 2017)."""
    table = Table.of([result for result in results if not result.abstained])
    bins = bin_of(table.confidence)
    made = []
    for number in range(BINS):
        inside = bins == number
        n = int(inside.sum())
        made.append(
            Bin(
                number / BINS,
                (number + 1) / BINS,
                n,
                float(table.confidence[inside].mean()) if n else None,
                float(table.right[inside].mean()) if n else None,
            )
        )
    return tuple(made)


def ece_by_chance(results: Sequence[CaseResult]) -> float | None:
    """The ECE that confidences would have on average if they were perfectly calibrated.

    On few answers it is far from 0: bins of equal width overstate the error (Roelofs et al.,
    Mitigating Bias in Calibration Error Estimation, AISTATS 2022). Each answer is drawn right with
    its confidence, 500 times. None where nothing was answered.
    """
    table = Table.of([result for result in results if not result.abstained])
    number = len(table)
    if not number:
        return None
    random = np.random.default_rng(SEED)
    drawn = (random.random(number) < table.confidence for _ in range(_DRAWS))
    once = np.ones((1, number))
    errors = [float(statistic("ECE", replace(table, right=right)).of(once)[0]) for right in drawn]
    return float(np.mean(errors))

"""Percentile bootstrap intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.names import definition
from qa.evaluation.nouns import Measure
from qa.evaluation.table import Statistic, Table, statistic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import CaseResult

    Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
SEED = 20170612
LEVEL = 0.95
# Weights drawn at a time: 16 MB of them.
_AT_ONCE = 2_000_000


def with_intervals(
    results: Sequence[CaseResult], names: Sequence[str], resamples: int = RESAMPLES
) -> dict[str, Measure]:
    """Each measure of some results with its 95 % interval, in the order of ``names``.

    Cases are drawn with replacement, the same draws for all measures; the order of ``results``
    changes nothing. Numbers are rounded to 6 digits. An interval always holds its value, also
    where a skewed measure's percentiles would not.
    """
    table = Table.of(sorted(results, key=lambda result: result.case.id))
    statistics = {name: statistic(name, table) for name in names}
    drawn: dict[str, list[Floats]] = {name: [] for name in names}
    for weights in draws(len(table), resamples):
        for name, each in statistics.items():
            drawn[name].append(each.of(weights))
    ends = _ends({name: np.concatenate(found) for name, found in drawn.items() if found})
    return {name: _measure(name, each, ends.get(name)) for name, each in statistics.items()}


def _measure(name: str, statistic: Statistic, ends: tuple[float, float] | None) -> Measure:
    n = int(statistic.over.sum())
    value = float(statistic.of(np.ones((1, len(statistic.over))))[0])
    if not np.isfinite(value):
        return Measure(name, None, None, None, n, f"it needs {definition(name).needs}")
    low, high = ends or (value, value)
    value, low, high = (round(x, 6) + 0.0 for x in (value, min(low, value), max(high, value)))
    return Measure(name, value, low, high, n)


def _ends(drawn: dict[str, Floats]) -> dict[str, tuple[float, float]]:
    """The percentiles of each measure over the resamples in which it is defined."""
    tail = 100 * (1 - LEVEL) / 2
    # Percentiles of many rows at once cost little more than those of one.
    by_length: dict[int, dict[str, Floats]] = {}
    for name, values in drawn.items():
        defined = values[np.isfinite(values)]
        by_length.setdefault(len(defined), {})[name] = defined
    ends: dict[str, tuple[float, float]] = {}
    for length, rows in by_length.items():
        if length:
            both = np.percentile(np.stack(list(rows.values())), [tail, 100 - tail], axis=1)
            ends.update(zip(rows, zip(*both.tolist(), strict=True), strict=True))
    return ends


def draws(size: int, number: int) -> Iterator[Floats]:
    """How often each case is drawn in each resample, some resamples at a time."""
    if not size:
        return
    random = np.random.default_rng(SEED)
    rows = max(1, _AT_ONCE // size)
    for start in range(0, number, rows):
        height = min(rows, number - start)
        draws = random.integers(0, size, (height, size))
        flat = draws + np.arange(height)[:, None] * size
        counts = np.bincount(flat.ravel(), minlength=height * size)
        yield counts.reshape(height, size).astype(np.float64)

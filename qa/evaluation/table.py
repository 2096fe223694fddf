"""Results as columns, and every measure as a function of how often each case counts.

A measure that takes weights serves three ends with one definition: all weights 1 give its value,
counts of a resample give its bootstrap distribution, and two runs stacked with weights 0 and 1
give its randomisation distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.names import definition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import CaseResult

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

# Equal-width bins of confidence for the calibration error.
BINS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Columns over n cases: ``values`` by measure, NaN where a case has none, all of shape (n,)."""

    values: Mapping[str, Floats]
    answerable: Booleans
    abstained: Booleans
    confidence: Floats
    right: Booleans

    @staticmethod
    def of(results: Sequence[CaseResult]) -> Table:
        """The columns of some results, in their order."""
        names = dict.fromkeys(name for result in results for name in result.measures)
        nan = float("nan")
        return Table(
            {n: np.array([r.measures.get(n, nan) for r in results], np.float64) for n in names},
            np.array([r.case.answerable for r in results], np.bool_),
            np.array([r.abstained for r in results], np.bool_),
            np.array([r.confidence for r in results], np.float64),
            np.array([r.right for r in results], np.bool_),
        )

    def __len__(self) -> int:
        return len(self.answerable)

    def column(self, name: str) -> Floats:
        """The values of a measure, all NaN where no case has one."""
        return self.values.get(name, np.full(len(self), np.nan))


@dataclass(frozen=True, slots=True)
class Statistic:
    """A measure over a table.

    ``over`` marks the cases it is about; ``of`` takes weights of shape (b, n), whole numbers from
    0, and gives b values, NaN where the measure is undefined.
    """

    over: Booleans
    of: Callable[[Floats], Floats]


def statistic(name: str, table: Table) -> Statistic:
    """A measure of a table.

    Raises:
        UsageError: there is none of that name.
    """
    if definition(name).per_case:
        return _mean(table.column(name))
    return _WHOLE[name](table)


def _mean(values: Floats) -> Statistic:
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    return Statistic(there, lambda w: _ratio(w @ filled, w @ there.astype(np.float64)))


def _refusal_precision(table: Table) -> Statistic:
    return _share(table.abstained & ~table.answerable, table.abstained)


def _refusal_recall(table: Table) -> Statistic:
    return _share(table.abstained & ~table.answerable, ~table.answerable)


def _refusal_f1(table: Table) -> Statistic:
    hits = (table.abstained & ~table.answerable).astype(np.float64)
    sizes = table.abstained.astype(np.float64) + (~table.answerable).astype(np.float64)
    return Statistic(sizes > 0, lambda w: _ratio(2 * (w @ hits), w @ sizes))


def _auroc(table: Table) -> Statistic:
    """The probability that an answerable question has the higher confidence; a tie is half."""
    order = np.argsort(table.confidence, kind="stable")
    starts = _group_starts(table.confidence[order])
    positive = table.answerable[order].astype(np.float64)

    def of(weights: Floats) -> Floats:
        if not len(order):
            return np.full(len(weights), np.nan)
        ordered = weights[:, order]
        above = np.add.reduceat(ordered * positive, starts, axis=1)
        below = np.add.reduceat(ordered * (1 - positive), starts, axis=1)
        beaten = np.cumsum(below, axis=1) - below / 2
        pairs = above.sum(axis=1) * below.sum(axis=1)
        return _ratio((above * beaten).sum(axis=1), pairs)

    return Statistic(np.ones(len(table), np.bool_), of)


def _aurc(table: Table) -> Statistic:
    """The mean risk over all coverages (Geifman and El-Yaniv, NIPS 2017).

    Cases are covered from the most confident answer on; refused ones come last and count as
    wrong, for nothing was answered. Within equal confidence, errors are spread evenly.
    """
    order, starts = covered_order(table)
    wrong = (~table.right[order]).astype(np.float64)

    def of(weights: Floats) -> Floats:
        if not len(order):
            return np.full(len(weights), np.nan)
        ordered = weights[:, order]
        sizes = np.add.reduceat(ordered, starts, axis=1)
        errors = np.add.reduceat(ordered * wrong, starts, axis=1)
        ends = np.cumsum(sizes, axis=1)
        before = ends - sizes
        errors_before = np.cumsum(errors, axis=1) - errors
        top = int(ends.max(initial=0.0))
        harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, top + 1))])
        # The sum over t of (errors before + errors in the group so far) / t, in closed form.
        share = errors / np.maximum(sizes, 1)
        span = harmonic[ends.astype(np.int64)] - harmonic[before.astype(np.int64)]
        risks = errors + (errors_before - share * before) * span
        return _ratio(risks.sum(axis=1), ends[:, -1])

    return Statistic(np.ones(len(table), np.bool_), of)


def _ece(table: Table) -> Statistic:
    """How far confidence is from the share of right answers, mean over bins of equal width.

    Guo et al., On Calibration of Modern Neural Networks, ICML 2017, over the answers given.
    """
    answered = ~table.abstained
    bins = np.eye(BINS)[bin_of(table.confidence)] * answered[:, None]
    gap = (table.right.astype(np.float64) - table.confidence)[:, None] * bins
    total = answered.astype(np.float64)
    return Statistic(answered, lambda w: _ratio(np.abs(w @ gap).sum(axis=1), w @ total))


_WHOLE: dict[str, Callable[[Table], Statistic]] = {
    "refusal_precision": _refusal_precision,
    "refusal_recall": _refusal_recall,
    "refusal_F1": _refusal_f1,
    "AUROC": _auroc,
    "AURC": _aurc,
    "ECE": _ece,
}


def covered_order(table: Table) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The cases from the most confident answer to the refused ones, and where equals begin."""
    order = np.lexsort((-table.confidence, table.abstained))
    keys = table.confidence[order] - 2.0 * table.abstained[order]
    return order, _group_starts(keys)


def bin_of(confidence: Floats) -> npt.NDArray[np.int64]:
    """The bin of each confidence: the first is [0, 1/10], the next (1/10, 2/10], and so on."""
    bins = np.ceil(np.round(confidence * BINS, 9)).astype(np.int64) - 1
    return np.clip(bins, 0, BINS - 1)


def _group_starts(ordered: Floats) -> npt.NDArray[np.intp]:
    """Where runs of equal numbers begin."""
    if not len(ordered):
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _share(hits: Booleans, among: Booleans) -> Statistic:
    first, second = hits.astype(np.float64), among.astype(np.float64)
    return Statistic(among, lambda w: _ratio(w @ first, w @ second))


def _ratio(above: Floats, below: Floats) -> Floats:
    result = np.full(np.shape(below), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result

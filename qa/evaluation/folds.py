"""Cross-validation over questions: folds that keep what belongs together, and intervals.

Questions on the same quote are in the same fold: what was learnt from one of them would be known
of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.bootstrap import LEVEL, RESAMPLES, SEED, draws
from qa.evaluation.nouns import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import Case

    Floats = npt.NDArray[np.float64]
    Groups = npt.NDArray[np.integer]


def groups_of(cases: Sequence[Case]) -> Groups:
    """A number for each case, the same for cases that share a quote, directly or by others."""
    first: dict[tuple[str, str], int] = {}
    parent = list(range(len(cases)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, case in enumerate(cases):
        for evidence in case.evidence:
            key = (evidence.document, " ".join(evidence.quote.split()))
            parent[root(i)] = root(first.setdefault(key, i))
    numbers: dict[int, int] = {}
    found = [numbers.setdefault(root(i), len(numbers)) for i in range(len(cases))]
    return np.array(found, np.int64)


def folds_of(groups: Groups, number: int, seed: int = SEED) -> Groups:
    """The fold of each case: groups at random, the large ones first, into the smallest fold."""
    random = np.random.default_rng(seed)
    sizes = np.bincount(groups)
    order = random.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled = np.zeros(number, np.int64)
    fold = np.zeros(len(sizes), np.int64)
    for group in order.tolist():
        fold[group] = int(filled.argmin())
        filled[fold[group]] += sizes[group]
    of_cases: Groups = fold[groups]
    return of_cases


def share(name: str, hits: Floats, among: Floats, groups: Groups, why: str = "") -> Measure:
    """The sum of ``hits`` over that of ``among``, with its 95 % interval.

    All are of shape (n,). Groups are drawn with replacement, not cases: those of a group go right
    or wrong together. Undefined, for the reason ``why``, where there is nothing among.
    """
    total = float(among.sum())
    n = int((among > 0).sum())
    if total <= 0:
        return Measure(name, None, None, None, n, why)
    above, below = (np.bincount(groups, weights=values) for values in (hits, among))
    value = float(hits.sum()) / total
    spread = [value]
    for counts in draws(len(above), RESAMPLES):
        sizes = counts @ below
        spread.extend(((counts @ above)[sizes > 0] / sizes[sizes > 0]).tolist())
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(spread, [tail, 100 - tail]).tolist()
    low, high = round(min(low, value), 6), round(max(high, value), 6)
    return Measure(name, round(value, 6), low, high, n)

"""Two runs compared case by case, and whether the later one is worse.

The paired randomisation test (Fisher 1935; for retrieval Smucker, Allan and Carterette, CIKM
2007) swaps the two runs' results of each case at random; Holm's step-down correction (Scandinavian
Journal of Statistics 6, 1979) is over all measures compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.names import definition
from qa.evaluation.nouns import Comparison, Difference
from qa.evaluation.table import Table, statistic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import CaseResult, Evaluation

    Floats = npt.NDArray[np.float64]

SWAPS = 10_000
SEED = 20170612
SIGNIFICANT = 0.05
# With this many differing cases or fewer, every swap is tried instead of a sample.
_EXACT = 13
# z(0.975) + z(0.8): the difference, in standard errors, that is seen in 80 % of experiments.
_DETECTABLE = 1.959964 + 0.841621
_AT_ONCE = 2_000_000
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Paired:
    """A measure of two runs: the values, and how the difference is spread if runs are swapped.

    ``error`` is the standard error of the difference.
    """

    before: float
    now: float
    n: int
    changes: Floats | None
    spread: Floats
    exact: bool
    error: float


def compare(now: Evaluation, before: Evaluation) -> Comparison:
    """Compare two runs on the cases both have: same id, same question, none set apart.

    A mean over cases is compared on those that have a value in both runs.
    """
    mine, theirs = ({r.case.id: r for r in run.headline} for run in (now, before))
    common = sorted(
        i for i in mine.keys() & theirs.keys() if mine[i].case.question == theirs[i].case.question
    )
    names = [name for name in now.measures if name in before.measures]
    first, second = [mine[i] for i in common], [theirs[i] for i in common]
    paired = {name: _paired(name, first, second) for name in names}
    found = [_difference(name, each) for name, each in paired.items() if each is not None]
    corrected = holm([difference.p for difference in found])
    return Comparison(
        tuple(replace(d, p_holm=p) for d, p in zip(found, corrected, strict=True)),
        len(common),
        tuple(sorted(mine.keys() - set(common))),
        tuple(sorted(theirs.keys() - set(common))),
        tuple(_notes(now, before, len(common))),
    )


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    adjusted = [1.0] * len(ps)
    highest = 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - place) * ps[i]))
        adjusted[i] = highest
    return adjusted


def _paired(name: str, now: Sequence[CaseResult], before: Sequence[CaseResult]) -> Paired | None:
    """Pair a measure; None where it is undefined in either run."""
    if definition(name).per_case:
        return _paired_means(name, Table.of(now), Table.of(before))
    return _paired_wholes(name, Table.of(now), Table.of(before))


def _paired_means(name: str, now: Table, before: Table) -> Paired | None:
    both = ~(np.isnan(now.column(name)) | np.isnan(before.column(name)))
    n = int(both.sum())
    if not n:
        return None
    first, second = now.column(name)[both], before.column(name)[both]
    changes = first - second
    differing = changes[np.abs(changes) > _EPSILON]
    signs = ((1 - 2 * swaps) @ differing / n for swaps in _swaps(len(differing)))
    error = float(changes.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return Paired(
        float(second.mean()),
        float(first.mean()),
        n,
        changes,
        np.concatenate(list(signs)),
        len(differing) <= _EXACT,
        error,
    )


def _paired_wholes(name: str, now: Table, before: Table) -> Paired | None:
    """Stack both runs; a swapped case gives its weight to the other run's row."""
    n = len(now)
    both = statistic(name, _stacked(now, before))
    plain = np.concatenate([np.ones(n), np.zeros(n)])[None, :]
    values = [float(both.of(weights)[0]) for weights in (plain, 1 - plain)]
    if not n or not np.isfinite(values).all():
        return None
    differing = np.flatnonzero(
        (now.abstained != before.abstained)
        | (now.confidence != before.confidence)
        | (now.right != before.right)
    )
    spread = []
    for swaps in _swaps(len(differing), columns=2 * n):
        weights = np.repeat(plain, len(swaps), axis=0)
        weights[:, differing] = 1 - swaps
        weights[:, n + differing] = swaps
        spread.append(both.of(weights) - both.of(1 - weights))
    drawn = np.concatenate(spread)
    # A swap that leaves a measure undefined says nothing against the null hypothesis.
    drawn = np.where(np.isfinite(drawn), drawn, np.inf)
    finite = drawn[np.isfinite(drawn)]
    error = float(finite.std()) if len(finite) else 0.0
    exact = len(differing) <= _EXACT
    return Paired(values[1], values[0], int(both.over[:n].sum()), None, drawn, exact, error)


def _difference(name: str, paired: Paired) -> Difference:
    change = paired.now - paired.before
    least = abs(change) - _EPSILON
    extreme = int((np.abs(paired.spread) >= least).sum())
    total = len(paired.spread)
    p = extreme / total if paired.exact else (extreme + 1) / (total + 1)
    wins = ties = losses = None
    if paired.changes is not None:
        better = -paired.changes if definition(name).lower_is_better else paired.changes
        wins, losses = int((better > _EPSILON).sum()), int((better < -_EPSILON).sum())
        ties = paired.n - wins - losses
    return Difference(
        name=name,
        before=round(paired.before, 6),
        now=round(paired.now, 6),
        n=paired.n,
        wins=wins,
        ties=ties,
        losses=losses,
        p=p,
        p_holm=p,
        detectable=_DETECTABLE * paired.error if paired.error > 0 else None,
    )


def _swaps(differing: int, columns: int | None = None) -> Iterator[Floats]:
    """Which of the differing cases are swapped: rows of 0 and 1, all of them or a sample."""
    if differing <= _EXACT:
        numbers = np.arange(2**differing)[:, None]
        yield ((numbers >> np.arange(differing)) & 1).astype(np.float64)
        return
    random = np.random.default_rng(SEED)
    rows = max(1, _AT_ONCE // (columns or differing))
    for start in range(0, SWAPS, rows):
        height = min(rows, SWAPS - start)
        yield random.integers(0, 2, (height, differing)).astype(np.float64)


def _stacked(first: Table, second: Table) -> Table:
    return Table(
        {},
        np.concatenate([first.answerable, second.answerable]),
        np.concatenate([first.abstained, second.abstained]),
        np.concatenate([first.confidence, second.confidence]),
        np.concatenate([first.right, second.right]),
    )


def _notes(now: Evaluation, before: Evaluation, common: int) -> Iterator[str]:
    """What a reader of the comparison must know."""
    if not common:
        yield "the two runs have no question in common"
    elif common < max(len(now.headline), len(before.headline)):
        yield (
            f"compared on the {common} common questions: this run has {len(now.headline)}, "
            f"the baseline {len(before.headline)}"
        )
    for name in ("search", "index", "measuring"):
        if now.settings.get(name) != before.settings.get(name):
            yield f"the {name} settings differ"
    changed = sorted(k for k, v in now.versions.items() if before.versions.get(k) != v)
    if changed:
        yield f"the versions of {', '.join(changed)} differ"

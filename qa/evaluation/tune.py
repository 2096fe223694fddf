"""Find search settings that rank better on questions with known answers, and whether they do.

What both sides bring is computed once a question; every setting then fuses it anew, by the code
that answers questions. The gain is measured by cross-validation: settings are chosen on the
questions of other folds than those they are measured on (Stone, JRSS B 36, 1974; nested, for
choosing is part of what is measured: Varma and Simon, BMC Bioinformatics 7, 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.errors import UsageError
from qa.evaluation.folds import folds_of, groups_of, share
from qa.evaluation.labels import Labeller, marks_of
from qa.evaluation.names import RETRIEVAL, definition
from qa.evaluation.nouns import Found
from qa.evaluation.retrieval import of_passages
from qa.search import gather, ranked
from qa.settings import SearchSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.asking import Session
    from qa.evaluation.nouns import Case, Measure
    from qa.reporter import Reporter
    from qa.search import Sides

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.integer]

WEIGHTS = tuple(i / 20 for i in range(21))
DEPTHS = (100, 300, 1000, 3000)
FOLDS = 5
REPEATS = 10
LEAST = 2 * FOLDS
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Cached:
    """What a question's rankings follow from: both sides, and which passages are relevant."""

    case: Case
    sides: Sides
    relevant: Integers


@dataclass(frozen=True, slots=True)
class Tried:
    """Settings and the mean of the measure over all questions."""

    settings: SearchSettings
    value: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it.

    ``gain`` is that of choosing on some questions, measured on others, over the default;
    ``chosen`` is best on all questions, and ``kept`` the default where the gain could be chance.
    ``between`` are the lowest and highest weight that any part of the questions would choose.
    """

    measure: str
    questions: int
    tried: tuple[Tried, ...]
    default: Tried
    chosen: Tried
    gain: Measure
    between: tuple[float, float]

    @property
    def significant(self) -> bool:
        """Whether the whole interval of the gain is above 0."""
        return self.gain.low is not None and self.gain.low > 0

    @property
    def kept(self) -> SearchSettings:
        """The settings to search with."""
        return (self.chosen if self.significant else self.default).settings


def tune(session: Session, cases: Sequence[Case], measure: str, reporter: Reporter) -> Tuning:
    """Find settings by the mean of a retrieval measure over the questions that have labels.

    Raises:
        UsageError: too few questions have labels, or the measure is none of rankings.
    """
    if measure not in RETRIEVAL:
        known = ", ".join(RETRIEVAL)
        raise UsageError(f"{definition(measure).name} is no measure of rankings: take {known}")
    grid = grid_of(len(session.snapshot.passages))
    depth = max(settings.depth for settings in grid)
    cached = _cached(session, cases, depth, reporter)
    if len(cached) < LEAST:
        raise UsageError(
            f"{len(cached)} questions have an answer with a quote that is found: "
            f"for tuning there must be at least {LEAST}"
        )
    values = _values(cached, grid, session.snapshot.twins, measure, reporter)
    return judge(values, grid, groups_of([each.case for each in cached]), measure)


def grid_of(passages: int) -> tuple[SearchSettings, ...]:
    """The settings to try, the default first; depths beyond the passages are all the same."""
    default = SearchSettings()
    # Of equal ones the default's own stays, for it comes last.
    depths = {min(depth, passages): depth for depth in (*DEPTHS, default.depth)}
    tried = [SearchSettings(weight, depth) for depth in depths.values() for weight in WEIGHTS]
    return (default, *(settings for settings in tried if settings != default))


def judge(values: Floats, grid: Sequence[SearchSettings], groups: Integers, measure: str) -> Tuning:
    """Choose among settings; ``values`` has shape (settings, questions), the default first."""
    gains = np.zeros(values.shape[1])
    weights: list[float] = []
    for repeat in range(REPEATS):
        folds = folds_of(groups, FOLDS, seed=repeat)
        for fold in range(FOLDS):
            held = folds == fold
            if held.any() and not held.all():
                best = _best(values[:, ~held].mean(axis=1), grid)
                gains[held] += (values[best, held] - values[0, held]) / REPEATS
                weights.append(grid[best].weight)
    means = values.mean(axis=1)
    tried = tuple(Tried(s, round(float(v), 6)) for s, v in zip(grid, means, strict=True))
    best = _best(means, grid)
    return Tuning(
        measure=measure,
        questions=values.shape[1],
        tried=tried,
        default=tried[0],
        chosen=tried[best],
        gain=share("gain", gains, np.ones(len(gains)), groups),
        between=(min(weights, default=grid[0].weight), max(weights, default=grid[0].weight)),
    )


def _best(means: Floats, grid: Sequence[SearchSettings]) -> int:
    """The highest mean; of equal ones that nearest to the default."""
    near = np.flatnonzero(means >= means.max() - _SAME).tolist()
    default = grid[0]
    return int(min(near, key=lambda i: (abs(grid[i].weight - default.weight), i)))


def _cached(
    session: Session, cases: Sequence[Case], depth: int, reporter: Reporter
) -> tuple[Cached, ...]:
    labeller = Labeller.of(session.snapshot)
    reporter.start("searching", len(cases))
    found = []
    for case in cases:
        labels = labeller.labels(case)
        if case.answerable and labels.usable:
            sides = gather(session.snapshot, session.encoder, case.question, depth)
            found.append(Cached(case, sides, labeller.relevant(labels)))
        reporter.advance(1)
    return tuple(found)


def _values(
    cached: Sequence[Cached],
    grid: Sequence[SearchSettings],
    twins: Integers,
    measure: str,
    reporter: Reporter,
) -> Floats:
    """The measure of every setting and question, of shape (settings, questions)."""
    reporter.start("fusing", len(grid))
    found: list[Found] = []
    for settings in grid:
        found.extend(_found(each, settings, twins) for each in cached)
        reporter.advance(1)
    # Settings hardly change a ranking: the few that differ are measured once.
    different = list(dict.fromkeys(found))
    measured = of_passages(different, [measure])
    values = {each: value[measure] for each, value in zip(different, measured, strict=True)}
    return np.array([values[each] for each in found], np.float64).reshape(len(grid), len(cached))


def _found(cached: Cached, settings: SearchSettings, twins: Integers) -> Found:
    """Judge a ranking as `Labeller.found` does."""
    fused, _, order = ranked(cached.sides, settings)
    marks = marks_of(twins[fused.ids[order]], cached.relevant)
    return Found(len(cached.relevant), tuple((np.flatnonzero(marks) + 1).tolist()))

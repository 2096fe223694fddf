"""Fit confidence, and the threshold below which nothing is answered, to questions.

Everything shown of them is measured on questions that they were not fitted to. Two numbers are
fitted (Platt scaling), and not a curve (isotonic regression): with a few hundred questions the
curve follows chance (Niculescu-Mizil and Caruana, Predicting Good Probabilities, ICML 2005).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qa.calibration import Calibration, log_odds
from qa.errors import QaError, UsageError
from qa.evaluation.bootstrap import with_intervals
from qa.evaluation.curves import Point, risk_coverage
from qa.evaluation.folds import folds_of, groups_of, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import CaseResult, Measure

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.integer]

FOLDS = 10
# Fewer answers than this say nothing of a precision: one right answer is one of 100 %.
LEAST = 10
LEAST_CASES = 2 * FOLDS
TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_STEPS = 100
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class Goal:
    """A precision to reach, and what a threshold for it does.

    ``threshold`` is None where none reaches it. ``precision`` is the share of right answers among
    those given, ``coverage`` that of questions answered: on questions that the threshold was not
    chosen on.
    """

    target: float
    threshold: float | None
    precision: Measure
    coverage: Measure


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of it.

    ``before`` and ``after`` have ECE and Brier score of the confidence as it was, and as calibrated
    on other questions. ``goal`` is the one asked for. ``curve`` is that of risk and coverage.
    """

    questions: int
    answered: int
    right: int
    calibration: Calibration
    before: dict[str, Measure]
    after: dict[str, Measure]
    goals: tuple[Goal, ...]
    goal: Goal | None
    curve: tuple[Point, ...]

    @property
    def tells(self) -> bool:
        """Whether higher confidence means a higher chance to be right at all."""
        return self.calibration.slope > 0


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers given, as columns of shape (n,); ``groups`` of what belongs together."""

    confidence: Floats
    right: Booleans
    groups: Integers

    def only(self, rows: Booleans) -> Answers:
        """Some of them."""
        return Answers(self.confidence[rows], self.right[rows], self.groups[rows])


def calibrate(results: Sequence[CaseResult], target: float | None) -> Calibrated:
    """Fit to results of asking without a calibration and a threshold.

    Cases whose labels drifted are left out: whether they are right is not known.

    Raises:
        UsageError: there are too few answers, or all of them are right or wrong.
        QaError: no threshold reaches the target.
    """
    known = [result for result in results if not result.labels.drift]
    groups = groups_of([result.case for result in known])
    given = np.array([not result.abstained for result in known], np.bool_)
    answers = _checked(known, given, groups)
    calibration = fit(answers.confidence, answers.right)
    held = _held_out(answers)
    after = _spread(known, given, held)
    goals = tuple(_goal(each, answers, held, groups, given) for each in TARGETS)
    goal = None if target is None else _goal(target, answers, held, groups, given)
    if goal is not None and goal.threshold is None:
        raise QaError(_unreachable(goal.target, answers, calibration))
    return Calibrated(
        questions=len(known),
        answered=len(answers.right),
        right=int(answers.right.sum()),
        calibration=calibration,
        before=_quality(known, given, groups),
        after=_quality(after, given, groups),
        goals=goals,
        goal=goal,
        curve=risk_coverage(known),
    )


def fit(confidence: Floats, right: Booleans) -> Calibration:
    """Fit Platt scaling by Newton's method, with the targets that Platt proposes.

    Where confidence falls as answers get better its order is not reversed: then all answers get
    the same. Lin, Lin, Weng, A Note on Platt's Probabilistic Outputs, Machine Learning 68, 2007.
    """
    good = int(right.sum())
    bad = len(right) - good
    wanted = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    x = np.array([log_odds(float(c)) for c in confidence])
    slope, intercept = _newton(x, wanted)
    if not slope > 0:
        return Calibration(0.0, round(log_odds(float(wanted.mean())), 6))
    return Calibration(round(slope, 6), round(intercept, 6))


def threshold_for(target: float, confidence: Floats, right: Booleans) -> float | None:
    """The lowest threshold above which at least ``target`` of at least `LEAST` answers are right.

    It lies between two answers, 0 where all may be given; None where there is none.
    """
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    sizes = np.arange(1, len(order) + 1)
    ends = np.append(ordered[1:] < ordered[:-1], True)
    good = ends & (sizes >= LEAST) & (np.cumsum(right[order]) >= target * sizes - _CLOSE)
    if not good.any():
        return None
    last = int(np.flatnonzero(good)[-1])
    if last == len(order) - 1:
        return 0.0
    return round(float(ordered[last] + ordered[last + 1]) / 2, 6)


def _newton(x: Floats, wanted: Floats) -> tuple[float, float]:
    """The slope and intercept of the least cross-entropy, barely regularised."""
    base = float(wanted.mean())
    at = np.array([0.0, np.log(base / (1 - base))])
    design = np.stack([x, np.ones_like(x)], axis=1)
    ridge = np.eye(2) * 1e-9
    loss = _loss(design @ at, wanted)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ at, -30, 30)))
        gradient = design.T @ (p - wanted)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > _CLOSE and _loss(design @ (at - size * step), wanted) > loss:
            size /= 2
        at = at - size * step
        before, loss = loss, _loss(design @ at, wanted)
        if before - loss < _CLOSE:
            break
    return float(at[0]), float(at[1])


def _loss(logits: Floats, wanted: Floats) -> float:
    return float((np.logaddexp(0.0, logits) - wanted * logits).sum())


def _checked(results: Sequence[CaseResult], given: Booleans, groups: Integers) -> Answers:
    answered = [result for result in results if not result.abstained]
    if len(answered) < LEAST_CASES:
        raise UsageError(
            f"{len(answered)} of {len(results)} questions were answered: for calibrating there "
            f"must be at least {LEAST_CASES} answers"
        )
    if len(np.unique(groups[given])) < FOLDS:
        raise UsageError(
            "nearly all questions rest on the same quote: for calibrating they must be on "
            f"at least {FOLDS} different ones"
        )
    right = np.array([result.right for result in answered], np.bool_)
    if right.all() or not right.any():
        raise UsageError(
            f"all {len(answered)} answers are {'right' if right.all() else 'wrong'}: for "
            "calibrating there must be both, so ask also what the documents "
            f"{'do not ' if right.all() else ''}answer"
        )
    confidence = np.array([result.confidence for result in answered], np.float64)
    return Answers(confidence, right, groups[given])


def _held_out(answers: Answers) -> list[tuple[Booleans, Calibration]]:
    """For each fold its answers, and the calibration that the other folds give."""
    folds = folds_of(np.unique(answers.groups, return_inverse=True)[1], FOLDS)
    made = []
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any() and not inside.all():
            rest = answers.only(~inside)
            made.append((inside, fit(rest.confidence, rest.right)))
    return made


def _spread(
    results: Sequence[CaseResult],
    given: Booleans,
    held: Sequence[tuple[Booleans, Calibration]],
) -> list[CaseResult]:
    """The same results with the confidence that other questions' calibration gives them."""
    made = list(results)
    rows = np.flatnonzero(given)
    for inside, calibration in held:
        for row in rows[inside].tolist():
            made[row] = replace(made[row], confidence=calibration.of(made[row].confidence))
    return made


def _quality(
    results: Sequence[CaseResult], given: Booleans, groups: Integers
) -> dict[str, Measure]:
    """ECE and Brier score of the answers given (Brier, Monthly Weather Review 78, 1950)."""
    right = np.array([result.right for result in results], np.float64)
    confidence = np.array([result.confidence for result in results], np.float64)
    among = given.astype(np.float64)
    brier = share("Brier", (confidence - right) ** 2 * among, among, groups)
    return {**with_intervals(results, ["ECE"]), "Brier": brier}


def _goal(
    target: float,
    answers: Answers,
    held: Sequence[tuple[Booleans, Calibration]],
    groups: Integers,
    given: Booleans,
) -> Goal:
    """A threshold for a target, and what thresholds chosen on other questions do."""
    final = fit(answers.confidence, answers.right)
    threshold = threshold_for(target, _of(final, answers.confidence), answers.right)
    kept = np.zeros(len(answers.right))
    for inside, calibration in held:
        rest = answers.only(~inside)
        bound = threshold_for(target, _of(calibration, rest.confidence), rest.right)
        if bound is not None:
            kept[inside] = _of(calibration, answers.confidence[inside]) >= bound
    why = "on questions of other folds no threshold is found"
    precision = share("precision", kept * answers.right, kept, answers.groups, why)
    answered = np.zeros(len(given))
    answered[given] = kept
    return Goal(
        target, threshold, precision, share("coverage", answered, np.ones(len(given)), groups)
    )


def _of(calibration: Calibration, confidence: Floats) -> Floats:
    return np.array([calibration.of(float(c)) for c in confidence])


def _unreachable(target: float, answers: Answers, calibration: Calibration) -> str:
    confidence = _of(calibration, answers.confidence)
    order = np.argsort(-confidence, kind="stable")
    sizes = np.arange(1, len(order) + 1)
    ends = np.append(confidence[order][1:] < confidence[order][:-1], True)
    shares = np.where(ends & (sizes >= LEAST), np.cumsum(answers.right[order]) / sizes, 0.0)
    best = int(shares.argmax())
    return (
        f"no threshold makes {target:.0%} of the answers right: the most is {shares[best]:.0%}, "
        f"of the {sizes[best]} surest answers; nothing was written, see: qa calibrate --dry-run"
    )

"""What tuning and calibrating found, in lines for a person and as objects."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evaluation.calibrate import Calibrated, Goal
    from qa.evaluation.curves import Point
    from qa.evaluation.nouns import Measure
    from qa.evaluation.tune import Tuning
    from qa.render import words

_BAR = 24
_HEIGHT = 10
_WIDTH = 50


def tuning_lines(tuning: Tuning, sign: words.Signs) -> Iterator[str]:
    """The measure by weight, what other questions say of the choice, and what is kept."""
    depth = tuning.chosen.settings.depth
    rows = {t.settings.weight: t.value for t in tuning.tried if t.settings.depth == depth}
    low, high = min(rows.values()), max(rows.values())
    yield f"{tuning.measure} by lexical weight, over {tuning.questions} questions"
    for weight, value in sorted(rows.items()):
        full = round(_BAR * (value - low) / (high - low)) if high > low else _BAR
        marks = [
            text
            for text, tried in (("default", tuning.default), ("highest", tuning.chosen))
            if tried.settings.weight == weight
        ]
        bar = f"{sign.full * full:<{_BAR}}"
        yield f"  {weight:.2f}  {value:.3f}  {bar}  {', '.join(marks)}".rstrip()
    yield ""
    chosen, default = tuning.chosen, tuning.default
    yield (
        f"highest on these questions: weight {chosen.settings.weight:.2f}, depth "
        f"{chosen.settings.depth}, {chosen.value - default.value:+.3f} over the default"
    )
    yield (
        f"gain to expect on other questions: {_signed(tuning.gain)} (cross-validated; parts of "
        f"the questions chose weights from {tuning.between[0]:.2f} to {tuning.between[1]:.2f})"
    )
    if tuning.significant:
        yield f"the gain is no chance: weight {tuning.kept.weight:.2f}, depth {tuning.kept.depth}"
    else:
        yield f"that may be chance: the default stays, weight {tuning.kept.weight:.2f}"


def tuning_object(tuning: Tuning) -> dict[str, Any]:
    """The same as an object."""
    return {
        "measure": tuning.measure,
        "questions": tuning.questions,
        "tried": [_tried(t.settings.weight, t.settings.depth, t.value) for t in tuning.tried],
        "gain": _interval(tuning.gain),
        "significant": tuning.significant,
        "settings": {"weight": tuning.kept.weight, "depth": tuning.kept.depth},
    }


def calibrated_lines(found: Calibrated, sign: words.Signs) -> Iterator[str]:
    """How far confidence could be trusted and can be, and the points that can be chosen."""
    yield (
        f"{found.answered} of {found.questions} questions were answered, "
        f"{found.right} of them rightly ({found.right / found.answered:.0%})"
    )
    yield ""
    yield "confidence on questions it was not fitted to (lower is better)"
    for name in found.before:
        yield f"  {name:<6} {_with_interval(found.before[name])} as it was"
        yield f"  {'':<6} {_with_interval(found.after[name])} calibrated"
    if not found.tells:
        yield "  it does not tell right answers from wrong ones here: all get the same"
    yield ""
    yield "risk and coverage: answering so many questions, so many of the answers are wrong"
    yield from _curve(found.curve, sign)
    yield ""
    yield "points to choose with --target-precision, on questions they were not chosen on"
    yield "  target  threshold  right answers       questions answered"
    for goal in found.goals:
        yield f"  {_goal(goal)}"
    if found.goal is not None:
        yield ""
        yield f"chosen: {_goal(found.goal)}"
        low, value = found.goal.precision.low, found.goal.precision.value
        if value is None or low is None or low < found.goal.target:
            yield "  these questions do not show that it is reached on others: see the interval"


def calibrated_object(found: Calibrated) -> dict[str, Any]:
    """The same as an object."""
    return {
        "questions": found.questions,
        "answered": found.answered,
        "right": found.right,
        "before": {name: _interval(measure) for name, measure in found.before.items()},
        "after": {name: _interval(measure) for name, measure in found.after.items()},
        "curve": [asdict(point) for point in found.curve],
        "goals": [_goal_object(goal) for goal in found.goals],
        "goal": None if found.goal is None else _goal_object(found.goal),
        "settings": {
            "calibration": asdict(found.calibration),
            "threshold": found.goal.threshold if found.goal is not None else None,
        },
    }


def _curve(points: Sequence[Point], sign: words.Signs) -> Iterator[str]:
    """The risk of the answers given by coverage, as columns of signs."""
    answered = [point for point in points if point.answered]
    grid = [[" "] * _WIDTH for _ in range(_HEIGHT + 1)]
    for column in range(_WIDTH):
        coverage = (column + 1) / _WIDTH
        near = min(answered, key=lambda p: abs(p.coverage - coverage), default=None)
        if near is not None and coverage <= answered[-1].coverage + 0.5 / _WIDTH:
            grid[_HEIGHT - round(near.risk * _HEIGHT)][column] = sign.full
    for row, cells in enumerate(grid):
        share = f"{1 - row / _HEIGHT:.0%}" if row % 5 == 0 else ""
        yield f"  {share:>4} {sign.gutter}{''.join(cells)}".rstrip()
    yield f"       0%{'50%':>{_WIDTH // 2 - 1}}{'100%':>{_WIDTH // 2}}"


def _goal(goal: Goal) -> str:
    if goal.threshold is None:
        return f"{goal.target:>6.0%}  not reached"
    return (
        f"{goal.target:>6.0%}  {goal.threshold:>9.3f}  {_percent(goal.precision):<18}  "
        f"{_percent(goal.coverage)}"
    )


def _goal_object(goal: Goal) -> dict[str, Any]:
    return {
        "target": goal.target,
        "threshold": goal.threshold,
        "precision": _interval(goal.precision),
        "coverage": _interval(goal.coverage),
    }


def _tried(weight: float, depth: int, value: float) -> dict[str, Any]:
    return {"weight": weight, "depth": depth, "value": value}


def _interval(measure: Measure) -> dict[str, Any]:
    return {"value": measure.value, "low": measure.low, "high": measure.high, "n": measure.n}


def _percent(measure: Measure) -> str:
    if measure.value is None:
        return "undefined"
    return f"{measure.value:.0%} ({measure.low:.0%} to {measure.high:.0%})"


def _with_interval(measure: Measure) -> str:
    if measure.value is None:
        return "undefined"
    return f"{measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})"


def _signed(measure: Measure) -> str:
    if measure.value is None:
        return "undefined"
    return f"{measure.value:+.3f} ({measure.low:+.3f} to {measure.high:+.3f})"

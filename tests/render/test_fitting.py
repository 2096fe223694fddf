"""What tuning and calibrating found, in lines and as objects."""

import json

import numpy as np
import pytest

from qa.calibration import Calibration
from qa.evaluation.calibrate import Calibrated, Goal
from qa.evaluation.curves import Point
from qa.evaluation.nouns import Measure
from qa.evaluation.tune import grid_of, judge
from qa.render.fitting import calibrated_lines, calibrated_object, tuning_lines, tuning_object
from qa.render.words import signs

GRID = grid_of(50)


def measure(name, value, low, high):
    """A figure with its interval."""
    return Measure(name, value, low, high, 40)


@pytest.fixture
def tuned():
    """Give a tuning in which weight 0.9 wins by 0.2 everywhere."""
    values = np.full((len(GRID), 20), 0.5)
    values[next(i for i, s in enumerate(GRID) if s.weight == 0.9)] += 0.2
    return judge(values, GRID, np.arange(20), "RR")


@pytest.fixture
def fitted():
    """Give a calibration of 40 answers, of which the surer half is right."""
    goals = (
        Goal(0.8, 0.61, measure("p", 0.75, 0.5, 0.9), measure("c", 0.3, 0.2, 0.4)),
        Goal(0.95, None, Measure("p", None, None, None, 0, "none"), measure("c", 0, 0, 0)),
    )
    ece = {"ECE": measure("ECE", 0.5, 0.4, 0.6)}
    curve = (Point(0.4, 0.0, 0.9, answered=True), Point(0.8, 0.5, 0.2, answered=True),
             Point(1.0, 0.6, 0.1, answered=False))  # fmt: skip
    return Calibrated(50, 40, 20, Calibration(0.5, -1), ece, ece, goals, goals[0], curve)


def test_a_gain_is_told_with_its_interval(tuned):
    """The default, the highest, what to expect elsewhere and what is kept."""
    lines = list(tuning_lines(tuned, signs("utf-8")))
    assert [line.split()[-1] for line in lines if line.startswith("  0.50")] == ["default"]
    assert next(line for line in lines if line.endswith("highest")).split()[:2] == ["0.90", "0.700"]
    assert any("on other questions: +0.200 (+0.200 to +0.200)" in line for line in lines)
    assert lines[-1] == "the gain is no chance: weight 0.90, depth 1000"
    assert tuning_object(tuned)["settings"] == {"weight": 0.9, "depth": 1000}


def test_equal_weights_are_drawn():
    """Where no weight differs there is no scale to divide by, and the default stays."""
    lines = list(tuning_lines(judge(np.ones((21, 20)), GRID, np.arange(20), "RR"), signs("utf-8")))
    assert lines[-1] == "that may be chance: the default stays, weight 0.50"


def test_points_and_doubts_are_told(fitted):
    """Each point with what it gives elsewhere; one that is not shown to hold says so."""
    lines = list(calibrated_lines(fitted, signs("utf-8")))
    assert lines[0] == "40 of 50 questions were answered, 20 of them rightly (50%)"
    assert "     80%      0.610  75% (50% to 90%)    30% (20% to 40%)" in lines
    assert "     95%  not reached" in lines
    assert lines[-1].endswith("see the interval")


def test_the_curve_stands_where_it_should(fitted):
    """No risk up to 40 % of the questions, half up to 80 %, nothing beyond what was answered."""
    lines = list(calibrated_lines(fitted, signs("utf-8")))
    sign = signs("utf-8")
    bottom = next(line for line in lines if line.lstrip().startswith("0% " + sign.gutter))
    middle = next(line for line in lines if line.lstrip().startswith("50% " + sign.gutter))
    # 50 columns: those nearer to 0.4 than to 0.8 are the first 30, and 0.8 is the 40th.
    assert bottom.partition(sign.gutter)[2] == sign.full * 30
    assert middle.partition(sign.gutter)[2] == " " * 30 + sign.full * 10


def test_nothing_beyond_ascii_where_it_cannot_be_shown(tuned, fitted):
    """Signs fall back to those of ASCII."""
    lines = [*tuning_lines(tuned, signs("ascii")), *calibrated_lines(fitted, signs("ascii"))]
    assert all(line.isascii() for line in lines)


def test_objects_are_json(tuned, fitted):
    """Also where a figure is undefined."""
    for value in (tuning_object(tuned), calibrated_object(fitted)):
        assert json.loads(json.dumps(value, allow_nan=False)) == value
    settings = calibrated_object(fitted)["settings"]
    assert settings == {"calibration": {"slope": 0.5, "intercept": -1}, "threshold": 0.61}

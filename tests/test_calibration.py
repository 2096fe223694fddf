"""How sure to be: calibrated confidence and the threshold."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import Calibration, calibrated, too_unsure

SHARES = st.floats(0, 1)
PARAMETERS = st.floats(-1e6, 1e6)


@given(SHARES)
def test_slope_one_changes_nothing(confidence):
    """The log-odds times one plus nothing are the log-odds; only 0 and 1 are kept off."""
    assert Calibration(1.0, 0.0).of(confidence) == pytest.approx(confidence, abs=1.1e-6)


def test_the_intercept_moves_the_odds():
    """Even odds and an intercept of log 3 are three to one; twice the log-odds square them."""
    assert Calibration(1.0, math.log(3)).of(0.5) == pytest.approx(0.75)
    assert Calibration(2.0, 0.0).of(0.75) == pytest.approx(0.9)


@given(st.floats(0, 1e6), PARAMETERS, SHARES, SHARES)
def test_the_order_stays(slope, intercept, first, second):
    """What was surer is never less sure, and all is from 0 to 1, whatever the parameters."""
    calibration = Calibration(slope, intercept)
    low, high = (calibration.of(c) for c in sorted((first, second)))
    assert 0 <= low <= high <= 1


def test_without_a_calibration_confidence_stays():
    """Nothing fitted, nothing changed."""
    assert calibrated(0.3, None) == 0.3


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([1, 2], "calibration must be an object of slope and intercept"),
        ({"slope": -1, "intercept": 0}, "calibration.slope must be at least 0, not -1"),
        ({"slope": 1}, "calibration.intercept must be a finite number, not None"),
        ({"slope": True, "intercept": 0}, "calibration.slope must be a finite number, not True"),
        ({"slope": 1, "intercept": math.nan}, "calibration.intercept must be a finite number"),
        ({"slope": 10**400, "intercept": 0}, "calibration.slope must be a finite number"),
        ({"slope": 1, "intercept": 0, "x": 1}, "unknown setting calibration.x"),
    ],
)
def test_a_wrong_calibration_is_named(value, problem):
    """What is wrong with it is said, and nothing is taken."""
    problems = []
    assert Calibration.parse(value, problems) is None
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_calibration_is_taken():
    """Whole numbers will do; none is none."""
    problems = []
    assert Calibration.parse({"slope": 1, "intercept": -2}, problems) == Calibration(1.0, -2.0)
    assert Calibration.parse(None, problems) is None
    assert problems == []


def test_sure_enough_is_at_the_threshold():
    """At the threshold an answer is given; below it the reason names both numbers."""
    assert too_unsure(0.4, 0.4) is None
    assert too_unsure(0.31, 0.4) == (
        "the best candidate has a confidence of 0.31, below the threshold 0.40 at which "
        "answers begin"
    )
    assert "of 0.3996, below the threshold 0.4000" in too_unsure(0.3996, 0.4)


def test_a_session_answers_only_above_the_threshold(library):
    """Below the threshold there is no answer, but a reason and what came closest."""
    library.write("a.md", "# Mills\n\nThe mill of Oak has nine wheels.\n")
    library.build()
    session = library.session()
    asked = "How many wheels has the mill of Oak?"
    given_ = session.ask(asked)
    assert given_.text is not None

    def with_settings(**changes):
        return replace(session, settings=replace(session.settings, **changes)).ask(asked)

    refused = with_settings(calibration=Calibration(0.0, -1.0), threshold=0.5)
    assert refused.confidence == pytest.approx(1 / (1 + math.e))
    assert (refused.text, refused.citations) == (None, ())
    assert "confidence of 0.27, below the threshold 0.50" in refused.reason
    assert refused.nearest
    same = with_settings(calibration=Calibration(1.0, 0.0), threshold=0.0)
    assert (same.text, same.reason) == (given_.text, None)

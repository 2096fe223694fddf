"""Search settings from a JSON object."""

import pytest

from qa.calibration import Calibration
from qa.errors import UsageError
from qa.settings import SearchSettings


def test_nothing_said_is_the_default():
    """Every setting has a default."""
    assert SearchSettings.from_mapping({}) == SearchSettings()


def test_settings_are_taken():
    """Numbers as JSON has them."""
    values = {"weight": 1, "depth": 9, "calibration": {"slope": 1, "intercept": 0}}
    expected = SearchSettings(
        weight=1.0, depth=9, calibration=Calibration(1.0, 0.0), threshold=0.25
    )
    assert SearchSettings.from_mapping({**values, "threshold": 0.25}) == expected


def test_all_that_is_wrong_is_named_at_once():
    """Unknown names and wrong values stand in one message."""
    wrong = {
        "weight": float("nan"),
        "depth": 0,
        "threshold": "high",
        "calibration": {"slope": -1, "intercept": 0},
        "wieght": 1,
    }
    with pytest.raises(UsageError) as raised:
        SearchSettings.from_mapping(wrong)
    for part in (
        "unknown setting 'wieght'",
        "weight must be a number from 0 to 1, not nan",
        "depth must be a whole number of at least 1, not 0",
        "calibration.slope must be at least 0, not -1",
        "threshold must be a number from 0 to 1, not 'high'",
    ):
        assert part in str(raised.value)

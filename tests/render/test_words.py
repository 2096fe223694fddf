"""Words, signs and percents."""

from __future__ import annotations

import math

import pytest

from qa.nouns import Status
from qa.render.words import bar, likelihood, percent, signs, status_words


def test_certainty_is_not_rounded_up_to():
    """Only 1.0 is 100 %; out of bounds by rounding is bounded."""
    assert [percent(x) for x in (0.0, 0.005, 0.29, 0.996, 0.9999, 1.0, 1.0000001, -1e-9)] == [
        0,
        0,
        29,
        99,
        99,
        100,
        100,
        0,
    ]


def test_a_confidence_that_is_no_number_is_an_error():
    """NaN must not be shown as certainty."""
    with pytest.raises(ValueError, match="NaN"):
        percent(math.nan)


@pytest.mark.parametrize(
    ("confidence", "word"),
    [
        (1.0, "very likely"),
        (0.9, "very likely"),
        (0.89, "likely"),
        (0.66, "likely"),
        (0.3, "unsure"),
    ],
)
def test_words_for_how_sure(confidence, word):
    """The borders are the IPCC's: 66 % and 90 %."""
    assert likelihood(confidence)[0] == word


def test_bars_have_their_length():
    """Full and empty cells add up, and a full bar is for the top tenth."""
    sign = signs("utf-8")
    assert bar(0.6, 5, sign) == ("▰▰▰", "▱▱")
    assert all(len("".join(bar(i / 100, 5, sign))) == 5 for i in range(101))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "no-such-encoding"])
def test_signs_fit_the_encoding(encoding):
    """An encoding without the signs gets ASCII ones, every status still with a sign of its own."""
    sign = signs(encoding)
    said = [status_words(status, sign)[0] for status in Status]
    assert all(words.isascii() for words in said)
    assert len(set(said)) == len(Status)

"""Fitting confidence and the threshold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qa.calibration import log_odds
from qa.errors import QaError, UsageError
from qa.evaluation.calibrate import LEAST, calibrate, fit, threshold_for
from qa.evaluation.nouns import Evidence, Labels

SIZES = st.integers(1, 60)


def answers(make_result, number, share_right, seed=7):
    """Results whose confidence says nothing of the true chance but its order."""
    random = np.random.default_rng(seed)
    results = []
    for i in range(number):
        confidence = float(random.uniform(0.01, 0.99))
        right = bool(random.random() < share_right(confidence))
        results.append(make_result(f"q{i}", confidence=confidence, right=right))
    return results


@given(SIZES.flatmap(lambda n: st.tuples(
    hnp.arrays(np.float64, n, elements=st.floats(0, 1)), hnp.arrays(np.bool_, n)
)))  # fmt: skip
def test_the_fit_is_where_the_loss_is_least(sample):
    """There the loss does not change with slope and intercept; a slope below 0 is cut to 0."""
    confidence, right = sample
    found = fit(confidence, right)
    good, bad = right.sum(), (~right).sum()
    wanted = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    gaps = np.array([found.of(c) for c in confidence]) - wanted
    x = np.array([log_odds(c) for c in confidence])
    assert gaps.mean() == pytest.approx(0, abs=1e-3)
    if found.slope > 0:
        assert (gaps * x).mean() == pytest.approx(0, abs=1e-2)
    else:
        # The loss falls, if at all, only towards a slope below 0.
        assert (gaps * x).mean() > -1e-2


def test_the_fit_finds_what_made_the_data():
    """Of many answers drawn from a known curve it is found again."""
    random = np.random.default_rng(3)
    confidence = random.uniform(0.02, 0.98, 20_000)
    chance = 1 / (1 + np.exp(-(0.5 * np.log(confidence / (1 - confidence)) - 1)))
    found = fit(confidence, random.random(20_000) < chance)
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.intercept == pytest.approx(-1.0, abs=0.05)


def test_no_order_is_reversed():
    """Where surer answers are worse, all get the share that is right, smoothed as Platt does."""
    found = fit(np.linspace(0.1, 0.9, 10), np.arange(10) < 5)
    assert found.slope == 0
    assert found.of(0.1) == found.of(0.9) == pytest.approx(0.5)


def test_a_threshold_lies_between_answers():
    """Of 20 answers the ten surest are right and no other: the threshold is halfway to these."""
    confidence = np.arange(20, 0, -1) / 20
    right = np.arange(20) < 10
    assert threshold_for(1.0, confidence, right) == pytest.approx((11 / 20 + 10 / 20) / 2)
    assert threshold_for(0.5, confidence, right) == 0.0
    # 10 of 15 are two thirds, 10 of 16 are less.
    assert threshold_for(2 / 3, confidence, right) == pytest.approx((6 / 20 + 5 / 20) / 2)


def test_few_answers_are_no_threshold():
    """Nine right answers say nothing yet; where the surest are wrong none is found."""
    confidence = np.arange(20, 0, -1) / 20
    assert threshold_for(1.0, confidence, np.arange(20) < LEAST - 1) is None
    assert threshold_for(0.9, confidence, np.arange(20) >= 10) is None


@given(SIZES.flatmap(lambda n: st.tuples(
    hnp.arrays(np.float64, n, elements=st.integers(0, 8).map(lambda i: i / 8)),
    hnp.arrays(np.bool_, n),
)), st.floats(0.05, 1))  # fmt: skip
def test_a_threshold_keeps_its_word(sample, target):
    """At least so many of the answers at or above it are right, also where many are equal."""
    confidence, right = sample
    threshold = threshold_for(target, confidence, right)
    if threshold is not None:
        kept = confidence >= threshold
        assert kept.sum() >= LEAST
        assert right[kept].mean() >= target - 1e-9


def test_confidence_that_lies_is_mended(make_result):
    """Where a tenth of it is true, calibration shows so on questions it was not fitted to."""
    found = calibrate(answers(make_result, 300, lambda c: c / 10), None)
    assert found.before["ECE"].value > 0.3
    assert found.after["ECE"].value < 0.1
    assert found.after["Brier"].high < found.before["Brier"].low
    assert found.goal is None


def test_a_target_is_reached_on_other_questions(make_result):
    """Where confidence tells, the precision shown is near the target, and not all is answered."""
    found = calibrate(answers(make_result, 400, lambda c: c), 0.8)
    assert found.tells
    assert found.goal.precision.value == pytest.approx(0.8, abs=0.07)
    # Of confidence spread evenly, the mean above 0.6 is 0.8: about 40 % are answered.
    assert found.goal.coverage.value == pytest.approx(0.4, abs=0.1)
    assert 0.5 < found.goal.threshold < 0.7


def test_an_unreachable_target_is_refused(make_result):
    """Where confidence tells nothing the most that can be had is said."""
    results = answers(make_result, 200, lambda c: 0.5)
    with pytest.raises(QaError, match=r"no threshold makes 95% of the answers right: the most is"):
        calibrate(results, 0.95)
    goals = {goal.target: goal.threshold for goal in calibrate(results, None).goals}
    assert goals[0.95] is None


def test_refused_and_drifted_questions_count_as_what_they_are(make_result):
    """A refused one is asked and not answered; of a drifted one nothing is known."""
    results = answers(make_result, 40, lambda c: c)
    refused = make_result("refused", answer=None)
    drifted = make_result("drifted", labels=Labels((), (Evidence("a.md", "gone"),)))
    found = calibrate([*results, refused, drifted], None)
    assert (found.questions, found.answered) == (41, 40)


def test_too_little_to_go_by_is_said(make_result):
    """Few answers, or all of them right or wrong: each in a line."""
    results = answers(make_result, 30, lambda c: c)
    with pytest.raises(UsageError, match=r"12 of 12 questions were answered: .* at least 20"):
        calibrate(results[:12], None)
    with pytest.raises(UsageError, match=r"all 30 answers are right: .*documents do not answer"):
        calibrate([replace(result, right=True) for result in results], None)
    with pytest.raises(UsageError, match="all 30 answers are wrong"):
        calibrate([replace(result, right=False) for result in results], None)
    same = (Evidence("a.md", "one quote"),)
    together = [replace(r, case=replace(r.case, evidence=same)) for r in results]
    with pytest.raises(UsageError, match="nearly all questions rest on the same quote"):
        calibrate(together, None)


def test_calibrating_again_gives_the_same(make_result):
    """Nothing of chance is left in it."""
    results = answers(make_result, 60, lambda c: c)
    assert calibrate(results, 0.6) == calibrate(results, 0.6)

"""From evidence to a combination."""

from dataclasses import replace

import numpy as np
import pytest

from qa.training.fitting import Evidence, best_threshold, fitted, steady_threshold

QUESTIONS = 120


def made(own=-1):
    """Three spans a question: the first feature tells the right one, the second tells nothing."""
    random = np.random.default_rng(1)
    question = np.repeat(np.arange(QUESTIONS), 3)
    answerable = np.repeat(np.arange(QUESTIONS) % 3 > 0, 3)
    right = answerable & (np.tile([0, 1, 2], QUESTIONS) == 1)
    values = np.stack([right + random.normal(0, 0.4, len(right)), random.normal(size=len(right))])
    return Evidence(values.T, right.astype(float), question, answerable, np.full(len(right), own))


@pytest.mark.parametrize("own", [-1, 0])
def test_what_tells_is_weighed(own):
    """The feature that tells has the weight; answering begins above what is wrong."""
    evidence = made(own)
    found = fitted(evidence)
    assert found.weights.weights[0] > 5 * abs(found.weights.weights[1])
    assert 0 < found.threshold < 1
    right = [found.sure(found.rank(row), row) for row in evidence.values[evidence.right]]
    wrong = [found.sure(found.rank(row), row) for row in evidence.values[~evidence.right]]
    assert np.mean(right) > found.threshold > np.mean(wrong)


def test_what_is_the_same_for_all_spans_of_a_question_ranks_none():
    """It may tell whether the question is answered: that is the second regression's."""
    evidence = made()
    values = np.column_stack([evidence.values, evidence.answerable])
    found = fitted(replace(evidence, values=values))
    assert found.weights.weights[2] == pytest.approx(0.0, abs=1e-3)
    assert found.certainty.weights[3] > 0.5


def test_a_small_file_of_one_s_own_is_not_drowned():
    """Of 20 questions one feature tells the right span, of 100 the other: the few count more."""
    evidence = made()
    few = evidence.question < 20
    values = np.where(few[:, None], evidence.values, evidence.values[:, ::-1])
    weighed, alike = (
        fitted(replace(evidence, values=values, own=own)).weights.weights
        for own in (np.where(few, 0, 1), np.zeros(len(few), int))
    )
    assert weighed[0] / weighed[1] > 1.2 * alike[0] / alike[1]


def test_too_little_to_fit():
    """Few questions, or none that is answered."""
    whole = made()
    few = whole.question < 10
    columns = (whole.values, whole.f1, whole.question, whole.answerable, whole.own)
    assert fitted(Evidence(*(column[few] for column in columns))) is None
    nothing = np.zeros(len(few))
    assert (
        fitted(Evidence(whole.values, nothing, whole.question, whole.answerable, whole.own)) is None
    )


def test_one_right_answer_among_many_questions():
    """Folds without any are fitted, too."""
    whole = made()
    alone = np.zeros(len(whole.f1))
    alone[np.flatnonzero(whole.right)[0]] = 1.0
    found = fitted(Evidence(whole.values, alone, whole.question, whole.answerable, whole.own))
    assert found is not None
    assert 0 < found.threshold < 1


def test_the_threshold_weighs_answers_and_refusals():
    """It divides where more is lost on either side; those that nothing answers are a quarter."""
    sure = np.array([0.9, 0.7, 0.5, 0.3])
    f1 = np.array([1.0, 0.0, 0.8, 0.0])
    answerable = np.array([True, False, True, False])
    assert best_threshold(sure, f1, answerable) == 0.4
    assert best_threshold(sure, f1 * [1, 1, 0.3, 1], answerable) == 0.8
    assert best_threshold(sure, np.ones(4), np.full(4, True)) == 0.15
    assert best_threshold(sure, f1, np.full(4, False)) == 0.95


def test_the_threshold_is_drawn_by_weight():
    """Where one kind of question counts alone, it is that kind's threshold."""
    sure = np.array([0.9, 0.7, 0.5, 0.3] * 5)
    f1 = np.array([1.0, 0.0, 0.8, 0.0] * 5)
    answerable = np.array([True, False, True, False] * 5)
    weight = np.array([1.0, 1.0, 1e-9, 1e-9] * 5)
    assert steady_threshold(sure, f1, answerable) < 0.6
    assert steady_threshold(sure, f1, answerable, weight) == pytest.approx(0.8, abs=0.02)


def test_a_steady_threshold_follows_chance_less():
    """Over many small samples of one kind of question it varies less than the best of each."""
    random = np.random.default_rng(7)
    best, steady = [], []
    for _ in range(20):
        sure = random.random(60)
        answerable = random.random(60) < 0.7
        f1 = (random.random(60) < sure).astype(float)
        best.append(best_threshold(sure, f1, answerable))
        steady.append(steady_threshold(sure, f1, answerable))
    assert np.std(steady) < 0.8 * np.std(best)
    assert np.mean(steady) == pytest.approx(np.mean(best), abs=0.1)

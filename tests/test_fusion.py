"""Fusing two rankings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.fusion import Ranking, best_first, fuse, normalise

scores = st.lists(st.integers(-50, 50), min_size=1, max_size=30, unique=True)


def ranking(values, floor=None):
    """A ranking of passages 0, 1, … with these scores, best first."""
    values = np.array(values, np.float32)
    order = best_first(values, np.arange(len(values)))
    return Ranking(order, values[order], floor)


def test_hand_worked():
    """Scores 4, 2, 0 scale to 1, 1/2, 0; an absent side gives 0; the weight is the first's."""
    first = Ranking(np.array([7, 8, 9]), np.array([4.0, 2.0, 0.0], np.float32))
    second = Ranking(np.array([9, 5]), np.array([0.9, 0.4], np.float32))
    fused = fuse(first, second, 0.25)
    assert fused.ids.tolist() == [5, 7, 8, 9]
    assert fused.first.tolist() == [0.0, 1.0, 0.5, 0.0]
    assert fused.second.tolist() == [0.0, 0.0, 0.0, 1.0]
    assert fused.score.tolist() == [0.0, 0.25, 0.125, 0.75]


def test_floor():
    """A known floor is the zero of the scale: 3 of 4 is 3/4, not the least of the candidates."""
    found = normalise(Ranking(np.array([1, 2]), np.array([4.0, 3.0], np.float32), floor=0.0))
    assert found.tolist() == [1.0, 0.75]


@given(scores)
def test_fusing_a_ranking_with_itself_keeps_its_order(values):
    """A law: two equal opinions change nothing, whatever the weight."""
    one = ranking(values)
    fused = fuse(one, one, 0.3)
    assert fused.ids[best_first(fused.score, fused.ids)].tolist() == one.ids.tolist()


@given(scores, st.integers(1, 9), st.integers(-9, 9))
def test_scale_and_shift_change_nothing(values, scale, shift):
    """A law of min-max scaling: the unit and zero of a score do not matter."""
    plain, other = ranking(values), ranking([value * scale + shift for value in values])
    assert normalise(plain) == pytest.approx(normalise(other), abs=1e-6)


def test_equal_scores_and_nothing():
    """Where all scores are equal all are 1; an empty side leaves the other's order."""
    assert normalise(Ranking(np.array([1, 2]), np.array([3.0, 3.0], np.float32))).tolist() == [1, 1]
    empty = Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
    assert fuse(empty, ranking([1, 5, 3]), 0.5).score.tolist() == [0.0, 0.5, 0.25]
    assert fuse(empty, empty, 0.5).ids.tolist() == []


def test_ties_by_id():
    """Equal scores are ordered by id, so that a ranking is total."""
    assert best_first(np.array([0.5, 0.9, 0.5]), np.array([3, 9, 1])).tolist() == [1, 2, 0]

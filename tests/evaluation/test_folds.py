"""Folds that keep what belongs together, and intervals of shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.folds import folds_of, groups_of, share
from qa.evaluation.nouns import Case, Evidence

ONES = np.ones(4)


def case(name, *quotes):
    """A case with quotes from one document."""
    evidence = tuple(Evidence("a.md", quote) for quote in quotes)
    return Case(name, name, "fact", bool(quotes), evidence=evidence)


def test_cases_of_a_quote_belong_together():
    """By the same quote, whatever its spacing, also by way of a third case; others alone."""
    cases = [case("a", "x y"), case("b", "z"), case("c"), case("d", "x\ny", "z"), case("e")]
    assert groups_of(cases).tolist() == [0, 0, 1, 0, 2]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(2, 6), st.integers(0, 3))
def test_folds_keep_groups_and_are_even(numbers, folds, seed):
    """A group is in one fold, and no fold is larger than the smallest by more than a group."""
    groups = np.unique(numbers, return_inverse=True)[1]
    found = folds_of(groups, folds, seed)
    assert all(len(set(found[groups == group])) == 1 for group in groups)
    sizes = np.bincount(found, minlength=folds)
    assert sizes.max() - sizes.min() <= np.bincount(groups).max()
    assert (folds_of(groups, folds, seed) == found).all()


def test_a_share_is_hits_over_all():
    """Three of four are three quarters, over the cases that count."""
    measure = share("x", np.array([1.0, 1, 1, 0, 0]), np.array([1.0, 1, 1, 1, 0]), np.arange(5))
    assert (measure.value, measure.n) == (0.75, 4)
    assert 0 <= measure.low < 0.75 < measure.high <= 1


def test_without_spread_there_is_no_interval():
    """Where every case is alike every resample is."""
    measure = share("x", 0.5 * ONES, ONES, np.arange(4))
    assert (measure.low, measure.value, measure.high) == (0.5, 0.5, 0.5)


def test_a_share_of_nothing_says_why():
    """It is undefined, neither 0 nor NaN."""
    measure = share("x", 0 * ONES, 0 * ONES, np.arange(4), "none was given")
    assert (measure.value, measure.low, measure.n, measure.why) == (None, None, 0, "none was given")


def test_groups_widen_the_interval():
    """A hundred answers of ten groups that go together tell no more than ten answers."""
    hits = np.tile([1.0, 0.0], 50)
    apart = share("x", hits, np.ones(100), np.arange(100))
    together = share("x", np.sort(hits), np.ones(100), np.arange(100) // 10)
    # Ten draws of a coin have a standard error of 0.158, a hundred of 0.05.
    assert together.high - together.low == pytest.approx(2 * 1.96 * 0.158, rel=0.15)
    assert apart.high - apart.low == pytest.approx(2 * 1.96 * 0.05, rel=0.15)

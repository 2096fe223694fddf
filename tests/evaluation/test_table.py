"""Measures of whole sets, as functions of how often each case counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from qa.errors import UsageError
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.table import Table, bin_of, statistic

WHOLE = [definition.name for definition in DEFINITIONS if not definition.per_case]
CASE = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 8))
CASES = st.lists(CASE, min_size=1, max_size=25)


def table(cases):
    """A table of (answerable, abstained, right, eighths of confidence)."""
    answerable, abstained, right, eighths = (
        np.array(column) for column in zip(*cases, strict=True)
    )
    return Table({}, answerable, abstained, eighths / 8, right & ~abstained & answerable)


def value(name, made):
    return statistic(name, made).of(np.ones((1, len(made))))[0]


def expanded(made, counts):
    """The table in which each case stands as often as counted."""
    rows = np.repeat(np.arange(len(made)), counts)
    columns = (made.answerable, made.abstained, made.confidence, made.right)
    return Table({}, *(column[rows] for column in columns))


@given(CASES, st.data())
@settings(deadline=None)
def test_a_weight_is_a_number_of_copies(cases, data):
    """Weighing cases is the same as having them so many times, for every measure."""
    made = table(cases)
    sizes = st.lists(st.integers(0, 3), min_size=len(made), max_size=len(made)).filter(any)
    counts = np.array(data.draw(sizes))
    for name in WHOLE:
        weighed = statistic(name, made).of(counts[None, :].astype(float))[0]
        assert weighed == pytest.approx(value(name, expanded(made, counts)), nan_ok=True)


@given(CASES, st.randoms())
@settings(deadline=None)
def test_order_changes_nothing(cases, random):
    """Measures of a set do not depend on the order of its cases."""
    shuffled = random.sample(cases, len(cases))
    for name in WHOLE:
        assert value(name, table(cases)) == pytest.approx(
            value(name, table(shuffled)), nan_ok=True, abs=1e-12
        )


@given(CASES)
@settings(deadline=None)
def test_auroc_as_scikit_learn(cases):
    """The area under the ROC curve equals scikit-learn's, ties and all."""
    made = table(cases)
    if made.answerable.all() or not made.answerable.any():
        assert np.isnan(value("AUROC", made))
    else:
        theirs = roc_auc_score(made.answerable, made.confidence)
        assert value("AUROC", made) == pytest.approx(theirs, abs=1e-9)


@given(CASES)
@settings(deadline=None)
def test_refusals_as_counted(cases):
    """Precision and recall of refusing equal those counted case by case."""
    hits = sum(abstained and not answerable for answerable, abstained, _, _ in cases)
    refused = sum(abstained for _, abstained, _, _ in cases)
    hopeless = sum(not answerable for answerable, _, _, _ in cases)
    expected = {
        "refusal_precision": hits / refused if refused else float("nan"),
        "refusal_recall": hits / hopeless if hopeless else float("nan"),
        "refusal_F1": 2 * hits / (refused + hopeless) if refused + hopeless else float("nan"),
    }
    for name, number in expected.items():
        assert value(name, table(cases)) == pytest.approx(number, nan_ok=True)


@given(CASES)
@settings(deadline=None)
def test_aurc_as_an_average_over_orders_of_ties(cases):
    """The mean risk over coverages, with the errors among equals spread evenly."""
    made = table(cases)
    keys = [(a, -c) for a, c in zip(made.abstained, made.confidence, strict=True)]
    wrong = (~made.right).astype(float)
    risks, errors, covered = [], 0.0, 0
    for key in sorted(set(keys)):
        group = [w for k, w in zip(keys, wrong, strict=True) if k == key]
        for _ in group:
            errors += sum(group) / len(group)
            covered += 1
            risks.append(errors / covered)
    assert value("AURC", made) == pytest.approx(np.mean(risks), abs=1e-9)


def test_aurc_by_hand():
    """Right at 1.0, wrong at 0.75, refused last: risks 0, 1/2, 2/3."""
    made = table([(True, False, True, 8), (True, False, False, 6), (True, True, False, 7)])
    assert value("AURC", made) == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)


def test_ece_by_hand():
    """Two answers at 1.0, one right; two at 0.25, both wrong: (2·|½-1| + 2·|0-¼|)/4 = 3/8."""
    made = table(
        [
            (True, False, True, 8),
            (True, False, False, 8),
            (True, False, False, 2),
            (False, False, False, 2),
            (True, True, False, 8),
        ]
    )
    assert value("ECE", made) == pytest.approx(3 / 8)


def test_bins_have_their_upper_ends():
    """A tenth is in the first bin, a bit more in the second, 0 and 1 in the outer ones."""
    assert bin_of(np.array([0.0, 0.1, 0.1001, 0.3, 0.7, 1.0])).tolist() == [0, 0, 1, 2, 6, 9]


def test_what_is_undefined_is_not_zero():
    """Without the cases that a measure is about, it is not a number, and no warning is given."""
    refused = table([(False, True, False, 1)])
    for name in ("AUROC", "ECE"):
        assert np.isnan(value(name, refused))
    assert np.isnan(value("EM", refused))
    empty = Table({}, *(np.zeros(0, dtype) for dtype in (bool, bool, float, bool)))
    for name in WHOLE:
        assert np.isnan(value(name, empty))


def test_an_unknown_measure():
    """A name that is no measure is refused with those that are."""
    with pytest.raises(UsageError, match="there is no measure 'F2': there are nDCG@10"):
        statistic("F2", table([(True, True, False, 1)]))

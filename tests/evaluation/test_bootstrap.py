"""Intervals by resampling cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.bootstrap import with_intervals
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.nouns import Measure
from qa.evaluation.scoring import scored

NAMES = [definition.name for definition in DEFINITIONS]
KINDS = st.sampled_from(["right", "wrong", "refused", "answered", "declined"])
CHANGES = {
    "right": {},
    "wrong": {"answer": "no"},
    "refused": {"answer": None},
    "answered": {"answerable": False},
    "declined": {"answerable": False, "answer": None},
}


def made(make_result, cases):
    return scored(
        [
            make_result(f"q{i:03}", **CHANGES[kind], confidence=eighths / 8)
            for i, (kind, eighths) in enumerate(cases)
        ]
    )


@given(
    cases=st.lists(st.tuples(KINDS, st.integers(0, 8)), min_size=1, max_size=12),
    random=st.randoms(),
)
@settings(max_examples=40, deadline=None)
def test_the_laws(make_result, cases, random):
    """An interval holds its value, repeats, and does not depend on the order of cases."""
    results = list(made(make_result, cases))
    measures = with_intervals(results, NAMES, 100)
    for name, measure in measures.items():
        assert measure.name == name
        if measure.value is None:
            assert measure.low is measure.high is None
            assert measure.why.startswith("it needs ")
        else:
            assert measure.low <= measure.value <= measure.high
    assert with_intervals(random.sample(results, len(results)), NAMES, 100) == measures


def test_as_long_as_theory_says(make_result):
    """Of 100 cases of which half are right, ±1.96·√(0.25/100) about the middle."""
    results = made(make_result, [("right", 8), ("wrong", 8)] * 50)
    measure = with_intervals(results, ["EM"])["EM"]
    assert measure.value == 0.5
    assert measure.n == 100
    half = 1.96 * np.sqrt(0.25 / 100)
    assert measure.low == pytest.approx(0.5 - half, abs=0.025)
    assert measure.high == pytest.approx(0.5 + half, abs=0.025)


def test_only_unanswerable_questions(make_result):
    """What is undefined on them is said, not zero and not NaN; what is defined is given."""
    results = made(make_result, [("declined", 1), ("answered", 8)])
    measures = with_intervals(results, NAMES)
    why = "it needs both answerable and unanswerable questions"
    assert measures["AUROC"] == Measure("AUROC", None, None, None, 2, why)
    undefined = {name for name, measure in measures.items() if measure.value is None}
    assert undefined == {"nDCG@10", "R@100", "RR", "hit@1", "EM", "F1", "item_recall", "AUROC",
                         "sentence_hit", "citation_precision", "citation_recall",
                         "citation_F1"}  # fmt: skip
    assert measures["refusal_recall"].value == measures["F1_all"].value == 0.5


def test_no_cases_at_all():
    """Of nothing, every measure is undefined."""
    assert all(m.value is None and m.n == 0 for m in with_intervals([], NAMES).values())

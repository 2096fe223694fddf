"""Two runs against each other."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.compare import compare, holm
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.scoring import scored

NAMES = tuple(definition.name for definition in DEFINITIONS)


@pytest.fixture
def of_values(make_result, make_run):
    """Give a run whose cases have these values of F1."""

    def make(values, names=("F1",)):
        results = [make_result(f"q{i:03}", measures={"F1": v}) for i, v in enumerate(values)]
        return make_run(results, names)

    return make


def test_an_exact_test_by_hand(of_values):
    """Five wins, one tie: of 32 ways to swap, the two that swap all or none are as extreme."""
    found = compare(of_values([1.0] * 6), of_values([0.0] * 5 + [1.0])).differences[0]
    assert (found.before, found.now) == (pytest.approx(1 / 6, abs=1e-6), 1.0)
    assert (found.wins, found.ties, found.losses, found.n) == (5, 1, 0, 6)
    assert found.p == 2 / 32
    changes = [1, 1, 1, 1, 1, 0]
    error = np.std(changes, ddof=1) / np.sqrt(6)
    assert found.detectable == pytest.approx((1.959964 + 0.841621) * error)


@given(st.lists(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5]), min_size=1, max_size=9))
@settings(max_examples=30, deadline=None)
def test_the_exact_test_tries_every_swap(make_result, make_run, changes):
    """The p-value is the share of all ways to swap that differ at least as much."""

    def run(values):
        results = [make_result(f"q{i:03}", measures={"F1": v}) for i, v in enumerate(values)]
        return make_run(results)

    found = compare(run([0.5 + c for c in changes]), run([0.5] * len(changes))).differences[0]
    signs = itertools.product((1, -1), repeat=len(changes))
    sums = [abs(np.dot(sign, changes)) for sign in signs]
    assert found.p == pytest.approx(np.mean([s >= abs(sum(changes)) - 1e-9 for s in sums]))


def test_many_differences_are_sampled(of_values):
    """With 40 differing cases a sample of swaps stands for all: 20 to 20 is chance, 40 to 0 not."""
    even, odd = [0.0, 1.0] * 20, [1.0, 0.0] * 20
    assert compare(of_values(even), of_values(odd)).differences[0].p == 1.0
    assert compare(of_values([1.0] * 40), of_values([0.0] * 40)).differences[0].p < 0.001


def test_with_itself(make_result, make_run):
    """A run against itself only ties, on every measure, with p = 1."""
    results = scored(
        [
            make_result("a"),
            make_result("b", answer="no", items=("ten",)),
            make_result("c", answer=None),
            make_result("d", answerable=False, answer=None, confidence=0.1),
            make_result("e", answerable=False),
        ]
    )
    run = make_run(results, NAMES)
    found = compare(run, run)
    assert {difference.name for difference in found.differences} == set(NAMES)
    for difference in found.differences:
        assert difference.change == 0.0
        assert difference.p == difference.p_holm == 1.0
        assert difference.wins in (0, None)
        assert difference.losses in (0, None)
        assert difference.detectable is None
    assert found.notes == ()


def test_a_measure_of_the_whole_set_by_hand(make_result, make_run):
    """Refusing three more hopeless questions of four: of 8 ways to swap, two are as extreme."""
    hopeless = [make_result(n, answerable=False) for n in "abcd"]
    refused = [make_result(n, answerable=False, answer=None) for n in "abcd"]
    before = make_run(scored([*hopeless[:3], refused[3]]), ("refusal_recall",))
    now = make_run(scored(refused), ("refusal_recall",))
    (found,) = compare(now, before).differences
    assert (found.before, found.now, found.n) == (0.25, 1.0, 4)
    assert found.p == 2 / 8
    assert found.wins is None


def test_lower_is_better_for_errors(make_result, make_run):
    """More right answers at the same confidence lower AURC and ECE."""
    wrong = make_run(scored([make_result(n, answer="no") for n in "abcdefgh"]), ("AURC", "ECE"))
    right = make_run(scored([make_result(n) for n in "abcdefgh"]), ("AURC", "ECE"))
    for found in compare(right, wrong).differences:
        assert found.change < 0
        assert found.p == 2 / 2**8


def test_common_questions_alone(of_values, make_result, make_run):
    """Runs on different cases are compared on those both have, and that is said."""
    now = of_values([1.0, 0.0, 1.0])
    changed = make_result("q002", question="Another?", measures={"F1": 0.0})
    extra = make_result("zzz", measures={"F1": 0.0})
    before = make_run([*of_values([0.0, 0.0]).results, changed, extra])
    found = compare(now, before)
    assert found.cases == 2
    assert found.only_now == ("q002",)
    assert found.only_before == ("q002", "zzz")
    assert found.differences[0].n == 2
    said = "compared on the 2 common questions: this run has 3, the baseline 4"
    assert said in found.notes


def test_nothing_in_common(of_values, make_result, make_run):
    """Without a common question there is nothing to compare, and that is said."""
    found = compare(of_values([1.0]), make_run([make_result("other", measures={"F1": 1.0})]))
    assert found.differences == ()
    assert found.notes == ("the two runs have no question in common",)


def test_kinds_apart_are_not_compared(make_result, make_run):
    """What is reported apart is left out, as it is from the measures over all."""
    results = [make_result("a", measures={"F1": 1.0}),
               make_result("b", kind="spanish", measures={"F1": 0.0})]  # fmt: skip
    run = make_run(results, settings={"cases": {"apart": ["spanish"]}})
    assert compare(run, run).differences[0].n == 1


def test_holm_by_hand():
    """0.01·3, then 0.03·2, then 0.04 raised to what stands before it; in the order given."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []

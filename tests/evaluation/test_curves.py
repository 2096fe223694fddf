"""The curves behind AURC and ECE."""

import pytest

from qa.evaluation.curves import ece_by_chance, reliability, risk_coverage
from qa.evaluation.scoring import scored


def test_risk_coverage(make_result):
    """A point a confidence, the refused last and wrong, its risk the share of errors so far."""
    results = scored(
        [
            make_result("a", confidence=0.9),
            make_result("b", confidence=0.7, answer="no"),
            make_result("c", confidence=0.7),
            make_result("d", confidence=0.95, answer=None),
        ]
    )
    points = risk_coverage(results)
    assert [(p.coverage, p.confidence, p.answered) for p in points] == [
        (1 / 4, 0.9, True),
        (3 / 4, 0.7, True),
        (1.0, 0.95, False),
    ]
    assert [p.risk for p in points] == pytest.approx([0, 1 / 3, 2 / 4])
    assert risk_coverage([]) == ()


def test_reliability(make_result):
    """Answers by confidence: how many, how sure on average, how often right; refused left out."""
    results = scored(
        [
            make_result("a", confidence=0.95),
            make_result("b", confidence=0.99, answer="no"),
            make_result("c", confidence=0.05),
            make_result("d", confidence=0.5, answer=None),
        ]
    )
    bins = reliability(results)
    assert [(b.low, b.n) for b in bins if b.n] == [(0.0, 1), (0.9, 2)]
    assert bins[9].confidence == pytest.approx(0.97)
    assert bins[9].right == 0.5
    assert bins[4].confidence is None


def test_what_chance_makes_of_a_perfect_confidence(make_result):
    """One answer at 0.9: an error of 0.1 in nine of ten, of 0.9 in one; of many it is small."""
    one = ece_by_chance(scored([make_result("a", confidence=0.9)]))
    assert one == pytest.approx(0.18, abs=0.03)
    many = [make_result(f"a{n}", confidence=0.9) for n in range(400)]
    assert ece_by_chance(scored(many)) < 0.02
    assert ece_by_chance(scored([make_result("a", confidence=1.0)])) == 0.0
    assert ece_by_chance(scored([make_result("a", answer=None)])) is None

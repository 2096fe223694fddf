"""The cases that went worst come first."""

from qa.evaluation.scoring import scored
from qa.evaluation.worst import badness, worst


def test_the_order(make_result):
    """Wrong and sure, wrong and unsure, refused; what is right is not among them."""
    results = scored(
        [
            make_result("refused", answer=None),
            make_result("right"),
            make_result("unsure", answer="no", confidence=0.2),
            make_result("sure", answer="no", confidence=0.99),
            make_result("hopeless", answerable=False, confidence=0.5),
            make_result("declined", answerable=False, answer=None),
        ]
    )
    assert [r.case.id for r in worst(results, 9)] == ["sure", "hopeless", "unsure", "refused"]
    assert len(worst(results, 2)) == 2


def test_rankings_alone(make_result):
    """Where only retrieval was measured, what was found lowest is worst; ties go by id."""
    results = [
        make_result(name, answer=None, reason=None, measures={"nDCG@10": value})
        for name, value in (("b", 0.0), ("a", 0.0), ("c", 1.0), ("d", 0.5))
    ]
    assert [r.case.id for r in worst(results, 9)] == ["a", "b", "d"]
    assert badness(results[2]) == 0.0

"""What measures make of one case, and when an answer is right."""

import pytest

from qa.evaluation.names import RETRIEVAL
from qa.evaluation.nouns import Cited, Evidence, Found, Labels
from qa.evaluation.scoring import scored


def of(result):
    """The measures of one result, and whether it is right."""
    (made,) = scored([result])
    return made.measures, made.right


def test_a_right_answer(make_result):
    """An answer that is the one expected, cited from the label, found first: all ones."""
    measures, right = of(make_result())
    assert right
    assert set(measures.values()) == {1.0}
    assert set(measures) == {*RETRIEVAL, "EM", "F1", "EM_all", "F1_all", "sentence_hit",
                             "citation_precision", "citation_recall", "citation_F1"}  # fmt: skip


def test_a_sentence_that_holds_the_answer(make_result):
    """It is right where it is the labelled one, though few of its words are the answer."""
    long = "in those days there were exactly ten men on that whole island"
    there = Cited("a.md", 8, 8 + len(long), long, "verified")
    elsewhere = Cited("b.md", 8, 8 + len(long), long, "verified")
    measures, right = of(make_result(answer=long, citations=(there,)))
    assert right
    assert measures["EM"] == 0.0
    assert measures["F1"] == pytest.approx(2 * 2 / (12 + 2), abs=1e-6)
    assert not of(make_result(answer=long, citations=(elsewhere,)))[1]


def test_half_of_the_words_are_enough(make_result):
    """A token F1 of a half is right, less is not: 2/(1+2) and 2/(1+4)."""
    elsewhere = (Cited("b.md", 0, 3, "men", "verified"),)
    assert of(make_result(answer="men", citations=elsewhere))[1]
    four = make_result(answer="men", citations=elsewhere, answers=("four old brave men",))
    assert not of(four)[1]


def test_an_abstention_where_there_is_an_answer(make_result):
    """Nothing said and nothing cited: zeros, and no precision of citations."""
    measures, right = of(make_result(answer=None))
    assert not right
    assert measures["F1"] == measures["F1_all"] == measures["citation_recall"] == 0.0
    assert "citation_precision" not in measures
    assert measures["hit@1"] == 1.0


@pytest.mark.parametrize(("answer", "value"), [(None, 1.0), ("ten", 0.0)])
def test_what_has_no_answer(make_result, answer, value):
    """Refusing is what is right, as SQuAD 2.0 counts; no other measure is about it."""
    measures, right = of(make_result(answerable=False, answer=answer))
    assert measures == {"EM_all": value, "F1_all": value}
    assert not right


def test_label_drift_leaves_measures_of_labels_out(make_result):
    """Where a quote is gone, answers count, retrieval and citations do not."""
    labels = Labels(make_result().labels.pieces, (Evidence("a.md", "gone"),))
    measures, right = of(make_result(labels=labels))
    assert set(measures) == {"EM", "F1", "EM_all", "F1_all"}
    assert right


def test_without_known_answers(make_result):
    """A case with evidence alone is right where the evidence is quoted."""
    measures, right = of(make_result(answers=()))
    assert right
    assert "F1" not in measures
    assert not of(make_result(answers=(), citations=()))[1]


def test_items_of_a_list(make_result):
    """Two of three items stand in the answer."""
    result = make_result(answer="the ten men, two women", items=("ten men", "two women", "a dog"))
    assert of(result)[0]["item_recall"] == pytest.approx(2 / 3, abs=1e-6)


def test_one_case_does_not_change_another(make_result):
    """Cases are measured alone, in whatever company and order."""
    cases = [
        make_result("a"),
        make_result("b", answer=None),
        make_result("c", found=Found(2, (3,))),
    ]
    together = scored(cases)
    assert together == tuple(scored([case])[0] for case in cases)
    assert scored(cases[::-1]) == together[::-1]

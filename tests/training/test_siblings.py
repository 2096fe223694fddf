"""Passages that look right and do not answer."""

from random import Random

import pytest

from qa.training.articles import Article, Paragraph, Question, Source
from qa.training.siblings import Siblings, index_of, most_like

ASKED = "Who built the old mill of Arlen?"


def made(*texts, questions=()):
    """A source of one article with a first paragraph that answers, and others."""
    first = Paragraph("", "Ada built the old mill of Arlen.", (Question(ASKED, ((0, 3),)),))
    others = tuple(Paragraph("", text, questions) for text in texts)
    return Source("s", (Article("a", (first, *others)),)), first


def drawn(source, first, times=40):
    """The texts that are found with many seeds."""
    siblings, (question,) = Siblings([source]), first.questions
    return {siblings.like(first, question, Random(seed)).text for seed in range(times)}


def test_they_are_like_the_question_and_hold_no_answer():
    """The paragraph itself and those with the answer's text are never found."""
    source, first = made("The old mill fell.", "The mill of ADA.", "Boats.", "Of Arlen, the mill")
    assert drawn(source, first) == {"The old mill fell.", "Of Arlen, the mill"}


def test_the_most_like_comes_more_often():
    """For those are what will be read."""
    source, first = made("Who built the old mill of Bosk?", *(f"A mill, {n}." for n in range(9)))
    siblings, (question,) = Siblings([source]), first.questions
    found = [siblings.like(first, question, Random(seed)).text for seed in range(300)]
    assert found.count("Who built the old mill of Bosk?") > 90
    assert len(set(found)) > 5


def test_where_none_is_like_it_any_other_will_do():
    """But never the paragraph itself, and none with the answer."""
    source, first = made("Boats.", "Ada's boats.", "Bells.")
    assert drawn(source, first) == {"Boats.", "Bells."}


@pytest.mark.parametrize("others", [(), ("Ada.",), ("Ada.", "The mill of Arlen: Ada's.")])
def test_where_all_hold_the_answer_nothing_is_read(others):
    """An empty passage answers nothing."""
    assert drawn(*made(*others)) == {""}


def test_a_passage_that_answers_the_question_in_other_words_is_none():
    """The same question, asked of another passage that answers it."""
    other = (Question(ASKED, ((0, 4),)),)
    assert drawn(*made("Cleo built the old mill.", questions=other)) == {""}
    assert drawn(*made("Cleo built the old mill.", questions=(Question(ASKED, ()),))) == {
        "Cleo built the old mill."
    }


def test_they_are_of_the_same_article_where_it_is_large():
    """Else of any small article of the same file, and never of another file."""
    source, first = made(*(f"The mill has {n} boats." for n in range(13)))
    small = [Article(f"b{n}", (Paragraph("", f"A mill of {n} bells."),)) for n in range(3)]
    both = Source("s", (*source.training, *small))
    assert all("boats" in text for text in drawn(both, first))
    few, first = made("The mill has boats.")
    both = Source("s", (*few.training, *small))
    assert {text.split()[-1] for text in drawn(both, first)} == {"boats.", "bells."}
    other = Source("t", (Article("c", (Paragraph("", "The old mill of Arlen is old."),)),))
    siblings = Siblings([both, other])
    found = {siblings.like(first, first.questions[0], Random(seed)).text for seed in range(40)}
    assert not any("is old" in text for text in found)


def test_the_most_like_are_found_best_first():
    """By the words they share; what shares none is not found."""
    paragraphs = [Paragraph("", text) for text in ("Bells.", "The mill.", "The mill of Arlen.")]
    found = most_like(paragraphs, index_of(paragraphs), "mill Arlen", 2)
    assert [p.text for p in found] == ["The mill of Arlen.", "The mill."]
    assert len(most_like(paragraphs, index_of(paragraphs), "mill Arlen", 1)) == 1
    assert not most_like(paragraphs, index_of(paragraphs), "river", 3)

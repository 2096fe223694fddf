"""The stream of examples: the same for a seed, and true to its labels."""

import re
from collections import Counter
from itertools import islice

import pytest

from qa.training.articles import read_source
from qa.training.examples import Maker, Recipe

# Which examples of a batch have an answer.
KINDS = [True] * 15 + [False] * 9


@pytest.fixture(scope="module")
def source(squad):
    """Give the six articles of towns."""
    return read_source(squad)


def stream(sources, number, first=0, seed=1, shares=None):
    """The examples of some batches, of the default recipe."""
    maker = Maker(sources, shares or {}, Recipe(), seed)
    return list(islice(maker.batches(first), number))


def test_the_same_seed_gives_the_same_stream(source):
    """From a new maker, or from the same one asked again; another seed gives another."""
    maker = Maker([source], {}, Recipe(), 1)
    first = list(islice(maker.batches(0), 12))
    assert list(islice(maker.batches(0), 12)) == first
    assert stream([source], 12) == first
    assert stream([source], 12, seed=2) != first


@pytest.mark.parametrize("first", [1, 5, 11])
def test_the_stream_goes_on_from_any_batch(source, first):
    """As if it had never stopped: rounds of questions go on where they were."""
    assert stream([source], 12 - first, first) == stream([source], 12)[first:]


@pytest.mark.parametrize(("distinct", "again"), [(1, 8), (24 * 11, 8), (24 * 15, 16)])
def test_the_same_batches_come_again(source, distinct, again):
    """After a multiple of the eight that are sorted together, from wherever it goes on."""
    maker = Maker([source], {}, Recipe(distinct=distinct), 1)
    batches = list(islice(maker.batches(0), 3 * again))
    assert batches == stream([source], again) * 3
    assert list(islice(maker.batches(again + 3), again)) == batches[3 : again + 3]


def test_a_batch_has_its_share_of_each_kind(source):
    """Answers first, then what was written to look answerable, then what is made here."""
    for batch in stream([source], 10):
        assert len(batch) == Recipe().batch == 24
        assert [example.span is not None for example in batch] == KINDS
        assert all("made" in example.question.lower() for example in batch[15:19])


def test_without_unanswerable_questions_more_are_made(source, layout):
    """The batch stays as large."""
    answered = source.__class__("s", source.training[:0] + tuple(_answerable(source)))
    for batch in stream([answered], 4):
        assert [example.span is not None for example in batch] == KINDS


def _answerable(source):
    from dataclasses import replace

    for article in source.training:
        paragraphs = (
            replace(p, questions=tuple(q for q in p.questions if q.answers))
            for p in article.paragraphs
        )
        yield replace(article, paragraphs=tuple(paragraphs))


def known(source):
    """The texts of the right answers by what is asked, whatever its typing."""
    return {key(q.text): {p.text[slice(*s)] for s in q.answers} for p, q in source.answerable}


def key(question):
    """A question's letters without case: typing it anew keeps most of them."""
    return "".join(c for c in question.casefold() if c.isalnum())


def test_a_span_is_one_of_the_question_s_answers(source):
    """Whatever window is read."""
    answers = known(source)
    seen = Counter()
    for batch in stream([source], 40):
        for example in batch:
            if example.span is None:
                continue
            found = example.text[slice(*example.span)]
            right = answers.get(key(example.question))
            if right is not None:  # else typed with a slip, or with a year
                assert found in right
                seen[found] += 1
            assert any(found in texts for texts in answers.values())
    assert seen.total() > 300


def test_a_refusal_reads_no_answer_to_its_question(source):
    """A question as it was asked, labelled as unanswerable, is read with no answer's text."""
    answers = known(source)
    seen = 0
    for batch in stream([source], 60):
        for example in batch[19:]:
            for answer in answers.get(key(example.question), ()):
                assert answer.casefold() not in example.text.casefold()
                seen += 1
    assert seen > 80


def test_a_changed_question_has_no_answer(source):
    """Its passage may well answer what it was changed from: the label is none all the same."""
    answers = known(source)
    changed = [
        example
        for batch in stream([source], 60)
        for example in batch[19:]
        if key(example.question) not in answers
    ]
    assert len(changed) > 30
    assert {example.span for example in changed} == {None}
    texts = {answer for found in answers.values() for answer in found}
    assert any(text in example.text for example in changed for text in texts)


def test_every_question_comes_once_a_round(source):
    """36 answerable ones, of which a batch draws 19: in 36 batches each comes 19 times."""
    maker = Maker([source], {}, Recipe(answerable=9, adversarial=0, made=0), 1)
    for _ in range(2):
        batches = islice(maker.batches(0), 8)
        read = Counter(_about(example) for batch in batches for example in batch)
        assert set(read.values()) == {2}
        assert len(read) == 36


def _about(example):
    """What tells the questions of the towns apart, whatever their typing and the window.

    Each answer's sentence has the year of its town, and that of the mill alone a name.
    """
    number = example.text[slice(*example.span)].isdigit()
    return number, re.findall(r"\b1[78]\d\d\b", example.text)[0]


def test_shares_say_how_often_a_file_is_drawn_from(source):
    """Nothing of what has no share; else by the root of the number of questions."""
    other = read_other(source)
    for shares, low, high in (({}, 0.4, 0.6), ({"towns": 9, "other": 1}, 0.85, 0.95)):
        batches = stream([source, other], 40, shares=shares)
        titles = Counter(e.title for batch in batches for e in batch[:15] if e.title)
        share = sum(n for t, n in titles.items() if t != "Other") / titles.total()
        assert low < share < high
    batches = stream([source, other], 5, shares={"towns": 0})
    assert {e.title for batch in batches for e in batch} <= {"Other", ""}


def read_other(source):
    """The same source under another name, with another title above its passages."""
    from dataclasses import replace

    articles = (
        replace(a, paragraphs=tuple(replace(p, title="Other") for p in a.paragraphs))
        for a in source.training
    )
    return replace(source, name="other", training=tuple(articles))


def test_rivals_are_passages_that_do_not_answer(source):
    """Each question with an answer is read with two more passages, as often as typed alike."""
    recipe = Recipe(answerable=4, adversarial=1, made=1, rivals=2)
    answers = known(source)
    seen = 0
    for batch in islice(Maker([source], {}, recipe, 1).batches(0), 20):
        assert len(batch) == recipe.batch == 14
        assert [example.group is None for example in batch] == [False] * 12 + [True] * 2
        for first in range(0, 12, 3):
            right, *rivals = batch[first : first + 3]
            assert right.span is not None
            assert {(one.group, one.question) for one in rivals} == {(right.group, right.question)}
            assert all(one.span is None and one.text != right.text for one in rivals)
            for answer in answers.get(key(right.question), ()):
                assert not any(answer.casefold() in one.text.casefold() for one in rivals)
                seen += 1
    assert seen > 80
    groups = {one.group for b in islice(Maker([source], {}, recipe, 1).batches(0), 20) for one in b}
    assert len(groups) == 20 * 4 + 1

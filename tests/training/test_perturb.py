"""Questions as people type them, and questions that a passage no longer answers."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.training.perturb import changed, dated, retyped

PASSAGE = "In 1864 Ana Paz opened the largest port of Omoa. It had ten ships in 1870."
NAMES = ("Bruno Sol", "Omoa", "Ana Paz")
ASKED = (
    "What did Ana open in 1864?",
    "Who opened the largest port?",
    "Who opened the port of Omoa?",
    "How many ships did it have?",
)


@given(st.sampled_from(ASKED), st.integers(0, 10_000))
def test_a_changed_question_asks_for_something_else(question, seed):
    """It differs in one thing, and that does not stand in the passage."""
    made = changed(question, PASSAGE, NAMES, Random(seed))
    assert made is not None
    assert made != question
    new = set(re.findall(r"\w+", made)) - set(re.findall(r"\w+", question)) - {"in"}
    assert new
    assert not new & set(re.findall(r"\w+", PASSAGE))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (ASKED[0], r"What did Ana open in (?!1864)18\d\d\?"),
        (ASKED[1], r"Who opened the smallest port\?|Who closed the largest port\?"),
        (ASKED[2], r"Who opened the port of Bruno Sol\?|Who closed the port of Omoa\?"),
        (ASKED[3], r"How many ships did it have in 18[5-8]\d\?"),
    ],
)
def test_each_way_of_changing_is_used(question, wanted):
    """Another year, the opposite, another name, a year more; or a year with any of them."""
    found = {changed(question, PASSAGE, NAMES, Random(seed)) for seed in range(60)}
    assert any(re.fullmatch(wanted, made) for made in found)


def test_a_question_with_nothing_to_change_stays():
    """None where there is neither year, name, quantity nor a year in the passage."""
    assert changed("Who was there?", "Ana was there.", NAMES, Random(1)) is None
    assert changed("When was it?", "It was in 1864.", NAMES, Random(1)) is None


@given(st.text(min_size=1), st.integers(0, 99))
def test_retyping_never_fails(question, seed):
    """The same seed types the same; most stay as they are."""
    assert retyped(question, Random(seed)) == retyped(question, Random(seed))


def test_most_questions_are_typed_as_they_are():
    """Some in small letters, without a mark, with a slip or without little words."""
    made = [retyped("How many Ships had the Port?", Random(seed)) for seed in range(400)]
    assert made.count("How many Ships had the Port?") > 200
    assert {"how many ships had the port?", "How many Ships had the Port"} < set(made)
    assert "How many Ships Port?" in made
    assert any(len(text) == 27 and text.endswith("?") for text in made)  # a letter lost


def test_a_year_is_added_where_the_sentence_has_one():
    """The question stays answerable: it is the year of the sentence that answers."""
    sentence = "In 1864 Ana Paz opened it."
    assert dated("Who opened it?", sentence, "Ana Paz") == "Who opened it in 1864?"
    assert dated("Who opened it", sentence, "Ana Paz") == "Who opened it in 1864"


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("When was it opened?", "It was opened in 1864.", "It"),
        ("In which year was it?", "It was opened in 1864.", "It"),
        ("Who opened it in 1865?", "Ana opened it in 1864.", "Ana"),
        ("What was it?", "It was opened in 1864.", "opened in 1864"),
        ("What was it?", "It was opened in 1864 or 1865.", "opened"),
        ("What was it?", "It was opened.", "opened"),
    ],
)
def test_no_year_is_added_where_it_would_be_wrong(question, sentence, answer):
    """A year that is asked for, is there, is the answer, or is one of several."""
    assert dated(question, sentence, answer) == question

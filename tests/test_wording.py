"""How answers are worded: spans, lists, sentences, yes and no."""

import pytest

from qa.extract import Candidate
from qa.nouns import Hit
from qa.wording import is_closed, verdict, worded

LIST = "The pact has three members:\n\n- Ash\n- Birch\n- Cedar\n\nIt is old."


def candidate(text, words, quote):
    """A span of a passage that begins at 100."""
    hit = Hit(1, 0, "a.md", "A", None, (), 100, 100 + len(text), text, (), 0.5, {}, 1, 1)
    start, begin = 100 + text.index(words), 100 + text.index(quote)
    return Candidate(hit, start, start + len(words), begin, begin + len(quote), 0.5)


def said(found):
    return found.hit.text[found.start - 100 : found.end - 100]


def quoted(found):
    return found.hit.text[found.quote_start - 100 : found.quote_end - 100]


@pytest.mark.parametrize(
    ("question", "closed"),
    [
        ("Is Ash a member?", True),
        ("didn't Ash sign", True),
        ("And does it hold?", True),
        ("Is Ash or Birch larger?", False),
        ("Which member is Ash?", False),
        ("Isotopes of what?", False),
    ],
)
def test_closed_questions(question, closed):
    """A question that begins with an auxiliary is closed, unless it offers a choice."""
    assert is_closed(question) is closed


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did Ash sign the pact in 1990?", "Ash signed the pact in 1990.", "Yes"),
        ("Did Ash sign the pact in 1990?", "Ash did not sign the pact in 1990.", "No"),
        ("Didn't Ash sign the pact?", "Ash never signed the pact.", "Yes"),
        ("Did Ash sign the pact in 1990?", "Ash put its name to it.", None),
        ("Did it?", "It did.", None),
    ],
)
def test_verdicts(question, sentence, expected):
    """Yes and no need nearly all of the question's words; negation turns the one into the other."""
    assert verdict(question, sentence) == expected


def test_a_closed_question_is_answered_by_its_sentence():
    """The sentence is the answer's place, whatever span was found in it."""
    text = "Ash signed the pact. Birch did not."
    found = worded("Did Ash sign the pact?", candidate(text, "pact", "Ash signed the pact."))
    assert (said(found), found.verdict) == ("Ash signed the pact.", "Yes")


def test_a_list_is_given_whole():
    """One item that was found, or the sentence above a list, stands for all of it."""
    whole = "- Ash\n- Birch\n- Cedar"
    for words, quote in (("Birch", "- Birch"), ("three", "The pact has three members:")):
        found = worded("Which countries are members?", candidate(LIST, words, quote))
        assert said(found) == whole
        assert whole in quoted(found)


def test_a_question_for_one_thing_gets_one():
    """Only who asks for several gets the list."""
    found = worded("Who signed last?", candidate(LIST, "Cedar", "- Cedar"))
    assert said(found) == "Cedar"


def test_no_list_is_made_up():
    """A span outside lists stays as it is."""
    found = worded("What are the members?", candidate(LIST, "old", "It is old."))
    assert said(found) == "old"


def test_more_than_one_bullet_is_the_whole_list():
    """Whatever was asked: where an answer goes on over bullets, it is all of them."""
    found = worded("What does the pact hold?", candidate(LIST, "Ash\n- Birch", "Ash"))
    assert said(found) == "- Ash\n- Birch\n- Cedar"
    found = worded("What does the pact hold?", candidate(LIST, "Birch", "Birch"))
    assert said(found) == "Birch"

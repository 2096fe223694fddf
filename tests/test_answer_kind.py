"""What can be what a question asks for."""

import pytest

from qa.answer_kind import impossible, is_question, not_ahead


def test_what_will_be_is_not_what_was():
    """Only a question about what is to come wants a sentence about it."""
    assert not_ahead("When will it be signed?", "It was signed in 2004.")
    assert not_ahead("When is it going to be signed?", "It was signed in 2004.")
    assert not not_ahead("When will it be signed?", "They plan to sign it in 2030.")
    assert not not_ahead("When was it signed?", "It was signed in 2004.")


@pytest.mark.parametrize(
    ("question", "is_impossible"),
    [
        ("Which Honduran leader threatened it?", True),
        ("Who came after Villeda as president?", True),
        ("In which city was it held?", True),
        ("Which rebel group was fighting?", True),
        ("Who won the cup?", False),
        ("Which country was it?", False),
        ("Where was it?", False),
    ],
)
def test_a_country_is_no_leader_and_no_town(question, is_impossible):
    """It may have won a cup."""
    assert impossible(question, "Honduras") is is_impossible
    assert not impossible(question, "Manuel Zelaya")


@pytest.mark.parametrize(
    ("question", "is_impossible"),
    [
        ("What is the currency of Honduras?", True),
        ("What's the official language there?", True),
        ("Which currency do they pay in?", True),
        ("What amount of the currency was lost?", False),
        ("How many speak the language?", False),
    ],
)
def test_an_amount_is_no_currency(question, is_impossible):
    """A word may be one."""
    assert impossible(question, "$5 billion in goods") is is_impossible
    assert not impossible(question, "the lempira")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("How many boats", True),
        ("in which year did it end", True),
        ("Tell me of the boats.", True),
        ("The boats of Arlen, how many?", True),
        ("¿Cuántos barcos", True),
        ("Boats, which are many, carry fish.", False),
        ("boats of Arlen", False),
    ],
)
def test_what_asks(text, asks):
    """By a mark or the first word."""
    assert is_question(text) is asks

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
    ("question", "words", "others"),
    [
        ("Which Honduran leader threatened it?", "Honduras", "Manuel Zelaya"),
        ("Who came after Villeda as president?", "Honduras", "Manuel Zelaya"),
        ("In which city was it held?", "Honduras", "Tela"),
        ("Which rebel group was fighting?", "Honduras", "the Contras"),
        ("What is the currency of Honduras?", "$5 billion in goods", "the lempira"),
        ("What's the official language there?", "$5 billion in goods", "Spanish"),
        ("Which currency do they pay in?", "$5 billion in goods", "the lempira"),
        ("How many jobs did the aid create?", "over $153 million", "over 22,000"),
        ("How many speak the language?", "$5 billion in goods", "three quarters"),
        ("How many new wells are there?", "2.5 million euros", "2.5 million"),
        ("What does Honduras export to the US?", "$4.6 billion", "finished clothing"),
        ("what goods did they sell abroad", "about 40 million euros", "coffee"),
        ("What did it export?", "$5 billion in goods", "$5 billion in coffee and cloth"),
    ],
)
def test_what_can_not_be_what_is_asked_for(question, words, others):
    """A country is no leader and no town, an amount is no currency."""
    assert impossible(question, words)
    assert not impossible(question, others)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who won the cup?", "Honduras"),
        ("Which country was it?", "Honduras"),
        ("Where was it?", "Honduras"),
        ("What amount of the currency was lost?", "$5 billion in goods"),
        ("How many dollars went to jobs?", "$153 million"),
        ("How many U.S. dollars went to jobs?", "$153 million"),
        ("How many millions did it cost?", "$153 million"),
        ("How many jobs are there?", "4,000 for $153 million"),
        ("What did the zone sell abroad, in dollars?", "1.41 billion dollars"),
        ("What did they sell it for?", "$153 million"),
        ("What was the value of what it exported?", "$4.6 billion"),
        ("How much does Honduras export?", "$4.6 billion"),
    ],
)
def test_what_can_be_what_is_asked_for(question, words):
    """A country may have won a cup, an amount is what was lost, and dollars are counted."""
    assert not impossible(question, words)


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

"""What a question asks for and a sentence is not about."""

import pytest

from qa.contrast import opposed, unit_missing


@pytest.mark.parametrize(
    ("question", "sentence", "missing"),
    [
        ("How many hours does it take?", "The time fell by 70 percent.", True),
        ("How many hours does it take?", "It takes 12 hours.", False),
        ("How many hours does it take?", "An hour is enough.", False),
        ("how many U.S. companies operate there", "Some 200 companies are there.", False),
        ("How many people work in the mill?", "The mill has 12 looms.", True),
        ("How many people work in the mill?", "Twelve people are there.", False),
        ("What percentage of exports is coffee?", "Coffee was 12 % of it.", False),
        ("What percentage of exports is coffee?", "Coffee brought $12 million.", True),
        ("How much money was it worth?", "It was worth $11.4 billion.", False),
        ("How much money was it worth?", "It was signed in June.", True),
        ("How long did it last?", "It lasted for three years.", False),
        ("How long did it last?", "It was held in Omoa.", True),
        ("When was it signed?", "It was signed in June 2005.", False),
        ("When was it signed?", "It is meant to be signed soon by both.", True),
        ("Who signed it?", "Nothing is said.", False),
        ("How many?", "Nothing is said.", False),
        ("", "", False),
    ],
)
def test_the_unit_that_is_asked_for(question, sentence, missing):
    """What is counted, a share, money, a length of time, a date."""
    assert unit_missing(question, sentence) is missing


@pytest.mark.parametrize(
    ("question", "sentence", "opposite"),
    [
        ("What did it import?", "It exported coffee.", True),
        ("What did it import?", "It imported coffee and exported tea.", False),
        ("Which was the largest port?", "The smallest port is Omoa.", True),
        ("Which was the largest port?", "The largest port is Omoa.", False),
        ("Which port is it?", "The smallest port is Omoa.", False),
        ("Which was the second port?", "Omoa was the first port.", True),
        ("Which was the second port?", "Omoa was the first port, Tela the second.", False),
        ("Which was the second port?", "Omoa was a port.", False),
    ],
)
def test_the_opposite_of_what_is_asked(question, sentence, opposite):
    """Where the sentence has it, and not the word itself."""
    assert opposed(question, sentence) is opposite

"""Countries and regions in questions and sentences."""

import pytest

from qa.places import elsewhere, is_place, places_of


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Salvadorans and Costa Rican coffee", {"el salvador", "costa rica"}),
        ("Central American trade", {"central america"}),
        ("U.S. trade, give it to us", {"united states"}),
        ("the USA's and America's", {"united states"}),
        ("a turkey of Turkey", {"turkey"}),
        ("El  Salvador\nand\nNew\nZealand", {"el salvador", "new zealand"}),
        ("Panamax ships, Indiana, Irania", set()),
        ("", set()),
    ],
)
def test_places_have_one_name(text, places):
    """The country, its people and its things are one; other words are none."""
    assert places_of(text) == places


@pytest.mark.parametrize(
    ("question", "sentence", "is_elsewhere"),
    [
        ("How much did Nicaragua seize?", "Panama seized 56 tons.", True),
        ("What share of Hondurans is poor?", "Half of Central America is poor.", True),
        ("What share of Central Americans is poor?", "Half of Honduras is poor.", False),
        ("How much did Panama seize?", "The Panamanian police seized 56 tons.", False),
        ("How much did Panama seize?", "It seized 56 tons.", False),
        ("How much was seized?", "Panama seized 56 tons.", False),
        ("What did the U.S. sell to Guatemala?", "Mexico sold cars to the U.S.", True),
    ],
)
def test_a_sentence_about_another_country(question, sentence, is_elsewhere):
    """It lacks the country asked for and names another; a sentence that names none is not."""
    assert elsewhere(question, sentence) is is_elsewhere


@pytest.mark.parametrize("words", ["the United States", "U.S.", "Honduras,", "Central America"])
def test_words_that_are_a_place(words):
    """An article and marks aside."""
    assert is_place(words)


@pytest.mark.parametrize("words", ["Obama of Honduras", "us", "", "Port of Spain"])
def test_words_that_are_more_than_a_place(words):
    """Or something else."""
    assert not is_place(words)

"""Sentences that say that something is not told."""

import pytest

from qa.denial import denied

MEETING = "The article gives no date for the meeting at the lake, and its statistics are of 2024."


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did the two meet at the lake?", MEETING),
        ("What year was the meeting?", MEETING),
        ("How many died in the flood?", "The report does not say how many people died."),
        ("How much did the flood cost?", "For the flood the report has no figure."),
        ("Who sold the ship?", "No name is given for the seller of the ship, which was new."),
        ("Why was the school closed?", "It didn't state the reason why the school closed."),
        ("Where is the treasure?", "The letters do not tell where, only that it is safe."),
    ],
)
def test_a_denial_of_what_is_asked_for(question, sentence):
    """The sentence says itself that it has not what is asked for."""
    assert denied(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Where did the two meet?", MEETING),
        ("From when are the statistics?", MEETING),
        ("When was the war?", "The article gives no date for the meeting; the war began in 1914."),
        ("Who sold the ship?", "Ada sold it in a year when no figures were published."),
        ("How many people live there?", "It has no railway, and 4,000 people live there."),
        ("Why was it closed?", "It had no pupils for two years."),
        ("Does the town have a date for it?", "The town has no date for it."),
    ],
)
def test_what_is_no_denial_of_it(question, sentence):
    """Another thing is not told, or of something else; or it is just what is asked."""
    assert not denied(question, sentence)

"""Between whom something goes: the right way, the other, or not told."""

import pytest

from qa.direction import agree

_ASKED = "How much did Peru sell to Japan in 2017?"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (_ASKED, "In 2017 Peru exported goods worth 5 billion yen to Japan."),
        (_ASKED, "Japanese goods imports from Peru came to 4 billion yen."),
        (_ASKED, "Peru's exports to Japan fell by a tenth."),
        (_ASKED, "Copper was sold to Japan by Peru."),
        (_ASKED, "Japan bought less from Peru than Peru bought from Japan."),
        ("What does Japan buy from Peru?", "Peru sells copper, and Japan sends cars to Peru."),
        ("How much aid did the United States give Honduras?", "The U.S. gave Honduras $3 million."),
        ("What did Chile import from the UK?", "The United Kingdom supplied engines to Chile."),
    ],
)
def test_the_way_that_is_asked_for(question, sentence):
    """In verbs and nouns of giving and getting."""
    assert agree(question, sentence) is True


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (_ASKED, "In 2017 Japan exported goods worth 5 billion yen to Peru."),
        (_ASKED, "Peruvian goods imports from Japan came to 4 billion yen."),
        (_ASKED, "Goods were sold to Peru by Japan."),
        ("What does Japan buy from Peru?", "Peru buys cars from Japan."),
        ("What does Honduras sell to the United States?", "The U.S. exported goods to Honduras."),
    ],
)
def test_the_other_way(question, sentence):
    """Is told from the one that is asked for."""
    assert agree(question, sentence) is False


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What does Peru sell?", "Japan exported goods to Peru."),
        (_ASKED, "Trade between Peru and Japan came to 9 billion yen."),
        (_ASKED, "Japan's emperor visited Peru."),
        (_ASKED, "Chile sold wine to Bolivia."),
        ("Who visited Peru?", "Japan exported goods to Peru."),
    ],
)
def test_no_way_is_told(question, sentence):
    """Where a side is not named, or something else is spoken of."""
    assert agree(question, sentence) is None

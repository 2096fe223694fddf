"""What a question names and a passage lacks."""

import pytest

from qa.guard import mismatch, names_of, years_of
from qa.nouns import Hit

SENTENCE = "Trade with Guatemala was worth $5 billion in 2017."


def hit(text, title="Trade", headings=(), date=None):
    return Hit(1, 0, "a.md", title, date, headings, 0, len(text), text, (), 0.5, {}, 1, 1)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in 2017 and 2018, not 2017 again", ("2017", "2018")),
        ("$2017 for 2,017 people, 2017% of them", ()),
        ("1999-2003", ("1999",)),
        ("a 2200 metre peak, 1066", ("1066",)),
    ],
)
def test_years(text, years):
    """A year is a number from 1000 to 2099 that is no amount; each stands once, in order."""
    assert years_of(text) == years


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who governs Honduras?", ("Honduras",)),
        ("Guatemala has how many ports?", ()),
        ("What did CAFTA change for Honduras's mills?", ("CAFTA", "Honduras")),
        ("how much coffee?", ()),
        ("What do I owe the US?", ()),
    ],
)
def test_names(question, names):
    """Names are capitalised words but the first, and words in capitals anywhere."""
    assert names_of(question) == names


def test_another_year():
    """A sentence about another year than the question's is about the wrong one."""
    lacking = mismatch("How much was trade worth in 2022?", hit(SENTENCE), SENTENCE)
    assert (lacking.years, lacking.other_years, lacking.wrong_year) == (("2022",), ("2017",), True)


def test_the_year_stands_above():
    """A year in the title, the headings or the date is the passage's."""
    for around in ({"title": "Trade in 2022"}, {"headings": ("2022",)}, {"date": "2022-05-01"}):
        lacking = mismatch("What was trade worth in 2022?", hit(SENTENCE, **around), SENTENCE)
        assert not lacking.wrong_year


def test_names_that_stand_nowhere():
    """A name may stand in the passage and not in the sentence, or in neither."""
    text = f"{SENTENCE} Panama is not meant."
    lacking = mismatch("What did Guatemala, Panama and Belize trade?", hit(text), SENTENCE)
    assert lacking.names == ("Belize",)
    assert lacking.names_share == pytest.approx(1 / 3)


def test_names_of_one_root():
    """An adjective of a name stands for it, another name does not."""
    assert mismatch("What is Guatemalan trade?", hit(SENTENCE), SENTENCE).names == ()
    assert mismatch("What is Guatemoc trade?", hit(SENTENCE), SENTENCE).names == ("Guatemoc",)

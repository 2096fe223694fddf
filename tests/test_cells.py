"""Which cell of a row answers."""

from __future__ import annotations

import pytest

from qa.cells import picked
from qa.extract import Candidate
from qa.nouns import Hit

ROWS = (
    "Country: Honduras; Year: 2017; Imports: 4.6 USD billion; Exports: 4.5 USD billion; "
    "Main partner: United States\n"
    "Country: Peru; Year: 2017; Imports: 38 USD billion; Exports: 45 USD billion; "
    "Main partner: China"
)
BARS = "| Honduras | 2017 | 4.6 | \\| 4.5 | United States |"
HEADER = "Country | Year | Imports | Exports | Main partner"


def found(text, words, headings=(), document=None):
    """A span of a passage that begins at 100."""
    document = document or ("a.md" if headings else "a.csv")
    hit = Hit(1, 0, document, "A", None, headings, 100, 100 + len(text), text, (), 0.5, {}, 1, 1)
    start = 100 + text.index(words)
    return Candidate(hit, start, start + len(words), start, start + len(words), 0.5)


def said(candidate):
    """The answer and the quote around it."""
    text, base = candidate.hit.text, candidate.hit.start
    return (
        text[candidate.start - base : candidate.end - base],
        text[candidate.quote_start - base : candidate.quote_end - base],
    )


@pytest.mark.parametrize(
    ("question", "span", "answer"),
    [
        ("How much did Honduras import in 2017?", "4.5 USD billion", "4.6 USD billion"),
        ("What were the exports of Honduras in 2017?", "4.6", "4.5 USD billion"),
        ("Who was the main partner of Honduras?", "4.5", "United States"),
        ("In which year did Honduras import for 4.6 USD billion?", "Honduras", "2017"),
        ("How much money went out of Honduras?", "4.5 USD billion; Main", "4.5 USD billion"),
        ("How much did Peru export?", "38 USD", "45 USD billion"),
        ("Who was the main partner of Peru?", "Peru", "China"),
    ],
)
def test_the_cell_whose_column_is_asked_for(question, span, answer):
    """It answers, and its whole row is quoted; where no column is asked for, what was found."""
    got, quote = said(picked(question, found(ROWS, span)))
    assert got == answer
    assert quote == ROWS.split("\n")["Peru" in question]


def test_a_span_over_two_rows():
    """The row it begins in is meant."""
    got, quote = said(picked("Who was the partner?", found(ROWS, "States\nCountry: Peru")))
    assert (got, quote) == ("United States", ROWS.partition("\n")[0])


@pytest.mark.parametrize(
    ("row", "answer"),
    [(BARS, "4.6"), (BARS.strip("| "), "4.6"), (BARS.replace("4.6", ""), "2017")],
)
def test_a_row_between_bars(row, answer):
    """Its columns' names are the last heading; an empty cell answers nothing."""
    one = found(row, "2017", ("Trade", HEADER))
    got, quote = said(picked("How much did Honduras import?", one))
    assert (got, quote) == (answer, row)


def test_a_header_with_empty_cells():
    """A column without a name is one all the same, as the first often is."""
    one = found("| Honduras | 8.9 | 4.6 | |", "8.9", ("| 2016 | 2017 |",))
    assert said(picked("How much was it in 2017?", one))[0] == "4.6"


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Imports: 4.6", ()),
        ("Words before; Imports: 4.6; Exports: 4.5", ()),
        ("A sentence of more than eight words in a row: yes; Imports: 4.6", ()),
        (BARS, ()),
        (BARS, ("Country | Year",)),
        ("A sentence | with a bar.", (HEADER,)),
    ],
)
def test_what_is_no_row(text, headings):
    """Prose is left alone."""
    assert picked("How much was imported?", found(text, text[-4:], headings)) is None


def test_prose_like_a_row():
    """Only formats of rows have such rows."""
    text = "Imports: none of them; Exports: few, said the office."
    assert picked("How much was imported?", found(text, "few", document="a.txt")) is None

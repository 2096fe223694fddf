"""A figure question finds the cell: tables of every kind, from the file to the citation."""

from __future__ import annotations

import csv
import io
import json

import pytest

from qa.build import Request, build
from qa.settings import IndexSettings

ROWS = [
    ["Country", "Year", "Imports (USD billion)", "Exports (USD billion)", "Main partner"],
    ["Honduras", 2016, 8.9, 3.8, "United States"],
    ["Honduras", 2017, 4.6, 4.5, "United States"],
    ["Guatemala", 2016, 17.1, 10.4, "United States"],
    ["Guatemala", 2017, 18.4, 11.2, "United States"],
    ["Costa Rica", 2016, 15.3, 9.9, "Mexico"],
    ["Costa Rica", 2017, 15.9, 10.6, "Mexico"],
]
QUESTIONS = [
    ("How much did Honduras import in 2017?", "4.6", 3),
    ("What were the exports of Guatemala in 2016?", "10.4", 4),
    ("Which country was the main partner of Costa Rica in 2017?", "Mexico", 7),
]


def as_csv():
    """The table as a program writes it."""
    text = io.StringIO()
    csv.writer(text).writerows(ROWS)
    return text.getvalue().encode()


def as_workbook():
    """The table as a sheet."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Trade"
    for row in ROWS:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def as_markdown():
    """The table between words."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in ROWS]
    rule = "|" + "---|" * len(ROWS[0])
    return "\n".join(["# Trade", "", "Some figures.", "", lines[0], rule, *lines[1:], ""]).encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "place"),
    [
        ("trade.csv", as_csv, "A{row}:E{row}"),
        ("trade.xlsx", as_workbook, "Trade!A{row}:E{row}"),
        ("trade.md", as_markdown, None),
    ],
)
def test_a_figure_question_finds_the_cell(qa, make_real_library, name, make, place):
    """The answer is the cell's value, the quote its row, the place the row's range of cells."""
    library = make_real_library()
    library.write(name, make())
    build(
        Request(library.corpus, library.index, IndexSettings()), library.notebook, library.encoders
    )
    for question, value, row in QUESTIONS:
        answer = json.loads(qa("ask", question, "--index", library.index, "--json").out)
        assert answer["answer"].split()[0] == value
        (citation, *_) = answer["citations"]
        assert citation["status"] == "verified"
        assert all(str(cell) in citation["quote"] for cell in ROWS[row - 1])
        locator = citation["locator"]
        if place is None:
            assert locator is None
        else:
            assert (locator["kind"], locator["label"]) == ("cells", place.format(row=row))
        shown = qa("show", name, "--index", library.index).out
        assert shown[citation["start"] : citation["end"]] == citation["quote"]

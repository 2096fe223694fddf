"""Jupyter notebooks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st


def notebook(*cells, **metadata):
    """A file of these cells."""
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def words(source):
    """A cell of words."""
    return {"cell_type": "markdown", "source": source}


def code(source, *outputs):
    """A cell of code."""
    return {"cell_type": "code", "source": source, "outputs": outputs, "execution_count": 1}


def cells(reading):
    """What stands in each cell, by number."""
    (document,) = reading.documents
    assert {at.kind for at in document.locators} == {"cell"}
    return {at.label: document.text[at.start : at.end] for at in document.locators}


def test_words_code_and_outputs(bench):
    """Headings go from cell to cell; code and outputs are lines; the title is not in the path."""
    data = notebook(
        words(["# Trade\n", "\n", "An analysis. It is short."]),
        words("## Imports"),
        code("x = 4.6\n\n# The sum.\nprint(x)", {"output_type": "stream", "text": ["4.6\n"]}),
        {"cell_type": "raw", "source": "Raw words."},
    )
    reading = bench.bytes("n.ipynb", data)
    (document,) = reading.documents
    assert document.title == "Trade"
    found = [(b.headings, b.lines, document.text[b.start : b.end]) for b in document.blocks]
    assert found == [
        ((), False, "An analysis. It is short."),
        (("Imports",), True, "x = 4.6"),
        (("Imports",), False, "# The sum."),
        (("Imports",), True, "print(x)"),
        (("Imports",), True, "4.6"),
        (("Imports",), False, "Raw words."),
    ]
    assert cells(reading) == {
        "1": "# Trade\n\nAn analysis. It is short.",
        "2": "## Imports",
        "3": "x = 4.6\n\n# The sum.\nprint(x)\n\n4.6",
        "4": "Raw words.",
    }


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"data": {"text/plain": ["  a  b\n", "0 1  2"], "text/html": "<b>x</b>"}},
         "  a  b\n0 1  2"),
        ({"data": {"text/html": "<table><tr><td>1<td>2</table>"}}, "1 | 2"),
        ({"output_type": "error", "ename": "ValueError", "evalue": "\x1b[31mbad\x1b[0m"},
         "ValueError: bad"),
        ({"data": {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "iVBO"}}, ""),
        ({"data": {"application/json": {}}}, ""),
        ({"data": 3}, ""),
        ({"text": "half \ud800 a pair"}, "half \ufffd a pair"),
    ],
)  # fmt: skip
def test_outputs(bench, output, expected):
    """The plainest form is read, colours and objects without words are not."""
    reading = bench.bytes("n.ipynb", notebook(code("x", output)))
    assert cells(reading)["1"] == f"x\n\n{expected}".strip()


def test_pictures_are_counted(bench):
    """They hold what was not read."""
    picture = {"data": {"image/png": "iVBO", "text/plain": "<Figure>"}}
    reading = bench.bytes("n.ipynb", notebook(code("x", picture)))
    assert reading.notes == ("of its outputs 1 output is a picture and not read",)
    reading = bench.bytes("n.ipynb", notebook(code("x", picture, picture)))
    assert reading.notes == ("of its outputs 2 are pictures and not read",)


def test_a_long_output_is_cut(bench):
    """A note says so."""
    reading = bench.bytes("n.ipynb", notebook(code("x", {"text": "word " * 50_000})))
    assert reading.notes == ("an output of cell 1 was cut at 50,000 characters",)


def test_metadata_and_old_formats(bench):
    """The title may stand in the metadata; format 3 has worksheets and headings of its own."""
    assert bench.bytes("n.ipynb", notebook(words("Words."), title="T")).documents[0].title == "T"
    old = {"worksheets": [{"cells": [
        {"cell_type": "heading", "level": 2, "source": "Old"},
        {"cell_type": "code", "input": "y = 1", "outputs": [{"text": "out"}]},
    ]}]}  # fmt: skip
    (document,) = bench.bytes("n.ipynb", json.dumps(old)).documents
    assert document.title == "Old"
    assert [document.text[b.start : b.end] for b in document.blocks] == ["y = 1", "out"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "damaged: not valid JSON"),
        ('{"cells": [', "damaged: not valid JSON"),
        ("[" * 100_000, "damaged: not valid JSON"),
        ("[]", "no notebook: it has no cells"),
        ('{"cells": []}', "no notebook: it has no cells"),
        ('{"cells": [{"cell_type": "code", "source": " "}]}', "its cells hold no words"),
        (b"\xff\xfe", "damaged: not valid JSON"),
    ],
)
def test_skipped(bench, data, reason):
    """What is no notebook, or an empty one, has a reason."""
    (skipped,) = bench.bytes("n.ipynb", data).skipped
    assert skipped.reason.startswith(reason)


def test_a_cell_that_is_none(bench):
    """It is noted; the others keep their numbers."""
    reading = bench.bytes("n.ipynb", notebook(3, words("Words.")))
    assert reading.notes == ("cell 1 is none and was not read",)
    assert cells(reading) == {"2": "Words."}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "cells", "cell_type", "source", "outputs", "data", "text", "level", "evalue", "metadata",
        "text/plain", "worksheets",
    ]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from(["markdown", "code", "heading", "raw", 7]))
def test_wrong_types_everywhere(bench_once, value, kind):
    """Whatever stands where a text or a list should, nothing is raised."""
    data = {"cells": [{"cell_type": kind, "source": value, "outputs": value}, value]}
    if isinstance(value, dict):
        data |= {"metadata": value, "worksheets": [value]}
    for reading in (
        bench_once.bytes("n.ipynb", json.dumps(data)),
        bench_once.bytes("n.ipynb", json.dumps(value)),
    ):
        assert not any("can't be read" in skipped.reason for skipped in reading.skipped)

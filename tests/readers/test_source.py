"""Source code, settings, logs and marked-up text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.readers.code import pieces

PYTHON = '''"""What the module is for.

It counts. Twice.
"""
import os

LIMIT = 3

# The longest time, in seconds.
# Sixty by default.
TIMEOUT = 60


class Counter:
    """Counts things."""

    def count(self):
        return 1


x = Counter()
'''


def test_code_comments_and_definitions(bench):
    """The text is the file; docstrings and comments are prose, the rest lines, under its class."""
    (document,) = bench.bytes("count.py", PYTHON).documents
    assert document.text == PYTHON
    assert document.title == "count.py"
    found = [(b.headings, b.lines, PYTHON[b.start : b.end]) for b in document.blocks]
    assert found == [
        ((), False, '"""What the module is for.\n\nIt counts. Twice.\n"""'),
        ((), True, "import os"),
        ((), True, "LIMIT = 3"),
        ((), False, "# The longest time, in seconds.\n# Sixty by default."),
        ((), True, "TIMEOUT = 60"),
        (("Counter",), True, "class Counter:"),
        (("Counter",), False, '"""Counts things."""'),
        (("Counter",), True, "def count(self):\n        return 1"),
        ((), True, "x = Counter()"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.js", "/* Adds. */\nexport default async function add(a) {\n  // one\n  a;\n}",
         [("add", "/* Adds. */"), ("add", "export default async function add(a) {"),
          ("add", "// one"), ("add", "a;\n}")]),
        ("a.sql", "-- All trade.\nCREATE TABLE IF NOT EXISTS t (\n  year int\n);",
         [("t", "-- All trade."), ("t", "CREATE TABLE IF NOT EXISTS t (\n  year int\n);")]),
        ("a.ini", "[server]\nport = 1\n\n; slow\nwait = 2\n\n[client]\nport = 3",
         [("server", "[server]\nport = 1"), ("server", "; slow"), ("server", "wait = 2"),
          ("client", "[client]\nport = 3")]),
        ("a.c", "#include <a.h>\nint x;", [(None, "#include <a.h>\nint x;")]),
        ("a.yaml", "---\ntitle: not front matter\n---\nport: 1\n",
         [(None, "---\ntitle: not front matter\n---\nport: 1")]),
        ("a.go", "func Add(a int) int {\n\treturn a\n\n}\n",
         [("Add", "func Add(a int) int {\n\treturn a")]),
    ],
)  # fmt: skip
def test_languages(bench, name, text, expected):
    """Comments are known by their marks, definitions by their words; what has no word is left."""
    assert [(path[0] if path else None, words) for path, words in bench.blocks(name, text)] == (
        expected
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", "\\section{Trade}\nIt grew.\n\n\\subsection{Goods}\\label{x}\n\nIt fell.\n"),
        ("a.adoc", "== Trade\n\nIt grew.\n\n=== Goods\n\nIt fell.\n"),
        ("a.org", "* Trade\nIt grew.\n\n** Goods\n\nIt fell.\n"),
    ],
)
def test_marked_up_prose(bench, name, text):
    """Headings make the path; paragraphs have sentences."""
    found = [(path, words) for path, words in bench.blocks(name, text) if "It" in words]
    assert found[0] == (("Trade",), "It grew.")
    assert found[-1] == (("Trade", "Goods"), "It fell.")
    assert not any(b.lines for b in bench.bytes(name, text).documents[0].blocks)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.min.js", "var a=1;" * 2_000, "looks minified: a line of 16,000 characters"),
        ("package-lock.json", '{"a": 1}', "a lock file: a program wrote it for programs"),
        ("a.py", b"\0\1\2\3" * 100, "binary, not text"),
        ("a.py", " \n", "empty"),
        ("a.json", "{}\n[]\n", "holds no words"),
    ],
)
def test_skipped(bench, name, data, reason):
    """What no person wrote, or what has no words, has a reason."""
    (skipped,) = bench.bytes(name, data).skipped
    assert skipped.reason == reason


def test_data_in_one_line_is_read(bench):
    """JSON is often one line, and it is data."""
    text = '{"rows": [' + ", ".join(f'{{"n": {n}}}' for n in range(5_000)) + "]}"
    (document,) = bench.bytes("a.json", text).documents
    assert (document.blocks[0].start, document.blocks[-1].end) == (0, len(text))


PIECES = ['"""', "'''", "\n", "\n\n", "\r\n", "\r", "# a", "// b", "def f", "  ", "x = 1", "[s]"]


@given(st.lists(st.sampled_from(PIECES)), st.sampled_from(["py", "js", "toml", "none"]))
def test_no_word_is_lost(parts, kind):
    """Pieces are in order, do not overlap, and have every letter and digit between them."""
    text = "".join(parts)
    spans = [(piece.start, piece.end) for piece in pieces(text, kind)]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    inside = "".join(text[a:b] for a, b in spans)
    assert [c for c in inside if c.isalnum()] == [c for c in text if c.isalnum()]

"""Markdown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.readers.markdown import structure


def test_heading_paths(bench):
    """ATX and setext headings make the path; the title is not in it; levels close each other."""
    text = "# Trade **in** [2017](x)\n\nIntro.\n\nGoods\n-----\nA.\n\n### Exports ###\nB.\n\n"
    text += "## Services\nC."
    (document,) = bench.bytes("a.md", text).documents
    assert document.title == "Trade in 2017"
    assert bench.blocks("a.md", text) == [
        ((), "Intro."),
        (("Goods",), "A."),
        (("Goods", "Exports"), "B."),
        (("Services",), "C."),
    ]


def test_a_title_from_front_matter_leaves_the_heading(bench):
    """Where the front matter's title is another than the first heading, the heading is kept."""
    text = "---\ntitle: T\n---\n# H\n\nBody."
    assert bench.blocks("a.md", text) == [(("H",), "Body.")]
    assert bench.blocks("a.md", text.replace("# H", "# t")) == [((), "Body.")]


def test_title_without_level_one(bench):
    """A first heading above all others is the title; sections side by side are not."""
    assert bench.bytes("a.md", "## One\nx\n### Two\ny").documents[0].title == "One"
    assert bench.bytes("a.md", "## One\nx\n## Two\ny").documents[0].title == "a"


def test_kinds_of_blocks(bench):
    """Items, quotations, tables, code and HTML are blocks without the marks before them."""
    text = (
        "- item\n- [ ] task\n\n  its second paragraph\n    1. inner\n\n> quoted\n> lines\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n\ny\n```\n\n    code\n    more\n\n"
        "<div>\nwords\n</div>\n\n***\n\nlast"
    )
    assert [words for _, words in bench.blocks("a.md", text)] == [
        "item", "task", "its second paragraph", "inner", "quoted\n> lines",
        "| a | b |\n|---|---|\n| 1 | 2 |", "x = 1\n\ny", "code", "more",
        "<div>\nwords\n</div>", "last",
    ]  # fmt: skip


def test_what_is_no_text_is_left_out(bench):
    """Comments, tags without words, link definitions and empty fences are in no block."""
    text = "<!-- secret\n\nmore -->\n\n<br>\n\n[a]: http://x.y 'T'\n\n```\n```\n\n"
    text += "Body <!-- inline --> text."
    assert bench.blocks("a.md", text) == [((), "Body <!-- inline --> text.")]


def test_a_row_stands_under_the_header_of_its_table(bench):
    """Of a table with several rows each is found and cited by itself; the header says of what."""
    text = "# T\n\n## Trade\n\n| Country | Imports |\n|---|--:|\n"
    text += "| Peru | 1 |\n| Chad \\| | 2 |\nMali | 3\n\nEnd."
    (document,) = bench.bytes("a.md", text).documents
    assert bench.blocks("a.md", text) == [
        (("Trade",), "| Country | Imports |\n|---|--:|"),
        (("Trade", "Country | Imports"), "| Peru | 1 |"),
        (("Trade", "Country | Imports"), "| Chad \\| | 2 |"),
        (("Trade", "Country | Imports"), "Mali | 3"),
        (("Trade",), "End."),
    ]
    assert [b.alone for b in document.blocks] == [False, True, True, True, False]


def test_a_table_in_a_quotation(bench):
    """The marks before its lines are in no block."""
    text = "> | a | b |\n> |---|---|\n> | 1 | 2 |\n> | 3 | 4 |"
    assert [words for _, words in bench.blocks("a.md", text)] == [
        "| a | b |\n> |---|---|", "| 1 | 2 |", "| 3 | 4 |",
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_offsets_with_any_line_end(bench, end):
    """Lines end as in any system; offsets are those of the text as it is."""
    text = end.join(
        ["# T", "", "a\x0cb\u2028c \x00 d", "e", "", "## H", "- 👩‍👩‍👧 e\u0301", "", "last"]
    )
    assert bench.blocks("a.md", text) == [
        ((), f"a\x0cb\u2028c \x00 d{end}e"),
        (("H",), "👩‍👩‍👧 e\u0301"),
        (("H",), "last"),
    ]


def test_nothing_is_lost_by_deep_nesting(bench):
    """What is nested deeper than the parser goes is a block all the same."""
    (block,) = bench.blocks("a.md", "> " * 50_000 + "deep words")
    assert block == ((), "deep words")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("broken-front-matter.md", "its front matter was not used: it is not valid YAML in line 4"),
        ("billion-laughs.md", "its front matter was not used: it uses a YAML alias"),
        ("deep-front-matter.md", "its front matter was not used: it is not valid YAML"),
    ],
)
def test_bad_front_matter(bench, name, note):
    """Broken front matter is a note; the body is read without it."""
    reading = bench.file(name)
    assert reading.notes == (note,)
    (document,) = reading.documents
    assert [document.text[b.start : b.end] for b in document.blocks] == ["The body stands."]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not-indexed.md", "its front matter says index: false"),
        ("headings-only.md", "holds no text beside headings, comments and front matter"),
    ],
)
def test_skipped(bench, name, reason):
    """A file that asks not to be indexed, or has nothing to cite, is skipped with the reason."""
    (skipped,) = bench.file(name).skipped
    assert (skipped.path, skipped.reason) == (name, reason)


MARKS = ["# ", "## ", "---", "===", "- ", "1. ", "> ", "```", "|", "|-|", "<!--", "-->", "<b>", "*"]
SPACES = ["\n", "\r\n", "\r", "\n\n", "    ", "\t", "\x00", "\u2028"]


@given(st.lists(st.sampled_from([*MARKS, *SPACES, "a", " words", "[a]: b", "字"])))
def test_blocks_are_in_order_and_trimmed(pieces):
    """Whatever the markup, blocks are in order, do not overlap, and are not white space."""
    text = "".join(pieces)
    spans = [(b.start, b.end) for b in structure(text, 0).blocks]
    assert spans == sorted(spans)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))

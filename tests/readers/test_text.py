"""Plain text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.readers.metadata import clean
from qa.readers.text import paragraphs, structure

LONG = "This is a long line of one paragraph, " * 8 + "that ends here."
PIECES = st.lists(
    st.sampled_from(
        ["Heading Line", "words and more words. ", "\n", "\n\n", "\r\n", "\r", "• ", "- ", "1. ",
        "字。",  "e\u0301", "👩‍👩‍👧", "\x0c", "\u2028", "\x00", " ", "\t", "A", "…", LONG]
    )
)  # fmt: skip


def texts(text: str) -> list[str]:
    """The paragraphs' words."""
    return [text[a:b] for a, b in paragraphs(text)]


def test_wrapped_lines_are_one_paragraph():
    """Lines wrapped by hand belong together; blank lines part paragraphs."""
    assert texts("one\ntwo\r\n\r\nthree\n \t\nfour") == ["one\ntwo", "three", "four"]


def test_bullets_begin_paragraphs():
    """Bullets and numbers begin a paragraph; lines under them belong to it."""
    text = "Intro:\n- one\n  more\n• two\n1. three\n2) four\n(a) five\n1830 is no number"
    assert texts(text) == [
        "Intro:", "- one\n  more", "• two", "1. three", "2) four", "(a) five\n1830 is no number",
    ]  # fmt: skip


def test_long_lines_are_paragraphs():
    """Where most of the text is in long lines, short lines are paragraphs as well."""
    assert texts(f"{LONG}\nshort one\nshort two\n{LONG}") == [LONG, "short one", "short two", LONG]
    assert texts(f"{LONG}\n{LONG}\n\nshort one\nshort two") == [
        LONG,
        LONG,
        "short one",
        "short two",
    ]


def test_one_long_line_does_not_unwrap_the_file():
    """An address of 300 characters in a file wrapped by hand leaves the other paragraphs whole."""
    wrapped = "\n\n".join(["a line of words\nand another line of words"] * 60)
    assert (
        texts(f"{wrapped}\n\nhttp://{'x' * 300}")[:2]
        == ["a line of words\nand another line of words"] * 2
    )


def test_headings(bench):
    """The first line is the title, short lines above longer paragraphs are headings."""
    text = (
        "A Report\n\nIntroduction of the report in a sentence.\n\n"
        "The Numbers\n\nThere are twenty of them, and all are good.\n\nand more.\n\nThe End"
    )
    (document,) = bench.bytes("r.txt", text).documents
    assert document.title == "A Report"
    assert bench.blocks("r.txt", text) == [
        ((), "Introduction of the report in a sentence."),
        (("The Numbers",), "There are twenty of them, and all are good."),
        (("The Numbers",), "and more."),
        (("The Numbers",), "The End"),
    ]


def test_no_headings(bench):
    """Ends like a sentence, is long, a bullet, in lower case, or stands over nothing longer."""
    body = "Here is a paragraph that is long enough to stand under any heading here, is it not."
    thirteen = "One two three four five six seven eight nine ten eleven twelve thirteen"
    for line in (
        "Is it?",
        "It is.",
        "Note:",
        "“Quoted”",
        "- Bullet",
        "lower case",
        thirteen,
        "A" * 101,
    ):
        assert bench.blocks("a.txt", f"{line}\n\n{body}")[0] == ((), line)
    assert bench.blocks("a.txt", "Heading one\n\nToo short below")[0] == ((), "Heading one")


def test_headings_above_each_other(bench):
    """Headings with nothing between them make a path, so that none is lost."""
    text = f"The Title\n\nA Longer Subtitle of the Text\n\n{LONG}\n\nNext\n\n{LONG}"
    assert bench.blocks("a.txt", text) == [
        (("A Longer Subtitle of the Text",), LONG),
        (("Next",), LONG),
    ]


def test_the_name_is_the_title_where_there_is_no_other(bench):
    """A text that begins with a sentence is called after its file."""
    assert bench.bytes("dir/my report.v2.txt", "It begins.").documents[0].title == "my report.v2"


def test_front_matter_is_in_the_text_and_in_no_block(bench):
    """The text is the whole file; blocks begin after the front matter."""
    text = "---\ntitle: T\ndate: 2017\n---\nBody text."
    (document,) = bench.bytes("a.txt", "\ufeff" + text).documents
    assert (document.text, document.title, document.date) == (text, "T", "2017")
    assert [text[b.start : b.end] for b in document.blocks] == ["Body text."]


def test_meta_json_wins_over_front_matter(bench):
    """NAME.meta.json overrides the front matter key by key."""
    reading = bench.bytes("a.txt", "---\ntitle: T\ndate: 2017\n---\nBody.", b'{"title": "M"}')
    assert (reading.documents[0].title, reading.documents[0].date) == ("M", "2017")


@given(PIECES)
def test_nothing_is_lost(pieces):
    """Every character but white space is in a block, a heading path, or the title."""
    text = "".join(pieces)
    found = structure(text, 0)
    headings = {found.title} | {h for b in found.blocks for h in b.headings}
    ends = [0, *(end for b in found.blocks for end in (b.start, b.end)), len(text)]
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        between = {clean(line) for line in text[start:end].splitlines()}
        assert between - {None} <= headings


@given(PIECES)
def test_blocks_are_in_order_and_trimmed(pieces):
    """Blocks do not overlap, are in order, and have no white space at their ends."""
    text = "".join(pieces)
    spans = [(b.start, b.end) for b in structure(text, 0).blocks]
    assert spans == sorted(spans)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))

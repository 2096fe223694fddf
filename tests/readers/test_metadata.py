"""Front matter and NAME.meta.json."""

from __future__ import annotations

import pytest

from qa.readers.metadata import Metadata, clean, from_json, from_mapping, front_matter


def test_known_keys_are_taken():
    """The five keys are read; the date is written with two digits a month and day."""
    text = "---\ntitle: A: B\n---\n"
    assert front_matter(text).notes == (
        "its front matter was not used: it is not valid YAML in line 2",
    )
    text = '---\ntitle: "A: B"\ndate: 2024-1-5\npublisher: P\nurl: http://x.y\n'
    text += "license: 1.10\n---\nbody"
    front = front_matter(text)
    assert front.metadata == Metadata("A: B", "2024-01-05", "P", "http://x.y", "1.10")
    assert text[front.end :] == "body"


@pytest.mark.parametrize(
    ("yaml", "date"),
    [("date: 2017", "2017"), ("date: June 2017", "June 2017"), ("date: 2017-06-15", "2017-06-15"),
     ("date: ~", None), ("date:", None), ("date: [1]", None), ("date: {a: b}", None)],
)  # fmt: skip
def test_dates_stay_as_they_are_written(yaml, date):
    """Years, dates and words are text; null and what is no scalar is no date."""
    assert front_matter(f"---\n{yaml}\n---\n").metadata.date == date


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_closes(end):
    """Front matter works with the line ends of every system, to the character."""
    text = end.join(["---", "title: T", "---", "body"])
    front = front_matter(text)
    assert front.metadata.title == "T"
    assert text[front.end :] == "body"


@pytest.mark.parametrize(
    "text",
    ["title: T", "\n---\ntitle: T\n---\n", "---\ntitle: T\n", "---\nA line of prose.\n---\nmore",
     "---\n- a\n- b\n---\n", "----\ntitle: T\n----\n", "---\n" + "x: y\n" * 20_000 + "---\n",
     "---\nHe said: \"so\" and left.\n'Then: gone\n---\n"],
)  # fmt: skip
def test_what_is_no_front_matter_is_text(text):
    """Not at the very start, not closed, too long, or no mapping: it belongs to the text."""
    front = front_matter(text)
    if front.end:  # the last looks like a mapping that is broken: left out, and said so
        assert front.notes
        assert text.startswith("---\nHe said")
    assert front.metadata == Metadata()


def test_aliases_and_depth_are_refused():
    """YAML that would grow without bound, or nests too deep, is a note and no metadata."""
    laughs = "---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: *b\n---\nbody"
    assert front_matter(laughs).notes == ("its front matter was not used: it uses a YAML alias",)
    deep = "---\na: " + "[\n" * 3_000 + "---\nbody"
    assert front_matter(deep).notes == ("its front matter was not used: it is not valid YAML",)


def test_tags_make_no_objects():
    """A tag that would build a Python object is read as text or refused, never obeyed."""
    front = front_matter("---\ntitle: !!python/object/apply:os.getcwd []\n---\n")
    assert front.metadata.title is None


@pytest.mark.parametrize("value", ["false", "False", "no", "off"])
def test_index_false(value):
    """A person can keep a file out of the index."""
    assert not front_matter(f"---\nindex: {value}\n---\n").metadata.index
    assert front_matter("---\nindex: true\n---\n").metadata.index


def test_meta_json():
    """An object gives metadata, numbers as text; anything else is a note."""
    meta, notes = from_json(b'\xef\xbb\xbf{"title": "T", "date": 2017, "other": 1, "url": null}')
    assert (meta, notes) == (Metadata("T", "2017"), ())
    assert not from_json(b'{"index": false}')[0].index
    assert from_json(b"[1]") == (Metadata(), ("its .meta.json is not an object and was not used",))
    for bad in (b"{", b"\xff", b"[" * 100_000):
        assert from_json(bad) == (
            Metadata(), ("its .meta.json is not valid JSON and was not used",),
        )  # fmt: skip


def test_over():
    """The first's values win, the other fills, and either can forbid indexing."""
    over = Metadata("A", None, "P").over(Metadata("B", "2017", index=False))
    assert over == Metadata("A", "2017", "P", index=False)


def test_values_are_one_bounded_line():
    """A title is one line of at most 300 characters, without lone surrogates."""
    assert clean(" a\n\tb\ud800 ") == "a b\ufffd"
    assert clean("x" * 1_000) == "x" * 300
    assert [clean(v) for v in (None, True, [], {}, "", " ", 10**5000)] == [None] * 7
    assert from_mapping({"title": 1.5}).title == "1.5"


def test_a_value_that_says_it_is_unknown_is_none():
    """A publisher called unknown is none to show; a title may be."""
    known = from_mapping({"publisher": "Unknown", "date": "n/a", "title": "Unknown"})
    assert (known.publisher, known.date, known.title) == (None, None, "Unknown")

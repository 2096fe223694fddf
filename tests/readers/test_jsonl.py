"""JSONL corpora."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from qa.nouns import Reading


def test_bad_rows_are_named_by_line_and_the_rest_is_read(bench):
    """Each bad line is skipped with its physical number; blank lines count but are no rows."""
    reading: Reading = bench.file("bad-rows.jsonl")
    assert [d.name for d in reading.documents] == ["bad-rows.jsonl#a", "bad-rows.jsonl#12"]
    reasons = {s.line: s.reason for s in reading.skipped}
    assert {line: reason.split(" (")[0] for line, reason in reasons.items()} == {
        3: "not valid JSON",
        4: "not a JSON object",
        5: 'no "_id" or "id"',
        6: 'no "text"',
        7: "the id 'a' is that of line 1 too",
        8: "not valid JSON",
        9: '"text" is no string',
        10: "not valid UTF-8",
        11: "its id is empty",
        12: "its id is neither text nor a number",
        13: "empty",
        14: "not valid JSON",
    }


def test_a_row(bench):
    """Numbers are ids, ``metadata`` gives what the row does not, lone surrogates are replaced."""
    document = bench.file("bad-rows.jsonl").documents[1]
    assert document.text == "Twelve \ufffd is here."
    assert (document.title, document.date, document.url) == ("", "2020-01-02", "http://x.y")


def test_paragraphs_are_blocks_and_none_a_heading(bench):
    """A short first line stays body text: the row's title is the title."""
    text = "Short line\n\nA paragraph that is long enough to follow a heading."
    row = json.dumps({"_id": "1", "title": "T", "text": text})
    assert bench.blocks("c.jsonl", row) == [((), part) for part in text.split("\n\n")]


def test_an_empty_file_is_skipped(bench):
    """A file without rows is skipped, and says so."""
    assert [s.reason for s in bench.bytes("c.jsonl", "\n \n").skipped] == ["empty"]


def test_meta_json_fills_rows(bench):
    """The file's metadata gives each row what it lacks, but for the title."""
    row = '{"id": 1, "text": "x", "date": "2001"}'
    reading = bench.bytes("c.jsonl", row, b'{"title": "T", "publisher": "P", "date": "1999"}')
    (document,) = reading.documents
    assert (document.title, document.publisher, document.date) == ("", "P", "2001")


@given(
    st.lists(st.text(min_size=1).filter(str.strip), max_size=5),
    st.sampled_from([b"\n", b"\r\n", b"\n\n"]),
    st.booleans(),
    st.booleans(),
)
def test_lines_are_where_they_say(texts, end, mark, ascii_only):
    """The bytes from line_start to line_end parse to the row; its text is the document's."""
    from qa import readers
    from qa.nouns import SourceFile

    rows = [
        json.dumps({"_id": f"é{n}", "text": text}, ensure_ascii=ascii_only)
        for n, text in enumerate(texts)
    ]
    data = b"\xef\xbb\xbf" * mark + end.join(row.encode("utf-8") for row in rows)
    reading = readers.read(SourceFile("c.jsonl", None, 0, 0), data, None)
    assert [d.text for d in reading.documents] == texts
    for number, document in enumerate(reading.documents):
        line = data[document.line_start : document.line_end]
        assert line.decode() == rows[number]
        assert document.name == f"c.jsonl#é{number}"

"""Whatever bytes a file has, its reader gives a document that keeps the laws, or a reason."""

from __future__ import annotations

import io
import zipfile

import making
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

WORDS = ["The port of Omoa was opened in 1864.", "A railway — begun by naïve men — failed."]
FILES = {
    "a.pdf": making.pdf([WORDS, [], WORDS], columns=2),
    "a.html": making.html(["# One", *WORDS]),
    "a.docx": making.docx(["# One", *WORDS], table=[("a", "b")]),
    "a.pptx": making.pptx([["One", *WORDS]], notes="n"),
    "a.epub": making.epub([f"<h1>One</h1><p>{WORDS[0]}</p>", "<p>Two</p>"]),
    "a.odt": making.odt(f"<text:h>One</text:h><text:p>{WORDS[0]}</text:p>"),
    "a.rtf": making.rtf(WORDS),
}
# Where to change, how many bytes to take out there, and what to put in.
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=8
)
MARKS = st.sampled_from(
    [b"<", b">", b"</", b"&#0;", b"&#xD800;", b"\\u-10179?", b"{", b"}", b"\\bin99999 ", b"\0",
     b"<table><tr><td>", b"obj", b"endobj", b"stream", b"/Kids[1 0 R]", b"w:p", b"\xff\xfe"]
)  # fmt: skip


def edited(data, edits):
    """The bytes with some taken out and others put in."""
    for place, gone, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + gone :]
    return data


def keeps_the_laws(reading):
    """Something was read or said; blocks and locators lie in the text, which UTF-8 can hold."""
    assert reading.documents or reading.skipped
    assert all(item.reason for item in reading.skipped)
    for document in reading.documents:
        document.text.encode("utf-8")
        assert document.blocks
        before = 0
        for block in document.blocks:
            assert before <= block.start < block.end <= len(document.text)
            assert document.text[block.start : block.end].strip()
            before = block.end
        for place in document.locators:
            assert 0 <= place.start < place.end <= len(document.text)


@pytest.mark.parametrize("name", FILES)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_damaged_files(bench, name, edits):
    """Any bytes changed anywhere."""
    keeps_the_laws(bench.bytes(name, edited(FILES[name], edits)))


@pytest.mark.parametrize("name", ["a.html", "a.rtf", "a.pdf"])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), MARKS), max_size=12))
def test_marks_in_odd_places(bench, name, edits):
    """What means something to the format, where it should not be."""
    keeps_the_laws(bench.bytes(name, edited(FILES[name], edits)))


@pytest.mark.parametrize(
    "name", [name for name in FILES if zipfile.is_zipfile(io.BytesIO(FILES[name]))]
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_parts_of_archives(bench, name, data):
    """The archive is whole, what is in it is not."""
    archive = zipfile.ZipFile(io.BytesIO(FILES[name]))
    parts = {each: archive.read(each) for each in archive.namelist()}
    part = data.draw(st.sampled_from(sorted(parts)))
    parts[part] = edited(parts[part], data.draw(EDITS))
    keeps_the_laws(bench.bytes(name, making.zipped(parts)))


@pytest.mark.parametrize("name", FILES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
def test_any_bytes(bench, name, data):
    """Noise under a name of the format."""
    keeps_the_laws(bench.bytes(name, data))

"""Every reader, given bytes that nobody meant it to read.

Whatever a file holds, reading it ends, raises nothing, says what was not read, and what it gives
obeys the laws that all else stands on.
"""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage
from itertools import pairwise

import making
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa import readers
from qa.readers import ocr, picture

WORDS = ["The port of Omoa was opened in 1864.", "A railway — begun by naïve men — failed."]
FUZZED = settings(
    max_examples=80,
    deadline=20_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def workbook():
    """A small spreadsheet, or nothing where the library is missing."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Country", "Year", "Sum"], ["Honduras", 2017, 4.6], ["Peru", 2018, "=1+1"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.create_sheet("Empty").sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def message():
    """A message with two forms of its body and an attachment."""
    made = EmailMessage()
    made["Subject"], made["From"] = "Año", "Ana <ana@example.org>"
    made["Date"] = "Sat, 4 Mar 2017 10:22:00 +0100"
    made.set_content("Plain words.")
    made.add_alternative("<p>Rich <b>words</b><table><tr><td>1</table>", subtype="html")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return made.as_bytes()


def notebook():
    """A notebook with words, code and an output."""
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Words."]},
        {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"text/plain": ["1"]}}]},
    ]
    return json.dumps({"cells": cells, "metadata": {"title": "T"}}).encode()


def image(form):
    """A small picture."""
    images = pytest.importorskip("PIL.Image")
    buffer = io.BytesIO()
    images.new("RGB", (40, 30), "white").save(buffer, form)
    return buffer.getvalue()


SAMPLES = {
    ".txt": lambda: b"Heading\n\nA paragraph of some words. And more.\n\n- item\n",
    ".md": lambda: (
        b"---\ntitle: T\n---\n# H\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n> q\n"
    ),
    ".rst": lambda: b"Title\n=====\n\n.. note:: Words\n\n   more\n\n=== ===\na   b\n=== ===\n",
    ".jsonl": lambda: b'{"_id": "1", "text": "Words."}\n{"_id": "2", "text": "More."}\n',
    ".csv": lambda: b'Name;Words\r\na;"one ""two""\nthree"\r\nb;4\r\n',
    ".tsv": lambda: b"Name\tWords\na\tone\nb\t2\n",
    ".xlsx": workbook,
    ".eml": message,
    ".ipynb": notebook,
    ".py": lambda: b'"""Words."""\n\n# One.\nclass A:\n    x = 1\n',
    ".json": lambda: b'{"a": [1, 2, {"b": "words"}]}',
    ".tex": lambda: b"\\section{One}\nWords.\n\nMore.\n",
    ".png": lambda: image("PNG"),
    ".tiff": lambda: image("TIFF"),
    ".gif": lambda: image("GIF"),
    ".jpg": lambda: image("JPEG"),
    ".pdf": lambda: making.pdf([WORDS, [], WORDS], columns=2),
    ".html": lambda: making.html(["# One", *WORDS]),
    ".docx": lambda: making.docx(["# One", *WORDS], table=[("a", "b")]),
    ".pptx": lambda: making.pptx([["One", *WORDS]], notes="n"),
    ".epub": lambda: making.epub([f"<h1>One</h1><p>{WORDS[0]}</p>", "<p>Two</p>"]),
    ".odt": lambda: making.odt(f"<text:h>One</text:h><text:p>{WORDS[0]}</text:p>"),
    ".rtf": lambda: making.rtf(WORDS),
}
TOKENS = [
    b"\0", b"\n", b"\r", b'"', b"'", b"<", b">", b"&", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b",",
    b";", b"\t", b"[", b"]", b"{", b"}", b"\\", b"---\n", b"===\n", b'"""', b"```\n", b"|", b"%",
    b"\xed\xa0\x80", b"\\ud800", b"999999999999", b"-1", b"1e999", b"null", b"=?utf-8?b?",
    b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<a>", b"<table><tr><td>", b"</", b"&#xD800;", b"&#0;", b"\\u-10179?", b"\\bin99999 ",
    b"stream", b"endobj", b"/Kids[1 0 R]",
]  # fmt: skip
# Where in the file, as a share of it; how much of it goes; what comes in its place, how often.
EDIT = st.tuples(
    st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS) | st.binary(max_size=8),
    st.sampled_from([0, 1, 1, 1, 2, 300]),
)  # fmt: skip


def edited(data, edits):
    """The same bytes, with some of them replaced."""
    for place, gone, token, times in edits:
        at = int(place * len(data))
        data = data[:at] + token * times + data[at + gone :]
    return data


def edited_inside(data, edits, part):
    """The same archive with one of its parts edited; edited itself where it is no archive."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return edited(data, edits)
    names = archive.namelist()
    chosen = names[part % len(names)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as changed:
        for name in names:
            inside = archive.read(name)
            changed.writestr(name, edited(inside, edits) if name == chosen else inside)
    return buffer.getvalue()


def check(reading):
    """The laws of what a reader gives."""
    assert reading.documents or reading.skipped
    assert all(skipped.reason.strip() for skipped in reading.skipped)
    names = [document.name for document in reading.documents]
    assert len(set(names)) == len(names)
    for document in reading.documents:
        document.text.encode()
        document.title.encode()
        size = len(document.text)
        spans = [(block.start, block.end) for block in document.blocks]
        assert all(0 <= start < end <= size for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        places = [(at.start, -at.end) for at in document.locators]
        assert places == sorted(places)
        assert all(0 <= at.start < at.end <= size for at in document.locators)
        assert all(at.confidence is None or 0 <= at.confidence <= 1 for at in document.locators)
        assert all(at.kind and at.label for at in document.locators)


@pytest.fixture
def without_program(monkeypatch):
    """Leave the recognising out: it is another program, and slow."""
    monkeypatch.setattr(picture, "missing", lambda: None)
    monkeypatch.setattr(picture, "recognise", lambda image: ocr.Recognised("Words.", 0.9))


@pytest.mark.slow
@pytest.mark.parametrize(
    "suffix", {readers.reader_for(f"a{s}"): s for s in readers.SUFFIXES}.values()
)
def test_any_bytes(bench, without_program, suffix):
    """Bytes of any kind."""

    @FUZZED
    @given(st.binary(max_size=300) | st.lists(st.sampled_from(TOKENS)).map(b"".join))
    def ends(data):
        check(bench.bytes(f"a{suffix}", data))

    ends()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SAMPLES)
def test_a_damaged_file(bench, without_program, suffix):
    """A file as programs make it, with some of its bytes replaced, in an archive's parts too."""
    whole = SAMPLES[suffix]()
    check(bench.bytes(f"a{suffix}", whole))

    @FUZZED
    @given(st.lists(EDIT, min_size=1, max_size=4), st.integers(0, 30), st.booleans())
    def ends(edits, part, inside):
        data = edited_inside(whole, edits, part) if inside else edited(whole, edits)
        check(bench.bytes(f"a{suffix}", data))

    ends()


def test_every_reader_has_a_sample():
    """So that a new one can't be forgotten."""
    sampled = {readers.reader_for(f"a{suffix}") for suffix in SAMPLES}
    assert sampled == {readers.reader_for(f"a{suffix}") for suffix in readers.SUFFIXES}

"""How much of a folder was read: files, bytes, pages, and the rest by its reasons."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from qa import readers
from qa.coverage import coverage_of
from qa.nouns import Block, Document, Locator, Reading, Skipped
from qa.refusal import unread
from qa.render.plan import coverage_line

PAGED = "First page.\f\fThird page."


def paged(source, data, meta):
    """Read form feeds as ends of pages, of which one has no text."""
    text = data.decode()
    locators, start = [], 0
    for number, page in enumerate(text.split("\f"), start=1):
        locators.append(Locator(start, start + len(page), "page", str(number)))
        start += len(page) + 1
    blocks = (Block(0, len(text)),)
    document = Document(source.name, text, source.name, blocks, locators=tuple(locators))
    return Reading((document,), (Skipped(source.name, "page 2 of 3 has no text"),), pages=4)


@pytest.fixture
def mixed(library, monkeypatch):
    """Give an indexed folder of files that were read, read in part, and not read."""
    original = readers.read
    monkeypatch.setattr(
        readers,
        "read",
        lambda source, data, meta: (
            paged(source, data, meta)
            if source.name == "pages.txt"
            else original(source, data, meta)
        ),
    )
    library.write("pages.txt", PAGED)
    library.write("a.txt", "The port of Omoa.")
    library.write("empty.txt", "")
    library.write(".hidden.txt", "Hidden.")
    library.write("tela report.xyz", "Unknown.")
    library.write("scan.xyz", "Unknown.")
    library.write("rows.jsonl", b'{"_id": 1, "text": "A row."}\nno row\n')
    library.build()
    return library


def test_what_was_read_is_counted(mixed):
    """Files, their bytes, pages and those without text; the rest by group, and one by one."""
    coverage = coverage_of(mixed.snapshot())
    sizes = [(mixed.corpus / name).stat().st_size for name in ("pages.txt", "a.txt", "rows.jsonl")]
    assert (coverage.read, coverage.unread, coverage.bytes) == (3, 4, sum(sizes))
    assert (coverage.pages, coverage.blank) == (4, 2)
    assert coverage.groups == {
        "without text": 1,
        "unknown kind": 2,
        "rows of a file": 1,
        "empty": 1,
        "hidden": 1,
    }
    assert len(coverage.skipped) == 6
    line = coverage_line(coverage)
    assert line == (
        f"read 3 files ({sum(sizes)} bytes, 4 pages, 2 of them without text); skipped "
        "1 without text, 2 unknown kind, 1 rows of a file, 1 empty, 1 hidden"
    )


def test_sizes_are_said_in_the_unit_that_fits(mixed):
    """Bytes, KB, MB and GB are powers of 1,000; unknown is not said."""
    coverage = replace(coverage_of(mixed.snapshot()), pages=0, skipped=())
    said = [
        coverage_line(replace(coverage, bytes=size)).partition(";")[0]
        for size in (999, 1500, 123_456_789, 5_000_000_000_000, None)
    ]
    assert said == [
        "read 3 files (999 bytes)",
        "read 3 files (1.5 KB)",
        "read 3 files (123 MB)",
        "read 3 files (5000 GB)",
        "read 3 files",
    ]
    assert coverage_line(coverage).endswith("; skipped nothing")


def test_a_copied_index_knows_less_and_says_so(mixed):
    """Without the note of the last build, bytes are not known; pages and rows are."""
    (mixed.index / "sources.json").unlink()
    coverage = coverage_of(mixed.snapshot())
    assert coverage.bytes is None
    assert (coverage.read, coverage.pages) == (3, 4)
    assert coverage.groups == {"without text": 1, "rows of a file": 1, "empty": 1}


def test_unread_files_are_named_by_the_words_of_the_question(mixed):
    """Those whose names have words of it first; what is hidden or empty is none of them."""
    snapshot = mixed.snapshot()
    named = [item.path for item in unread(snapshot, "What did the report on Tela say?")]
    assert named == ["tela report.xyz", "pages.txt", "scan.xyz", "rows.jsonl"]
    assert unread(snapshot, "What shows the scan?")[0].path == "scan.xyz"


def test_the_command_line_says_it(tiny, qa):
    """At the end of ``qa index`` and in ``qa doctor``, as text and as JSON."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa.\n")
    Path("corpus/b.xyz").write_text("Unknown.\n")
    result = qa("index", "--json")
    assert "read 1 file (18 bytes); skipped 1 unknown kind" in result.err.splitlines()
    expected = {
        "files": {"read": 1, "skipped": 1},
        "bytes": 18,
        "pages": {"all": 0, "without_text": 0},
        "skipped": {"unknown kind": 1},
    }
    built = json.loads(result.out)
    assert built["coverage"] == expected
    result = qa("doctor", "--json")
    found = json.loads(result.out)
    assert found["coverage"] == expected
    assert found["skipped"] == built["skipped"]
    assert found["skipped"][0]["group"] == "unknown kind"
    assert "coverage: read 1 file (18 bytes); skipped 1 unknown kind" in qa("doctor").out

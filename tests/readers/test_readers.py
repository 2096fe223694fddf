"""The registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qa import readers
from qa.nouns import SourceFile


def test_readers_by_suffix():
    """The suffix decides, in any case; a hidden name or one without suffix has no reader."""
    assert {".txt", ".md", ".rst", ".jsonl"} <= set(readers.SUFFIXES)
    assert readers.reader_for("a/B.TXT") is readers.reader_for("b.txt") is not None
    assert [readers.reader_for(n) for n in ("a.xyz", "txt", ".txt", "a.txt/b", "a.txt.", "")] == [
        None
    ] * 6


def test_every_reader_keeps_the_protocol():
    """Each has lower-case suffixes, a version and `read`."""
    for suffix in readers.SUFFIXES:
        reader = readers.reader_for(f"x{suffix}")
        assert suffix in reader.suffixes
        assert suffix == suffix.lower()
        assert reader.version >= 1


def test_what_is_missing_is_part_of_the_edition(monkeypatch):
    """A library or program that is installed later lets the files that need it be read again."""
    whole = readers.edition("a/b.PNG")
    readers._missing.cache_clear()
    monkeypatch.setattr(readers, "which", lambda program: None)
    monkeypatch.setattr(readers, "find_spec", lambda library: None)
    try:
        assert readers.edition("a/b.PNG") == ".png/1-PIL-pytesseract-tesseract"
        assert readers.edition("a.csv") == ".csv/1"
    finally:
        readers._missing.cache_clear()
    assert whole.startswith(".png/1")
    assert "-PIL" not in whole


def test_importing_readers_is_cheap():
    """Parsers and detectors are imported by the first file that needs them."""
    code = (
        "import sys, qa.readers, qa.sentences, qa.passages, qa.sources\n"
        "print({'yaml', 'markdown_it', 'charset_normalizer', 'syntok', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_vanished_file(tmp_path):
    """A file that is gone when it is opened has a reason."""
    source = SourceFile("a.txt", tmp_path / "a.txt", 1, 1)
    with pytest.raises(readers.CannotRead, match="vanished while it was read"):
        readers.load(source)
    assert readers.meta_path(source) == tmp_path / "a.txt.meta.json"


def test_a_folder_in_the_files_place(tmp_path):
    """What can't be opened as a file has the system's reason."""
    with pytest.raises(readers.CannotRead, match=r"can't be read \(Is a directory\)"):
        readers.load(SourceFile("a.txt", tmp_path, 1, 1))


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermissionError(13, "no"), "no permission to read it"), (MemoryError(), "does not fit")],
)
def test_other_reasons(monkeypatch, error, reason):
    """Permissions and memory have words of their own."""

    def fail(path):
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(readers.CannotRead, match=reason):
        readers.load(SourceFile("a.txt", Path("a.txt"), 1, 1))


def test_a_readers_failure_is_a_reason(monkeypatch):
    """What a reader raises on bad content is said of the file, and nothing escapes."""

    class Breaks:
        suffixes = (".txt",)
        version = 1

        def read(self, source, data, meta):
            raise RecursionError("too deep")

    monkeypatch.setattr(readers, "reader_for", lambda name: Breaks())
    (skipped,) = readers.read(SourceFile("a.txt", Path("a.txt"), 1, 1), b"x", None).skipped
    assert skipped.reason == "its content can't be read (RecursionError: too deep)"


def test_meta_json_can_forbid_indexing_and_be_broken(bench):
    """index: false skips the file; a broken NAME.meta.json is a note on the document."""
    (skipped,) = bench.bytes("a.txt", "Body.", b'{"index": false}').skipped
    assert skipped.reason == "its .meta.json says index: false"
    reading = bench.bytes("a.txt", "Body.", b"{")
    assert len(reading.documents) == 1
    assert reading.notes == ("its .meta.json is not valid JSON and was not used",)


def test_a_kind_without_reader(bench):
    """A name without reader is skipped, should it come so far."""
    assert [s.reason for s in bench.bytes("a.xyz", "x").skipped] == [
        "no reader for files of its kind"
    ]

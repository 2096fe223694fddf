"""The file that says which generation is the current one."""

from __future__ import annotations

import json

import pytest

from qa.errors import IndexDamaged, IndexMissing
from qa.manifest import NAME, Manifest, read_manifest, write_manifest

MANIFEST = Manifest("0123456789abcdef", "fedcba9876543210", "/somewhere/ünter", "org/model")


def test_what_was_written_is_read(tmp_path):
    """Every field comes back, None included, and no temporary file stays."""
    for manifest in (MANIFEST, Manifest("a", None, "/c")):
        write_manifest(tmp_path, manifest)
        assert read_manifest(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_folder_whose_name_is_no_utf8_is_kept(tmp_path):
    """A corpus path of other bytes comes back as the same path."""
    manifest = Manifest("a", None, b"/caf\xe9".decode("utf-8", "surrogateescape"))
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest


def test_no_index_says_how_to_make_one(tmp_path):
    """Neither in an empty folder nor in none."""
    for index in (tmp_path, tmp_path / "none"):
        with pytest.raises(IndexMissing, match=f"no index in {index}: run: qa index CORPUS"):
            read_manifest(index)


def test_a_file_is_no_index_folder(tmp_path):
    """The message says to name another folder."""
    (tmp_path / "index").write_text("text")
    with pytest.raises(IndexMissing, match="is a file, not an index folder: name another"):
        read_manifest(tmp_path / "index")


def test_a_folder_below_a_file_says_what_to_do(tmp_path):
    """As does a path that leads through a file."""
    (tmp_path / "file").write_text("text")
    with pytest.raises(IndexDamaged, match=r"can't be read .*: run: qa index --index"):
        read_manifest(tmp_path / "file" / "index")


def test_every_altered_byte_is_noticed_or_changes_nothing(tmp_path):
    """With any one byte altered, it is refused with the command to run, or says the same."""
    write_manifest(tmp_path, MANIFEST)
    data = (tmp_path / NAME).read_bytes()
    refused = 0
    for place in range(len(data)):
        for mask in (0x01, 0x80):
            altered = data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
            (tmp_path / NAME).write_bytes(altered)
            try:
                read, said = read_manifest(tmp_path), None
            except IndexDamaged as error:
                read, said = None, str(error)
            if said is None:
                assert read == MANIFEST
            else:
                assert f"run: qa index --index {tmp_path}" in said
                refused += 1
    assert refused > len(data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged"),
        (b"null", "no JSON object"),
        (b"[1]", "no JSON object"),
        (b"{}", "is None version None, this program writes version 1"),
        (b'{"format": "qa-index", "version": 2}', "'qa-index' version 2, this program writes"),
        (b'{"format": "qa-index", "version": 1}', "altered"),
        (b"[" * 100_000, "is damaged"),
        (b"\xff\xfe", "is damaged"),
    ],
)
def test_other_content_is_refused_with_the_way_out(tmp_path, content, message):
    """What is no manifest of this version is said to be so, on one line, with the command."""
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(IndexDamaged, match=message) as caught:
        read_manifest(tmp_path)
    assert f"run: qa index --index {tmp_path}" in str(caught.value)


@pytest.mark.parametrize("current", ["../../etc", 5, None, "a/b"])
def test_a_generation_that_leads_elsewhere_is_refused(tmp_path, current):
    """A manifest that someone wrote, checksum and all, can't lead out of the index."""
    write_manifest(tmp_path, Manifest(current, None, "/c"))
    with pytest.raises(IndexDamaged, match="is damaged"):
        read_manifest(tmp_path)


def test_the_file_is_legible(tmp_path):
    """A person can read it: JSON, a field a line."""
    write_manifest(tmp_path, MANIFEST)
    value = json.loads((tmp_path / NAME).read_text())
    assert value["current"] == MANIFEST.current
    assert (tmp_path / NAME).read_text().count("\n") == len(value) + 2

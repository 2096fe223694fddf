"""Have the sources changed since the index was built?"""

from __future__ import annotations

import os
import shutil

import pytest

from qa import freshness, readers
from qa.build import rollback
from qa.freshness import changes


@pytest.fixture
def filled(library):
    """Give an indexed folder of three files."""
    for name in ("a.txt", "b.txt", "c.txt"):
        library.write(name, f"The text of {name}.")
    library.build()
    return library


def changed(library):
    return changes(library.snapshot())


def test_nothing_changed(filled):
    """Right after a build, and after files are touched."""
    assert changed(filled) == ()
    os.utime(filled.corpus / "a.txt", (1, 1))
    assert changed(filled) == ()


def test_new_gone_and_changed_files_are_named_in_order(filled):
    """A renamed file is one gone and one new."""
    filled.write("a.txt", "Other words now.")
    (filled.corpus / "b.txt").rename(filled.corpus / "d.txt")
    assert changed(filled) == ("a.txt", "b.txt", "d.txt")
    filled.build()
    assert changed(filled) == ()


def test_only_files_of_other_size_or_time_are_read(filled, monkeypatch):
    """Asking a big folder costs a look at each file, not its content."""
    read = []
    original = readers.load
    monkeypatch.setattr(
        freshness.readers, "load", lambda source: read.append(source.name) or original(source)
    )
    assert changed(filled) == ()
    assert read == []
    os.utime(filled.corpus / "b.txt", (1, 1))
    assert changed(filled) == ()
    assert read == ["b.txt"]


def test_a_file_of_the_same_size_and_another_time_is_compared_by_content(filled):
    """A letter exchanged is noticed."""
    filled.write("a.txt", "The text of b.txt.")
    os.utime(filled.corpus / "a.txt", (1, 1))
    assert changed(filled) == ("a.txt",)


def test_without_hints_the_contents_are_compared(filled):
    """The file of hints may be missing, damaged or another generation's."""
    for content in (None, b"", b"{}", b"[" * 100_000, b'{"files": {"a.txt": 1}}'):
        if content is None:
            (filled.index / "sources.json").unlink()
        else:
            (filled.index / "sources.json").write_bytes(content)
        assert changed(filled) == ()
    filled.write("a.txt", "Other words now.")
    assert changed(filled) == ("a.txt",)


def test_after_a_rollback_the_sources_differ(filled):
    """The hints are of the generation rolled back from, and do not speak for the older one."""
    filled.write("a.txt", "Other words now.")
    filled.build()
    rollback(filled.index)
    assert changed(filled) == ("a.txt",)


def test_files_over_the_limit_of_the_build_are_no_news(filled):
    """The limit that was built with is the one that is looked with."""
    filled.write("big.txt", "A long text. " * 100)
    filled.build(max_file_size=500)
    assert changed(filled) == ()
    filled.build()
    assert changed(filled) == ()
    filled.write("big.txt", "Another long text. " * 100)
    assert changed(filled) == ("big.txt",)


def test_what_can_not_be_read_is_no_news_unless_it_could_be(filled, monkeypatch):
    """A new unreadable file is none that the index lacks; a known one has changed."""
    filled.write("d.txt", "Unreadable.")
    os.utime(filled.corpus / "a.txt", (1, 1))

    def load(source):
        raise readers.CannotRead("no permission to read it")

    monkeypatch.setattr(readers, "load", load)
    assert changed(filled) == ("a.txt",)


def test_a_folder_that_is_not_at_hand_is_no_news(filled):
    """An index copied elsewhere has no sources to differ from."""
    shutil.rmtree(filled.corpus)
    assert changed(filled) == ()

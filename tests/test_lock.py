"""One builder at a time."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from qa.errors import IndexLocked, StorageError
from qa.lock import HOLDER_NAME, building, holder

HOLD = """
import sys
from pathlib import Path
from qa.lock import building
with building(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def rival(tmp_path):
    """Give an index folder that another process is building, and that process."""
    index = tmp_path / "index"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout.readline() == b"held\n"
        yield index, process
        process.kill()


def test_the_second_builder_is_told_who_holds_the_lock(rival):
    """It gets an error with the process's number; the lock file stays as it is."""
    index, process = rival
    expected = f"is being built by process {process.pid} on .* since .*: wait until it is done"
    with pytest.raises(IndexLocked, match=expected), building(index):
        pytest.fail("two builders at once")


def test_the_command_exits_with_1_and_names_the_process(rival, qa, tmp_path):
    """``qa index`` and ``--rollback`` say who builds; one line, no traceback."""
    index, process = rival
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Some text.")
    result = qa("index", corpus, "--index", index)
    assert result.code == 1
    assert re.fullmatch(rf"qa: .* is being built by process {process.pid} on .*\n", result.err)
    assert result.out == ""


def test_the_lock_is_free_when_its_holder_was_killed(rival):
    """SIGKILL gives it back, and the note it left is overwritten."""
    index, process = rival
    process.kill()
    process.wait()
    assert str(process.pid) in holder(index)
    with building(index):
        assert f"process {os.getpid()} " in holder(index)
    assert not (index / HOLDER_NAME).exists()


def test_the_lock_is_free_after_an_error(tmp_path):
    """Whatever happens inside, the next one can build."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), building(tmp_path):
            raise ZeroDivisionError
    assert not (tmp_path / HOLDER_NAME).exists()


@pytest.mark.parametrize("note", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_a_note_that_can_not_be_read_is_somebody(tmp_path, note):
    """The message does without it."""
    (tmp_path / HOLDER_NAME).write_bytes(note)
    assert holder(tmp_path) == "another process"


def test_a_file_in_its_place_is_refused(tmp_path):
    """An index folder that is a file is said to be one."""
    (tmp_path / "index").write_text("text")
    expected = "is a file or lies below one, not a folder: name another with --index"
    for index in (tmp_path / "index", tmp_path / "index" / "below"):
        with pytest.raises(StorageError, match=expected), building(index):
            pytest.fail("a file was taken for a folder")

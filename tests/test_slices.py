"""Files read in slices."""

import os
from pathlib import Path

import pytest

from qa.errors import IndexDamaged
from qa.slices import Slices


@pytest.fixture
def path(tmp_path):
    """Give a file of ten bytes."""
    (tmp_path / "ten").write_bytes(b"0123456789")
    return tmp_path / "ten"


def test_slices_are_those_of_the_bytes(path):
    """Any slice, empty ones included, is that of the whole content."""
    slices = Slices(path)
    found = [slices.read(start, end - start) for start in range(11) for end in range(start, 11)]
    assert found == [b"0123456789"[a:b] for a in range(11) for b in range(a, 11)]


def test_a_deleted_file_is_still_read(path):
    """Who opened a file goes on with it when its generation is swept."""
    slices = Slices(path)
    path.unlink()
    assert slices.read(3, 4) == b"3456"


def test_what_the_system_gives_in_parts_is_put_together(path, monkeypatch):
    """A system that gives less than was asked for is asked again."""
    read = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, start: read(file, min(size, 3), start))
    assert Slices(path).read(1, 8) == b"12345678"


def test_a_file_cut_short_meanwhile_is_refused(path):
    """Fewer bytes than belong there are never taken for a text; it says what to do."""
    slices = Slices(path)
    path.write_bytes(b"01234")
    assert slices.read(0, 5) == b"01234"
    with pytest.raises(IndexDamaged, match=r"ten was cut short while it was read: .* qa index"):
        slices.read(2, 8)


def test_it_is_closed_when_nobody_has_it(path):
    """No descriptor is left behind."""

    def opened():
        return [fd for fd in Path("/proc/self/fd").iterdir() if fd.resolve() == path]

    slices = Slices(path)
    assert len(opened()) == 1
    del slices
    assert opened() == []

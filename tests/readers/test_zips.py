"""Archives of strangers."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import making
import pytest

from qa.readers import zips
from qa.readers.unreadable import Unreadable


def test_parts_are_read_by_name():
    """What was put in comes out."""
    archive = zips.open_archive(making.zipped({"a.xml": "x" * 10, "../b": "y"}))
    assert archive.names == ("a.xml", "../b")
    assert (archive.read("a.xml"), archive.read("../b")) == (b"x" * 10, b"y")
    assert not archive.has("c")
    with pytest.raises(Unreadable, match="its part c is missing"):
        archive.read("c")


def lying(data, size):
    """The same archive, whose directory says that its only part has another size."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


def test_a_part_larger_than_declared_takes_no_memory():
    """Its size is a lie: reading stops at it."""
    archive = zips.open_archive(lying(making.zipped({"a": b"\0" * 50_000_000}), 1000))
    tracemalloc.start()
    with pytest.raises(Unreadable, match="damaged"):
        archive.read("a")
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_part_smaller_than_declared_is_damaged():
    """It ends early."""
    archive = zips.open_archive(lying(making.zipped({"a": b"x" * 1000}), 2000))
    with pytest.raises(Unreadable, match="damaged"):
        archive.read("a")


@pytest.mark.parametrize("at", range(40, 400, 30))
def test_a_damaged_part_is_said_to_be_damaged(at):
    """Whatever byte is wrong, it is that reason and no other error."""
    data = bytearray(making.zipped({"a": bytes(range(256)) * 9}))
    data[at % len(data)] ^= 0xFF
    try:
        assert zips.open_archive(bytes(data)).read("a") == bytes(range(256)) * 9
    except Unreadable as error:
        assert str(error)  # noqa: PT017 - either is right


def test_many_parts_and_large_ones_are_refused(monkeypatch):
    """By their number, the largest and the sum, before anything is unpacked."""
    data = making.zipped({str(i): "x" for i in range(30)})
    monkeypatch.setattr(zips, "_MOST_PARTS", 29)
    with pytest.raises(Unreadable, match="30 parts"):
        zips.open_archive(data)
    monkeypatch.setattr(zips, "_MOST_PARTS", 30)
    monkeypatch.setattr(zips, "LARGEST", 29)
    with pytest.raises(Unreadable, match="too large unpacked"):
        zips.open_archive(data)


def test_an_encrypted_archive_is_named():
    """By the flag of any part."""
    data = bytearray(making.zipped({"a": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="encrypted"):
        zips.open_archive(bytes(data))


def test_other_methods_are_refused():
    """LZMA and the like can ask for gigabytes; no office program writes them."""
    with pytest.raises(Unreadable, match="compressed in a way"):
        zips.open_archive(making.zipped({"a": "x"}, zipfile.ZIP_LZMA))


def test_pictures_are_noted():
    """A reader of documents leaves them out, and says so."""
    assert zips.open_archive(making.zipped({"a.xml": "x"})).notes == ()
    archive = zips.open_archive(making.zipped({"a.PNG": "x", "b.jpg": "x"}))
    assert archive.notes == ("2 pictures in it not read",)


def test_declared_entities_are_refused():
    """Whatever library reads the copy, it meets none."""
    archive = zips.open_archive(making.zipped({"a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}))
    with pytest.raises(Unreadable, match="declares entities"):
        zips.rewritten(archive, (".xml",))


def test_a_rewritten_archive_has_what_is_asked_for():
    """Pictures are empty, so that a library has nothing to unpack."""
    archive = zips.open_archive(making.zipped({"a.XML": "x" * 1000, "b.png": "y" * 1000}))
    copy = zipfile.ZipFile(io.BytesIO(zips.rewritten(archive, (".xml",))))
    assert copy.read("a.XML") == b"x" * 1000
    assert copy.read("b.png") == b""
    assert {info.compress_type for info in copy.infolist()} == {zipfile.ZIP_STORED}

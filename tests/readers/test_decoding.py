"""From bytes to text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.readers.decoding import decode

DATA = Path(__file__).parent.parent / "data" / "readers"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.booleans())
def test_valid_utf8_is_what_open_gives(tmp_path_factory, text, mark):
    """A byte order mark is dropped and nothing else is touched, as `open` with utf-8-sig does."""
    data = b"\xef\xbb\xbf" * mark + text.encode()
    path = tmp_path_factory.getbasetemp() / "utf8.txt"
    path.write_bytes(data)
    with path.open(encoding="utf-8-sig", newline="") as file:
        expected = file.read()
    decoded = decode(data)
    if expected.strip():
        assert (decoded.text, decoded.notes) == (expected, ())
    else:
        assert (decoded.text, decoded.reason) == (None, "empty")


@pytest.mark.parametrize(
    ("name", "words", "note"),
    [
        ("windows-1252.txt", "Trade rose – “sharply” – in 2017.\r\nEl niño", "windows-1252"),
        ("koi8-r.txt", "Привет, как дела?", "koi8-r"),
        ("gb18030.txt", "这是一个中文句子", "gb18030"),
        ("utf-16.txt", "Größe und Maß.\n", "utf-16"),
        ("utf-32.txt", "Größe und Maß.\n", "utf-32"),
    ],
)
def test_other_encodings_are_decoded_and_named(name, words, note):
    """What is no UTF-8 is decoded by its mark or by detection, and the note names the encoding."""
    decoded = decode((DATA / name).read_bytes())
    assert decoded.text is not None
    assert decoded.text.startswith(words)
    assert decoded.notes == (f"decoded as {note}",)


def test_torn_utf8_stays_utf8():
    """One broken sequence among many good ones is replaced, not a reason to guess an encoding."""
    decoded = decode((DATA / "torn-utf-8.txt").read_bytes())
    assert decoded.text is not None
    assert decoded.text.startswith("Größe, Übermaß")
    assert decoded.text.endswith("\ufffd cut\n")
    assert decoded.notes == ("1 characters are no valid UTF-8 and were replaced",)


@pytest.mark.parametrize("name", ["binary.txt", "tar.txt"])
def test_binary_is_no_text(name):
    """Binary data is refused, valid UTF-8 or not."""
    decoded = decode((DATA / name).read_bytes())
    assert (decoded.text, decoded.reason) == (None, "binary, not text")


@pytest.mark.parametrize("name", ["empty.txt", "blank.txt"])
def test_nothing_but_white_space_is_empty(name):
    """A file without a character that is seen is empty."""
    assert decode((DATA / name).read_bytes()).reason == "empty"


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_reason(data):
    """No bytes raise; there is text or a reason, and the text can be written as UTF-8."""
    decoded = decode(data)
    assert (decoded.text is None) == (decoded.reason is not None)
    assert (decoded.text or "x").encode()


def test_large_file_is_detected_by_a_sample():
    """Ten megabytes in windows-1252 whose first accent is in the middle decode whole."""
    line = b"plain words of a long file \n"
    data = line * 100_000 + "déjà vu à la carte, où sont les élèves\n".encode("cp1252") + line * 9
    decoded = decode(data)
    assert decoded.notes == ("decoded as windows-1252",)
    assert decoded.text == data.decode("cp1252")

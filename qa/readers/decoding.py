"""From bytes to text: UTF-8 as it stands, anything else with a note that says so."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (  # UTF-32's little-endian mark begins with UTF-16's, so it is tried first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What no text has: control characters other than white space, backspace and escape.
_CONTROL = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 100_000
# What files are really written in; the library knows many more, and guesses them too readily.
_ENCODINGS = (
    *(f"cp{number}" for number in range(1250, 1259)),
    *("koi8_r", "koi8_u", "cp932", "euc_jp", "cp949", "gb18030", "big5", "cp874"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, or None with the reason; ``notes`` say what was done to get it."""

    text: str | None
    reason: str | None = None
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """Decode a file's bytes.

    Valid UTF-8 is decoded exactly as ``open(path, encoding="utf-8-sig", newline="")`` does. Else
    a byte order mark of UTF-16 or UTF-32 decides; then UTF-8 with a few broken bytes is taken as
    such; then charset-normalizer decides by a sample. Binary data has no text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        decoded = _decode_other(data, error.start)
    else:
        decoded = Decoded(text)
    text_or_none = decoded.text
    if text_or_none is None or _is_binary(text_or_none):
        return Decoded(None, "binary, not text")
    if not text_or_none or text_or_none.isspace():
        return Decoded(None, "empty")
    return decoded


def _is_binary(text: str) -> bool:
    """Whether more than two, and one in a hundred, of the first characters are control characters.

    A stray one is kept: offsets count it like any other.
    """
    head = text[:_SAMPLE]
    return len(_CONTROL.findall(head)) > max(2, len(head) / 100)


def _decode_other(data: bytes, first_bad: int) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with_note(data, encoding)
    if b"\0" in data:
        return Decoded(None)
    text = data.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd")
    if sum(map(_is_high, text[:_SAMPLE])) > 10 * text[:_SAMPLE].count("\ufffd"):
        return Decoded(text, notes=(f"{broken} characters are no valid UTF-8 and were replaced",))
    return _detect(data, first_bad)


def _is_high(character: str) -> bool:
    return character > "\x7f" and character != "\ufffd"


def _detect(data: bytes, first_bad: int) -> Decoded:
    """Decode by a sample around the first byte that is no UTF-8.

    Short texts fit several encodings equally well: of those windows-1252, the commonest by far,
    is taken.
    """
    from charset_normalizer import from_bytes

    # Cut at spaces, so that no character of two bytes is halved.
    start = first_bad - _SAMPLE // 2
    start = data.find(b" ", start, first_bad) + 1 or first_bad if start > 0 else 0
    end = data.rfind(b" ", start, start + _SAMPLE) if start + _SAMPLE < len(data) else len(data)
    sample = data[start : end if end > first_bad else start + _SAMPLE]
    matches = from_bytes(sample, cp_isolation=list(_ENCODINGS))
    best = matches.best()
    if best is None:
        return Decoded(None)
    western = any(
        "cp1252" in match.could_be_from_charset
        and match.chaos <= best.chaos + 0.1
        and match.coherence >= best.coherence
        for match in matches
    )
    return _with_note(data, "cp1252" if western else best.encoding)


def _with_note(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    text = text.removeprefix("\ufeff")
    name = re.sub("^cp(?=125)", "windows-", encoding).replace("_", "-")
    replaced = text.count("\ufffd")
    broken = f", {replaced} characters were not valid" if replaced else ""
    return Decoded(text, notes=(f"decoded as {name}{broken}",))

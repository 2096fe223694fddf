"""Nothing in a document may steer the terminal."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.render.safe import clean, clean_line, clean_name, mask

ANY = st.text(st.characters(exclude_categories=[]))
BIDI_STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_every_code_point_is_masked_to_one_that_steers_nothing():
    """By Unicode's own data controls, surrogates, bidi controls and line separators are gone."""
    for code in (*range(0x20000), *range(0xE0000, 0xE1000), sys.maxunicode):
        masked = mask(chr(code))
        assert len(masked) == 1
        if chr(code) in "\n\t":
            assert masked == chr(code)
            continue
        assert unicodedata.category(masked) not in {"Cc", "Cs", "Zl", "Zp"}, hex(code)
        assert unicodedata.bidirectional(masked) not in BIDI_STEERING, hex(code)


@given(ANY)
def test_masking_keeps_offsets_and_needs_doing_once(text):
    """Mask maps code point to code point, leaves nothing to mask, and passes UTF-8."""
    once = mask(text)
    assert len(once) == len(text)
    assert mask(once) == once
    once.encode("utf-8")


@given(ANY)
def test_a_clean_line_is_one_line(text):
    """Whatever counts as a line's end anywhere, a clean line has none, and no double space."""
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert "  " not in line.replace("\u2028", " ")
    assert line == line.strip()


def test_escape_sequences_are_shown_not_obeyed():
    """CSI, OSC 8 with BEL, and the 8-bit CSI are visible text."""
    assert clean("\x1b[31mred") == "␛[31mred"
    assert clean("\x1b]8;;http://evil\x07x") == "␛]8;;http://evil␇x"
    assert clean("\x9b2J\x7f") == "�2J␡"


def test_newlines_and_tabs():
    """Clean keeps them (CR LF as LF), mask keeps them in place, clean_line makes them spaces."""
    text = "a\r\nb\tc\n\nd\re"
    assert clean(text) == "a\nb\tc\n\nd␍e"
    assert mask(text) == "a \nb\tc\n\nd␍e"
    assert clean_line(text) == "a b c d e"


def test_a_name_keeps_its_spaces_and_shows_its_newline():
    """Two names that differ in white space look different."""
    assert clean_name("a  b\n.md") == "a  b␊.md"
    assert clean_name("a\tb") == "a␉b"


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u3164", "\U000e0041"],
)
def test_invisible_characters_in_latin_words_are_shown(hidden):
    """A zero-width trick in a word becomes a dot that a person sees."""
    assert mask(f"pay{hidden}pal") == "pay·pal"


def test_overrides_of_direction_are_replaced():
    """The classic of a file name that reads backwards."""
    assert clean_line("photo_\u202egpj.exe\u202c") == "photo_�gpj.exe�"


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻 and ❤\ufe0f and 1\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0645\u06cc\u200c\u062e",
        "क्\u200dष",
        "e\u0301 汉字 שלום",
        "葛\U000e0100",
    ],
)
def test_what_scripts_and_emoji_need_stays(text):
    """Joiners and variation selectors stay where a script or an emoji needs them."""
    assert mask(text) == text


def test_a_row_of_variation_selectors_is_shown():
    """Data can be hidden in a row of them behind one emoji: only the first one stays."""
    assert mask("😀" + "\ufe0f" * 3) == "😀\ufe0f··"
    assert mask("\ufe0f") == "·"

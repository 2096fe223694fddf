"""Sentences."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import sentences

ODD = ["字", "。", "」", "e\u0301", "👩\u200d👩\u200d👧", "\u200b", "\x00", "…", "word" * 300]
PLAIN = ["a", "B", "the ", "U.S. ", ". ", ".", "! ", "? ", "\n", "\r\n", "(", ")", "“", "”", "'"]
PIECES = st.lists(st.sampled_from([*PLAIN, *ODD, "1. ", "• ", "No. ", "; ", ", ", "It is so. "]))


def split(text: str) -> list[str]:
    """The sentences' words."""
    return [text[a:b] for a, b in sentences.split(text, 0, len(text))]


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. helps.", "U.S. troops stay.", "They came in No. 5 of the list."],
        ["The diplomat E.G Squier arrived.", "Dr. Smith left on Jan. 5 at 3 p.m. sharp."],
        ["He said “It is so.”", "Then he left.", '"We believe that," Obama said.'],
        ["1) promoting prosperity, 2) enhancing security, and 3) improving governance.", "Next."],
        ["It cost $11.4 billion in 2017.", "Of that 40.5 % was U.S. trade!", "Was it?"],
    ],
)
def test_english(expected):
    """Abbreviations, initials, figures and quotes do not end sentences; their ends do."""
    assert split(" ".join(expected)) == expected


def test_run_together_sentences():
    """A missing space after a full stop does not join sentences."""
    assert split("peoples in the area.During the end of it.") == [
        "peoples in the area.", "During the end of it.",
    ]  # fmt: skip


def test_bullets_and_numbers_stay_with_their_sentence():
    """What only introduces a sentence is part of it."""
    assert split("• U.S. support helped. More came.") == ["• U.S. support helped.", "More came."]
    for mark in ("1.", "2)", "(a)", "iv.", "3.2."):
        assert split(f"{mark} The first thing is this.") == [f"{mark} The first thing is this."]


def test_chinese_and_japanese():
    """Their full stops end sentences, with the quotes that close there."""
    assert split("你好。我是人！你呢？好") == ["你好。", "我是人！", "你呢？", "好"]
    assert split("「そうです。」と言った。次。") == ["「そうです。」", "と言った。", "次。"]


def test_spans_are_absolute():
    """Spans are of the whole text, not of the stretch."""
    text = "Not this. But this. And this. Not that."
    assert [text[a:b] for a, b in sentences.split(text, 10, 29)] == ["But this.", "And this."]
    assert sentences.split(text, 9, 10) == ()


@given(PIECES)
def test_every_character_is_in_one_sentence(pieces):
    """In order, without overlap, trimmed, bounded, and nothing but white space is left out."""
    text = "".join(pieces)
    spans = sentences.split(text, 0, len(text))
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(b - a <= sentences.LONGEST for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


def test_pieces_do_not_show():
    """Text longer than what the library is given at a time is split as its sentences are."""
    expected = [f"This is sentence number {n} of the U.S. report, it is." for n in range(2_000)]
    assert split(" ".join(expected)) == expected


def test_text_without_ends_is_cut_at_spaces():
    """Nothing is lost and no word is cut; the cuts after an edit fall where they fell before."""
    words = [f"w{n * 7919 % 10_007}" for n in range(20_000)]
    parts = split(" ".join(words))
    assert " ".join(parts).split() == words
    assert max(map(len, parts)) <= sentences.LONGEST
    edited = split(" ".join(["one", "more", "word", *words]))
    assert len(set(edited) - set(parts)) < len(parts) / 5


@pytest.mark.parametrize("unit", ["x", "字", "e\u0301\u0302", "👩\u200d👩\u200d👧", "👍🏽"])
def test_text_without_spaces_is_cut_between_characters(unit):
    """Megabytes on one line are cut to bounded parts that begin with no mark and no joiner."""
    text = unit * (1_000_000 // len(unit))
    parts = split(text)
    assert "".join(parts) == text
    assert max(map(len, parts)) <= sentences.LONGEST
    assert not any(unicodedata.category(part[0])[0] == "M" for part in parts)
    assert not any(part[0] in "\u200d🏽" or part[-1] == "\u200d" for part in parts)


@given(st.text(alphabet=st.sampled_from("aB1 字\n-_'’\"“”,é\u0301")))
def test_the_library_agrees_where_it_is_not_asked(text):
    """Text without any possible end is one sentence for the library as well."""
    from syntok.segmenter import segment
    from syntok.tokenizer import Tokenizer

    tokens = Tokenizer(replace_not_contraction=False).tokenize(text)
    assert len([sentence for sentence in segment(tokens) if sentence]) <= 1
    assert len(split(text)) == bool(text.strip())


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_any_text(text, start, end):
    """No characters make it raise, lone surrogates and controls included."""
    for a, b in sentences.split(text, min(start, len(text)), min(end, len(text))):
        assert start <= a < b <= end

"""Answers compared as SQuAD compares them."""

import re
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.words import exact_match, holds, normalised, token_f1


def reference_words(text):
    """Normalise as evaluate-v2.0.py does: lower, no punctuation, no articles, white space."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text).split())


def reference_f1(gold, given):
    """Compute F1 as evaluate-v2.0.py does."""
    gold, given = reference_words(gold).split(), reference_words(given).split()
    same = sum((Counter(gold) & Counter(given)).values())
    if not gold or not given:
        return int(gold == given)
    if same == 0:
        return 0
    precision, recall = same / len(given), same / len(gold)
    return 2 * precision * recall / (precision + recall)


WORDS = st.lists(st.sampled_from(["the", "A", "cat", "Cat.", "sat,", "on", "ú", "11.4", "$", " "]))
TEXTS = st.one_of(WORDS.map(" ".join), st.text())


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_as_the_official_script(answer, gold):
    """Exact match and F1 equal the official script's on any texts."""
    assert exact_match(answer, [gold]) == (reference_words(answer) == reference_words(gold))
    assert token_f1(answer, [gold]) == pytest.approx(reference_f1(gold, answer), abs=1e-12)


def test_by_hand():
    """Two of three words common to four: F1 is 2·(2/3)(2/4)/(2/3+2/4) = 4/7."""
    assert token_f1("red big house", ["big red old barn"]) == pytest.approx(4 / 7)
    assert exact_match("The $11.4 billion!", ["114 billion"]) == 1.0
    assert normalised("An answer: the U.S.") == ["answer", "us"]


def test_the_best_of_the_answers_expected():
    """Of several expected answers the nearest counts; of none, nothing does."""
    assert token_f1("Rubio", ["Secretary of State Marco Rubio", "Rubio"]) == 1.0
    assert token_f1("Rubio", []) == 0.0
    assert exact_match("Rubio", []) == 0.0


def test_holding():
    """Words stand in a text in a row and whole; no words stand nowhere."""
    assert holds("It was worth $11.4 billion then.", "the 11.4 billion")
    assert not holds("It was 11 point 4 billion.", "11.4 billion")
    assert not holds("He has ten.", "te")
    assert not holds("anything", "the")

"""Answers compared word by word, as SQuAD's official script does.

Rajpurkar et al., SQuAD: 100,000+ Questions for Machine Comprehension of Text, EMNLP 2016; Know
What You Don't Know: Unanswerable Questions for SQuAD, ACL 2018 (evaluate-v2.0.py).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalised(text: str) -> list[str]:
    """The words of a text, lower case, without ASCII punctuation and English articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(answer: str, expected: Sequence[str]) -> float:
    """1 where the answer has the words of one of those expected, else 0."""
    words = normalised(answer)
    return float(any(words == normalised(text) for text in expected))


def token_f1(answer: str, expected: Sequence[str]) -> float:
    """The best F1 of common words with one of the answers expected, 0..1.

    Where either has no words, 1 if both have none.
    """
    words = normalised(answer)
    return max((_f1(words, normalised(text)) for text in expected), default=0.0)


def holds(text: str, wanted: str) -> bool:
    """Whether the words of ``wanted`` stand in ``text``, all of them, in order and in a row."""
    words = normalised(wanted)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(normalised(text))} "


def _f1(first: list[str], second: list[str]) -> float:
    if not first or not second:
        return float(first == second)
    common = (Counter(first) & Counter(second)).total()
    return 2 * common / (len(first) + len(second))

"""Does a passage speak of what the question names? Years and names that a reader overlooks.

A model that matches meaning reads "in 2022" and answers from a sentence about 2017.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from qa import tokens

if TYPE_CHECKING:
    from collections.abc import Collection

    from qa.nouns import Hit

_YEAR = re.compile(r"(?<![\w$€£.,-])(1[0-9]{3}|20[0-9]{2})(?![\w%]|[.,]\d)")
# A capitalised word that does not begin the question, or one in capitals anywhere.
_NAME = re.compile(r"(?<=[\w,;:\u2019'\"“(] )[A-ZÀ-Þ][\w\u2019'.-]*\w|\b[A-Z]{2,}\b")
_POSSESSIVE = re.compile(r"['\u2019]s$")
_ROOT, _SHARED = 4, 0.7
_NO_NAMES = frozenset({"I", "US", "U.S", "USA", "OK"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What a question names and a passage lacks; shares 0..1 of what the question names.

    ``years`` are the question's years that stand neither in the passage nor above it;
    ``other_years`` those that stand in the sentence instead. ``names`` stand neither in the
    passage nor above it.
    """

    years: tuple[str, ...] = ()
    other_years: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    names_share: float = 0.0

    @property
    def wrong_year(self) -> bool:
        """Whether the sentence is about other years than the question."""
        return bool(self.years and self.other_years)


NOTHING_LACKING = Mismatch()


def names_of(question: str) -> tuple[str, ...]:
    """The names in a question, as far as capitals show them, in order, each once."""
    found = (_POSSESSIVE.sub("", match).strip(".'\u2019") for match in _NAME.findall(question))
    return tuple(dict.fromkeys(name for name in found if name and name not in _NO_NAMES))


def years_of(text: str) -> tuple[str, ...]:
    """The years in a text, in order, each once."""
    return tuple(dict.fromkeys(_YEAR.findall(text)))


def mismatch(question: str, hit: Hit, sentence: str) -> Mismatch:
    """Compare what a question names with a passage, its headings and title, and its sentence."""
    above = " ".join((hit.title, hit.date or "", *hit.headings))
    asked = years_of(question)
    missing = tuple(year for year in asked if year not in f"{above} {hit.text}")
    names = names_of(question)
    there = set(tokens.analyse(f"{above} {hit.text}"))
    absent = tuple(name for name in names if not _stands(name, there))
    return Mismatch(
        years=missing,
        other_years=tuple(y for y in years_of(sentence) if y not in asked) if missing else (),
        names=absent,
        names_share=len(absent) / len(names) if names else 0.0,
    )


def _stands(name: str, terms: Collection[str]) -> bool:
    return all(
        term in terms or any(_akin(term, other) for other in terms) for term in tokens.analyse(name)
    )


def _akin(term: str, other: str) -> bool:
    """Whether two names may be of one root, as Honduras and Honduran are."""
    if len(term) < _ROOT or term[:_ROOT] != other[:_ROOT]:
        return False
    same = (a == b for a, b in zip(term, other, strict=False))
    common = sum(takewhile(bool, same))
    return common >= _SHARED * max(len(term), len(other))

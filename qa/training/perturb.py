"""Questions as people type them, and questions that a passage no longer answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa.contrast import OPPOSITES
from qa.guard import names_of, years_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_WORD = re.compile(r"[A-Za-z]+")
_FUNCTION = frozenset({
    "a", "an", "the", "is", "are", "was", "were", "do", "does", "did", "of", "in", "on", "at", "to",
    "for", "by", "with", "has", "have", "had", "be", "been",
})  # fmt: skip
_OTHER = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}


def retyped(question: str, random: Random) -> str:
    """The question as someone in a hurry types it: small letters, no mark, a slip, telegram style.

    Most stay as they are.
    """
    if random.random() < 0.12:
        question = question.lower()
    if random.random() < 0.12:
        question = question.rstrip("? ")
    if random.random() < 0.05:
        words = [word for word in question.split() if word.lower() not in _FUNCTION]
        question = " ".join(words) if len(words) > 2 else question
    if random.random() < 0.05:
        question = _slip(question, random)
    return question


def changed(question: str, passage: str, names: Sequence[str], random: Random) -> str | None:
    """The question about another year, name or quantity than the passage's; None where it has none.

    ``passage`` is all that is read, title included; ``names`` are names of other passages.
    """
    ways = [_another_year, _another_name, _the_opposite, _a_year_more]
    random.shuffle(ways)
    for way in ways:
        made = way(question, passage, names, random)
        if made is not None:
            return made
    return None


def dated(question: str, sentence: str, answer: str) -> str:
    """The question with the one year of the sentence that answers it, where that is no answer."""
    years = years_of(sentence)
    if len(years) != 1 or years_of(question) or years[0] in answer:
        return question
    if re.match(r"(?i)(in )?(when|what year|which year)", question):
        return question
    return _with(question, years[0])


def _another_year(question: str, passage: str, _: Sequence[str], random: Random) -> str | None:
    years = years_of(question)
    if not years:
        return None
    year = random.choice(years)
    return question.replace(year, _year_beside(int(year), passage, random))


def _a_year_more(question: str, passage: str, _: Sequence[str], random: Random) -> str | None:
    there = years_of(passage)
    if years_of(question) or not there or re.match(r"(?i)(in )?(when|what year|which)", question):
        return None
    return _with(question, _year_beside(int(random.choice(there)), passage, random))


def _another_name(question: str, passage: str, names: Sequence[str], random: Random) -> str | None:
    there = [name for name in names_of(question) if name in passage]
    if not there or not names:
        return None
    for _ in range(4):
        other = random.choice(names)
        if other not in passage and other not in question:
            return question.replace(random.choice(there), other)
    return None


def _the_opposite(question: str, passage: str, _: Sequence[str], random: Random) -> str | None:
    words = [word for word in question.split() if word.strip("?,").lower() in _OTHER]
    if not words:
        return None
    word = random.choice(words)
    other = _OTHER[word.strip("?,").lower()]
    if re.search(rf"\b{other}\b", passage, re.IGNORECASE):
        return None
    return question.replace(word, word.lower().replace(word.strip("?,").lower(), other), 1)


def _year_beside(year: int, passage: str, random: Random) -> str:
    near = [year + step for step in (*range(-12, 0), *range(1, 13))]
    free = [str(other) for other in near if str(other) not in passage]
    return random.choice(free) if free else str(year + 37)


def _with(question: str, year: str) -> str:
    mark = "?" if question.endswith("?") else ""
    return f"{question.rstrip('? ')} in {year}{mark}"


def _slip(question: str, random: Random) -> str:
    """Leave out, double or swap a letter of a longer word."""
    words = [match for match in _WORD.finditer(question) if len(match.group()) > 4]
    if not words:
        return question
    at = random.choice(words).start() + random.randrange(1, 4)
    kind = random.randrange(3)
    if kind == 0:
        return question[:at] + question[at + 1 :]
    if kind == 1:
        return question[:at] + question[at] + question[at:]
    return question[:at] + question[at + 1] + question[at] + question[at + 2 :]

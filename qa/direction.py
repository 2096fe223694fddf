"""Who gives and who gets: what one country sold to another is not what it bought from it.

A model that matches meaning reads "what does Honduras sell to the United States" and answers from a
sentence about what the United States sells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from qa.places import places_in

if TYPE_CHECKING:
    from collections.abc import Iterator

# What somebody does who gives, and who gets: with "to" and "from" whom.
_GIVES = (
    r"(?:sell|export|ship|supply|send|give|provide|donate|lend|grant|deliver)(?:s|ed|d|ing)?|"
    r"sold|sent|gave|given|lent|supplie[ds]|shipp(?:ed|ing)|selling|donating|providing|exporter"
)
_GETS = (
    r"(?:buy|import|purchase|receive|get|borrow|obtain)(?:s|ed|d|ing)?|bought|got|receiving|"
    r"purchasing|importer"
)
_VERB = re.compile(rf"(?i)\b(?:(?P<gives>{_GIVES})|(?P<gets>{_GETS}))\b")
# How far from the verb, in characters, whoever it is between may stand.
_NEAR = 90
_BE = re.compile(r"(?i)\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+)?$")
_CLAUSE = re.compile(r"[.;:!?]\s|,\s+(?:and|but|while|whereas)\s")


class _Way(NamedTuple):
    """From whom to whom, as far as that is said."""

    giver: str | None
    getter: str | None


def agree(question: str, sentence: str) -> bool | None:
    """Whether something goes between two countries the way that is asked for.

    False where a sentence only speaks of the other way, None where either tells of none.
    """
    asked = [way for way in _ways(question) if way.giver and way.getter]
    if not asked:
        return None
    said = list(_ways(sentence))
    if any(_like(one, other) for one in asked for other in said):
        return True
    turned = [_Way(way.getter, way.giver) for way in asked]
    return False if any(_like(one, other) for one in turned for other in said) else None


def _like(whole: _Way, part: _Way) -> bool:
    """Whether a way, of which both ends are known, may be the other, of which one is at least."""
    ends = [(a, b) for a, b in zip(whole, part, strict=True) if b is not None]
    return bool(ends) and all(a == b for a, b in ends)


def _ways(text: str) -> Iterator[_Way]:
    for verb in _VERB.finditer(text):
        before = _CLAUSE.split(text[: verb.start()])[-1][-_NEAR:]
        after = _CLAUSE.split(text[verb.end() :][:_NEAR])[0]
        gives = verb["gives"] is not None
        passive = _BE.search(before) is not None
        doer = _after("by", after) if passive else _last(before)
        other = _after("to" if gives else "from", after)
        if gives and other is None and not passive:
            other = _straight(after)
        yield _Way(doer, other) if gives else _Way(other, doer)


def _last(text: str) -> str | None:
    found = places_in(text)
    return found[-1][1] if found else None


def _after(word: str, text: str) -> str | None:
    """The first country that a preposition stands before."""
    for start, name in places_in(text):
        if re.search(rf"(?i)\b{word}\s+(?:the\s+)?$", text[:start]):
            return name
    return None


def _straight(text: str) -> str | None:
    """The country that a verb of giving stands right before: "gave Honduras"."""
    found = places_in(text)
    return found[0][1] if found and not re.sub(r"(?i)\s|\bthe\b", "", text[: found[0][0]]) else None

"""Whether a sentence says that what is asked for is not told: then nothing in it is the answer."""

from __future__ import annotations

import re

from qa import tokens

_TOLD = (
    r"(?:said|given|named|mentioned|specified|disclosed|revealed|recorded|known|published|"
    r"announced|reported|listed|stated)"
)
_TELLS = (
    r"(?:gives?|gave|giving|names?|naming|states?|stated|mentions?|mentioned|offers?|offered|"
    r"provides?|provided|has|have|had)"
)
_SAY = r"(?:say|tell|state|mention|specify|disclose|reveal|record|know|report|explain)"
_NOT = r"(?:do|does|did|could|can)(?:\s+not|n['\u2019]t)"
# What a question asks for, and what a sentence calls that which it has not; and its own word.
_KINDS = (
    (r"\bwhen\b|\b(?:what|which)\s+(?:date|day|month|year)\b", "dates?|day|month|year", "when"),
    (
        r"\bhow\s+(?:many|much)\b|\bwhat\s+(?:number|amount|share|percentage)\b",
        "figures?|numbers?|amounts?|sums?|totals?|estimates?|statistics",
        r"how\s+(?:many|much)",
    ),
    (r"\bwho(?:se|m)?\b|\bname\b", "names?", "who(?:se|m)?"),
    (r"\bwhy\b|\breasons?\b", "reasons?|explanation|cause", "why"),
    (r"\bwhere\b|\b(?:what|which)\s+place\b", "places?|location", "where"),
    (r"\bhow\s+(?!many|much)", "details?", "how"),
)
_DENIALS = tuple(
    (
        re.compile(f"(?i){asks}"),
        re.compile(
            rf"(?i)\b(?:{_TELLS}\s+no\s+(?:\w+\s+)?(?:{called})"
            rf"|no\s+(?:\w+\s+)?(?:{called})\b[^.;,]*\b(?:is|are|was|were|been)\s+{_TOLD}"
            rf"|{_NOT}\s+{_SAY}\s+(?:{word}|the\s+(?:\w+\s+)?(?:{called})))\b"
        ),
    )
    for asks, called, word in _KINDS
)
_CLAUSES = re.compile(r"[;:,\u2014]\s+|\s+(?:but|though|although|while|whereas)\s+")


def denied(question: str, sentence: str) -> bool:
    """Whether a clause says that it has not what is asked for, of what the question is about.

    "The article gives no date for the meeting, and …" denies an answer to "When was the meeting?",
    not to "Where was it?", nor to "When was the war?".
    """
    for asks, denies in _DENIALS:
        if asks.search(question) is None:
            continue
        asked = frozenset(tokens.analyse(question))
        for clause in _CLAUSES.split(sentence):
            found = denies.search(clause)
            if found is None:
                continue
            # What follows says of what it is not told; where nothing does, of all.
            behind = frozenset(tokens.analyse(clause[found.end() :]))
            if not behind or behind & asked:
                return True
    return False

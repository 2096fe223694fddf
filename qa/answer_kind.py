"""What kind of thing a question asks for, and whether some words can be that."""

from __future__ import annotations

import re

from qa.places import is_place, places_of

_NUMBER = re.compile(r"[\W\d]*\d[\W\d]*(?:percent|per cent|million|billion|thousand)?\W*")
_PEOPLE = (
    "president|leader|official|secretary|minister|author|photographer|person|man|woman|king|queen|"
    "ambassador|general|artist|actor|actress|singer|player|scientist|researcher|politician|"
    "senator|governor|mayor|judge|pope|emperor|director|writer|founder|spokesman|spokeswoman"
)
_SPOTS = (
    "city|town|village|port|street|building|river|lake|island|mountain|department|province|"
    "district|airport|capital|university|school|hotel|museum"
)
_BODIES = (
    "group|organi[sz]ation|company|agency|party|channel|team|bank|firm|newspaper|army|union|"
    "ministry|committee|court|brand|program|programme|project|law|treaty|act"
)


def _which(nouns: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)\b(?:what|which)\s+(?:[\w.'\u2019-]+\s+){{0,2}}?(?:{nouns})\b")


_WHO = re.compile(r"(?i)\bwho(?:se|m)?\b")
_WHY = re.compile(r"(?i)^\W*(?:why|how (?:come|did|does|do|is|are|was|were))\b")
_WHERE = re.compile(r"(?i)^\W*where\b")
_PERSON, _SPOT, _BODY = _which(_PEOPLE), _which(_SPOTS), _which(_BODIES)
_TOWN, _GROUP = _which("city|town|village|port|airport"), _which("group|company|agency|bank")
_OFFICE = re.compile(rf"(?i)\b(?:{_PEOPLE})\b")
_COUNTRY = _which("country|countries|nation|nations")
_FUTURE = re.compile(r"(?i)\b(?:will|shall|going to|upcoming|next)\b")
_AHEAD = re.compile(
    r"(?i)\b(?:will|shall|going to|upcoming|next|soon|would|may|might|future|is to|are to|to be|"
    r"plan\w*|expect\w*|intend\w*|schedul\w*|aim\w*|propos\w*|hop(?:e|es|ing))\b"
)


def unfit(question: str, words: str) -> bool:
    """Whether some words can hardly be what a question asks for.

    A country is no person, city or organisation, and a figure is none either; "which country" wants
    one; a reason is neither a country nor a figure.
    """
    place = is_place(words)
    figure = _NUMBER.fullmatch(words) is not None
    if _COUNTRY.search(question):
        return not places_of(words) and words == words.lower()
    if _SPOT.search(question) or _PERSON.search(question) or _BODY.search(question):
        return place or figure or (_BODY.search(question) is None and words == words.lower())
    if _WHO.search(question) or _WHY.search(question):
        return place or figure
    return bool(_WHERE.search(question)) and figure


def impossible(question: str, words: str) -> bool:
    """Whether some words can't be what a question asks for: a country is no leader and no town."""
    if not is_place(words):
        return False
    if _WHO.search(question):
        return _OFFICE.search(question) is not None
    return any(kind.search(question) for kind in (_PERSON, _TOWN, _GROUP))


def not_ahead(question: str, sentence: str) -> bool:
    """Whether a question asks for what will be, and a sentence speaks of nothing to come."""
    return bool(_FUTURE.search(question)) and not _AHEAD.search(sentence)

"""What a question asks for and a sentence is not about: another unit, or the very opposite.

A model that matches meaning reads "how many hours" and answers from a sentence about the share of
the people, or "imports from" and answers from one about exports.
"""

from __future__ import annotations

import re

from qa import tokens

# What a question asks for with one word it does not ask for with the other.
OPPOSITES = (
    ("first", "last"), ("largest", "smallest"), ("highest", "lowest"), ("oldest", "youngest"),
    ("most", "least"), ("more", "less"), ("before", "after"), ("increase", "decrease"),
    ("increased", "decreased"), ("begin", "end"), ("began", "ended"), ("start", "end"),
    ("started", "ended"), ("north", "south"), ("east", "west"), ("northern", "southern"),
    ("eastern", "western"), ("import", "export"), ("imports", "exports"), ("male", "female"),
    ("men", "women"), ("won", "lost"), ("win", "lose"), ("born", "buried"), ("father", "mother"),
    ("brother", "sister"), ("husband", "wife"), ("son", "daughter"), ("king", "queen"),
    ("minimum", "maximum"), ("population", "area"), ("height", "width"), ("open", "close"),
    ("opened", "closed"), ("founded", "dissolved"), ("support", "oppose"), ("supported", "opposed"),
    ("allowed", "forbidden"), ("earliest", "latest"), ("best", "worst"), ("cheapest", "dearest"),
    ("major", "minor"), ("public", "private"), ("internal", "external"), ("positive", "negative"),
    ("advantage", "disadvantage"), ("true", "false"), ("inside", "outside"), ("urban", "rural"),
    ("hot", "cold"), ("summer", "winter"), ("primary", "secondary"), ("ancient", "modern"),
    ("succeed", "fail"), ("always", "never"), ("arrive", "leave"), ("arrived", "left"),
    ("bought", "sold"), ("buy", "sell"), ("rise", "fall"), ("rose", "fell"), ("above", "below"),
    ("legal", "illegal"), ("common", "rare"), ("same", "different"),
    ("president", "vice president"), ("million", "percent"), ("city", "river"),
    ("country", "continent"), ("war", "election"), ("book", "film"), ("cost", "weigh"),
    ("killed", "wounded"), ("deaths", "births"),
)  # fmt: skip
_ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
)

_MANY = re.compile(r"(?i)\bhow many\s+((?:[\w'\u2019.-]+\s*){1,5})")
# The first of these ends what is counted: "how many U.S. companies | operate in …".
_ENDS = frozenset({
    "are", "is", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "will",
    "would", "may", "might", "must", "should", "in", "of", "a", "an", "the", "per", "to", "from",
    "on", "at", "for", "by", "with", "there", "that", "who", "which", "it", "they", "you", "we",
    "us", "each",
})  # fmt: skip
_PLURALS = frozenset({"people", "men", "women", "children"})
# How a unit is asked for, and what shows it.
_SHARE = (
    r"\b(?:what|which) (?:percentage|percent|share|proportion)\b|\bhow many percent\b",
    r"%|\bper ?cent|\bshare\b|\bproportion|\bthird|\bhalf\b|\bquarter",
)
_MONEY = (
    (
        r"\bhow much (?:money|did \w+ (?:cost|pay|spend|earn))|\b(?:dollars|USD)\b"
        r"|\bhow much was\b.*\b(?:worth|spent|paid)\b"
    ),
    r"[$€£¥]|\bdollar|\bUSD\b|\beuro|\bpound|\bpeso|\blempira|\b[mb]illion\b",
)
_LENGTH = (
    r"\bhow long (?:did|does|do|was|were|is|has|have|had|will)\b",
    (
        r"\b(?:year|month|week|day|hour|minute|second|decade|centur|since|until|from)\w*\b"
        r"|\b(?:km|kilomet|mile|met(?:er|re)|feet|foot)\w*\b"
    ),
)
_DATE = (
    r"^\W*(?:when|(?:in |on )?(?:what|which) (?:year|date|month|day|century))\b",
    (
        r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november"
        r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|centur\w+|today"
        r"|yesterday|after|before|during|when|once|upon|spring|summer|autumn|winter|easter"
        r"|christmas)\b"
    ),
)
_UNITS = (_SHARE, _MONEY, _LENGTH, _DATE)
_KINDS = tuple((re.compile(f"(?i){asks}"), re.compile(f"(?i){shows}")) for asks, shows in _UNITS)
_OTHER = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}


def unit_missing(question: str, sentence: str) -> bool:
    """Whether a question asks for so many of something that the sentence does not speak of.

    ``sentence`` is all that may name it, what stands above it included.
    """
    counted = _counted(question)
    if counted and not set(counted) & set(tokens.analyse(sentence)):
        return True
    return any(asks.search(question) and not shows.search(sentence) for asks, shows in _KINDS)


def opposed(question: str, sentence: str) -> bool:
    """Whether a sentence has the opposite of a word of the question, and not that word.

    Another ordinal is one: what is said of the first is not said of the second.
    """
    words = re.findall(r"\w+", question.lower())
    ordinals, others = _ORDINALS & set(words), _ORDINALS & set(re.findall(r"\w+", sentence.lower()))
    if ordinals - others and others - ordinals:
        return True
    asked = [word for word in words if word in _OTHER]
    if not asked:
        return False
    there = set(tokens.analyse(sentence))
    return any(
        _within(_OTHER[word], there) and not _within(word, there)
        for word in asked
        if tokens.analyse(word) != tokens.analyse(_OTHER[word])
    )


def _within(words: str, terms: set[str]) -> bool:
    mine = tokens.analyse(words)
    return bool(mine) and all(term in terms for term in mine)


def _counted(question: str) -> list[str]:
    """The terms of what a question wants counted: the last word of "how many …"."""
    match = _MANY.search(question)
    if match is None:
        return []
    head = ""
    for word in match[1].split():
        if word.lower().strip("?,.") in _ENDS:
            break
        head = word.strip("?,.")
        plural = head.lower().endswith("s") and not head.isupper()
        if plural or head.lower() in _PLURALS:  # a plural ends it: "companies work"
            break
    return tokens.analyse(head)

"""What kind of thing a question asks for, and whether some words can be that."""

from __future__ import annotations

import re

from qa.places import is_place

_PEOPLE = (
    "president|leader|official|secretary|minister|author|photographer|person|man|woman|king|queen|"
    "ambassador|general|artist|actor|actress|singer|player|scientist|researcher|politician|"
    "senator|governor|mayor|judge|pope|emperor|director|writer|founder|spokesman|spokeswoman"
)


def _which(nouns: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)\b(?:what|which)\s+(?:[\w.'\u2019-]+\s+){{0,2}}?(?:{nouns})\b")


_WHO = re.compile(r"(?i)\bwho(?:se|m)?\b")
_PERSON = _which(_PEOPLE)
_TOWN, _GROUP = _which("city|town|village|port|airport"), _which("group|company|agency|bank")
# What has a name, and no amount says what it is.
_NAMED = re.compile(
    r"(?i)\b(?:what|which)(?:['\u2019]s|\s+(?:is|are|was|were))?\s+"
    r"(?:(?:the|its|their|official|national|local|main)\s+)*"
    r"(?:currency|language|religion|anthem|motto|nationality|surname)\b"
)
_ASKS = re.compile(
    r"(?i)[?\u00bf]|^\W*(?:(?:in|on|at|by|to|for|from|of|with|about|under|and|so)\s+)?"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|am|do|does|did|has|have|had|"
    r"can|could|will|would|should|may|might|must|tell|name|list|give|describe|explain)\b"
)
_NUMBER = re.compile(r"\d")
# What is counted, and no sum of money; "how many dollars" is one.
_COUNT = re.compile(
    r"(?i)\bhow many\s+(?!(?:[\w.]+\s+){0,2}?(?:dollars?|euros?|pounds?|pesos?|francs?|crowns?|yen|"
    r"rupees|cents|usd|lempiras?|[mb]illions)\b)\w"
)
_SUM = re.compile(
    r"(?i)[$€£¥]\s?\d|\d[\d.,]*\s+(?:(?:hundred|thousand|million|billion|trillion)\s+)?"
    r"(?:U\.?S\.?\s+)?(?:dollars?|euros?|pesos|francs|crowns|yen|rupees|lempiras?)\b"
)
# What is made or sold, by what is asked of it; and what shows that its price is meant.
_GOODS = re.compile(
    r"(?i)\bwhat(?:\s+(?:goods|products|crops|things|commodities|items))?\s+(?:do|does|did|has|have|"
    r"had)\b.*\b(?:export|import|grow|manufacture|produce|sell|buy)(?:s|ed|n)?\b"
)
_PRICE = re.compile(
    r"(?i)\b(?:worth|values?|costs?|prices?|amounts?|fees?|pay|paid|spend|spent|earn\w*|money|sums?|"
    r"revenues?|income|dollars?|euros?|pesos|for)\b|[$€£¥]"
)
# What a sum is of: two billion in coffee.
_KIND = re.compile(
    r"(?i)\b(?:in|of)\s+(?!(?:goods|products|exports|imports|merchandise|things)\b)[a-z]"
)
# What may stand before a number.
_STARTS = re.compile(r"(?i)^(?:(?:about|over|around|nearly|almost|some|a total of)\s+)+")
_OFFICE = re.compile(rf"(?i)\b(?:{_PEOPLE})\b")
_FUTURE = re.compile(r"(?i)\b(?:will|shall|going to|upcoming|next)\b")
_AHEAD = re.compile(
    r"(?i)\b(?:will|shall|going to|upcoming|next|soon|would|may|might|future|is to|are to|to be|"
    r"plan\w*|expect\w*|intend\w*|schedul\w*|aim\w*|propos\w*|hop(?:e|es|ing))\b"
)


def is_question(text: str) -> bool:
    """Whether a text asks something, by its mark or its first word; else it states or names it."""
    return _ASKS.search(text) is not None


def impossible(question: str, words: str) -> bool:
    """Whether some words can't be what a question asks for.

    A country is no leader and no town, an amount is no currency and no language, and a sum of money
    is neither how many there are of anything else nor what is made or sold.
    """
    if _NAMED.search(question):
        return _NUMBER.search(words) is not None
    if _SUM.match(_STARTS.sub("", words)) and (
        _COUNT.search(question) or (_of_goods(question) and not _KIND.search(words))
    ):
        return True
    if not is_place(words):
        return False
    if _WHO.search(question):
        return _OFFICE.search(question) is not None
    return any(kind.search(question) for kind in (_PERSON, _TOWN, _GROUP))


def _of_goods(question: str) -> bool:
    return _GOODS.search(question) is not None and not _PRICE.search(question)


def not_ahead(question: str, sentence: str) -> bool:
    """Whether a question asks for what will be, and a sentence speaks of nothing to come."""
    return bool(_FUTURE.search(question)) and not _AHEAD.search(sentence)

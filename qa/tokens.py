"""Analysis: from text to the terms that are indexed and asked for.

One function, ``analyse``, serves passages and questions, so that what a person may write in
several ways meets: "U.S.", "US" and "United States"; "counter-narcotics", "counternarcotics" and
"counter narcotics"; "11,400" and "11400"; "Carías" and "Carias". Steps, in order:

1. Unicode NFKC (UAX #15); what must not glue to its neighbour (superscripts, fractions, marks of
   trade) is set apart first, invisible format characters are dropped.
2. Words: runs of letters, digits and combining marks, held together by one joiner
   (hyphen, slash, apostrophe, full stop, …) at a time.
3. Each word gives the terms of its parts and, where it was joined, of the whole.
4. Case folding; accents dropped from Latin letters only; stop words dropped; of words in ASCII
   letters one spelling for British and American, and English Snowball stemming (Porter 2). Han,
   kana, Thai, Lao, Khmer and Burmese, which leave no space between words, give overlapping pairs
   of characters, as Lucene's CJK analyzer.

Everything is linear in the length of the text: chains of joined parts and terms are bounded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import chain

from qa.terms import MOST_JOINED, NOT_STOPPED, UNSPACED, plain, split, terms_of

VERSION = 3  # changes whenever a text may give other terms than before

_INVISIBLE = re.compile(
    "[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
_SET_APART = re.compile("[²³¹⁰-⁹]+|[¼-¾⅐-⅞↉]|[①-⓿]|[™℠]")
_MANY_MARKS = re.compile(r"[^\w\s\x00-\x7f]{31,}")

_JOINER = (
    r"(?:\.?['\u2019]|[-\u2010]\r?\n(?=[a-z])|[-\u2010./_&]|(?<=\d)[,\u2013](?=\d)"
    r"|(?<=\d)\((?=[^\W_]{1,3}\))|\)\((?=[^\W_]{1,3}\)))"
)
# Ordinals, decades, hours and amounts mix figures and letters without naming anything.
_MEASURE = re.compile(
    r"\d[\d.,]*(?:st|nd|rd|th|s|[ap]m|[kcm]?m|k?g|h|hrs?|min|x|k|b|t|bn|bln|billion|mn|mln|million"
    r"|tn|trn|trillion)",
    re.IGNORECASE,
)
_YEAR = re.compile("1[0-9]{3}|20[0-9]{2}")
_PREFIXES = frozenset(
    {"mid", "pre", "post", "early", "late", "under", "over", "aged", "non", "top"}
)
_QUOTED = re.compile(r'(?<!\w)"([^"]*)"(?!\w)|“([^“”]*)”|«([^«»]*)»|„([^„“”]*)[“”]')


def analyse(text: str) -> list[str]:
    """Return the terms of a text, in order, repeated as often as they stand there.

    The same function serves passages and questions. A word may give several terms (its parts and
    the whole). Terms hold no white space and no control characters, at most 64 code points.
    """
    return list(chain.from_iterable(map(terms_of, _surfaces(text))))


def content_words(question: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each word of a question that is no stop word, with its terms, in order.

    "United States" is one word. A word stands in the documents where any of its terms does.
    """
    words = ((surface, terms_of(surface)) for surface in _surfaces(question))
    return tuple((surface, terms) for surface, terms in words if terms)


def identifiers(question: str) -> tuple[str, ...]:
    """Return the terms of a question's identifier-like words, in order, each once.

    Letters mixed with digits ("A4P", "v2.13.0"), capitals or digits joined by - _ / . ("JTF-B",
    "HB-1492", "E.G", "4.12.1"), paragraphs ("230(c)"), acronyms of three capitals and more
    ("CICIG"); not numbers, years, ordinals, amounts, or words with ordinary hyphens. The term is
    the one ``analyse`` gives the whole word.
    """
    surfaces = _surfaces(question)
    shouted = question.isupper() and len(surfaces) > 3  # in "CICIG?" capitals still mean something
    found = (
        term
        for surface in surfaces
        for parts in split(surface)
        for term in _identifier(surface, parts, acronyms=not shouted)
    )
    return tuple(dict.fromkeys(found))


def quoted_phrases(question: str) -> tuple[str, ...]:
    """Return what stands in double quotation marks ("…", “…”, «…», „…“), in order, as written.

    Phrases of fewer than two characters are left out; apostrophes and inch marks are no quotes.
    """
    inside = ("".join(filter(None, match.groups())).strip() for match in _QUOTED.finditer(question))
    return tuple(dict.fromkeys(phrase for phrase in inside if len(phrase) >= 2))


# ---------------------------------------------------------------- from text to words


def _surfaces(text: str) -> list[str]:
    text = _normalise(text)
    if has_marks := _has_marks(text):
        text = text.replace("_", "-")
    return _words(has_marks=has_marks).findall(text)


def _normalise(text: str) -> str:
    if text.isascii():
        return text
    text = _SET_APART.sub(r" \g<0> ", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFKC", _MANY_MARKS.sub(_thin_marks, text))


def _thin_marks(match: re.Match[str]) -> str:
    """Keep 30 combining marks in a row (UAX #15, stream-safe text): reordering is quadratic."""
    if not any(map(unicodedata.combining, set(match[0]))):
        return match[0]
    kept, run = [], 0
    for character in match[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= 30:
            kept.append(character)
    return "".join(kept)


def _has_marks(text: str) -> bool:
    if text.isascii():
        return False
    return any(unicodedata.category(character)[0] == "M" for character in set(text))


@cache
def _words(*, has_marks: bool) -> re.Pattern[str]:
    """Return the pattern of a word; Python's own idea of one ends at a combining mark."""
    part = r"[^\W_]+"
    if has_marks:
        part = rf"[^\W_][\w{_marks()}]*+"
    return re.compile(
        r"(?:[Uu]nited|UNITED)\s{1,3}(?:[Ss]tates|STATES)\b|[Pp]er\s{1,3}cent\b"
        r"|(?<![^\W_])[A-Z]\.(?: [A-Z]\.){1,5}+"
        rf"|[$€£¥]?{part}(?:{_JOINER}{part}){{0,11}}+(?:(?<=\d)\s?%)?"
    )


def _marks() -> str:
    """Return all combining marks of this Python's Unicode as the inside of a character class."""
    marks = (c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.category(c)[0] == "M")
    return "".join(marks) + "\U000e0100-\U000e01ef"


# ---------------------------------------------------------------- identifiers


def _identifier(surface: str, parts: list[str], *, acronyms: bool) -> list[str]:
    """Return the whole word's term if the word looks like an identifier, else nothing."""
    whole = "".join(parts)
    if len(parts) > MOST_JOINED or any(part[0] == "'" for part in parts):
        return []
    if not whole.isascii() and UNSPACED.search(whole):
        return []
    coded = _is_code(whole, surface, acronyms) if len(parts) == 1 else _are_codes(parts, surface)
    if not coded:
        return []
    terms = [whole.lower()] if whole in NOT_STOPPED else plain(whole)
    return [term for term in terms if term != "us"]


def _is_code(part: str, surface: str, acronyms: bool) -> bool:
    if part.replace(".", "").isdecimal():
        return part.count(".") > 1
    if any(map(str.isdecimal, part)):
        return _is_mixed(part)
    dotted = len(part) > 1 and part not in surface
    return part.isupper() and (dotted or (acronyms and len(part) > 2))


def _is_mixed(part: str) -> bool:
    return (
        not part.isdecimal()
        and not part.isalpha()
        and "," not in part
        and not _MEASURE.fullmatch(part)
    )


def _are_codes(parts: list[str], surface: str) -> bool:
    if all(part.replace(".", "").isdecimal() for part in parts):
        return False
    if "_" in surface or "(" in surface:
        return True
    if all(part.isupper() or part.isdecimal() or _is_mixed(part) for part in parts):
        return True
    first, last = parts[0], parts[-1]
    numbered = len(parts) == 2 and first.isalpha() and last.isdecimal()
    return numbered and first.lower() not in _PREFIXES and not _YEAR.fullmatch(last)

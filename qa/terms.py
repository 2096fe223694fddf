"""The terms of one word: its parts, the whole, stop words, accents, stems.

``qa.tokens`` finds the words; this module says what each of them is indexed and asked for as.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from qa.variants import common_spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST_TERM = 64  # code points; what is longer is cut
_LONGEST_CACHED = 48  # a hostile word of megabytes must not live in the cache
MOST_JOINED = 4  # parts; "small-and-medium-sized-enterprises" is no word of its own

# Lucene's English stop list, question words, pronouns, be/have/do, and contractions as they look
# once the apostrophe is gone. Longer lists (Snowball's, NLTK's: "before", "most", "same") lost
# questions on SQuAD and TyDi passages. "us" is not in it: it is a country here.
_STOP_LIST = """
    a an and are as at be but by for if in into is it no not of on or such that the their then there
    these they this to was will with
    what which who whom whose when where why how
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself its itself them theirs themselves those
    am were been being have has had having do does did doing
    isnt arent wasnt werent hasnt havent hadnt doesnt dont didnt wont wouldnt shant shouldnt cant
    cannot couldnt mustnt
"""
_STOP = frozenset(_STOP_LIST.split())
NOT_STOPPED = frozenset({"WHO", "IT"})  # in capitals: the organisation, the technology
_COUNTRY = {"us": "us", "usa": "us"}
_FIXED = {"united states": ("unit", "state", "us"), "per cent": ("percent",)}
_TAILS = frozenset({"s", "re", "ve", "ll", "d", "m"})  # after an apostrophe: no part of the word
_AMOUNTS = {
    **dict.fromkeys(("bn", "bln", "billion"), "billion"),
    **dict.fromkeys(("mn", "mln", "million"), "million"),
    **dict.fromkeys(("tn", "trn", "trillion"), "trillion"),
}
_MONEY_AMOUNTS = {"k": "thousand", "m": "million", "b": "billion", "t": "trillion"}
# Latin letters that do not decompose, as Lucene's ASCIIFoldingFilter spells them.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "ħ": "h",
    }
)

_LATIN_MARKS = re.compile("(?<=[a-z\u00df-\u024f])[\u0300-\u036f]+")
_SPLIT = re.compile(r"(\.?['\u2019]|[-\u2010]\r?\n|[-\u2010\u2013./_&,]|\)?\()")
_INITIALS = re.compile(r"(?<![^\W_])(?:(?:[^\W\d_]\.)+[^\W\d_]|[A-Z][a-z]?\.[A-Z][a-z]?)(?![^\W_])")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
_AMOUNT = re.compile(r"(\d[\d.,]*)([^\W\d_]+)")
_VERSIONED = re.compile(r"[vV](\d+(?:\.\d+)+)")
_GLUED = re.compile(r"([^\W\d_]{3,})(\d+)|(\d+)([^\W\d_]{3,})")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_HUMPS = re.compile(f"(?<=[{_LOWER}])(?=[{_UPPER}])|(?<=[{_UPPER}])(?=[{_UPPER}][{_LOWER}]{{2}})")
UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff々\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
)


def terms_of(surface: str) -> tuple[str, ...]:
    """Return the terms of a word as it stands in normalised text; none for a stop word."""
    return _remembered(surface) if len(surface) <= _LONGEST_CACHED else _surface_terms(surface)


def _surface_terms(surface: str) -> tuple[str, ...]:
    if fixed := _FIXED.get(" ".join(surface[:24].lower().split())):
        return fixed
    terms: list[str] = []
    for parts in split(surface):
        terms += _word_terms(parts, money=surface[0] in "$€£¥")
    if surface[-1] == "%":
        terms.append("percent")
    return tuple(terms)


_remembered: Callable[[str], tuple[str, ...]] = lru_cache(maxsize=1 << 16)(_surface_terms)


def split(surface: str) -> list[list[str]]:
    """Split a surface at its joiners into words, each a list of parts.

    Dotted initials lose their dots, numbers keep their points and commas in one part, what
    follows an apostrophe in English is dropped, and a full stop between words parts them.
    """
    core = surface.strip("$€£¥% \n\t\r\xa0.")
    core = _INITIALS.sub(lambda match: match[0].replace(".", ""), core.replace(". ", "."))
    pieces = _SPLIT.split(core)
    words = [[pieces[0]]]
    for joiner, part in zip(pieces[1::2], pieces[2::2], strict=True):
        parts = words[-1]
        if joiner[-1] in "'\u2019":
            if part.lower() == "t":
                parts[-1] += part
            elif part.lower() not in _TAILS:
                parts.append("'" + part)
        elif joiner in ".,":
            if parts[-1][-1].isdigit() and part[0].isdigit():
                parts[-1] += joiner + part
            else:
                words.append([part])
        else:
            parts.append(part)
    return words


def _word_terms(parts: list[str], *, money: bool) -> list[str]:
    if len(parts) == 1:
        return _part_terms(parts[0], money=money)
    terms: list[str] = []
    bare = [part.lstrip("'") for part in parts]
    elided = any(part[0] == "'" for part in parts)  # "d'état", "O'Brien": no letter on its own
    for part in bare:
        if not (elided and len(part) == 1):
            terms += _part_terms(part, money=money)
    if all(part.isdigit() for part in bare):
        return terms + _closing_years(bare)
    if len(bare) <= MOST_JOINED and not any(map(UNSPACED.search, bare)):
        terms += plain("".join(bare))
    return terms


def _closing_years(parts: list[str]) -> list[str]:
    """Return the year that "2015-17" ends with."""
    return [
        first[:2] + last
        for first, last in pairwise(parts)
        if len(first) == 4 and len(last) == 2 and first[2:] < last
    ]


def _part_terms(part: str, *, money: bool) -> list[str]:
    if part[0].isdigit() and (figure := _figure_terms(part, money=money)):
        return figure
    if part in NOT_STOPPED:
        return [part.lower()]
    if not part.isascii() and UNSPACED.search(part):
        return list(chain.from_iterable(map(_run_terms, UNSPACED.split(part))))
    terms = plain(part)
    if version := _VERSIONED.fullmatch(part):
        return [*terms, version[1]]
    if glued := _GLUED.fullmatch(part):
        inner: Iterable[str] = filter(None, glued.groups())
    elif part.islower() or part.isupper() or part.istitle():
        return terms
    else:
        inner = _HUMPS.split(part[: 4 * LONGEST_TERM])
    pieces = [piece for piece in inner if len(piece) > 1 or piece.isdigit()]
    if len(pieces) > 1 or pieces != [part]:
        terms += chain.from_iterable(map(plain, (p for p in pieces if p != part)))
    return terms


def _figure_terms(part: str, *, money: bool) -> list[str]:
    """Return the terms of a figure with its points, commas and unit; none if it is no figure."""
    if _GROUPED.fullmatch(part):
        return [_fold(part.replace(",", ""))[:LONGEST_TERM]]
    if amount := _AMOUNT.fullmatch(part):
        unit = amount[2].lower()
        if word := _AMOUNTS.get(unit) or (_MONEY_AMOUNTS.get(unit) if money else None):
            return [*_figure_terms(amount[1], money=False), word]
    if "," in part:
        return list(chain.from_iterable(_part_terms(p, money=money) for p in part.split(",") if p))
    return [_fold(part)[:LONGEST_TERM]] if part.replace(".", "").isdecimal() else []


def _run_terms(run: str) -> list[str]:
    if not UNSPACED.fullmatch(run):
        return _part_terms(run, money=False) if run else []
    if len(run) == 1:
        return [run]
    return [first + second for first, second in pairwise(run)]


def plain(word: str) -> list[str]:
    """Return the term of a word that is not taken apart, in a list; an empty one if stopped."""
    if _PLURAL_ACRONYM.fullmatch(word):
        word = word[:-1]
    folded = _fold(word[: 2 * LONGEST_TERM])[:LONGEST_TERM]
    if not folded or folded in _STOP:
        return []
    return [_COUNTRY.get(folded) or _stem(folded)]


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFD", word.casefold())
    folded = _LATIN_MARKS.sub("", folded).translate(_LETTERS)
    folded = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded)
    return unicodedata.normalize("NFKC", folded)


def _stem(word: str) -> str:
    if word.isascii() and word.isalpha():
        return sys.intern(str(_stemmer()(common_spelling(word))))
    return word


@cache
def _stemmer() -> Callable[[str], str]:
    import Stemmer

    stem: Callable[[str], str] = Stemmer.Stemmer("english", 0).stemWord
    return stem

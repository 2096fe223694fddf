"""Analysis: from text to the terms that are indexed and asked for.

One function, ``analyse``, serves passages and questions, so that what a person may write in
several ways meets: "U.S.", "US" and "United States"; "counter-narcotics", "counternarcotics" and
"counter narcotics"; "11,400" and "11400"; "Carías" and "Carias". Steps, in order:

1. Unicode NFKC (UAX #15); what must not glue to its neighbour (superscripts, fractions, marks of
   trade) is set apart first, invisible format characters are dropped.
2. Words: runs of letters, digits and combining marks, held together by one joiner
   (hyphen, slash, apostrophe, full stop, …) at a time.
3. Each word gives the terms of its parts and, where it was joined, of the whole.
4. Case folding; accents dropped from Latin letters only; stop words dropped; English Snowball
   stemming (Porter 2) of words in ASCII letters. Han, kana, Thai, Lao, Khmer and Burmese, which
   leave no space between words, give overlapping pairs of characters, as Lucene's CJK analyzer.

Everything is linear in the length of the text: chains of joined parts and terms are bounded.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VERSION = 1  # changes whenever a text may give other terms than before

LONGEST_TERM = 64  # code points; what is longer is cut
_LONGEST_CACHED = 48  # a hostile word of megabytes must not live in the cache
_MOST_JOINED = 4  # parts; "small-and-medium-sized-enterprises" is no word of its own

# The stop list of the Snowball project (snowballstem.org/algorithms/english/stop.txt), with its
# contractions as they look once the apostrophe is gone. "us" is not in it: it is a country here.
_STOP = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself it its itself they them their theirs themselves what which who whom this that
    these those am is are was were be been being have has had having do does did doing would should
    could ought a an the and but if or because as until while of at by for with about against
    between into through during before after above below to from up down in out on off over under
    again further then once here there when where why how all any both each few more most other
    some such no nor not only own same so than too very can will
    isnt arent wasnt werent hasnt havent hadnt doesnt dont didnt wont wouldnt shant shouldnt cant
    cannot couldnt mustnt
    """.split()
)
_NOT_STOPPED = frozenset({"WHO", "IT"})  # in capitals: the organisation, the technology
_COUNTRY = {"us": "us", "usa": "us"}
_TAILS = frozenset({"s", "re", "ve", "ll", "d", "m"})  # after an apostrophe: no part of the word
_AMOUNTS = {
    **dict.fromkeys(("bn", "bln", "billion"), "billion"),
    **dict.fromkeys(("mn", "mln", "million"), "million"),
    **dict.fromkeys(("tn", "trn", "trillion"), "trillion"),
}
_MONEY_AMOUNTS = {"k": "thousand", "m": "million", "b": "billion", "t": "trillion"}
# Latin letters that do not decompose, as Lucene's ASCIIFoldingFilter spells them.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)

_INVISIBLE = re.compile(
    "[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
_SET_APART = re.compile("[²³¹⁰-⁹]+|[¼-¾⅐-⅞↉]|[①-⓿]|[™℠]")
_MANY_MARKS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_LATIN_MARKS = re.compile("(?<=[a-z\u00df-\u024f])[\u0300-\u036f]+")

_JOINER = (
    r"(?:\.?['’]|[-‐]\r?\n(?=[a-z])|[-‐–./_&]|(?<=\d),(?=\d)"
    r"|(?<=\d)\((?=[^\W_]{1,3}\))|\)\((?=[^\W_]{1,3}\)))"
)
_SPLIT = re.compile(r"(\.?['’]|[-‐]\r?\n|[-‐–./_&,]|\)?\()")
_INITIALS = re.compile(r"(?<![^\W_])(?:(?:[^\W\d_]\.)+[^\W\d_]|[A-Z][a-z]?\.[A-Z][a-z]?)(?![^\W_])")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
_AMOUNT = re.compile(r"(\d[\d.,]*)([^\W\d_]+)")
_VERSIONED = re.compile(r"[vV](\d+(?:\.\d+)+)")
_GLUED = re.compile(r"([^\W\d_]{3,})(\d+)|(\d+)([^\W\d_]{3,})")
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th|s|[ap]m|[kcm]?m|k?g|h|hrs?|min|x|bn|mn|tn|k)", re.IGNORECASE
)
_YEAR = re.compile("1[0-9]{3}|20[0-9]{2}")
_PREFIXES = frozenset(
    {"mid", "pre", "post", "early", "late", "under", "over", "aged", "non", "top"}
)
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_HUMPS = re.compile(f"(?<=[{_LOWER}])(?=[{_UPPER}])|(?<=[{_UPPER}])(?=[{_UPPER}][{_LOWER}]{{2}})")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff々〇\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_QUOTED = re.compile(
    r'(?<!\w)"([^"]*)"(?!\w)|“([^“”]*)”|«([^«»]*)»|„([^„“”]*)[“”]'  # noqa: RUF001 - these are quotes
)


def analyse(text: str) -> list[str]:
    """Return the terms of a text, in order, repeated as often as they stand there.

    The same function serves passages and questions. A word may give several terms (its parts and
    the whole). Terms hold no white space and no control characters, at most 64 code points.
    """
    return list(chain.from_iterable(map(_terms, _surfaces(text))))


def content_words(question: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each word of a question that is no stop word, with its terms, in order.

    "United States" is one word. A word stands in the documents where any of its terms does.
    """
    words = ((surface, _terms(surface)) for surface in _surfaces(question))
    return tuple((surface, terms) for surface, terms in words if terms)


def identifiers(question: str) -> tuple[str, ...]:
    """Return the terms of a question's identifier-like words, in order, each once.

    Letters mixed with digits ("A4P", "v2.13.0"), capitals or digits joined by - _ / . ("JTF-B",
    "HB-1492", "E.G", "4.12.1"), paragraphs ("230(c)"), acronyms of three capitals and more
    ("CICIG"); not numbers, years, ordinals, amounts, or words with ordinary hyphens. The term is
    the one ``analyse`` gives the whole word.
    """
    shouted = question.isupper()
    found = (
        term
        for surface in _surfaces(question)
        for parts in _split(surface)
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
    """Return the pattern of a word; ``\\w`` knows no combining marks, which many scripts need."""
    part = r"[^\W_]+"
    if has_marks:
        part = rf"[^\W_][\w{_marks()}]*+"
    return re.compile(
        r"(?:[Uu]nited|UNITED)\s{1,3}(?:[Ss]tates|STATES)\b|[Pp]er\s{1,3}cent\b"
        rf"|[$€£¥]?{part}(?:{_JOINER}{part}){{0,11}}+(?:(?<=\d)\s?%)?"
    )


def _marks() -> str:
    """Return all combining marks of this Python's Unicode as the inside of a character class."""
    marks = (c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.category(c)[0] == "M")
    return "".join(marks) + "\U000e0100-\U000e01ef"


# ---------------------------------------------------------------- from words to terms


def _terms(surface: str) -> tuple[str, ...]:
    return _remembered(surface) if len(surface) <= _LONGEST_CACHED else _surface_terms(surface)


def _surface_terms(surface: str) -> tuple[str, ...]:
    lowered = surface[:16].lower()
    if lowered.startswith(("united ", "united\n", "united\t", "united\r")):
        return (_stem("united"), _stem("states"), "us")
    if lowered.startswith("per") and lowered.endswith("cent") and lowered[3].isspace():
        return ("percent",)
    terms: list[str] = []
    for parts in _split(surface):
        terms += _word_terms(parts, money=surface[0] in "$€£¥")
    if surface[-1] == "%":
        terms.append("percent")
    return tuple(terms)


_remembered: Callable[[str], tuple[str, ...]] = lru_cache(maxsize=1 << 16)(_surface_terms)


def _split(surface: str) -> list[list[str]]:
    """Split a surface at its joiners into words, each a list of parts.

    Dotted initials lose their dots, numbers keep their points and commas in one part, what
    follows an apostrophe in English is dropped, and a full stop between words parts them.
    """
    core = surface.strip("$€£¥% \n\t\r\xa0")
    core = _INITIALS.sub(lambda match: match[0].replace(".", ""), core)
    pieces = _SPLIT.split(core)
    words = [[pieces[0]]]
    for joiner, part in zip(pieces[1::2], pieces[2::2], strict=True):
        parts = words[-1]
        if joiner[-1] in "'’":
            if part.lower() == "t":
                parts[-1] += part
            elif part.lower() not in _TAILS:
                parts.append("'" + part)
        elif joiner in ".,":
            if parts[-1][-1].isdigit() and part[0].isdigit():
                parts[-1] += joiner + part
            else:
                words.append([part])
        elif joiner == "–" and not (parts[-1].isdigit() and part.isdigit()):
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
    if len(bare) <= _MOST_JOINED and not any(map(_UNSPACED.search, bare)):
        terms += _plain("".join(bare))
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
    if part in _NOT_STOPPED:
        return [part.lower()]
    if not part.isascii() and _UNSPACED.search(part):
        return list(chain.from_iterable(map(_run_terms, _UNSPACED.split(part))))
    terms = _plain(part)
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
        terms += chain.from_iterable(map(_plain, (p for p in pieces if p != part)))
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
    if not _UNSPACED.fullmatch(run):
        return _part_terms(run, money=False) if run else []
    if len(run) == 1:
        return [run]
    return [first + second for first, second in pairwise(run)]


def _plain(word: str) -> list[str]:
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
        return sys.intern(str(_stemmer()(word)))
    return word


@cache
def _stemmer() -> Callable[[str], str]:
    import Stemmer  # noqa: PLC0415 - only analysis needs it

    stem: Callable[[str], str] = Stemmer.Stemmer("english", 0).stemWord
    return stem


# ---------------------------------------------------------------- identifiers


def _identifier(surface: str, parts: list[str], *, acronyms: bool) -> list[str]:
    """Return the whole word's term if the word looks like an identifier, else nothing."""
    whole = "".join(parts)
    if len(parts) > _MOST_JOINED or any(part[0] == "'" for part in parts):
        return []
    if not whole.isascii() and _UNSPACED.search(whole):
        return []
    coded = _is_code(whole, surface, acronyms) if len(parts) == 1 else _are_codes(parts, surface)
    if not coded:
        return []
    terms = [whole.lower()] if whole in _NOT_STOPPED else _plain(whole)
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
        and not _ORDINAL.fullmatch(part)
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

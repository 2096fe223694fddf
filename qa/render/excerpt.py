"""A quote inside its context, cut to a few lines: text in roles, not yet in colours."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from qa.render.safe import mask

if TYPE_CHECKING:
    from qa.nouns import Citation, Hit

# A quote is shown whole; only one that would fill the screen (one "sentence" of megabytes) is cut.
_QUOTE_LIMIT = 2000
_CONTEXT_LIMIT = 2000
_LONGEST_WORD = 24

_WORDS = re.compile(r"\w+")
_SPACES = re.compile(r"\s+")
_OWN_LINE = re.compile(r"(?:[-*+•|#>]|\d{1,3}[.)])\s*\S")


class Role(Enum):
    """What a stretch of a shown passage is."""

    CONTEXT = "context"
    QUOTE = "quote"
    ANSWER = "answer"
    CUT = "cut"


class Stretch(NamedTuple):
    """Some text of one role; it holds nothing that a terminal would obey."""

    text: str
    role: Role


def quote_in_context(citation: Citation, room: int, dots: str) -> list[Stretch]:
    """Return the quote, the answer in it, and ``room`` cells of context on both sides together.

    The quote stands whole, unless it is longer than 2,000 characters; the context is cut at words
    and marked with ``dots``. Where the context kept is not the quote's, the quote stands alone.
    """
    from rich.cells import cell_len

    before, after = _around(citation)
    quote = [part for parts in _answer_apart(citation) for part in _without_middle(*parts)]
    flowed = _flow([before, *(text for text, _ in quote), after])
    before, *parts, after = (mask(part) for part in flowed)
    left, left_cut = tail(before, max(room // 2, room - cell_len(after)))
    right, right_cut = head(after, max(room // 2, room - cell_len(left)))
    stretches = [Stretch(f"{dots} ", Role.CUT)] if left_cut else []
    stretches.append(Stretch(left, Role.CONTEXT))
    for part, (_, role) in zip(parts, quote, strict=True):
        stretches.append(Stretch(f" {dots} " if role is Role.CUT else part, role))
    stretches.append(Stretch(right, Role.CONTEXT))
    if right_cut:
        stretches.append(Stretch(f" {dots}", Role.CUT))
    return [stretch for stretch in stretches if stretch.text]


def telling_part(hit: Hit, cells: int, dots: str) -> str:
    """Return ``cells`` of a passage on one line, from the sentence with most of the terms on.

    Terms are stems, so a word counts for a term when it begins with all but its last letter.
    """
    start = _telling_sentence(hit)
    flowed = _flow([hit.text[start : start + 4 * cells + _CONTEXT_LIMIT]])[0]
    kept, cut = head(mask(flowed.replace("\n", " ")).strip(), cells)
    return (f"{dots} " if start else "") + kept + (f" {dots}" if cut else "")


def shortened(text: str, limit: int, dots: str) -> str:
    """Return ``text`` without its middle where it is longer than ``limit`` code points."""
    half = limit // 2
    return text if len(text) <= limit else f"{text[:half]} {dots} {text[-half:]}"


def head(text: str, cells: int) -> tuple[str, bool]:
    """Return as much of the beginning as fits in ``cells``, and whether something was cut."""
    from rich.cells import cell_len

    text = text.rstrip()
    if cell_len(text) <= cells:
        return text, False
    used = cut = 0
    while cut < len(text) and (used := used + cell_len(text[cut])) <= cells:
        cut += 1
    while 0 < cut < len(text) and _joined(text, cut):
        cut -= 1
    least = max(0, cut - _LONGEST_WORD)
    space = max(text.rfind(" ", least, cut + 1), text.rfind("\n", least, cut + 1))
    return text[: space if space >= 0 else cut].rstrip(), True


def tail(text: str, cells: int) -> tuple[str, bool]:
    """Return as much of the end as fits in ``cells``, and whether something was cut."""
    from rich.cells import cell_len

    text = text.lstrip()
    if cell_len(text) <= cells:
        return text, False
    used, cut = 0, len(text)
    while cut > 0 and (used := used + cell_len(text[cut - 1])) <= cells:
        cut -= 1
    while cut < len(text) and _joined(text, cut):
        cut += 1
    space = text.find(" ", max(0, cut - 1), cut + _LONGEST_WORD)
    return text[space + 1 if space >= 0 else cut :].lstrip(), True


def _joined(text: str, at: int) -> bool:
    """Whether a cut at ``at`` would part a base from its marks, or an emoji from its sequence."""
    return bool(
        unicodedata.combining(text[at])
        or text[at] in "\u200c\u200d\ufe0e\ufe0f"
        or text[at - 1] == "\u200d"
    )


def _around(citation: Citation) -> tuple[str, str]:
    """Return the context before and after the quote, empty where it isn't the quote's context."""
    start = citation.start - citation.context_start
    end = start + len(citation.quote)
    if start < 0 or citation.context[start:end] != citation.quote:
        return "", ""
    return (
        citation.context[max(0, start - _CONTEXT_LIMIT) : start],
        citation.context[end : end + _CONTEXT_LIMIT],
    )


def _answer_apart(citation: Citation) -> list[Stretch]:
    """Return the quote as it stands in the source: before the answer, the answer, after it."""
    quote = citation.quote
    whole = [Stretch(quote, Role.QUOTE)]
    if citation.answer_start is None or citation.answer_end is None:
        return whole
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    if not 0 <= start < end <= len(quote):
        return whole
    return [
        Stretch(quote[:start], Role.QUOTE),
        Stretch(quote[start:end], Role.ANSWER),
        Stretch(quote[end:], Role.QUOTE),
    ]


def _without_middle(text: str, role: Role) -> list[Stretch]:
    """Return ``text`` in its ``role``, far too long a one without its middle."""
    if len(text) <= _QUOTE_LIMIT:
        return [Stretch(text, role)]
    half = _QUOTE_LIMIT // 2
    return [Stretch(text[:half], role), Stretch("", Role.CUT), Stretch(text[-half:], role)]


def _flow(parts: list[str]) -> list[str]:
    """Make lines of prose one line: a run of white space becomes a space.

    It becomes a newline where a blank line, a list item, a table row or a heading follows. Works
    on the parts as one text, so that a run across a border is still one.
    """
    whole = "".join(parts).replace("\0", "\N{SYMBOL FOR NULL}")
    same_length = _SPACES.sub(_space, whole)
    flowed, start = [], 0
    for part in parts:
        flowed.append(same_length[start : start + len(part)].replace("\0", ""))
        start += len(part)
    return flowed


def _space(run: re.Match[str]) -> str:
    """Return one white space, filled up with NUL to the length of the run."""
    breaks = run.group().replace("\r\n", "\n").replace("\r", "\n").count("\n")
    own_line = breaks > 1 or (breaks == 1 and _OWN_LINE.match(run.string, run.end()))
    return ("\n" if own_line else " ") + "\0" * (len(run.group()) - 1)


def _telling_sentence(hit: Hit) -> int:
    """Return where, in the passage's text, the first of the best sentences begins."""
    best, start = 0.0, 0
    for begin, end in hit.sentences:
        sentence = hit.text[begin - hit.start : end - hit.start]
        found = set(_WORDS.findall(sentence[:_QUOTE_LIMIT].casefold()))
        weight = sum(
            term.weight
            for term in hit.terms
            if any(word.startswith(term.term[:-1] or term.term) for word in found)
        )
        if weight > best:
            best, start = weight, max(0, begin - hit.start)
    return start

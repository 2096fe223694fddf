"""How an answer is worded: a span, a whole list, a sentence, or yes and no."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from qa import tokens
from qa.cells import picked

if TYPE_CHECKING:
    from qa.extract import Candidate

# A question that begins so is answered by yes or no.
_CLOSED = re.compile(
    r"(?i)^\W*(?:and |but |so |then )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|"
    r"will|would|shall|should|may|might|must)(?:n['\u2019]t)?\b(?!.*\bor\b)"
)
_NEGATION = re.compile(
    r"(?i)\b(?:not|no|never|none|neither|nor|nobody|nothing|without|cannot|hardly|refus\w+|"
    r"fail(?:s|ed)? to)\b|n['\u2019]t\b"
)
# The share of a question's words, weighed by nothing, that a sentence must have to say yes or no.
_ENOUGH = 0.8
# "What" may be followed by a verb, "which" may not: "what explains the drop" asks for one thing.
_ASKS_MANY = re.compile(
    r"(?i)\bwhich(?:\s+\w+){0,3}?\s+(?:\w+[^s\W]s|countries|people|men|women|children)\b|"
    r"\bwhat(?:\s+(?:kinds?|types?|sorts?)\s+of)?(?:\s+(?!(?:an?|the|of|in)\b)\w+){0,2}?"
    r"\s+(?:\w+[^s\W]s|countries|people|men|women|children)\s+"
    r"(?:are|were|do|did|have|had|can|could|will|would|should|must|may|might|that|who)\b|"
    r"\b(?:list|name|who) (?:all|the|are|were)\b|\bwhat are\b|\bwhat were\b|\bwhat all\b|"
    r"\ball (?:of )?the \w+[^s\W]s\b|\ball the countries\b"
)
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")


def worded(question: str, best: Candidate) -> Candidate:
    """The candidate as an answer to this question: widened, or with a verdict, where it needs it.

    Of a closed question the whole sentence answers, and says yes or no only where it has the
    question's words; of one that asks for several things, and where the span has more than one
    bullet, the list that the span is part of; in a row of a table one cell.
    """
    if is_closed(question):
        return replace(
            best, start=best.quote_start, end=best.quote_end, verdict=verdict(question, best.quote)
        )
    cell = picked(question, best)
    if cell is not None:
        return cell
    if _ASKS_MANY.search(question) or _crosses_bullets(best):
        return _whole_list(best)
    return best


def is_closed(question: str) -> bool:
    """Whether a question asks for yes or no, as far as its first words show."""
    return bool(_CLOSED.search(question))


def verdict(question: str, sentence: str) -> str | None:
    """Yes or no, where a sentence has nearly all of a closed question's words; else None.

    It says no where one of both is negated and the other is not. A sentence that says the
    same with other words justifies neither.
    """
    words = [terms for _, terms in tokens.content_words(question)]
    there = set(tokens.analyse(sentence))
    found = sum(all(term in there for term in terms) for terms in words)
    if not words or found < _ENOUGH * len(words):
        return None
    negated = len(_NEGATION.findall(sentence)) + len(_NEGATION.findall(question))
    return "No" if negated % 2 else "Yes"


def _crosses_bullets(best: Candidate) -> bool:
    """Whether a span goes on from one bullet to the next."""
    words = best.hit.text[best.start - best.hit.start : best.end - best.hit.start]
    return any(_BULLET.match(line) for line in words.splitlines()[1:])


def _whole_list(best: Candidate) -> Candidate:
    """Widen a span inside a bulleted list, or in the sentence above it, to the list."""
    hit = best.hit
    text = hit.text
    lines = _lines(text)
    if text[: best.quote_end - hit.start].rstrip().endswith(":"):
        below = next((a for a, _ in lines if a >= best.quote_end - hit.start), None)
        if below is not None and _BULLET.match(text, below):
            at = hit.start + below
            best = replace(best, start=at, end=at + 1, quote_end=at + 1)
    inside = [
        i for i, (a, b) in enumerate(lines)
        if a < best.end - hit.start and best.start - hit.start < b and _BULLET.match(text, a)
    ]  # fmt: skip
    if not inside:
        return best
    first, last = inside[0], inside[-1]
    while first > 0 and _BULLET.match(text, lines[first - 1][0]):
        first -= 1
    while last + 1 < len(lines) and _BULLET.match(text, lines[last + 1][0]):
        last += 1
    if first == last:
        return best
    start = hit.start + lines[first][0]
    end = hit.start + len(text[: lines[last][1]].rstrip())
    return replace(
        best,
        start=start,
        end=end,
        quote_start=min(start, best.quote_start),
        quote_end=max(end, best.quote_end),
    )


def _lines(text: str) -> list[tuple[int, int]]:
    """The lines of a text that are not blank, as spans without the line feed."""
    return [match.span() for match in re.finditer(r"[^\n]+", text) if match.group().strip()]

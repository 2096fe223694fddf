"""What other documents say to the same question: the same, or something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa import tokens
from qa.guard import years_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.extract import Candidate

# How sure another document's answer must be, as a share of the best one's, to be shown beside it.
_AS_SURE = 0.5
_MOST = 2
# The share of a sentence's words, without figures, that the other must have to be about the same.
_SAME_MATTER = 0.6
_FIGURE = re.compile(r"\d[\d,.]*\d|\d")


def beside(
    ranked: Sequence[Candidate], threshold: float
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """The answers of other documents that agree with the first candidate, and that contradict it.

    At most two of both, one a document, in order. Two documents contradict each other where
    sentences of nearly the same words, about the same years, give other figures; answers in other
    words are not known to, and are left out.
    """
    best = ranked[0]
    least = max(threshold, _AS_SURE * best.probability)
    known = {best.hit.document, *(place.document for place in best.hit.also_in)}
    agreeing: list[Candidate] = []
    contrary: list[Candidate] = []
    for other in ranked[1:]:
        if other.hit.document in known or other.probability < least or other.lacking.wrong_year:
            continue
        if _agree(best, other):
            agreeing.append(other)
        elif _contradict(best, other):
            contrary.append(other)
        else:
            continue
        known.add(other.hit.document)
    return tuple(agreeing[:_MOST]), tuple(contrary[:_MOST])


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether one answer's words stand, in order, in the other's."""
    first, second = (" ".join(tokens.analyse(c.text)) for c in (one, other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return f" {short} " in f" {long} "


def _contradict(one: Candidate, other: Candidate) -> bool:
    figures = [set(_FIGURE.findall(c.text)) for c in (one, other)]
    if not all(figures) or figures[0] & figures[1]:
        return False
    sentences = [c.quote for c in (one, other)]
    answers = [c.text for c in (one, other)]
    years = [
        set(years_of(sentence)) - set(years_of(answer))
        for sentence, answer in zip(sentences, answers, strict=True)
    ]
    if years[0] != years[1]:
        return False
    words = [set(tokens.analyse(_FIGURE.sub(" ", sentence))) for sentence in sentences]
    smaller = min(len(words[0]), len(words[1]))
    return smaller > 0 and len(words[0] & words[1]) >= _SAME_MATTER * smaller

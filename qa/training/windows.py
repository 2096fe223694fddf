"""What of a paragraph is read: whole sentences, about as many as a passage of an index has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa import tokens
from qa.training.articles import sentences_of

if TYPE_CHECKING:
    from random import Random

    from qa.training.articles import Paragraph, Question

_FEWEST_WORDS, _MOST_WORDS = 40, 130
_WHOLE, _LONGEST_WORDS = 0.2, 250


def window(text: str, span: tuple[int, int] | None, random: Random) -> tuple[int, int]:
    """Whole sentences of about 40 to 130 words, with the span in them where there is one.

    A fifth of the paragraphs that are no longer than a long passage stay whole, with or without an
    answer: their length must tell nothing.
    """
    spans = sentences_of(text)
    if not spans or (random.random() < _WHOLE and len(text.split()) <= _LONGEST_WORDS):
        return 0, len(text)
    wanted = random.randint(_FEWEST_WORDS, _MOST_WORDS)
    if span is None:
        first = last = random.randrange(len(spans))
    else:
        inside = [i for i, (a, b) in enumerate(spans) if a < span[1] and span[0] < b]
        first, last = (inside[0], inside[-1]) if inside else (0, len(spans) - 1)
    words = len(text[spans[first][0] : spans[last][1]].split())
    while words < wanted and (first > 0 or last + 1 < len(spans)):
        left = first > 0 and (last + 1 == len(spans) or random.random() < 0.5)
        grown = spans[first - 1] if left else spans[last + 1]
        more = len(text[slice(*grown)].split())
        if words + more > _MOST_WORDS + 50:
            break
        words += more
        first, last = (first - 1, last) if left else (first, last + 1)
    start, end = spans[first][0], spans[last][1]
    return (start, end) if span is None else (min(start, span[0]), max(end, span[1]))


def beside(paragraph: Paragraph, question: Question, random: Random) -> str | None:
    """The sentences before or after the answer's, where they are long enough to be a passage.

    They hold no answer's text; None where neither side will do.
    """
    spans = sentences_of(paragraph.text)
    first = min(start for start, _ in question.answers)
    last = max(end for _, end in question.answers)
    before = [s for s in spans if s[1] <= first]
    after = [s for s in spans if s[0] >= last]
    found = []
    for part in (before, after):
        text = paragraph.text[part[0][0] : part[-1][1]] if part else ""
        long_enough = len(text.split()) >= _FEWEST_WORDS * 2 // 3
        if long_enough and not holds_an_answer(text, paragraph, question):
            found.append(text)
    return random.choice(found) if found else None


def without_the_answer(paragraph: Paragraph, question: Question, random: Random) -> str | None:
    """A window around the answer, without the sentences that it stands in.

    It holds no answer's text; None where too little is left to be a passage.
    """
    span = random.choice(question.answers)
    start, end = window(paragraph.text, span, random)
    kept = [
        (a, b)
        for a, b in sentences_of(paragraph.text)
        if start <= a
        and b <= end
        and not any(a < last and first < b for first, last in question.answers)
    ]
    text = " ".join(paragraph.text[a:b] for a, b in kept)
    long_enough = len(text.split()) >= _FEWEST_WORDS * 2 // 3
    return text if long_enough and not holds_an_answer(text, paragraph, question) else None


def most_like(text: str, question: str) -> tuple[int, int] | None:
    """The sentence that shares the most terms with a question, the first of several; None if none.

    What makes a passage look as if it answered stands there.
    """
    asked = set(tokens.analyse(question))
    shared = [
        (len(asked & set(tokens.analyse(text[a:b]))), -a, (a, b)) for a, b in sentences_of(text)
    ]
    best = max(shared, default=None)
    return best[2] if best is not None and best[0] else None


def holds_an_answer(text: str, paragraph: Paragraph, question: Question) -> bool:
    """Whether the text of one of a question's answers stands in another text, case aside."""
    folded = text.casefold()
    return any(paragraph.text[slice(*span)].casefold() in folded for span in question.answers)

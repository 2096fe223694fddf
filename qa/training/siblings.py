"""Passages that look right and are not: of the same article, else of the same source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa import tokens
from qa.lexical import Bm25, count_terms
from qa.training.articles import Paragraph
from qa.training.windows import holds_an_answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from qa.training.articles import Question, Source

# So many paragraphs make an article large enough to find such passages in it.
_MANY = 12
_NOTHING = Paragraph("", "")


class Siblings:
    """Finds, for a question, passages that are like its own and do not answer it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._groups: list[tuple[list[Paragraph], Bm25]] = []
        self._group_of: dict[int, int] = {}
        for source in sources:
            alone: list[Paragraph] = []
            for article in source.training:
                if len(article.paragraphs) > _MANY:
                    self._add(list(article.paragraphs))
                else:
                    alone.extend(article.paragraphs)
            self._add(alone)

    def _add(self, paragraphs: list[Paragraph]) -> None:
        number = len(self._groups)
        self._groups.append((paragraphs, index_of(paragraphs)))
        for paragraph in paragraphs:
            self._group_of[id(paragraph)] = number

    def like(self, paragraph: Paragraph, question: Question, random: Random) -> Paragraph:
        """One of the passages most like the question in which its answer does not stand.

        Where there is none, any in which it does not stand; an empty one where it stands in all.
        """
        group, bm25 = self._groups[self._group_of[id(paragraph)]]
        found = [
            other
            for other in most_like(group, bm25, question.text, _MANY)
            if _is_another(other, paragraph, question)
        ]
        # The first ones more often: they are the ones that will be read.
        if found:
            return found[min(int(random.expovariate(0.5)), len(found) - 1)]
        first = random.randrange(len(group)) if len(group) > 1 else 0
        others = (group[(first + step) % len(group)] for step in range(len(group)))
        return next((o for o in others if _is_another(o, paragraph, question)), _NOTHING)


def index_of(paragraphs: Sequence[Paragraph]) -> Bm25:
    """An index of paragraphs, for `most_like`."""
    return Bm25.build(count_terms([tokens.analyse(p.text) for p in paragraphs]))


def most_like(
    paragraphs: Sequence[Paragraph], bm25: Bm25, question: str, number: int
) -> list[Paragraph]:
    """The paragraphs that share the most with a question, at most ``number``, best first."""
    return [paragraphs[i] for i in bm25.top(tokens.analyse(question), number)[0].tolist()]


def _is_another(other: Paragraph, paragraph: Paragraph, question: Question) -> bool:
    """Whether a passage is another than a question's own, and does not answer it."""
    return (
        other.text != paragraph.text
        and not any(asked.text == question.text and asked.answers for asked in other.questions)
        and not holds_an_answer(other.text, paragraph, question)
    )

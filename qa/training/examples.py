"""Training examples, made one by one from questions: the same seed gives the same stream.

A batch has its share of what the passage answers, of questions written to look answerable, and of
refusals made here: passages like the right one, the right passage without its answer, and questions
changed in a year, a name or a quantity (compare Rajpurkar et al., "Know What You Don't Know",
arXiv 1806.03822).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from qa.guard import names_of
from qa.training.articles import sentences_of
from qa.training.perturb import changed, dated, retyped
from qa.training.siblings import Siblings
from qa.training.windows import beside, most_like, window, without_the_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qa.training.articles import Paragraph, Question, Source


# As many batches are made at a time and sorted by length: less is padded.
TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A question, what is read for it, and the answer's span in ``text``; None: no answer.

    Those of one ``group`` are one question, and passages of which one answers; None: it is alone.
    """

    question: str
    title: str
    text: str
    span: tuple[int, int] | None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many of a batch are what.

    ``rivals`` is how many passages that are like its own, and do not answer it, each answerable
    question is read with. After about ``distinct`` examples the same come again; None: ever new
    ones are made.
    """

    answerable: int = 15
    adversarial: int = 4
    made: int = 5
    rivals: int = 0
    distinct: int | None = None

    @property
    def batch(self) -> int:
        """Examples in a batch."""
        return self.answerable * (1 + self.rivals) + self.adversarial + self.made

    @property
    def cycle(self) -> float:
        """Batches before the same come again, a multiple of `TOGETHER`."""
        if self.distinct is None:
            return math.inf
        return max(1, round(self.distinct / self.batch / TOGETHER)) * TOGETHER


class Maker:
    """Makes batches of examples.

    ``shares`` is how often a source's answerable questions are drawn, by its name; others count
    with the square root of their number. Batches are numbered: what a number holds depends on the
    seed and the sources alone, so that training can go on where it stopped. At least one question
    must be answerable and have a share.
    """

    def __init__(
        self, sources: Sequence[Source], shares: Mapping[str, float], recipe: Recipe, seed: int
    ) -> None:
        self._recipe = recipe
        self._seed = seed
        self._answerable = _Deck([(s.name, s.answerable) for s in sources], shares, seed)
        self._adversarial = _Deck([(s.name, s.unanswerable) for s in sources], shares, seed, "/no")
        self._siblings = Siblings(sources)
        self._names = sorted(
            {
                name
                for source in sources
                for _, question in source.answerable
                for name in names_of(question.text)
            }
        )

    def batches(self, first: int) -> Iterator[list[Example]]:
        """Batches from number ``first`` on, without end; one such stream at a time."""
        skipped = first % self._recipe.cycle
        while True:
            self._answerable.restart()
            self._adversarial.restart()
            number = 0
            while number < self._recipe.cycle:
                batch = self._batch(number)
                number += 1
                if number > skipped:
                    yield batch
            skipped = 0

    def _batch(self, number: int) -> list[Example]:
        random = Random(f"{self._seed}/{number}")  # noqa: S311 - no secret
        recipe = self._recipe
        adversarial = recipe.adversarial if self._adversarial else 0
        first = number * recipe.answerable
        groups = range(first, first + recipe.answerable)
        examples = [example for group in groups for example in self._group(group, random)]
        examples += [self._hard(random) for _ in range(adversarial)]
        examples += [self._refusal(random) for _ in range(recipe.batch - len(examples))]
        return examples

    def _group(self, number: int, random: Random) -> Iterator[Example]:
        """A question with its passage, and with its rivals."""
        paragraph, question = self._answerable.draw(random)
        right = self._right(paragraph, question, random)
        if not self._recipe.rivals:
            yield right
            return
        yield replace(right, group=number)
        for _ in range(self._recipe.rivals):
            title, text = self._sibling(paragraph, question, random)
            yield Example(right.question, title, text, None, number)

    @staticmethod
    def _right(paragraph: Paragraph, question: Question, random: Random) -> Example:
        span = question.answers[0] if random.random() < 0.6 else random.choice(question.answers)
        start, end = window(paragraph.text, span, random)
        text = paragraph.text[start:end]
        asked = question.text
        if random.random() < 0.06:
            around = [s for s in sentences_of(paragraph.text) if s[0] < span[1] and span[0] < s[1]]
            if around:
                sentence = paragraph.text[around[0][0] : around[-1][1]]
                asked = dated(asked, sentence, paragraph.text[slice(*span)])
        found = (span[0] - start, span[1] - start)
        return Example(retyped(asked, random), _title(paragraph, random), text, found)

    def _hard(self, random: Random) -> Example:
        paragraph, question = self._adversarial.draw(random)
        # What misleads stands somewhere in it: a window without that would be no adversary.
        start, end = window(paragraph.text, most_like(paragraph.text, question.text), random)
        asked = retyped(question.text, random)
        return Example(asked, _title(paragraph, random), paragraph.text[start:end], None)

    def _refusal(self, random: Random) -> Example:
        paragraph, question = self._answerable.draw(random)
        kind = random.random()
        if kind < 0.4:
            span = random.choice(question.answers)
            start, end = window(paragraph.text, span, random)
            title = _title(paragraph, random)
            there = f"{paragraph.title} {paragraph.text}"
            asked = changed(question.text, there, self._names, random)
            if asked is not None:
                return Example(retyped(asked, random), title, paragraph.text[start:end], None)
        if kind > 0.7:
            part = without_the_answer if random.random() < 0.7 else beside
            other = part(paragraph, question, random)
            if other is not None:
                asked = retyped(question.text, random)
                return Example(asked, _title(paragraph, random), other, None)
        title, text = self._sibling(paragraph, question, random)
        return Example(retyped(question.text, random), title, text, None)

    def _sibling(self, paragraph: Paragraph, question: Question, random: Random) -> tuple[str, str]:
        """The title and text of a passage that is like a question's own."""
        sibling = self._siblings.like(paragraph, question, random)
        start, end = window(sibling.text, most_like(sibling.text, question.text), random)
        return _title(sibling, random), sibling.text[start:end]


class _Deck:
    """The questions of several sources: a source is chosen by its share, its questions in turn."""

    def __init__(
        self,
        sources: Sequence[tuple[str, tuple[tuple[Paragraph, Question], ...]]],
        shares: Mapping[str, float],
        seed: int,
        mark: str = "",
    ) -> None:
        weighed = [
            (_Pool(f"{name}{mark}", pairs, seed), shares.get(name, len(pairs) ** 0.5))
            for name, pairs in sources
            if pairs
        ]
        self._pools = [pool for pool, weight in weighed if weight > 0]
        self._weights = [weight for _, weight in weighed if weight > 0]
        self._counts: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._pools)

    def restart(self) -> None:
        """Deal from the first round on."""
        self._counts.clear()

    def draw(self, random: Random) -> tuple[Paragraph, Question]:
        """The next question of a source drawn by its share."""
        pool = random.choices(self._pools, self._weights)[0]
        count = self._counts[pool.name]
        self._counts[pool.name] += 1
        return pool.at(count)


class _Pool:
    """A source's questions, dealt out in shuffled rounds."""

    def __init__(self, name: str, pairs: tuple[tuple[Paragraph, Question], ...], seed: int) -> None:
        self.name = name
        self._pairs = pairs
        self._seed = seed
        self._turn = -1
        self._order: list[int] = []

    def at(self, count: int) -> tuple[Paragraph, Question]:
        """The pair that comes as number ``count``: every pair once a round, rounds differ."""
        turn, place = divmod(count, len(self._pairs))
        if turn != self._turn:
            self._turn, self._order = turn, list(range(len(self._pairs)))
            Random(f"{self._seed}/{self.name}/{turn}").shuffle(self._order)  # noqa: S311 - as above
        return self._pairs[self._order[place]]


def _title(paragraph: Paragraph, random: Random) -> str:
    """What stands above a passage: its title, sometimes nothing."""
    return paragraph.title if random.random() < 0.8 else ""

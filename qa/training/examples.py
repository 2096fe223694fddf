"""Training examples, made one by one from questions: the same seed gives the same stream.

A batch has its share of what the passage answers, of questions written to look answerable, and of
refusals made here: passages like the right one, the right passage's other part, and questions
changed in a year, a name or a quantity (compare Rajpurkar et al., "Know What You Don't Know",
arXiv 1806.03822).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from qa import tokens
from qa.guard import names_of
from qa.lexical import Bm25, count_terms
from qa.training.articles import Paragraph, Question, Source, sentences_of
from qa.training.perturb import changed, dated, retyped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FEWEST_WORDS, _MOST_WORDS = 50, 150
_SIBLINGS = 12


@dataclass(frozen=True, slots=True)
class Example:
    """A question, what is read for it, and the answer's span in ``text``; None: no answer."""

    question: str
    title: str
    text: str
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many of a batch are what."""

    answerable: int = 14
    adversarial: int = 5
    made: int = 5

    @property
    def batch(self) -> int:
        """Examples in a batch."""
        return self.answerable + self.adversarial + self.made


@dataclass(frozen=True, slots=True)
class _Pool:
    """A source's questions, dealt out in shuffled rounds."""

    name: str
    pairs: tuple[tuple[Paragraph, Question], ...]

    def at(self, count: int, seed: int) -> tuple[Paragraph, Question]:
        """The pair that comes as number ``count``: every pair once a round, rounds differ."""
        turn, place = divmod(count, len(self.pairs))
        order = _order(len(self.pairs), f"{seed}/{self.name}/{turn}")
        return self.pairs[order[place]]


class Maker:
    """Makes batches of examples.

    ``shares`` is how often a source's answerable questions are drawn, by its name; others count
    with the square root of their number. Batches are numbered: what a number holds depends on the
    seed and the sources alone, so that training can go on where it stopped.
    """

    def __init__(
        self, sources: Sequence[Source], shares: Mapping[str, float], recipe: Recipe, seed: int
    ) -> None:
        self._recipe = recipe
        self._seed = seed
        made = [_Pool(source.name, source.answerable) for source in sources]
        self._answerable = [pool for pool in made if pool.pairs]
        hard = [_Pool(f"{source.name}/no", source.unanswerable) for source in sources]
        self._adversarial = [pool for pool in hard if pool.pairs]
        self._weights = [_share(shares, pool) for pool in self._answerable]
        self._hard_weights = [_share(shares, pool) for pool in self._adversarial]
        self._siblings = _Siblings(sources)
        self._names = sorted(
            {
                name
                for pool in self._answerable
                for _, question in pool.pairs
                for name in names_of(question.text)
            }
        )
        self._counts: Counter[str] = Counter()
        self._next = 0

    def batches(self, first: int) -> Iterator[list[Example]]:
        """Batches from number ``first`` on, without end."""
        while True:
            batch = self._batch(self._next)
            self._next += 1
            if self._next > first:
                yield batch

    def _batch(self, number: int) -> list[Example]:
        random = Random(f"{self._seed}/{number}")  # noqa: S311 - no secret
        recipe = self._recipe
        adversarial = recipe.adversarial if self._adversarial else 0
        examples = [self._right(random) for _ in range(recipe.answerable)]
        examples += [self._hard(random) for _ in range(adversarial)]
        examples += [self._refusal(random) for _ in range(recipe.batch - len(examples))]
        return examples

    def _draw(self, pools: list[_Pool], weights: list[float], random: Random) -> tuple[Paragraph, Question]:
        pool = random.choices(pools, weights)[0]
        count = self._counts[pool.name]
        self._counts[pool.name] += 1
        return pool.at(count, self._seed)

    def _right(self, random: Random) -> Example:
        paragraph, question = self._draw(self._answerable, self._weights, random)
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
        paragraph, question = self._draw(self._adversarial, self._hard_weights, random)
        start, end = window(paragraph.text, None, random)
        if random.random() < 0.5:  # what misleads stands somewhere in it: more often all of it
            start, end = 0, len(paragraph.text)
        return Example(
            retyped(question.text, random), _title(paragraph, random), paragraph.text[start:end], None
        )

    def _refusal(self, random: Random) -> Example:
        paragraph, question = self._draw(self._answerable, self._weights, random)
        kind = random.random()
        if kind < 0.4:
            span = random.choice(question.answers)
            start, end = window(paragraph.text, span, random)
            text = paragraph.text[start:end]
            title = _title(paragraph, random)
            asked = changed(question.text, f"{paragraph.title} {paragraph.text}", self._names, random)
            if asked is not None:
                return Example(retyped(asked, random), title, text, None)
        if kind > 0.85:
            other = _without(paragraph, question, random)
            if other is not None:
                asked = retyped(question.text, random)
                return Example(asked, _title(paragraph, random), other, None)
        sibling = self._siblings.like(paragraph, question, random)
        start, end = window(sibling.text, None, random)
        asked = retyped(question.text, random)
        return Example(asked, _title(sibling, random), sibling.text[start:end], None)


class _Siblings:
    """Passages that look right and are not: of the same article, else of the same source."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._groups: dict[int, tuple[list[Paragraph], Bm25 | None]] = {}
        self._group_of: dict[int, int] = {}
        for source in sources:
            alone: list[Paragraph] = []
            for article in source.training:
                if len(article.paragraphs) > _SIBLINGS:
                    self._add(list(article.paragraphs))
                else:
                    alone.extend(article.paragraphs)
            self._add(alone)

    def _add(self, paragraphs: list[Paragraph]) -> None:
        number = len(self._groups)
        bm25 = Bm25.build(count_terms([tokens.analyse(p.text) for p in paragraphs]))
        self._groups[number] = (paragraphs, bm25)
        for paragraph in paragraphs:
            self._group_of[id(paragraph)] = number

    def like(self, paragraph: Paragraph, question: Question, random: Random) -> Paragraph:
        """One of the passages most like the question in which its answer does not stand."""
        group, bm25 = self._groups[self._group_of[id(paragraph)]]
        answers = {paragraph.text[slice(*span)].casefold() for span in question.answers}
        ids = bm25.top(tokens.analyse(question.text), _SIBLINGS)[0] if bm25 else []
        found = [
            group[i]
            for i in ids
            if group[i].text != paragraph.text
            and not any(answer in group[i].text.casefold() for answer in answers)
        ]
        # The first ones more often: they are the ones that will be read.
        if found:
            return found[min(int(random.expovariate(0.5)), len(found) - 1)]
        return group[random.randrange(len(group))] if len(group) > 1 else Paragraph("", "", ())


def window(text: str, span: tuple[int, int] | None, random: Random) -> tuple[int, int]:
    """Whole sentences of about 50 to 150 words, with the span in them where there is one."""
    spans = sentences_of(text)
    if not spans:
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


def _without(paragraph: Paragraph, question: Question, random: Random) -> str | None:
    """The sentences before or after the answer's, where they are long enough to be a passage."""
    spans = sentences_of(paragraph.text)
    first = min(start for start, _ in question.answers)
    last = max(end for _, end in question.answers)
    before = [s for s in spans if s[1] <= first]
    after = [s for s in spans if s[0] >= last]
    answers = {paragraph.text[slice(*span)].casefold() for span in question.answers}
    found = []
    for part in (before, after):
        text = paragraph.text[part[0][0] : part[-1][1]] if part else ""
        long_enough = len(text.split()) >= _FEWEST_WORDS // 2
        if long_enough and not any(answer in text.casefold() for answer in answers):
            found.append(text)
    return random.choice(found) if found else None


def _share(shares: Mapping[str, float], pool: _Pool) -> float:
    """How often a pool is drawn from: as is said of its source, else the root of its number."""
    return shares.get(pool.name.removesuffix("/no"), len(pool.pairs) ** 0.5)


def _title(paragraph: Paragraph, random: Random) -> str:
    """What stands above a passage: its title, sometimes nothing."""
    return paragraph.title if random.random() < 0.8 else ""


_ORDERS: dict[str, list[int]] = {}


def _order(size: int, key: str) -> list[int]:
    """A shuffled order, kept while it is dealt out."""
    if key not in _ORDERS:
        pool = key.rsplit("/", 1)[0]
        for old in [other for other in _ORDERS if other.rsplit("/", 1)[0] == pool]:
            del _ORDERS[old]
        order = list(range(size))
        Random(key).shuffle(order)  # noqa: S311 - no secret
        _ORDERS[key] = order
    return _ORDERS[key]

"""Fit how a reader's evidence is combined with retrieval: on questions it was not trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from qa.combination import Combination
from qa.evaluation.cached import TemporaryIndexes
from qa.evaluation.words import token_f1
from qa.extract import SentenceVectors, Weights
from qa.guard import names_of
from qa.hits import hits
from qa.spans import SpanExtractor
from qa.training.fitting import FEWEST, NOT_OWN, Evidence, fitted
from qa.training.perturb import changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.asking import Session
    from qa.evaluation.nouns import Case
    from qa.found import Found
    from qa.reader import Reads
    from qa.reporter import Reporter
    from qa.training.articles import Article, Source

_MOST = 400
# Of so many questions one is asked without the passages in which its answer stands, one about
# another year, name or quantity.
_TURNS = 4
_NEUTRAL = Combination(Weights(0.0, ()), None, 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its expected answers, none where nothing answers.

    ``passage`` is what it was asked of. Passages that hold one of ``without`` are not read.
    """

    text: str
    answers: tuple[str, ...]
    passage: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A person's own questions, and an opened index of the documents that they are about."""

    cases: tuple[Case, ...]
    session: Session


@dataclass(slots=True)
class _Columns:
    values: list[list[float]] = field(default_factory=list)
    f1: list[float] = field(default_factory=list)
    question: list[int] = field(default_factory=list)
    answerable: list[bool] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    questions: int = 0

    def add(self, asked: Asked, found: Iterable[tuple[Found, list[float]]], own: int) -> None:
        """Add the spans that were read for the next question."""
        for one, values in found:
            self.values.append(values)
            self.f1.append(token_f1(one.text, asked.answers) if asked.answers else 0.0)
            self.question.append(self.questions)
            self.answerable.append(bool(asked.answers))
            self.own.append(own)
        self.questions += 1

    def evidence(self) -> Evidence:
        return Evidence(
            np.array(self.values, np.float64),
            np.array(self.f1, np.float64),
            np.array(self.question, np.int64),
            np.array(self.answerable, np.bool_),
            np.array(self.own, np.int64),
        )


def fit_combination(
    model: Reads,
    sources: Sequence[Source],
    reporter: Reporter,
    own: Sequence[Own] = (),
    most: int = _MOST,
) -> Combination | None:
    """Fit to what was held out, and to a person's own questions; None where that is too little.

    Every other article of those held out is used; the rest is left to report on. Each source's
    are indexed together and asked without naming the article, as the product asks; at most ``most``
    questions of each, some of them changed so that nothing answers. What is fitted: see `fitted`.
    """
    columns = _Columns()
    for source in sources:
        articles = source.held_out[::2]
        asked = _questions(articles, most)
        if len(asked) < 2:
            continue
        session = TemporaryIndexes().open(_corpus(articles), reporter)
        _read(session, model, varied(asked), columns, f"reading for {source.name}", reporter)
    for number, one in enumerate(own):
        mine = [Asked(case.question, case.answers) for case in one.cases]
        _read(one.session, model, mine, columns, "reading your own", reporter, own=number)
    return fitted(columns.evidence()) if columns.questions >= FEWEST else None


def _read(  # noqa: PLR0913 - where to read, what, and where to
    session: Session,
    model: Reads,
    asked: Sequence[Asked],
    columns: _Columns,
    name: str,
    reporter: Reporter,
    *,
    own: int = NOT_OWN,
) -> None:
    reporter.start(name, len(asked))
    extractor = SpanExtractor(session.snapshot, SentenceVectors(session.encoder), model, _NEUTRAL)
    for question in asked:
        columns.add(question, evidence(session, extractor, question), own)
        reporter.advance(1)


def varied(asked: Sequence[Asked]) -> list[Asked]:
    """The questions, a fourth of them without what answers them, a fourth changed."""
    random = Random(1)  # noqa: S311 - no secret
    names = sorted({name for question in asked for name in names_of(question.text)})
    made = []
    for turn, question in enumerate(asked):
        other = None
        if turn % _TURNS == 1 and question.answers:
            other = changed(question.text, question.passage, names, random)
        if turn % _TURNS == 0:
            made.append(replace(question, answers=(), without=question.answers))
        else:
            made.append(question if other is None else replace(question, text=other, answers=()))
    return made


def evidence(
    session: Session, extractor: SpanExtractor, question: Asked
) -> Iterable[tuple[Found, list[float]]]:
    """The spans that are read for a question, with the features of each."""
    number = extractor.passages
    candidates = session.candidates(question.text)
    found = hits(session.snapshot, candidates, 4 * number if question.without else number)
    kept = [
        hit
        for hit in found
        if not any(text.casefold() in hit.text.casefold() for text in question.without)
    ]
    read = tuple(replace(hit, rank=n) for n, hit in enumerate(kept[:number], start=1))
    return extractor.evidence(session.understood(question.text).text, read, candidates)


def _questions(articles: Iterable[Article], most: int) -> list[Asked]:
    every = [
        Asked(
            q.text,
            tuple(dict.fromkeys(p.text[slice(*span)] for span in q.answers)),
            f"{p.title} {p.text}",
        )
        for article in articles
        for p in article.paragraphs
        for q in p.questions
    ]
    if len(every) <= most:
        return every
    return [every[i] for i in np.linspace(0, len(every) - 1, most).astype(int)]


def _corpus(articles: Iterable[Article]) -> bytes:
    """A document an article, its paragraphs apart."""
    lines = (
        json.dumps(
            {
                "_id": str(number),
                "title": article.paragraphs[0].title,
                "text": "\n\n".join(paragraph.text for paragraph in article.paragraphs),
            }
        )
        for number, article in enumerate(articles)
    )
    return "".join(f"{line}\n" for line in lines).encode()

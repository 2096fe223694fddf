"""Fit how a reader's evidence is combined with retrieval: on questions it was not trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from qa.calibration import Calibration
from qa.combination import Combination
from qa.evaluation.cached import TemporaryIndexes
from qa.evaluation.words import token_f1
from qa.extract import SentenceVectors, Weights
from qa.guard import names_of
from qa.search import hits
from qa.spans import SpanExtractor
from qa.training.perturb import changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.asking import Session
    from qa.reader import Reads
    from qa.reporter import Reporter
    from qa.training.articles import Article, Source

# A span with this token F1 to an expected answer is right.
_RIGHT = 0.5
_MOST = 1_000
_FEWEST = 50
# Of so many questions one is asked without the passages in which its answer stands, one about
# another year, name or quantity.
_TURNS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its expected answers, none where nothing answers.

    ``passage`` is what it was asked of. Passages that hold one of ``without`` are not read.
    """

    text: str
    answers: tuple[str, ...]
    passage: str = ""
    without: tuple[str, ...] = ()


def fit_combination(
    model: Reads, sources: Sequence[Source], reporter: Reporter, most: int = _MOST
) -> Combination | None:
    """Fit weights of `qa.features.FEATURES` to what was held out; None where that is too little.

    Every other article of those held out is used; the rest is left to report on. Each source's
    are indexed together and asked without naming the article, as
    the product asks; at most ``most`` questions of each. A logistic regression tells spans with the
    answer from others; then Platt scaling makes of a question's best span's probability that of
    the answer's being right.
    """
    parts = [(source.name, source.held_out[::2]) for source in sources]
    questions = [(name, articles, _questions(articles, most)) for name, articles in parts]
    if sum(len(asked) for _, _, asked in questions) < _FEWEST:
        return None
    rows: list[list[float]] = []
    right: list[bool] = []
    group: list[int] = []
    number = 0
    for name, articles, asked in questions:
        if len(asked) < 2:
            continue
        session = TemporaryIndexes().open(_corpus(articles), reporter)
        reporter.start(f"reading for {name}", len(asked))
        for question in varied(asked):
            for values, good in evidence(session, model, question):
                rows.append(values)
                right.append(good)
                group.append(number)
            number += 1
            reporter.advance(1)
    return fitted(np.array(rows), np.array(right), np.array(group))


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
    session: Session, model: Reads, question: Asked, passages: int = 8
) -> list[tuple[list[float], bool]]:
    """The features of each span that is read for a question, and whether it is right."""
    candidates = session.candidates(question.text)
    found = hits(session.snapshot, candidates, 4 * passages if question.without else passages)
    wrong = [
        hit
        for hit in found
        if not any(text.casefold() in hit.text.casefold() for text in question.without)
    ]
    found = tuple(replace(hit, rank=n) for n, hit in enumerate(wrong[:passages], start=1))
    neutral = Combination(Weights(0.0, ()), Calibration(1.0, 0.0), 0.0)
    vectors = SentenceVectors(session.encoder)
    extractor = SpanExtractor(session.snapshot, vectors, model, neutral, passages)
    return [
        (values, bool(question.answers) and token_f1(one.text, question.answers) >= _RIGHT)
        for one, values in extractor.evidence(question.text, found, candidates)
    ]


def fitted(rows: np.ndarray, right: np.ndarray, group: np.ndarray) -> Combination | None:
    """Fit to features of shape (spans, features); None where all or none of them are right.

    ``group`` says which question a span was read for. Platt scaling is fitted to probabilities of
    a regression that has not seen the question: by five folds.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    if not len(right) or right.all() or not right.any() or len(np.unique(group)) < _FEWEST:
        return None
    unseen = np.zeros(len(right))
    for train, test in GroupKFold(5).split(rows, right, group):
        model = LogisticRegression(max_iter=2_000).fit(rows[train], right[train])
        unseen[test] = model.predict_proba(rows[test])[:, 1]
    best = _best_of_each(unseen, group)
    from qa.evaluation.calibrate import fit

    calibration = fit(unseen[best], right[best])
    whole = LogisticRegression(max_iter=2_000).fit(rows, right)
    weights = Weights(
        round(float(whole.intercept_[0]), 6), tuple(round(float(w), 6) for w in whole.coef_[0])
    )
    return Combination(weights, calibration, _threshold(calibration, unseen[best], right[best]))


def _threshold(calibration: Calibration, best: np.ndarray, right: np.ndarray) -> float:
    """Where answering and refusing are right most often: one half, being calibrated, or less."""
    probabilities = np.array([calibration.of(float(p)) for p in best])
    return round(float(min(0.5, np.quantile(probabilities, 0.95))), 3) if len(right) else 0.5


def _best_of_each(probability: np.ndarray, group: np.ndarray) -> np.ndarray:
    order = np.lexsort((-probability, group))
    first = np.ones(len(order), bool)
    first[1:] = group[order][1:] != group[order][:-1]
    return order[first]


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

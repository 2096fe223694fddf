"""From what speaks for the spans of many questions to weights, a calibration and a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.combination import Combination
from qa.evaluation.calibrate import fit
from qa.extract import Weights

if TYPE_CHECKING:
    import numpy.typing as npt
    from sklearn.linear_model import LogisticRegression

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

# A span with this token F1 to an expected answer is right.
RIGHT = 0.5
FEWEST = 50
# A person's own questions are few, and tell more of what will be asked.
_OWN = 5.0
_FOLDS = 10
# The share of questions that nothing answers, when a threshold is chosen.
_UNANSWERED = 0.25
_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """Spans read for questions, as columns of one length.

    ``values`` are their features, shape (spans, features), ``f1`` their token F1 to the expected
    answers, ``question`` the number of the question each was read for, ``answerable`` whether that
    has an answer, ``own`` whether it is one of a person's own.
    """

    values: Floats
    f1: Floats
    question: Integers
    answerable: Booleans
    own: Booleans

    @property
    def right(self) -> Booleans:
        """Whether each answers."""
        return self.f1 >= RIGHT

    def best(self, probability: Floats) -> Integers:
        """The row of each question's most probable span."""
        order = np.lexsort((-probability, self.question))
        asked = self.question[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = asked[1:] != asked[:-1]
        return order[first]


def fitted(evidence: Evidence) -> Combination | None:
    """Fit to evidence; None where it is too little, or all or none of it is right.

    A logistic regression tells the spans that answer from others. Platt scaling makes of a
    question's best span's probability that of its being right, and the threshold is where
    answering and refusing are right most often: both by the probabilities of regressions that have
    not seen the question, and of a person's own questions alone where there are enough.
    """
    from sklearn.model_selection import GroupKFold

    right, group = evidence.right, evidence.question
    if len(np.unique(group)) < FEWEST or right.all() or not right.any():
        return None
    unseen = np.zeros(len(right))
    for train, test in GroupKFold(_FOLDS).split(evidence.values, right, group):
        model = _regression(evidence, train)
        unseen[test] = model.predict_proba(evidence.values[test])[:, 1]
    best = evidence.best(unseen)
    if evidence.own[best].sum() >= FEWEST:
        best = best[evidence.own[best]]
    calibration = fit(unseen[best], right[best])
    sure = np.array([calibration.of(float(p)) for p in unseen[best]])
    whole = _regression(evidence, np.arange(len(right)))
    weights = Weights(
        round(float(whole.intercept_[0]), 6), tuple(round(float(w), 6) for w in whole.coef_[0])
    )
    threshold = steady_threshold(sure, evidence.f1[best], evidence.answerable[best])
    return Combination(weights, calibration, threshold)


def steady_threshold(sure: Floats, f1: Floats, answerable: Booleans) -> float:
    """The mean of `best_threshold` over 500 resamples of the questions, drawn with replacement.

    That of the questions themselves follows chance, for much is nearly as good (bagging: Breiman,
    Bagging Predictors, Machine Learning 24, 1996).
    """
    random = np.random.default_rng(1)
    number = len(sure)
    draws = (random.integers(0, number, number) for _ in range(_RESAMPLES))
    found = [best_threshold(sure[drawn], f1[drawn], answerable[drawn]) for drawn in draws]
    return round(float(np.mean(found)), 3)


def best_threshold(sure: Floats, f1: Floats, answerable: Booleans) -> float:
    """Where the F1 of what is answered and the share of right refusals are highest together, 0..1.

    Questions that nothing answers count as if they were a quarter: a set made to measure refusals
    has more of them than people ask. The threshold is midway between the confidences it divides.
    """
    order = np.argsort(-sure, kind="stable")
    none = float((~answerable).sum())
    each = _UNANSWERED / (1 - _UNANSWERED) * float(answerable.sum()) / none if none else 0.0
    if none == len(answerable):
        each = 1.0
    gained = np.where(answerable, f1, -each)[order]
    number = int(np.argmax(np.concatenate([[0.0], np.cumsum(gained)])))
    bounds = np.concatenate([[1.0], sure[order], [0.0]])
    return round(float(bounds[number] + bounds[number + 1]) / 2, 3)


def _regression(evidence: Evidence, rows: Integers) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    weight = np.where(evidence.own[rows], _OWN, 1.0)
    return LogisticRegression(max_iter=4_000).fit(
        evidence.values[rows], evidence.right[rows], sample_weight=weight
    )

"""From what speaks for the spans of many questions to weights, a calibration and a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qa.calibration import log_odds
from qa.combination import Combination
from qa.extract import Weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

# A span with this token F1 to an expected answer is right.
RIGHT = 0.5
FEWEST = 50
# A person's own questions are few, and tell more of what will be asked.
_OWN = 5.0
_FOLDS = 10
# The inverses of the penalties: whether a question is answered is learnt of fewer rows.
_C, _C_CERTAIN = 1.0, 0.05
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

    A logistic regression tells the spans that answer from others. Another one tells a question's
    best span that is right from one that is not, by the log-odds of the first and the features
    anew. The threshold is where answering and refusing are right most often, of a person's own
    questions alone where there are enough. Second regression and threshold see but probabilities
    of regressions that have not seen the question (stacking: Wolpert, Stacked Generalization,
    Neural Networks 5, 1992).
    """
    right, group = evidence.right, evidence.question
    if len(np.unique(group)) < FEWEST or right.all() or not right.any():
        return None
    rows = _Rows(evidence.values, right, np.where(evidence.own, _OWN, 1.0), group)
    unseen = _unseen(rows, _C)
    best = evidence.best(unseen)
    odds = np.array([log_odds(float(p)) for p in unseen[best]])
    seconds = np.column_stack([odds, evidence.values[best]])
    certain = _Rows(seconds, right[best], rows.weight[best], group[best])
    sure = _unseen(certain, _C_CERTAIN)
    asked = evidence.own[best] if evidence.own[best].sum() >= FEWEST else np.full(len(best), True)
    threshold = steady_threshold(
        sure[asked], evidence.f1[best][asked], evidence.answerable[best][asked]
    )
    return Combination(_weights(rows, _C), _weights(certain, _C_CERTAIN), threshold)


class _Rows(NamedTuple):
    """What a regression is fitted to, a row each; rows of one ``group`` are never parted."""

    values: Floats
    right: Booleans
    weight: Floats
    group: Integers


def _unseen(rows: _Rows, c: float) -> Floats:
    """The probability of each row by a regression that has not seen its group."""
    from sklearn.model_selection import GroupKFold

    found = np.zeros(len(rows.right))
    for train, test in GroupKFold(_FOLDS).split(rows.values, rows.right, rows.group):
        weights = _weights(_Rows(*(column[train] for column in rows)), c)
        found[test] = [weights.probability(row) for row in rows.values[test]]
    return found


def _weights(rows: _Rows, c: float) -> Weights:
    """Fit a logistic regression; ``c`` is the inverse of its penalty on weights of unit scale.

    Of rows that are all right, or all wrong, nothing tells one from another: all weights are 0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if rows.right.all() or not rows.right.any():
        return Weights(log_odds(float(rows.right[0])), (0.0,) * rows.values.shape[1])
    scaler = StandardScaler().fit(rows.values)
    model = LogisticRegression(C=c, max_iter=4_000).fit(
        scaler.transform(rows.values), rows.right, sample_weight=rows.weight
    )
    weights = model.coef_[0] / scaler.scale_
    bias = model.intercept_[0] - weights @ scaler.mean_
    return Weights(round(float(bias), 6), tuple(round(float(w), 6) for w in weights))


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

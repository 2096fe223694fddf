"""From what speaks for the spans of many questions to weights, a calibration and a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qa.calibration import log_odds
from qa.combination import Combination
from qa.extract import Weights

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

# A span with this token F1 to an expected answer is right.
RIGHT = 0.5
FEWEST = 50
# A person's own questions are few, and tell more of what will be asked.
_OWN = 5.0
NOT_OWN = -1
_FOLDS = 10
# The inverses of the penalties: whether a question is answered is learnt of fewer rows.
_C, _C_CERTAIN = 0.02, 0.05
# The share of questions that nothing answers, when a threshold is chosen.
_UNANSWERED = 0.25
_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """Spans read for questions, as columns of one length.

    ``values`` are their features, shape (spans, features), ``f1`` their token F1 to the expected
    answers, ``question`` the number of the question each was read for, rising, ``answerable``
    whether that has an answer, ``own`` the number of the file of a person's own questions that it
    is from, -1 where it is from none.
    """

    values: Floats
    f1: Floats
    question: Integers
    answerable: Booleans
    own: Integers

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

    A conditional logistic regression tells a question's spans that answer from its others
    (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974). A logistic
    regression tells a question's best span that is right from one that is not, by the log-odds of
    the first and the features anew. The threshold is where answering and refusing are right most
    often, of a person's own questions alone where there are enough. Regression and threshold see
    but probabilities of what has not seen the question (stacking: Wolpert, Stacked Generalization,
    Neural Networks 5, 1992).
    """
    right, group = evidence.right, evidence.question
    if len(np.unique(group)) < FEWEST or right.all() or not right.any():
        return None
    weight = _weight(evidence)
    spans = _Rows(evidence.values, np.where(right, evidence.f1, 0.0), weight, group)
    unseen = _unseen(spans, _choosing)
    best = evidence.best(unseen)
    odds = np.array([log_odds(float(p)) for p in unseen[best]])
    seconds = np.column_stack([odds, evidence.values[best]])
    certain = _Rows(seconds, right[best].astype(float), weight[best], group[best])
    sure = _unseen(certain, _certain)
    own = evidence.own[best] != NOT_OWN
    asked = own if own.sum() >= FEWEST else np.full(len(best), True)
    threshold = steady_threshold(
        sure[asked], evidence.f1[best][asked], evidence.answerable[best][asked], weight[best][asked]
    )
    return Combination(_choosing(spans), _certain(certain), threshold)


class _Rows(NamedTuple):
    """What a regression is fitted to, a row each: those of one ``group`` are never parted.

    ``right`` is how right a row is, 0..1.
    """

    values: Floats
    right: Floats
    weight: Floats
    group: Integers


def _weight(evidence: Evidence) -> Floats:
    """How much the question of each span counts.

    A file of one's own counts with the square root of its number of questions, as sources do in
    training: the many of one must not drown the few of another.
    """
    weight = np.ones(len(evidence.own))
    files = [evidence.own == number for number in np.unique(evidence.own) if number != NOT_OWN]
    sizes = [len(np.unique(evidence.question[rows])) for rows in files]
    for rows, size in zip(files, sizes, strict=True):
        weight[rows] = _OWN * np.sqrt(np.mean(sizes) / size)
    return weight


def _unseen(rows: _Rows, fit: Callable[[_Rows], Weights]) -> Floats:
    """The probability of each row by a regression that has not seen its group."""
    from sklearn.model_selection import GroupKFold

    found = np.zeros(len(rows.right))
    for train, test in GroupKFold(_FOLDS).split(rows.values, rows.right, rows.group):
        weights = fit(_Rows(*(column[train] for column in rows)))
        found[test] = [weights.probability(row) for row in rows.values[test]]
    return found


def _choosing(rows: _Rows) -> Weights:
    """Fit which rows of a group are right: rows of a group without a right one tell nothing.

    The likelihood is that of drawing a right row of the group, by how right it is, with
    probabilities that are the exponentials of the scores. The bias, about which the likelihood
    says nothing, makes the mean probability that of being right.
    """
    from scipy.optimize import brentq, minimize
    from scipy.special import expit
    from sklearn.preprocessing import StandardScaler

    _, first, group = np.unique(rows.group, return_index=True, return_inverse=True)
    total = np.add.reduceat(rows.right, first)[group]
    told = total > 0
    if not told.any():
        return Weights(log_odds(0.0), (0.0,) * rows.values.shape[1])
    scaler = StandardScaler().fit(rows.values)
    values = scaler.transform(rows.values)
    target = np.where(told, rows.right / np.where(told, total, 1.0), 0.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = values @ weights
        scores -= np.maximum.reduceat(scores, first)[group]
        sums = np.log(np.add.reduceat(np.exp(scores), first))[group]
        drawn = np.exp(scores - sums)
        lost = -(rows.weight * target * (scores - sums)).sum() + weights @ weights / (2 * _C)
        slope = -values.T @ (rows.weight * told * (target - drawn)) + weights / _C
        return float(lost), slope

    found = minimize(loss, np.zeros(values.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found / scaler.scale_
    scores = rows.values @ weights
    wanted = np.average(rows.right >= RIGHT, weights=rows.weight)
    bias = brentq(
        lambda b: np.average(expit(scores + b), weights=rows.weight) - wanted,
        -scores.max() - 30,
        -scores.min() + 30,
    )
    return _rounded(float(bias), weights)


def _certain(rows: _Rows) -> Weights:
    """Fit a logistic regression to which rows are right.

    Of rows that are all right, or all wrong, nothing tells one from another: all weights are 0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    right = rows.right >= RIGHT
    if right.all() or not right.any():
        return Weights(log_odds(float(right[0])), (0.0,) * rows.values.shape[1])
    scaler = StandardScaler().fit(rows.values)
    model = LogisticRegression(C=_C_CERTAIN, max_iter=4_000).fit(
        scaler.transform(rows.values), right, sample_weight=rows.weight
    )
    weights = model.coef_[0] / scaler.scale_
    return _rounded(float(model.intercept_[0] - weights @ scaler.mean_), weights)


def _rounded(bias: float, weights: Floats) -> Weights:
    return Weights(round(bias, 6), tuple(round(float(w), 6) for w in weights))


def steady_threshold(
    sure: Floats, f1: Floats, answerable: Booleans, weight: Floats | None = None
) -> float:
    """The mean of `best_threshold` over 500 resamples of the questions, drawn with replacement.

    They are drawn by their ``weight`` (None: all alike). That of the questions themselves follows
    chance, for much is nearly as good (bagging: Breiman, Bagging Predictors, Machine Learning 24,
    1996).
    """
    random = np.random.default_rng(1)
    number = len(sure)
    share = None if weight is None else weight / weight.sum()
    draws = (random.choice(number, number, p=share) for _ in range(_RESAMPLES))
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

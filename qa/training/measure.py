"""How good a reader is on held-out questions, each with its own paragraph."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.words import exact_match, token_f1
from qa.reader import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from qa.reader import Reads
    from qa.span_logits import Extraction
    from qa.training.articles import Article

_BATCH = 16
_NAN = float("nan")
# What a person calls the figures.
_NAMES = {"f1": "F1", "em": "exact", "best_f1": "F1 with refusals", "auroc": "AUROC"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Measures of reading a given paragraph, 0..1; nan where nothing was there to measure.

    ``f1`` and ``em`` over the answerable questions, no answer not being allowed; ``best_f1`` over
    all, refusing below the threshold that is best here, as SQuAD 2.0's script finds it
    (Rajpurkar et al., arXiv 1806.03822); ``auroc`` of telling answerable from not.
    """

    answerable: int
    unanswerable: int
    f1: float
    em: float
    best_f1: float
    auroc: float

    def as_json(self) -> dict[str, float | int | None]:
        """Give the figures by name, rounded to four digits; None where undefined."""
        return {
            name: None if math.isnan(value) else round(value, 4)
            for name, value in asdict(self).items()
        }

    def as_words(self) -> str:
        """Give the figures in percent, for a person."""
        figures = ", ".join(
            f"{name} {_percent(getattr(self, key))}" for key, name in _NAMES.items()
        )
        return f"{figures} ({self.answerable:,} with an answer, {self.unanswerable:,} without)"


def size(articles: Iterable[Article], most: int | None = None) -> int:
    """How many questions `measure` asks."""
    there = sum(article.size for article in articles)
    return there if most is None else min(there, most)


def measure(
    reader: Reads,
    articles: Iterable[Article],
    most: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> Reading:
    """Ask the questions of held-out articles, at most ``most`` of them, evenly taken.

    ``advance`` is called with the number of questions asked since its last call.
    """
    cases = [(p, q) for article in articles for p in article.paragraphs for q in p.questions]
    if most is not None and len(cases) > most:
        cases = [cases[i] for i in np.linspace(0, len(cases) - 1, most).astype(int)]
    # Of a length together: less is padded.
    cases.sort(key=lambda case: len(case[0].text))
    rows = []
    for first in range(0, len(cases), _BATCH):
        some = cases[first : first + _BATCH]
        pairs = [(q.text, Context(p.title, p.text)) for p, q in some]
        for (paragraph, question), found in zip(some, reader.read_pairs(pairs), strict=True):
            golds = [paragraph.text[slice(*span)] for span in question.answers]
            best = found.spans[0] if found.spans else None
            text = paragraph.text[best.start : best.end] if best else ""
            f1 = token_f1(text, golds) if golds else 0.0
            em = exact_match(text, golds) if golds else 0.0
            rows.append((bool(golds), f1, em, evidence(found)))
        if advance is not None:
            advance(len(some))
    return _figures(rows)


def evidence(found: Extraction) -> float:
    """How much speaks for an answer: the span's margin over null and the second opinion."""
    return (found.spans[0].score if found.spans else -20.0) / 2 + found.answerable


def auroc(scores: npt.NDArray[np.float64], there: npt.NDArray[np.bool_]) -> float:
    """How often a score of those there is above one of those not, ties counting half; else nan.

    It is the statistic of Mann and Whitney over the number of pairs.
    """
    pairs = int(there.sum()) * int((~there).sum())
    if not pairs:
        return _NAN
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    wins = ranks[there].sum() - there.sum() * (there.sum() + 1) / 2
    return float(wins / pairs)


def _figures(rows: Sequence[tuple[bool, float, float, float]]) -> Reading:
    there = np.array([row[0] for row in rows], bool)
    f1, em, score = (np.array([row[i] for row in rows], np.float64) for i in (1, 2, 3))
    right, wrong = int(there.sum()), int((~there).sum())
    order = np.argsort(-score, kind="stable")
    gained = np.where(there, f1, -1.0)[order]  # refusing an unanswerable one counts one
    best = (wrong + max(0.0, float(np.cumsum(gained).max(initial=0.0)))) / max(len(rows), 1)
    return Reading(
        right,
        wrong,
        float(f1[there].mean()) if right else _NAN,
        float(em[there].mean()) if right else _NAN,
        best if rows else _NAN,
        auroc(score, there),
    )


def _percent(share: float) -> str:
    return "undefined" if math.isnan(share) else f"{share:.1%}".replace("%", " %")

"""How good a reader is on held-out questions, each with its own paragraph."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa.evaluation.words import exact_match, token_f1
from qa.reader import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qa.reader import Extraction
    from qa.training.articles import Article

_BATCH = 16


class Reads(Protocol):
    """Reads passages for a question."""

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it."""
        ...


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

    def as_json(self) -> dict[str, float | int]:
        """Give the figures by name, rounded to four digits."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure(reader: Reads, articles: Iterable[Article], most: int | None = None) -> Reading:
    """Ask the questions of held-out articles, at most ``most`` of them, evenly taken."""
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
    return _figures(rows)


def evidence(found: Extraction) -> float:
    """How much speaks for an answer: the span's margin over null and the second opinion."""
    return (found.spans[0].score if found.spans else -20.0) / 2 + found.answerable


def _figures(rows: list[tuple[bool, float, float, float]]) -> Reading:
    there = np.array([row[0] for row in rows], bool)
    f1, em, score = (np.array([row[i] for row in rows]) for i in (1, 2, 3))
    right, wrong = int(there.sum()), int((~there).sum())
    order = np.argsort(-score, kind="stable")
    gained = np.where(there, f1, -1.0)[order]  # refusing an unanswerable one counts one
    best = (wrong + max(0.0, float(np.cumsum(gained).max(initial=0.0)))) / max(len(rows), 1)
    return Reading(
        right,
        wrong,
        float(f1[there].mean()) if right else float("nan"),
        float(em[there].mean()) if right else float("nan"),
        best if rows else float("nan"),
        _auroc(score, there) if right and wrong else float("nan"),
    )


def _auroc(score: np.ndarray, there: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(there, score))

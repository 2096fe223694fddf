"""What the report's page draws: an evaluation as one JSON object.

The page shows every case; of the passages found it gets those that a reader would ask for, so that
a report on thousands of questions stays one that a browser opens.
"""

from __future__ import annotations

from dataclasses import asdict
from math import sqrt
from typing import TYPE_CHECKING, Any

from qa.evaluation.curves import ece_by_chance, reliability, risk_coverage
from qa.evaluation.names import Group, definition
from qa.evaluation.rowsout import row_object
from qa.evaluation.worst import badness
from qa.render.evaluation import explain_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.evaluation.nouns import CaseResult, Evaluation, Measure

# Passages below are shown by nobody's wish, and without their text.
_PASSAGES = 3
# The standard normal's 97.5 % quantile.
_Z = 1.959964
_GROUPS = {
    Group.RETRIEVAL: "Passages found",
    Group.ANSWERS: "Answers",
    Group.CITATIONS: "Quotes",
    Group.REFUSAL: "Refusing and confidence",
}
_ABOUT = {
    "nDCG@10": "How high passages with the evidence rank among the first ten.",
    "R@100": "Share of the passages with evidence that are among the first hundred.",
    "RR": "One over the rank of the first passage with evidence.",
    "hit@1": "The first passage holds evidence.",
    "EM": "The answer is an expected one, word for word.",
    "F1": "Words in common with an expected answer.",
    "EM_all": "The same over all questions; refusing is right where nothing answers.",
    "F1_all": "Words in common over all questions; refusing is right where nothing answers.",
    "item_recall": "Share of a list's items that the answer holds.",
    "sentence_hit": "The quoted sentence is a labelled one.",
    "citation_precision": "Share of what was quoted that is evidence.",
    "citation_recall": "Share of the evidence that was quoted.",
    "citation_F1": "Both together.",
    "refusal_precision": "Of what was refused, the share that the documents do not answer.",
    "refusal_recall": "Of what the documents do not answer, the share that was refused.",
    "refusal_F1": "Both together.",
    "AUROC": "How well confidence tells answerable questions from others; 0.5 is chance.",
    "AURC": "Mean share of wrong answers over all coverages, the surest first.",
    "ECE": "Mean distance of confidence from the share that is right.",
}


def report_data(evaluation: Evaluation) -> dict[str, Any]:
    """What the page draws, as a JSON object."""
    results = evaluation.results
    apart = [str(kind) for kind in evaluation.settings.get("cases", {}).get("apart", ())]
    mine = evaluation.headline
    answered = any(_was_asked(result) for result in results)
    return {
        "answered": answered,
        "apart": apart,
        "facts": _facts(evaluation),
        "measures": [_measure(measure, mine) for measure in evaluation.measures.values()],
        "kinds": {
            kind: {name: _interval(measure) for name, measure in measures.items()}
            for kind, measures in evaluation.by_kind.items()
        },
        "curve": [asdict(point) for point in risk_coverage(mine)] if answered else [],
        "bins": _bins(mine) if answered else [],
        "cases": [_case(result, evaluation.folder) for result in results],
        "made": _made(evaluation),
    }


def outcome(result: CaseResult) -> str:
    """What came of a case, in a word; of label drift nothing can be said.

    ``right``, ``wrong``, ``refused-rightly``, ``refused-wrongly``, ``drift``; where passages were
    ranked and no answer was asked for, ``first``, ``lower`` or ``missed``.
    """
    if result.labels.drift:
        return "drift"
    if not _was_asked(result):
        ranks = result.found.ranks
        return ("first" if ranks[0] == 1 else "lower") if ranks else "missed"
    if result.abstained:
        return "refused-wrongly" if result.case.answerable else "refused-rightly"
    return "right" if result.right else "wrong"


def wilson(right: float, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share of ``n`` (Wilson, JASA 22, 1927)."""
    centre = (right + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(right * (1 - right) / n + _Z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _was_asked(result: CaseResult) -> bool:
    """Whether an answer was asked for, and not a ranking alone."""
    return result.answer is not None or result.reason is not None


def _facts(evaluation: Evaluation) -> list[str]:
    facts = [f"{len(evaluation.results):,} questions"]
    if index := evaluation.index:
        facts.append(f"{index.documents:,} documents, {index.passages:,} passages")
        facts += [index.embedder, f"generation {index.generation}"]
    if evaluation.median is not None and evaluation.p95 is not None:
        median, p95 = (round(1000 * seconds) for seconds in (evaluation.median, evaluation.p95))
        facts.append(f"{median:,} ms a question (95 % below {p95:,} ms)")
    return facts


def _measure(measure: Measure, results: Sequence[CaseResult]) -> dict[str, Any]:
    found = definition(measure.name)
    about = _ABOUT.get(measure.name, "")
    if measure.name == "ECE" and (least := ece_by_chance(results)) is not None:
        about += f" On so few answers a perfectly calibrated confidence would show {least:.2f}."
    return {
        "name": measure.name,
        "group": _GROUPS[found.group],
        "about": about,
        "lower": found.lower_is_better,
        "why": measure.why,
        **_interval(measure),
    }


def _interval(measure: Measure) -> dict[str, Any]:
    return {"value": measure.value, "low": measure.low, "high": measure.high, "n": measure.n}


def _bins(results: Sequence[CaseResult]) -> list[dict[str, Any]]:
    bins = []
    for each in reliability(results):
        low, high = wilson(each.right, each.n) if each.right is not None else (None, None)
        bins.append({**asdict(each), "low_right": low, "high_right": high})
    return bins


def _case(result: CaseResult, index: Path | None) -> dict[str, Any]:
    row = row_object(result)
    quoted = {(c.document, c.context_start) for c in result.citations if c.context}
    row["passages"] = [
        {"rank": rank, **asdict(passage)}
        for rank, passage in enumerate(result.found.best[:_PASSAGES], start=1)
        if (passage.document, passage.start) not in quoted
    ]
    row["outcome"] = outcome(result)
    row["badness"] = round(badness(result), 6)
    row["explain"] = None
    if index is not None and _was_asked(result):
        row["explain"] = explain_command(result.case.question, index)
    for name in ("items", "needs_all", "right", "relevant"):
        del row[name]
    return row


def _made(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Everything the run depends on, as names with values."""
    rows = list(_flat("", evaluation.settings))
    rows += [(f"version of {name}", version) for name, version in evaluation.versions.items()]
    return rows


def _flat(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for name, each in value.items() for row in _flat(f"{prefix} {name}", each)]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return [(prefix.strip(), "-" if value in (None, "") else str(value))]

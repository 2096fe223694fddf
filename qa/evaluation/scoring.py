"""What each measure makes of one case.

An answer is right where it is given, the question has one, and either its token F1 with an
expected answer is at least a half, or it holds an expected answer whole and quotes the labelled
evidence: a whole sentence that says it is right, one from elsewhere that has the same number in it
is not. An unanswerable question that is answered is wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qa.evaluation import overlap, words
from qa.evaluation.names import PER_CASE, RETRIEVAL
from qa.evaluation.retrieval import of_passages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.nouns import CaseResult

_RIGHT = 0.5


def scored(results: Sequence[CaseResult]) -> tuple[CaseResult, ...]:
    """The same results with their measures and whether they are right.

    Measures are rounded to 6 digits, so that a run read back from its file is the run that was
    written. Label drift leaves a case without the measures that need its labels.
    """
    rankings = of_passages((result.found for result in results), RETRIEVAL)
    return tuple(_scored(r, ranking) for r, ranking in zip(results, rankings, strict=True))


def _scored(result: CaseResult, ranking: dict[str, float]) -> CaseResult:
    measures = _answer(result)
    if result.case.answerable and result.labels.usable:
        measures |= ranking | _citations(result)
    return replace(
        result,
        measures={n: round(measures[n], 6) for n in PER_CASE if n in measures},
        right=is_right(result),
    )


def is_right(result: CaseResult) -> bool:
    """Whether the answer given counts as right."""
    if result.answer is None or not result.case.answerable:
        return False
    if not result.case.answers:
        return overlap.is_hit(result.citations, result.labels)
    if words.token_f1(result.answer, result.case.answers) >= _RIGHT:
        return True
    said = any(words.holds(result.answer, expected) for expected in result.case.answers)
    return said and overlap.is_hit(result.citations, result.labels)


def _answer(result: CaseResult) -> dict[str, float]:
    case = result.case
    if not case.answerable:
        refused = float(result.abstained)
        return {"EM_all": refused, "F1_all": refused}
    measures: dict[str, float] = {}
    if case.answers:
        em = f1 = 0.0
        if result.answer is not None:
            em = words.exact_match(result.answer, case.answers)
            f1 = words.token_f1(result.answer, case.answers)
        measures = {"EM": em, "F1": f1, "EM_all": em, "F1_all": f1}
    if case.items:
        said = sum(words.holds(result.answer or "", item) for item in case.items)
        measures["item_recall"] = said / len(case.items)
    return measures


def _citations(result: CaseResult) -> dict[str, float]:
    cited, labels = result.citations, result.labels
    measures = {"sentence_hit": float(overlap.is_hit(cited, labels))}
    precision = overlap.precision(cited, labels)
    if precision is not None:
        measures["citation_precision"] = precision
    recall = overlap.recall(cited, labels, needs_all=result.case.needs_all)
    measures["citation_recall"] = recall
    measures["citation_F1"] = overlap.harmonic(precision or 0.0, recall)
    return measures

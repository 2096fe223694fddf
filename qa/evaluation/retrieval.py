"""Measures of rankings, by ir_measures (MacAvaney et al., ECIR 2022; trec_eval underneath)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qa.evaluation.nouns import Found

    Qrels = Mapping[str, Mapping[str, int]]
    Run = Mapping[str, Mapping[str, float]]

# What we call it where the library has another name.
_OURS = {"hit": "Success"}


def parse(name: str) -> Any:
    """The library's measure of a name such as nDCG@10, R@100, RR or hit@1.

    Raises:
        UsageError: the library knows no such measure.
    """
    import ir_measures

    word, at, depth = name.partition("@")
    try:
        return ir_measures.parse_measure(_OURS.get(word, word) + at + depth)
    except (NameError, SyntaxError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"there is no measure {name!r}: try nDCG@10, R@100, RR or hit@1"
        ) from error


def printed(measure: Any) -> str:
    """What a measure of the library is called here; `parse` takes it back."""
    word, at, depth = str(measure).partition("@")
    ours = {theirs: name for name, theirs in _OURS.items()}
    return ours.get(word, word) + at + depth


def measured(qrels: Qrels, run: Run, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Every measure of every question with a relevant document, rounded to 6 digits.

    ``qrels`` maps question ids to documents' grades, ``run`` to documents' scores, as trec_eval
    takes them: higher is better, equal scores are ordered by name, the last first. A question
    that has no documents in the run has 0.
    """
    import ir_measures

    judged = {q: dict(grades) for q, grades in qrels.items() if any(g > 0 for g in grades.values())}
    values: dict[str, dict[str, float]] = {question: {} for question in judged}
    if not judged:
        return values
    asked = {question: dict(run[question]) for question in judged if run.get(question)}
    evaluator = ir_measures.evaluator([parse(name) for name in names], judged)
    for metric in evaluator.iter_calc(asked):
        values[metric.query_id][printed(metric.measure)] = round(float(metric.value), 6)
    return values


def in_order(ranking: Sequence[str]) -> dict[str, float]:
    """Scores that keep a ranking, best first, in its order: trec_eval knows single precision."""
    return {name: float(len(ranking) - place) for place, name in enumerate(ranking)}


def of_passages(found: Iterable[Found], names: Sequence[str]) -> list[dict[str, float]]:
    """The measures of rankings known by the ranks of what is relevant; {} where nothing is."""
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    order: list[str] = []
    for number, each in enumerate(found):
        question = str(number)
        order.append(question)
        qrels[question] = {f"r{i}": 1 for i in range(each.relevant)}
        ranking = [f"x{i}" for i in range(each.ranks[-1] if each.ranks else 0)]
        for i, rank in enumerate(each.ranks):
            ranking[rank - 1] = f"r{i}"
        run[question] = in_order(ranking)
    values = measured(qrels, run, names)
    return [values.get(question, {}) for question in order]

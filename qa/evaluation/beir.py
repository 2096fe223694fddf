"""Evaluate retrieval on a set in BEIR's layout (Thakur et al., NeurIPS 2021)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from qa.errors import UsageError
from qa.evaluation.cached import CORPUS
from qa.evaluation.cases import choose
from qa.evaluation.evaluate import evaluation
from qa.evaluation.names import RETRIEVAL
from qa.evaluation.nouns import Case, Ranked
from qa.evaluation.own import settings_of
from qa.evaluation.retrieval import in_order
from qa.evaluation.saved import save
from qa.evaluation.trec import KIND, judged_results, read_qrels
from qa.rows import read_questions
from qa.runs import documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.asking import Session
    from qa.evaluation.cached import TemporaryIndexes
    from qa.evaluation.nouns import CaseResult, Evaluation
    from qa.evaluation.own import Choice
    from qa.evaluation.retrieval import Qrels
    from qa.reporter import Reporter

QUERIES = "queries.jsonl"
# As deep as a run that `qa search --run` writes.
_DEPTH = 1000
_SHOWN = 10


def is_beir(path: Path) -> bool:
    """Whether a folder holds a set in BEIR's layout."""
    return (path / CORPUS).is_file() and (path / QUERIES).is_file() and (path / "qrels").is_dir()


def evaluate_beir(
    folder: Path, choice: Choice, indexes: TemporaryIndexes, reporter: Reporter
) -> Evaluation:
    """Index the corpus, search every judged question, measure the documents found.

    Documents are ranked as `qa search --run` does.

    Raises:
        UsageError: a file can't be read, or there are no judgements.
        RowsError: rows are malformed.
    """
    qrels = _qrels(folder, choice.split)
    judged = read_qrels(qrels)
    asked = read_questions(folder / QUERIES)
    cases = [Case(q.id, q.text, KIND, answerable=True) for q in asked if q.id in judged]
    if not cases:
        raise UsageError(f"{qrels} judges none of the questions of {folder / QUERIES}")
    chosen = choose(cases, limit=choice.limit)
    corpus = _read(folder / CORPUS)
    session = indexes.open(corpus, reporter)
    results = _search(session, chosen, judged, reporter)
    digest = hashlib.sha256(corpus).hexdigest()
    about = {"folder": folder.resolve().name, "qrels": qrels.name, "corpus_sha256": digest}
    made_with = settings_of(session, about, choice)
    made = evaluation(results, RETRIEVAL, made_with, session.snapshot)
    if choice.save is not None:
        save(made, choice.save)
    return made


def _search(
    session: Session, cases: Sequence[Case], judged: Qrels, reporter: Reporter
) -> tuple[CaseResult, ...]:
    reporter.start("searching", len(cases))
    run: dict[str, list[tuple[str, float]]] = {}
    seconds: dict[str, float] = {}
    session.ranked(cases[0].question)
    for case in cases:
        began = perf_counter()
        found = session.ranked(case.question)
        run[case.id] = documents(session, found, _DEPTH)
        seconds[case.id] = round(perf_counter() - began, 6)
        reporter.advance(1)
    asked = {case.id: case.question for case in cases}
    ordered = {q: in_order([name for name, _ in ranking]) for q, ranking in run.items()}
    results = judged_results({q: judged[q] for q in run}, ordered, asked)
    return tuple(_with_best(r, run[r.case.id], judged, seconds) for r in results)


def _with_best(
    result: CaseResult,
    ranking: list[tuple[str, float]],
    judged: Qrels,
    seconds: dict[str, float],
) -> CaseResult:
    grades = judged[result.case.id]
    best = tuple(
        Ranked(name, 0, 0, round(score, 6), grades.get(name, 0) > 0)
        for name, score in ranking[:_SHOWN]
    )
    ranks = tuple(i for i, (name, _) in enumerate(ranking, 1) if grades.get(name, 0) > 0)
    found = replace(result.found, ranks=ranks, best=best)
    return replace(result, found=found, seconds=seconds[result.case.id])


def _qrels(folder: Path, split: str | None) -> Path:
    """The judgements of a split: those of the test half unless another is named."""
    files = sorted((folder / "qrels").glob("*.tsv"))
    if split is None and len(files) == 1:
        return files[0]
    wanted = split or "test"
    for file in files:
        if file.stem == wanted:
            return file
    there = ", ".join(file.name for file in files) or "no .tsv file"
    raise UsageError(f"{folder / 'qrels'} has no {wanted}.tsv: there is {there}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error

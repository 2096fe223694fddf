"""Runs and judgements as TREC and BEIR write them, and the measures of a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qa.errors import RowsError, UsageError
from qa.evaluation.evaluate import evaluation
from qa.evaluation.names import RETRIEVAL
from qa.evaluation.nouns import Case, CaseResult, Evaluation, Found, Labels
from qa.evaluation.own import measuring
from qa.evaluation.retrieval import measured
from qa.evaluation.saved import save
from qa.rows import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qa.evaluation.own import Choice
    from qa.evaluation.retrieval import Qrels, Run

KIND = "query"
_BEIR_HEADER = "query-id"


def evaluate_run(run: Path, qrels: Path, choice: Choice) -> Evaluation:
    """Measure a TREC run against judgements, over all questions that have a relevant document.

    Raises:
        UsageError: a file can't be read, or nothing is judged relevant.
        RowsError: rows are malformed; all are named.
    """
    judged, found = read_qrels(qrels), read_run(run)
    about = {"run": run.name, "qrels": qrels.name}
    results = judged_results(judged, found, {})
    made = evaluation(results, RETRIEVAL, {"cases": about, "measuring": measuring()}, None)
    if choice.save is not None:
        save(made, choice.save)
    return made


def judged_results(qrels: Qrels, run: Run, questions: dict[str, str]) -> tuple[CaseResult, ...]:
    """A result for each question with a relevant document, measured by documents."""
    values = measured(qrels, run, RETRIEVAL)
    return tuple(
        CaseResult(
            case=Case(question, questions.get(question, question), KIND, answerable=True),
            labels=Labels(),
            answer=None,
            reason=None,
            confidence=0.0,
            citations=(),
            found=Found(sum(grade > 0 for grade in qrels[question].values())),
            measures={name: measures[name] for name in RETRIEVAL},
        )
        for question, measures in values.items()
    )


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read ``query 0 document grade`` lines, or BEIR's three columns with their header.

    White space in BEIR's ids is written as an underscore, as in runs.

    Raises:
        UsageError: the file can't be read.
        RowsError: lines are malformed, judged twice, or none is relevant; all are named.
    """
    problems: list[str] = []
    qrels: dict[str, dict[str, int]] = {}
    beir = False
    for number, line in _lines(path, problems):
        if line.startswith(_BEIR_HEADER):
            beir = True
            continue
        fields = [f.strip() for f in line.split("\t")] if beir else line.split()
        if len(fields) != (3 if beir else 4) or not _is_whole(fields[-1]):
            problems.append(f"line {number}: no {'three' if beir else 'four'} columns with a grade")
            continue
        question, document = fields[0], "_".join(fields[-2].split())
        if document in qrels.setdefault(question, {}):
            problems.append(f"line {number}: {document!r} is judged twice for {question!r}")
        qrels[question][document] = int(fields[-1])
    if not problems and not any(g > 0 for grades in qrels.values() for g in grades.values()):
        problems.append("no document is judged relevant")
    if problems:
        raise RowsError(told(path, problems))
    return qrels


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Read ``query Q0 document rank score tag`` lines; the scores decide, as in trec_eval.

    Raises:
        UsageError: the file can't be read.
        RowsError: lines are malformed, a document stands twice, or there is none; all are named.
    """
    problems: list[str] = []
    run: dict[str, dict[str, float]] = {}
    for number, line in _lines(path, problems):
        fields = line.split()
        score = _finite(fields[4]) if len(fields) == 6 else None
        if score is None:
            problems.append(f"line {number}: no line of a run: query Q0 document rank score tag")
            continue
        question, document = fields[0], fields[2]
        if document in run.setdefault(question, {}):
            problems.append(f"line {number}: {document!r} stands twice for {question!r}")
        run[question][document] = score
    if not problems and not run:
        problems.append("it has no lines")
    if problems:
        raise RowsError(told(path, problems))
    return run


def _lines(path: Path, problems: list[str]) -> Iterator[tuple[int, str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            text = line.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            problems.append(f"line {number}: not valid UTF-8")
            continue
        if text.strip():
            yield number, text


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

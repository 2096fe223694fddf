"""TREC runs: ranked documents for a file of questions, as evaluation tools read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.errors import UsageError
from qa.rows import read_questions
from qa.storage import replace_atomically, storing

if TYPE_CHECKING:
    from pathlib import Path

    from qa.asking import Session
    from qa.reporter import Reporter
    from qa.search import Candidates

TAG = "qa"


def write_run(session: Session, queries: Path, run: Path, top: int, reporter: Reporter) -> int:
    """Write ``qid Q0 docid rank score tag`` lines and return the number of questions.

    Documents have the score of their best passage, best first, ties by docid; a document of a
    ``.jsonl`` source has its id there as docid, any other its name. White space in ids, which the
    format can't hold, is refused.

    Raises:
        RowsError: rows of ``queries`` are malformed.
        UsageError: an id has white space in it.
        StorageError: ``run`` can't be written.
    """
    questions = read_questions(queries)
    spaced = [question.id for question in questions if question.id.split() != [question.id]]
    if spaced:
        raise UsageError(f"{queries}: ids with white space can't stand in a run: {spaced[:5]}")
    lines: list[str] = []
    reporter.start("searching", len(questions))
    for question in questions:
        candidates = session.ranked(question.text)
        for rank, (docid, score) in enumerate(documents(session, candidates, top), start=1):
            lines.append(f"{question.id} Q0 {docid} {rank} {score:.6f} {TAG}\n")
        reporter.advance(1)
    with storing(run.parent, "--run"):
        replace_atomically(run, "".join(lines).encode("utf-8", "surrogateescape"))
    return len(questions)


def documents(session: Session, candidates: Candidates, top: int) -> list[tuple[str, float]]:
    """The best ``top`` documents by docid and score, best first, ties by docid."""
    snapshot = session.snapshot
    owners = snapshot.passages["document"][candidates.ids]
    _, first = np.unique(owners, return_index=True)
    best = [(docid(session, int(owners[place])), float(candidates.score[place])) for place in first]
    return sorted(best, key=lambda pair: (-pair[1], pair[0]))[:top]


def docid(session: Session, document: int) -> str:
    """What a document is called in runs; white space is written as an underscore."""
    record = session.snapshot.document(document)
    name = record.name
    if record.line_start is not None:
        source = session.snapshot.sources[int(session.snapshot.documents[document]["source"])]
        name = name.removeprefix(f"{source.name}#")
    return "_".join(name.split())

"""Evaluate an index on cases with known answers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from qa.evaluation.bootstrap import LEVEL, RESAMPLES, SEED
from qa.evaluation.cases import FILE, check_documents, choose, read_cases
from qa.evaluation.evaluate import evaluation, versions
from qa.evaluation.journal import Journal
from qa.evaluation.labels import DEPTH
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.running import run_cases, searching
from qa.evaluation.saved import save
from qa.evaluation.scoring import scored

if TYPE_CHECKING:
    from pathlib import Path

    from qa.asking import Session
    from qa.evaluation.nouns import Case, Evaluation
    from qa.evaluation.running import Asking
    from qa.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases to run, and which kinds to report apart; ``save`` keeps the run."""

    split: str | None = None
    kinds: tuple[str, ...] = ()
    limit: int | None = None
    apart: tuple[str, ...] = ("spanish",)
    save: Path | None = None


@dataclass(frozen=True, slots=True)
class CaseSet:
    """The cases to run; ``about`` says, as a JSON object, where they are from."""

    cases: tuple[Case, ...]
    about: dict[str, Any]


def read_own(path: Path, choice: Choice) -> CaseSet:
    """Read the cases of a file or folder and choose among them.

    Raises:
        UsageError: the file can't be read, or nothing is chosen.
        RowsError: rows are malformed.
    """
    file = path / FILE if path.is_dir() else path
    cases = read_cases(file)
    chosen = choose(cases, split=choice.split, kinds=choice.kinds, limit=choice.limit)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return CaseSet(chosen, {"file": file.name, "sha256": digest})


def evaluate_own(
    session: Session, path: Path, read: CaseSet, choice: Choice, reporter: Reporter
) -> Evaluation:
    """Answer the cases of ``path`` and measure the answers.

    Raises:
        RowsError: evidence stands in documents that the index does not have.
        UsageError: an interrupted run of other cases, settings or index is in the way.
        StorageError: the run can't be saved.
    """
    known = {record.name for record in session.snapshot.iter_documents()}
    check_documents(read.cases, known, path / FILE if path.is_dir() else path)
    return run(session, read, searching(session), choice, reporter)


def run(
    session: Session, read: CaseSet, asking: Asking, choice: Choice, reporter: Reporter
) -> Evaluation:
    """Answer cases, go on where an interrupted run was to be saved in the same place, measure.

    The run is saved where ``choice`` says.

    Raises:
        UsageError: an interrupted run of other cases, settings or index is in the way.
        StorageError: the run can't be saved.
    """
    settings = settings_of(session, read.about, choice)
    names = [definition.name for definition in DEFINITIONS]
    if choice.save is None:
        results = run_cases(session, read.cases, asking, reporter)
        return evaluation(scored(results), names, settings, session.snapshot)
    depends = {"settings": settings, "index": asdict(session.snapshot.info), "versions": versions()}
    by_id = {case.id: case for case in read.cases}
    with Journal.at(Journal.beside(choice.save), depends, by_id) as journal:
        if journal.results:
            reporter.say(f"going on with an interrupted run: {len(journal.results)} are there")
        results = run_cases(session, read.cases, asking, reporter, journal)
        made = evaluation(scored(results), names, settings, session.snapshot)
        save(made, choice.save)
        journal.remove()
    return made


def settings_of(session: Session, about: dict[str, Any], choice: Choice) -> dict[str, Any]:
    """Everything that a run depends on but index and versions."""
    return {
        "cases": {
            **about,
            "split": choice.split,
            "kinds": list(choice.kinds),
            "limit": choice.limit,
            "apart": list(choice.apart),
        },
        "search": asdict(session.settings),
        "reader": _reader(session),
        "index": session.snapshot.description["settings"],
        "measuring": measuring(),
    }


def _reader(session: Session) -> dict[str, str] | None:
    if session.reader is None:
        return None
    return {"name": session.reader.name, "fingerprint": session.reader.fingerprint}


def measuring() -> dict[str, Any]:
    """How deep is judged and how intervals are drawn."""
    return {"depth": DEPTH, "resamples": RESAMPLES, "seed": SEED, "level": LEVEL}

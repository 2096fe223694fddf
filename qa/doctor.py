"""Do index, model and sources fit together, and what could not be read?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from qa import models
from qa.coverage import Coverage, coverage_of
from qa.encoder import load_encoder
from qa.encoders import folder_of
from qa.errors import QaError
from qa.freshness import changes
from qa.snapshot import Snapshot

if TYPE_CHECKING:
    from qa.nouns import Skipped


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, how it came out, and what to do where it is not well."""

    name: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, and file by file what was not read or read with reservations.

    ``coverage`` is None where there is no index to look at.
    """

    checks: tuple[Check, ...]
    coverage: Coverage | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Everything that was not read, and why."""
        return () if self.coverage is None else self.coverage.skipped

    @property
    def healthy(self) -> bool:
        """Whether nothing stands in the way of right answers."""
        return all(check.verdict is not Verdict.PROBLEM for check in self.checks)


def diagnose(index: Path) -> Diagnosis:
    """Look at an index, its model and its sources; never raises for what it finds."""
    try:
        snapshot = Snapshot.open(index)
    except QaError as error:
        return Diagnosis((Check("index", Verdict.PROBLEM, str(error)), _embedded()))
    info = snapshot.info
    size = f"{info.documents} documents, {info.passages} passages, generation {info.generation}"
    checks = (
        Check("index", Verdict.OK, f"{size}; all checksums agree"),
        _model(snapshot),
        _embedded(),
        _sources(snapshot),
    )
    notes = tuple((record.name, note) for record in snapshot.sources for note in record.notes)
    return Diagnosis(checks, coverage_of(snapshot), notes)


def _model(snapshot: Snapshot) -> Check:
    """Load the index's own model and embed a word with it."""
    own = snapshot.embedder
    try:
        encoder = load_encoder(folder_of(snapshot.index, own.fingerprint))
        vector = encoder.encode_questions(["probe"])
    except QaError as error:
        return Check("model", Verdict.PROBLEM, f"{error}")
    if encoder.identity != own or vector.shape != (1, own.dimension):
        return Check(
            "model",
            Verdict.PROBLEM,
            f"the model in the index is not the one it was made with: "
            f"run: qa index --index {snapshot.index}",
        )
    return Check("model", Verdict.OK, f"{own.name}, {own.dimension} dimensions, {own.fingerprint}")


def _embedded() -> Check:
    try:
        models.check_embedded()
    except QaError as error:
        return Check("embedded model", Verdict.NOTE, str(error))
    return Check("embedded model", Verdict.OK, f"{models.EMBEDDED_NAME}, as published")


def _sources(snapshot: Snapshot) -> Check:
    corpus = snapshot.manifest.corpus
    if not Path(corpus).is_dir():
        return Check(
            "sources",
            Verdict.NOTE,
            f"{corpus} is not at hand: quotes are checked against the index's own copy",
        )
    changed = changes(snapshot)
    if changed:
        return Check(
            "sources",
            Verdict.PROBLEM,
            f"{len(changed)} changed since the index was built ({', '.join(changed[:5])}): "
            f"run: qa index {corpus} --index {snapshot.index}",
        )
    return Check("sources", Verdict.OK, f"{corpus}: unchanged since the index was built")

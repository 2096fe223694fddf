"""From an index and a file of questions to what is fitted, for the commands that fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.errors import UsageError
from qa.evaluation.calibrate import calibrate
from qa.evaluation.cases import FILE, check_documents, choose, read_cases
from qa.evaluation.running import run_cases, searching
from qa.evaluation.scoring import scored
from qa.evaluation.tune import tune

if TYPE_CHECKING:
    from pathlib import Path

    from qa.asking import Session
    from qa.evaluation.calibrate import Calibrated
    from qa.evaluation.nouns import Case
    from qa.evaluation.tune import Tuning
    from qa.reporter import Reporter

DEV = "dev"


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which questions to fit to: the development half where there is one, unless ``whole``."""

    cases: Path
    whole: bool = False
    apart: tuple[str, ...] = ("spanish",)


def read_fitting(fitting: Fitting, reporter: Reporter) -> tuple[Case, ...]:
    """Read the questions to fit to, and say which were taken.

    Raises:
        UsageError: the file can't be read, or no question is left.
        RowsError: rows are malformed.
    """
    cases = read_cases(_file(fitting))
    taken = [case for case in cases if case.kind not in fitting.apart]
    if not fitting.whole and any(case.split == DEV for case in taken):
        taken = list(choose(taken, split=DEV))
        reporter.say(f"fitting to the {len(taken)} questions of the development half")
    if not taken:
        raise UsageError(f"{fitting.cases}: all questions are of kinds that are kept apart")
    return tuple(taken)


def tune_index(session: Session, fitting: Fitting, measure: str, reporter: Reporter) -> Tuning:
    """Find search settings for an index.

    Raises:
        UsageError, RowsError: as `read_fitting` and `qa.evaluation.tune.tune` say.
    """
    return tune(session, _known(session, fitting, reporter), measure, reporter)


def calibrate_index(
    session: Session, fitting: Fitting, target: float | None, reporter: Reporter
) -> Calibrated:
    """Fit confidence and, where a target is given, the threshold of an index.

    Raises:
        UsageError, RowsError: as `read_fitting` and `qa.evaluation.calibrate.calibrate` say.
        QaError: no threshold reaches the target.
    """
    cases = _known(session, fitting, reporter)
    plain = replace(session, settings=replace(session.settings, calibration=None, threshold=0.0))
    results = scored(run_cases(plain, cases, searching(plain), reporter))
    return calibrate(results, target)


def _known(session: Session, fitting: Fitting, reporter: Reporter) -> tuple[Case, ...]:
    cases = read_fitting(fitting, reporter)
    names = {record.name for record in session.snapshot.iter_documents()}
    check_documents(cases, names, _file(fitting))
    return cases


def _file(fitting: Fitting) -> Path:
    return fitting.cases / FILE if fitting.cases.is_dir() else fitting.cases

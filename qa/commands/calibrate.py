"""``qa calibrate``: fit confidence and the threshold for abstaining."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from qa.commands import fitting, options

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.calibrate import Calibrated


@click.command()
@fitting.cases_argument
@options.index_option
@click.option(
    "--target-precision",
    type=click.FloatRange(0, 1, min_open=True),
    help="Answer only so surely that this share of answers is right; without it, answer all.",
)
@fitting.whole_option
@fitting.apart_option
@fitting.dry_run_option
@fitting.output_option
@options.json_option
@options.embedder_option
@options.settings_option
@options.reader_option
def command(
    cases: Path,
    index: Path,
    target_precision: float | None,
    whole: bool,
    apart: tuple[str, ...],
    dry_run: bool,
    output: Path | None,
    as_json: bool,
    embedder: str | None,
    settings_file: Path | None,
    reader: str | None,
) -> None:
    """Fit to the questions in CASES (default: eval/) how sure an answer is said to be.

    CASES should be asked as people will ask, also what the documents do not answer: the share of
    such questions is part of what is fitted.
    """
    from qa.evaluation.fitting import Fitting, calibrate_index

    session = options.open_session(index, embedder, settings_file, reader)
    options.note_changes(session)
    with options.stderr_progress() as progress:
        found = calibrate_index(session, Fitting(cases, whole, apart), target_precision, progress)
    _show(found, as_json=as_json)
    if not dry_run:
        threshold = found.goal.threshold if found.goal is not None else None
        changes = {"calibration": asdict(found.calibration), "threshold": threshold or None}
        fitting.say_kept(fitting.keep(changes, index, output, settings_file))


def _show(found: Calibrated, *, as_json: bool) -> None:
    from qa.render import words
    from qa.render.fitting import calibrated_lines, calibrated_object
    from qa.render.jsonout import SCHEMA, dumps

    if as_json:
        click.echo(dumps({"schema": SCHEMA, **calibrated_object(found)}))
        return
    for line in calibrated_lines(found, words.signs(sys.stdout.encoding)):
        click.echo(line)

"""``qa tune``: fit search settings to questions with known answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from qa.commands import fitting, options

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.tune import Tuning


@click.command()
@fitting.cases_argument
@options.index_option
@click.option(
    "--measure", default="nDCG@10", show_default=True, help="What is to rise: nDCG@10, RR, hit@1."
)
@fitting.whole_option
@fitting.apart_option
@fitting.dry_run_option
@fitting.output_option
@options.json_option
@options.embedder_option
@options.settings_option
def command(
    cases: Path,
    index: Path,
    measure: str,
    whole: bool,
    apart: tuple[str, ...],
    dry_run: bool,
    output: Path | None,
    as_json: bool,
    embedder: str | None,
    settings_file: Path | None,
) -> None:
    """Find the lexical weight and depth that rank best for the questions in CASES (default: eval/).

    What is gained is measured on other questions than those it was chosen on; where that may be
    chance, the default stays.
    """
    from qa.evaluation.fitting import Fitting, tune_index

    session = options.open_session(index, embedder, settings_file)
    options.note_changes(session)
    with options.stderr_progress() as progress:
        found = tune_index(session, Fitting(cases, whole, apart), measure, progress)
    _show(found, as_json=as_json)
    if not dry_run:
        fitting.say_kept(fitting.keep(_changes(found), index, output, settings_file))
        if session.settings.calibration is not None and found.kept != found.default.settings:
            options.say("confidence was calibrated with other settings: run: qa calibrate")


def _changes(found: Tuning) -> dict[str, Any]:
    """What the file is to say: nothing of settings that are the default."""
    kept, default = found.kept, found.default.settings
    return {
        "weight": kept.weight if kept.weight != default.weight else None,
        "depth": kept.depth if kept.depth != default.depth else None,
    }


def _show(found: Tuning, *, as_json: bool) -> None:
    from qa.render import words
    from qa.render.fitting import tuning_lines, tuning_object
    from qa.render.jsonout import SCHEMA, dumps

    if as_json:
        click.echo(dumps({"schema": SCHEMA, **tuning_object(found)}))
        return
    for line in tuning_lines(found, words.signs(sys.stdout.encoding)):
        click.echo(line)

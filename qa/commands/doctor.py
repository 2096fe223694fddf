"""``qa doctor``: do index, model and sources fit together, and what was not readable?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from qa.commands import options

if TYPE_CHECKING:
    from pathlib import Path

    from qa.doctor import Diagnosis

_COLOUR = {"ok": "green", "note": "yellow", "problem": "red"}


@click.command()
@options.index_option
@options.json_option
@click.pass_context
def command(ctx: click.Context, index: Path, as_json: bool) -> None:
    """Say whether index, model and sources fit together, and what was not readable.

    Exit code 4 if something stands in the way of right answers.
    """
    from qa.doctor import diagnose
    from qa.render.jsonout import dumps
    from qa.render.plan import skipped_object

    diagnosis = diagnose(index)
    if as_json:
        checks = [asdict(check) for check in diagnosis.checks]
        skipped = [skipped_object(item) for item in diagnosis.skipped]
        coverage = None if diagnosis.coverage is None else diagnosis.coverage.as_json()
        notes = [{"document": name, "note": note} for name, note in diagnosis.notes]
        found = {"schema": 1, "healthy": diagnosis.healthy, "checks": checks}
        more = {"coverage": coverage, "skipped": skipped, "notes": notes}
        click.echo(dumps({**found, **more}))
    else:
        _show(diagnosis)
    ctx.exit(0 if diagnosis.healthy else options.FOUND)


def _show(diagnosis: Diagnosis) -> None:
    from qa.render.plan import coverage_line
    from qa.render.safe import clean_line

    for check in diagnosis.checks:
        verdict = click.style(f"{check.verdict:<8}", fg=_COLOUR[check.verdict])
        click.echo(f"{verdict} {check.name}: {clean_line(check.message)}")
    if diagnosis.coverage is not None:
        verdict = click.style(f"{'ok':<8}", fg="green")
        click.echo(f"{verdict} coverage: {coverage_line(diagnosis.coverage)}")
    for item in diagnosis.skipped:
        line = f", line {item.line}" if item.line is not None else ""
        click.echo(f"{'skipped':<8} {clean_line(item.path)}{line}: {clean_line(item.reason)}")
    for name, note in diagnosis.notes:
        click.echo(f"{'read':<8} {clean_line(name)}: {clean_line(note)}")

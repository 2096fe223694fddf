"""``qa train``: train a reader on questions with marked answers."""

from __future__ import annotations

from pathlib import Path

import click

from qa.commands import options


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the reader, its checkpoint and its log.",
)
@click.option("--examples", default=90_000, show_default=True, type=click.IntRange(1))
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Stop after so long.")
@click.option(
    "--share",
    "shares",
    multiple=True,
    metavar="NAME=NUMBER",
    help="How often a file's questions are drawn; by default with the root of their number.",
)
@click.option(
    "--leave-out",
    multiple=True,
    metavar="TEXT",
    help="Leave out articles and paragraphs that hold this.",
)
@click.option(
    "--start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Go on from this reader; else begin with the embedded encoder.",
)
@click.option("--rate", default=2e-4, show_default=True, type=click.FloatRange(0, min_open=True))
@click.option("--seed", default=1, show_default=True)
def command(
    files: tuple[Path, ...],
    output: Path,
    examples: int,
    minutes: float | None,
    shares: tuple[str, ...],
    leave_out: tuple[str, ...],
    start: Path | None,
    rate: float,
    seed: int,
) -> None:
    """Train a reader on FILES in SQuAD's layout; the first is the one it is measured on most.

    Stopped, it goes on from its last checkpoint when it is called again. Use what it wrote with:
    qa ask --reader FOLDER.
    """
    from qa.training.loop import Schedule
    from qa.training.train import Plan, train

    plan = Plan(
        files=files,
        shares=dict(_share(text) for text in shares),
        leave_out=leave_out,
        schedule=Schedule(examples=examples, minutes=minutes, rate=rate),
        seed=seed,
        start=start,
    )
    with options.stderr_progress() as progress:
        train(plan, output, progress)


def _share(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as error:
        message = f"--share is NAME=NUMBER, not {text!r}"
        raise click.UsageError(message) from error

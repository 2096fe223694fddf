"""``qa train``: train a reader on questions with marked answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.commands import options

if TYPE_CHECKING:
    from qa.training.train import Plan


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write the reader, its checkpoint and its log to.",
)
@click.option(
    "--corpus",
    default=options.DEFAULT_CORPUS,
    show_default=True,
    type=click.Path(path_type=Path),
    help="The documents that the questions of a .jsonl file are about.",
)
@click.option(
    "--examples",
    default=90_000,
    show_default=True,
    type=click.IntRange(1),
    help="How many examples to train on in all.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="Stop after so many minutes of training, measuring not counted, if that comes first.",
)
@click.option(
    "--share",
    "shares",
    multiple=True,
    metavar="NAME=NUMBER",
    help="How often a file's questions are drawn, by its name without the ending; by default the "
    "square root of their number. Repeatable.",
)
@click.option(
    "--leave-out",
    multiple=True,
    metavar="TEXT",
    help="Leave out articles whose name, and paragraphs whose text, holds this. Repeatable.",
)
@click.option(
    "--start",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Go on from this reader that qa train has written, of several from the mean of their "
    "weights; else begin with an encoder. Repeatable.",
)
@click.option(
    "--layers",
    type=click.IntRange(0),
    help="Train only the last so many layers of the encoder, and the heads: faster, and the other "
    "weights of the reader stay as they are. By default all.",
)
@click.option(
    "--teacher",
    metavar="FOLDER ENCODER",
    type=(click.Path(exists=True, file_okay=False, path_type=Path), str),
    default=None,
    help="Learn from this reader, too, what it makes of each example: qa train has written it, "
    "from an encoder that may be larger, and that is named beside it.",
)
@click.option(
    "--average",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Train nothing: take the mean of the weights of these readers. Repeatable.",
)
@click.option(
    "--encoder",
    metavar="NAME_OR_PATH",
    help="The BERT or MPNet encoder to begin with, or that the reader began with; by default the "
    "embedded model.",
)
@click.option(
    "--fit",
    multiple=True,
    metavar="FILE FOLDER",
    type=(
        click.Path(exists=True, dir_okay=False, path_type=Path),
        click.Path(exists=True, file_okay=False, path_type=Path),
    ),
    help="A .jsonl file of questions, and the folder of their documents, to weigh the evidence by, "
    "besides what is held out: those of its split dev. They are not trained on. Repeatable.",
)
@click.option(
    "--fit-only",
    is_flag=True,
    help="Train nothing: weigh the evidence of the reader in --output anew.",
)
@click.option(
    "--curve",
    is_flag=True,
    help="Train on a quarter and half of the questions, too, from the same start, and write what "
    "they bring to curve.md: whether more questions would help. Takes 1.75 times as long.",
)
@click.option(
    "--mix",
    type=(click.IntRange(min=1), click.IntRange(min=0), click.IntRange(min=0)),
    default=(15, 4, 5),
    show_default=True,
    metavar="A W M",
    help="How many questions of a batch have an answer, were written to have none, are made to "
    "have none.",
)
@click.option(
    "--rivals",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="With how many more passages, which are like its own and do not answer it, each question "
    "of a batch that has an answer is read and compared.",
)
@click.option(
    "--distinct",
    type=click.IntRange(1),
    help="Let the same examples come again after about so many, instead of ever new ones: a "
    "teacher, which takes most of the time, is asked about each but once.",
)
@click.option(
    "--rate",
    default=2e-4,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="The highest learning rate; a tenth of it suits a reader to go on from.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="What examples, their order and the first weights are drawn with.",
)
def command(output: Path, fit_only: bool, curve: bool, **given: Any) -> None:
    """Train a reader on FILES in SQuAD's layout, or on your own questions.

    A .jsonl file has questions as qa eval takes them; its quotes are looked up in the documents
    of --corpus. Where its questions are split, those of "dev" alone are taken.

    A part of the questions is held out to measure on: a fifth of the first file, of the others
    three in a hundred. Stopped with Ctrl-C, or by a power cut, it goes on from its last checkpoint
    when it is called again. Use what it wrote with: qa ask --reader FOLDER.
    """
    from qa.training.curve import learning_curve
    from qa.training.train import fit_only as weigh_anew
    from qa.training.train import train

    if curve and fit_only:
        raise click.UsageError("--curve trains, --fit-only does not: leave one of them out")
    plan = _plan(**given)
    with options.stderr_progress() as progress:
        if fit_only:
            weigh_anew(plan, output, progress)
        elif curve:
            learning_curve(plan, output, progress)
        else:
            train(plan, output, progress)


def _plan(
    *,
    examples: int,
    minutes: float | None,
    rate: float,
    mix: tuple[int, int, int],
    rivals: int,
    distinct: int | None,
    shares: tuple[str, ...],
    **others: Any,
) -> Plan:
    """The plan that the options describe; ``others`` are its fields by name."""
    from qa.training.examples import Recipe
    from qa.training.loop import Schedule
    from qa.training.train import Plan

    return Plan(
        schedule=Schedule(examples=examples, minutes=minutes, rate=rate),
        recipe=Recipe(*mix, rivals, distinct),
        shares=dict(_share(text) for text in shares),
        **others,
    )


def _share(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as error:
        message = f"--share is NAME=NUMBER, not {text!r}"
        raise click.UsageError(message) from error

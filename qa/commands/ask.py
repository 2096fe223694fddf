"""``qa ask``: answer a question, questions on stdin, at a prompt, or of a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.commands import options
from qa.commands.filters import filter_options, narrowed
from qa.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.asking import Session
    from qa.narrow import Narrow
    from qa.nouns import Answer


@click.command()
@click.argument("question", nargs=-1)
@options.index_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many passages to show.",
)
@options.explain_option
@options.json_option
@click.option(
    "--file",
    "questions",
    type=click.Path(path_type=Path, dir_okay=False),
    help='Questions to answer, a line {"id", "question"} each; needs --output.',
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the answers go, an object a line; an interrupted run is resumed.",
)
@options.embedder_option
@options.settings_option
@options.reader_option
@filter_options
@click.pass_context
def command(
    ctx: click.Context,
    question: tuple[str, ...],
    index: Path,
    top: int,
    explain: bool,
    as_json: bool,
    questions: Path | None,
    output: Path | None,
    embedder: str | None,
    settings_file: Path | None,
    reader: str | None,
    narrow: Narrow,
) -> None:
    """Answer QUESTION with quotes checked in the source, or say that the documents do not say.

    Without QUESTION: a prompt at a terminal; otherwise one answer for each line of stdin.
    """
    if (questions is None) != (output is None):
        raise UsageError("--file and --output go together: questions in, answers out")
    if questions is not None and output is not None:
        if question:
            raise UsageError("give either QUESTION or --file, not both")
        session = options.open_session(index, embedder, settings_file, reader)
        _batch(narrowed(session, narrow), questions, output, top)
        return
    if question:
        from qa.asking import checked

        checked(" ".join(question))
    session = narrowed(options.open_session(index, embedder, settings_file, reader), narrow)
    options.note_changes(session)
    show = _shower(session, top=top, explain=explain, as_json=as_json)
    if question:
        answer = session.ask(" ".join(question), top)
        show(answer)
        ctx.exit(options.ABSTAINED if answer.abstained else 0)
    if sys.stdin.isatty():
        _prompt(session, show, top)
    else:
        _lines(session, show, top)


def _shower(
    session: Session, *, top: int, explain: bool, as_json: bool
) -> Callable[[Answer], None]:
    """Give what shows an answer: as JSON without importing rich, or on a console."""
    if as_json:
        from qa.render.jsonout import answer_object, dumps

        return lambda answer: click.echo(dumps(answer_object(answer, explain=explain)))
    from qa.render.console import make_console
    from qa.render.terminal import show_answer

    console = make_console(sys.stdout)
    root = session.sources.root

    def show(answer: Answer) -> None:
        for typed, meant in answer.read_as:
            options.say(f"note: read “{typed}” as “{meant}”")
        show_answer(answer, console, explain=explain, top=top, corpus_root=root)

    return show


def _lines(session: Session, show: Callable[[Answer], None], top: int) -> None:
    """Answer stdin line by line; blank lines are passed over."""
    asked = 0
    for line in sys.stdin:
        if line.strip():
            asked += 1
            show(session.ask(line.strip(), top))
            sys.stdout.flush()
    if not asked:
        raise UsageError('no question: run: qa ask "your question", or give questions on stdin')


def _prompt(session: Session, show: Callable[[Answer], None], top: int) -> None:
    """Ask at a terminal until the end of input; the model stays loaded."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - importing it is what gives line editing

    options.say("Ask a question; an empty line or Ctrl-D ends.")
    while True:
        try:
            line = input("? ")
        except EOFError:
            click.echo()
            return
        if not line.strip():
            return
        try:
            show(session.ask(line.strip(), top))
        except UsageError as error:
            options.say(str(error))


def _batch(session: Session, questions: Path, output: Path, top: int) -> None:
    from qa.batch import answer_file

    options.note_changes(session)
    with options.stderr_progress() as progress:
        done = answer_file(session, questions, output, top, progress)
    options.say(
        f"{done.answered} answered, {done.abstained} abstained, "
        f"{done.resumed} there already: {output}"
    )

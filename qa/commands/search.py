"""``qa search``: the ranked passages alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.commands import options
from qa.commands.filters import filter_options, narrowed
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.asking import Session
    from qa.narrow import Narrow

_TOP = 10
_RUN_TOP = 1000


@click.command()
@click.argument("question", nargs=-1)
@options.index_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help=f"How many to show: {_TOP}, in a run {_RUN_TOP}, if not given.",
)
@options.explain_option
@options.json_option
@click.option(
    "--queries",
    type=click.Path(path_type=Path, dir_okay=False),
    help='Questions, a line {"_id"|"id", "text"|"question"} each; needs --run.',
)
@click.option(
    "--run",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the TREC run goes: qid Q0 docid rank score tag.",
)
@options.embedder_option
@options.settings_option
@options.reader_option
@filter_options
def command(
    question: tuple[str, ...],
    index: Path,
    top: int | None,
    explain: bool,
    as_json: bool,
    queries: Path | None,
    run: Path | None,
    embedder: str | None,
    settings_file: Path | None,
    reader: str | None,
    narrow: Narrow,
) -> None:
    """Show the passages that rank highest for QUESTION; without one, for each line of stdin."""
    if (queries is None) != (run is None):
        raise UsageError("--queries and --run go together: questions in, a run out")
    if queries is not None and run is not None:
        from qa.runs import write_run

        session = narrowed(options.open_session(index, embedder, settings_file, reader), narrow)
        with options.stderr_progress() as progress:
            number = write_run(session, queries, run, top or _RUN_TOP, progress)
        options.say(f"{number} questions searched: {run}")
        return
    asked = [" ".join(question)] if question else [line.strip() for line in sys.stdin]
    asked = [text for text in asked if text or question]
    if not asked:
        raise UsageError('no question: run: qa search "your question"')
    session = narrowed(options.open_session(index, embedder, settings_file, reader), narrow)
    options.note_changes(session)
    for text in asked:
        _show(session, text, top or _TOP, explain=explain, as_json=as_json)


def _show(session: Session, question: str, top: int, *, explain: bool, as_json: bool) -> None:
    found = session.search(question, top)
    if as_json:
        from qa.render.jsonout import dumps, passage_object

        passages = [passage_object(hit, explain=explain) for hit in found]
        click.echo(dumps({"schema": 1, "question": question, "passages": passages}))
        return
    from qa.render.console import make_console
    from qa.render.terminal import show_hits

    show_hits(found, make_console(sys.stdout), explain=explain, corpus_root=session.sources.root)

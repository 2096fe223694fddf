"""``qa index``: build the index of a folder, or bring it up to date."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from qa.commands import options
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.survey import Request


@click.command()
@click.argument(
    "corpus", type=click.Path(path_type=Path, readable=False), default=options.DEFAULT_CORPUS
)
@options.index_option
@click.option("--embedder", metavar="NAME_OR_PATH", help="Any sentence-transformers model.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("--check", is_flag=True, help="As --dry-run; exit code 4 if anything would be done.")
@click.option("--watch", is_flag=True, help="Stay, and follow changes until Ctrl-C.")
@click.option("--rollback", is_flag=True, help="Make the generation before this one current again.")
@click.option(
    "--max-file-size",
    type=options.Size(),
    default="100MB",
    show_default=True,
    help="Skip larger files.",
)
@options.max_seconds_option
@options.max_memory_option
@click.option("--retry", is_flag=True, help="Read again what could not be read before.")
@options.json_option
@click.pass_context
def command(
    ctx: click.Context,
    corpus: Path,
    index: Path,
    embedder: str | None,
    dry_run: bool,
    check: bool,
    watch: bool,
    rollback: bool,
    max_file_size: int,
    max_seconds: float,
    max_memory: int,
    retry: bool,
    as_json: bool,
) -> None:
    """Build the index of CORPUS (default: corpus/), or bring it up to date.

    Only what changed is read and embedded again. Until the new generation is published, the old
    one answers.
    """
    from qa.limits import Limits
    from qa.settings import IndexSettings
    from qa.survey import Request

    if sum((rollback, watch, dry_run or check)) > 1:
        raise UsageError("--rollback, --watch and --dry-run or --check are each on their own")
    if rollback:
        _rollback(index, as_json=as_json)
        return
    limits = Limits(max_seconds, max_memory)
    settings = IndexSettings()
    request = Request(corpus, index, settings, embedder, max_file_size, limits, retry)
    if dry_run or check:
        doing = _plan(request, as_json=as_json)
        ctx.exit(options.FOUND if check and doing else 0)
    if watch:
        _watch(request, as_json=as_json)
    else:
        _build(request, [], as_json=as_json)


def _plan(request: Request, *, as_json: bool) -> bool:
    from qa.render.jsonout import dumps
    from qa.render.plan import plan_lines
    from qa.survey import survey

    plan = survey(request).plan
    if as_json:
        click.echo(dumps({"schema": 1, "plan": plan.as_json(), "up_to_date": plan.is_empty}))
    else:
        for line in plan_lines(plan):
            click.echo(line)
    return not plan.is_empty


def _watch(request: Request, *, as_json: bool) -> None:
    """Follow changes until Ctrl-C or the signal to end, which are no failure."""
    import signal
    from threading import Event

    from qa.watch import watch

    said: list[str] = []

    def build() -> None:
        _build(request, said, as_json=as_json)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    options.say(f"watching {request.corpus}: Ctrl-C ends")
    try:
        watch(request.corpus, request.index, build, options.say, Event())
    except KeyboardInterrupt:
        options.say("stopped watching; what was finished is kept")
    finally:
        signal.signal(signal.SIGTERM, before)


def _build(request: Request, said: list[str], *, as_json: bool) -> None:
    """Build, and say what was done and is not among what was ``said`` of the build before."""
    from qa.build import build
    from qa.render.jsonout import dumps
    from qa.render.plan import outcome_lines, outcome_object

    began = perf_counter()
    with options.stderr_progress() as progress:
        outcome = build(request, progress)
    seconds = perf_counter() - began
    done, *told = outcome_lines(outcome, request.index, seconds)
    news = outcome.published or not said
    for line in [*([done] if news else []), *(line for line in told if line not in said)]:
        click.echo(line, err=True)
    said[:] = told
    if as_json and news:
        click.echo(dumps(outcome_object(outcome, seconds)))


def _rollback(index: Path, *, as_json: bool) -> None:
    from qa.build import rollback
    from qa.render.jsonout import dumps

    manifest = rollback(index)
    click.echo(
        f"generation {manifest.current} is current again; it was {manifest.previous}. "
        "The next qa index brings the index up to date with its sources.",
        err=True,
    )
    if as_json:
        click.echo(
            dumps({"schema": 1, "generation": manifest.current, "previous": manifest.previous})
        )

"""``qa eval``: measure answers on questions with known answers."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.commands import options
from qa.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.asking import Session
    from qa.evaluation.cached import TemporaryIndexes
    from qa.evaluation.gate import Gate
    from qa.evaluation.nouns import Comparison, Evaluation
    from qa.evaluation.own import Choice

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("cases", type=click.Path(path_type=Path), default=Path("eval"))
@options.index_option
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this half.")
@click.option("--kind", "kinds", multiple=True, help="Only questions of this kind; repeatable.")
@click.option(
    "--apart",
    multiple=True,
    default=("spanish",),
    show_default=True,
    help="A kind to report by itself, not in the measures over all; repeatable.",
)
@click.option("--limit", type=click.IntRange(min=1), help="So many questions, evenly spread.")
@click.option("--save", type=_FILE, help="Keep the run with all its rows; resumes where it broke.")
@click.option("--baseline", type=_FILE, help="Compare with a saved run, question by question.")
@click.option(
    "--fail-on-regression",
    "gates",
    metavar="[MEASURE[:MARGIN]]",
    multiple=True,
    is_flag=False,
    flag_value="all",
    help="Exit code 4 where the measure (without one: any) is significantly worse than the "
    "baseline's, or worse by more than MARGIN; repeatable.",
)
@click.option("--given-context", is_flag=True, help="SQuAD: read each question's own paragraph.")
@click.option("--report", type=_FILE, help="Draw the run as a page for a browser (HTML).")
@click.option("--run", type=_FILE, help="Measure this TREC run; needs --qrels.")
@click.option("--qrels", type=_FILE, help="The judgements for --run: query 0 document grade.")
@options.json_option
@options.embedder_option
@options.settings_option
@options.reader_option
@click.pass_context
def command(
    ctx: click.Context,
    cases: Path,
    index: Path,
    split: str | None,
    kinds: tuple[str, ...],
    apart: tuple[str, ...],
    limit: int | None,
    save: Path | None,
    baseline: Path | None,
    gates: tuple[str, ...],
    given_context: bool,
    report: Path | None,
    run: Path | None,
    qrels: Path | None,
    as_json: bool,
    embedder: str | None,
    settings_file: Path | None,
    reader: str | None,
) -> None:
    """Measure answers on the questions in CASES, whose answers are known (default: eval/).

    CASES is a file of questions (JSONL) or a folder with questions.jsonl; a folder in BEIR's
    layout (corpus.jsonl, queries.jsonl, qrels/); or a file in SQuAD's (.json). For the last two an
    index is made and kept in the cache.
    """
    from qa.evaluation.gate import Gate
    from qa.evaluation.own import Choice
    from qa.evaluation.saved import read_saved

    if (run is None) != (qrels is None):
        raise UsageError("--run and --qrels go together: a run, and what is relevant")
    if gates and baseline is None:
        raise UsageError("--fail-on-regression needs --baseline: worse than what?")
    if given_context and cases.suffix != ".json":
        raise UsageError("--given-context is for a file in SQuAD's layout (.json)")
    choice = Choice(split, kinds, limit, apart, save)
    parsed = [Gate.parse(gate) for gate in gates]
    before = read_saved(baseline) if baseline is not None else None
    if run is not None and qrels is not None:
        from qa.evaluation.trec import evaluate_run

        now = evaluate_run(run, qrels, choice)
    elif cases.suffix == ".json" or _is_beir(cases):
        indexes = _indexes(embedder, settings_file, reader)
        now = _public(cases, choice, indexes, given_context=given_context)
    else:
        opened = partial(options.open_session, index, embedder, settings_file, reader)
        now = _own(cases, choice, opened)
    _warn(now)
    if report is not None:
        from qa.evaluation.report import write_report

        write_report(now, report, f"Evaluation of {(run or cases).resolve().name}")
        options.say(f"report: {report}")
    comparison = _show(now, before, as_json=as_json)
    ctx.exit(_gate(comparison, parsed) if comparison is not None else 0)


def _own(cases: Path, choice: Choice, opened: Callable[[], Session]) -> Evaluation:
    from qa.evaluation.own import evaluate_own, read_own

    read = read_own(cases, choice)
    session = opened()
    options.note_changes(session)
    with options.stderr_progress() as progress:
        return evaluate_own(session, cases, read, choice, progress)


def _is_beir(cases: Path) -> bool:
    from qa.evaluation.beir import is_beir

    return is_beir(cases)


def _indexes(
    embedder: str | None, settings_file: Path | None, reader: str | None
) -> TemporaryIndexes:
    from qa.evaluation.cached import TemporaryIndexes
    from qa.reader_choice import open_reader

    settings = options.read_settings(Path(), settings_file) if settings_file is not None else None
    return TemporaryIndexes(embedder, settings, reader=open_reader(reader))


def _public(
    cases: Path, choice: Choice, indexes: TemporaryIndexes, *, given_context: bool
) -> Evaluation:
    from qa.evaluation.beir import evaluate_beir
    from qa.evaluation.squad import evaluate_squad

    with options.stderr_progress() as progress:
        if cases.suffix == ".json":
            return evaluate_squad(cases, choice, indexes, progress, given_context=given_context)
        return evaluate_beir(cases, choice, indexes, progress)


def _warn(evaluation: Evaluation) -> None:
    """Say what drifted and what is undefined, on stderr."""
    for result in evaluation.drifted:
        for evidence in result.labels.drift:
            options.say(
                f"label drift: {result.case.id} quotes what does not stand in "
                f"{evidence.document} any more: “{evidence.quote}”"
            )
    for measure in evaluation.measures.values():
        if measure.value is None:
            options.say(f"{measure.name} is undefined on these questions: {measure.why}")


def _show(now: Evaluation, before: Evaluation | None, *, as_json: bool) -> Comparison | None:
    from qa.evaluation.compare import compare
    from qa.evaluation.saved import comparison_object, evaluation_object

    comparison = compare(now, before) if before is not None else None
    if as_json:
        from qa.render.jsonout import dumps

        value = evaluation_object(now)
        if comparison is not None:
            value["comparison"] = comparison_object(comparison)
        click.echo(dumps(value))
        return comparison
    from qa.render.console import make_console
    from qa.render.evaluation import show_comparison, show_evaluation

    console = make_console(sys.stdout)
    show_evaluation(now, console)
    if comparison is not None:
        show_comparison(comparison, console)
    return comparison


def _gate(comparison: Comparison, gates: list[Gate]) -> int:
    from qa.evaluation.gate import regressions

    if not gates:
        return 0
    worse = regressions(comparison, gates)
    for line in worse:
        options.say(f"regression: {line}")
    return options.FOUND if worse else 0

"""A learning curve: the same training with a quarter, half and all of the questions.

As a rule what is wrong falls as a power of the number of examples, by the same share with each
doubling, until nothing more can be learnt (Hestness et al., "Deep Learning Scaling is Predictable,
Empirically", arXiv 1712.00409). So the last doubling says what the next one promises.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qa.errors import UsageError
from qa.storage import replace_atomically
from qa.training.articles import portion
from qa.training.train import combine, sources_of, teach, writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qa.reporter import Reporter
    from qa.training.articles import Source
    from qa.training.loop import Schedule
    from qa.training.train import Plan

FILE = "curve.md"
PARTS = {"quarter": 0.25, "half": 0.5, "all": 1.0}
_ALL = "all"
_MEASURES = {"f1": "F1", "em": "exact", "best_f1": "F1 with refusals", "auroc": "AUROC"}


def learning_curve(plan: Plan, output: Path, reporter: Reporter) -> str:
    """Train three times, each from the plan's start, and write ``curve.md`` beside the reader.

    A part of the questions is trained on for as large a part of the schedule. The reader of all of
    them is what `train` would write to ``output``; the others' folders are in it. Gives what was
    written: a table and a chart for each file of which something is held out.

    Raises:
        UsageError: nothing would be trained; and as `train` says, as are the other errors.
    """
    if plan.average:
        raise UsageError("--curve trains, --average does not: leave one of them out")
    sources = sources_of(plan, reporter)
    rows = {}
    for name, part in PARTS.items():
        reporter.say(f"Learning curve: {part:.0%} of the questions.")
        some = [portion(source, part, plan.seed) for source in sources]
        shorter = replace(plan, schedule=_shorter(plan.schedule, part))
        folder = output if name == _ALL else output / name
        rows[name] = {"questions": _number(some)} | teach(shorter, some, folder, reporter)
    text = as_markdown(rows)
    with writing(output, "fitting"):
        replace_atomically(output / FILE, text.encode())
        reporter.say(f"Written: {output / FILE}: what each part of the questions brought.")
        combine(plan, sources, output, reporter)
    return text


def as_markdown(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Tables and charts of trainings by name, the smallest first.

    Each has its ``questions``, ``examples`` and, by file, the figures ``held_out``.
    """
    files = dict.fromkeys(file for row in rows.values() for file in row["held_out"])
    parts = [_of_file(file, rows) for file in files]
    return "\n".join(["# Learning curve", "", *(line for part in parts for line in part)])


def _of_file(file: str, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    figures = {name: row["held_out"][file] for name, row in rows.items()}
    asked = next(iter(figures.values()))
    header = ["", "questions", "examples", *_MEASURES.values()]
    answerable, unanswerable = asked["answerable"], asked["unanswerable"]
    if not answerable + unanswerable:
        return []
    lines = [
        f"## {file}",
        "",
        f"None trained on: {answerable:,} questions with an answer, {unanswerable:,} without.",
        "",
        _row(header),
        _row(["---"] * len(header)),
    ]
    for name, row in rows.items():
        counts = [f"{row['questions']:,}", f"{row['examples']:,}"]
        lines.append(_row([name, *counts, *(_said(figures[name][key]) for key in _MEASURES)]))
    charted = {key: [figure[key] for figure in figures.values()] for key in _MEASURES}
    drawn = {key: values for key, values in charted.items() if None not in values}
    examples = ", ".join(f'"{row["examples"]:,}"' for row in rows.values())
    lines += [
        "",
        "```mermaid",
        "xychart-beta",
        f'    title "{file}: {", ".join(_MEASURES[key] for key in drawn)} by examples"',
        f"    x-axis [{examples}]",
        *(f"    line [{', '.join(f'{100 * value:.1f}' for value in v)}]" for v in drawn.values()),
        "```",
        "",
    ]
    return [*lines, *_promise(*charted["f1"][-2:])]


def _promise(half: float | None, whole: float | None) -> list[str]:
    """What twice as much would bring, if the last doubling is a guide."""
    if half is None or whole is None:
        return []
    if whole <= half or half == 1:
        return ["The last doubling brought no higher F1.", ""]
    left = (1 - whole) / (1 - half)
    then = _said(1 - left * (1 - whole))
    lacks = f"The last doubling left {left:.0%} of what F1 lacked"
    return [f"{lacks}; twice as much of the same brings it to {then}, if it does as well.", ""]


def _shorter(schedule: Schedule, part: float) -> Schedule:
    minutes = None if schedule.minutes is None else part * schedule.minutes
    return replace(schedule, examples=max(1, round(part * schedule.examples)), minutes=minutes)


def _number(sources: Sequence[Source]) -> int:
    return sum(len(source.answerable) + len(source.unanswerable) for source in sources)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _said(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"

"""An evaluation for a person: measures with intervals and bars, kinds, the worst cases."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.evaluation.curves import ece_by_chance
from qa.evaluation.names import BY_NAME, Group
from qa.evaluation.worst import worst
from qa.render import words
from qa.render.safe import clean_line, clean_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

    from qa.evaluation.nouns import CaseResult, Comparison, Evaluation, Measure

_BAR = 20
_LONGEST = 160
_WORST = 10
# What the table of kinds shows, of what there is: enough to see where it hurts in 80 columns.
_OF_KINDS = ("hit@1", "sentence_hit", "F1_all", "AUROC")
_CAPTIONS = {
    Group.RETRIEVAL: "Retrieval",
    Group.ANSWERS: "Answers",
    Group.CITATIONS: "Citations",
    Group.REFUSAL: "Refusing and confidence",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """Cells of a table: text and style each; ``caption`` where it stands above other rows."""

    cells: tuple[tuple[str, str], ...]
    caption: bool = False


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Show measures, the same by kind, the cases that went worst, and how long it took."""
    sign = words.signs(console.encoding)
    _table(console, list(_measure_rows(evaluation, sign)))
    if len(evaluation.by_kind) > 1:
        _table(console, list(_kind_rows(evaluation, sign)))
    _show_worst(evaluation, console, sign)
    _line(console, _summary(evaluation, sign), words.QUIET)


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Show each measure before and now, who won how many cases, and whether that is chance."""
    sign = words.signs(console.encoding)
    _table(console, list(_comparison_rows(comparison, sign)))
    for note in comparison.notes:
        _line(console, clean_line(note), words.QUIET)


def _measure_rows(evaluation: Evaluation, sign: words.Signs) -> Iterable[_Row]:
    group = None
    for name, measure in evaluation.measures.items():
        about = BY_NAME[name]
        if about.group is not group:
            group = about.group
            yield _Row(((_CAPTIONS[group], words.CAPTION),), caption=True)
        full, empty = ("", "") if measure.value is None else words.bar(measure.value, _BAR, sign)
        yield _Row(
            (
                (name, ""),
                (_number(measure.value, sign), words.ANSWER),
                (full + empty, words.BAR),
                (_interval(measure), words.QUIET),
                (f"n={measure.n}", words.QUIET),
                (_remark(measure, evaluation), words.QUIET),
            )
        )


def _remark(measure: Measure, evaluation: Evaluation) -> str:
    if not BY_NAME[measure.name].lower_is_better:
        return ""
    least = ece_by_chance(evaluation.headline) if measure.name == "ECE" else None
    return "lower is better" if least is None else f"chance alone: {least:.2f}"


def _kind_rows(evaluation: Evaluation, sign: words.Signs) -> Iterable[_Row]:
    defined = set().union(*evaluation.by_kind.values())
    shown = [name for name in _OF_KINDS if name in defined]
    yield _Row(tuple((text, words.CAPTION) for text in ("By kind", "n", *shown)))
    for kind, measures in evaluation.by_kind.items():
        size = sum(result.case.kind == kind for result in evaluation.results)
        cells = [_with_interval(measures.get(name), sign) for name in shown]
        yield _Row(
            ((clean_line(kind), ""), (str(size), words.QUIET), *((cell, "") for cell in cells))
        )


def _comparison_rows(comparison: Comparison, sign: words.Signs) -> Iterable[_Row]:
    heads = ("Against the baseline", "before", "now", "change", "won/tied/lost", "p", "detectable")
    yield _Row(tuple((head, words.CAPTION) for head in heads))
    for found in comparison.differences:
        lower = BY_NAME[found.name].lower_is_better
        better = found.change < 0 if lower else found.change > 0
        style = "" if found.p_holm >= 0.05 else "green" if better else "red"
        counts = sign.dash if found.wins is None else f"{found.wins}/{found.ties}/{found.losses}"
        yield _Row(
            (
                (found.name, ""),
                (_number(found.before, sign), ""),
                (_number(found.now, sign), ""),
                (f"{found.change:+.3f}", style),
                (counts, ""),
                (f"{found.p_holm:.3f}", style),
                (_number(found.detectable, sign), words.QUIET),
            )
        )


def _show_worst(evaluation: Evaluation, console: Console, sign: words.Signs) -> None:
    cases = worst(evaluation.results, _WORST)
    if not cases:
        return
    _line(console, "The worst cases" if len(cases) > 1 else "The worst case", words.CAPTION)
    for result in cases:
        _show_case(result, console, sign)
        if evaluation.folder is not None:
            explain = explain_command(result.case.question, evaluation.folder)
            _line(console, f"    {explain}", words.QUIET)
    _line(console, "", "")


def _show_case(result: CaseResult, console: Console, sign: words.Signs) -> None:
    case = result.case
    head = f"{case.id}, {case.kind}: {case.question}"
    _line(console, f"{sign.failed} {_shortened(head, sign)}", words.ANSWER)
    wanted = sign.dots.join(case.answers[:1]) if case.answerable else "no answer"
    if wanted:
        _line(console, f"    expected  {_shortened(wanted, sign)}", "")
    _line(console, f"    got       {_shortened(_got(result), sign)}", "")


def _got(result: CaseResult) -> str:
    if result.answer is not None:
        where = f" ({result.citations[0].document})" if result.citations else ""
        return f"{words.percent(result.confidence)} %: {result.answer}{where}"
    if result.reason is not None:
        return f"refused: {result.reason}"
    return result.found.best[0].document if result.found.best else "nothing"


def explain_command(question: str, index: Path) -> str:
    """The command, fit for a POSIX shell, that shows how a question was answered."""
    named = "" if str(index) == "index" else f" --index {shlex.quote(clean_name(str(index)))}"
    asked = clean_line(question)
    ends = "-- " if asked.startswith("-") else ""
    return f"qa ask --explain{named} {ends}{shlex.quote(asked)}"


def _summary(evaluation: Evaluation, sign: words.Signs) -> str:
    cases = len(evaluation.results)
    parts = [f"{cases} question{'' if cases == 1 else 's'}"]
    apart = evaluation.settings.get("cases", {}).get("apart") or []
    beside = sum(result.case.kind in apart for result in evaluation.results)
    if 0 < beside < cases:
        parts.append(f"{beside} of them apart: {', '.join(map(clean_line, apart))}")
    if evaluation.index is not None:
        parts.append(f"index {evaluation.index.generation}")
    if evaluation.median is not None and evaluation.p95 is not None:
        median, slow = 1000 * evaluation.median, 1000 * evaluation.p95
        parts.append(f"median {median:.0f} ms, 95 % within {slow:.0f} ms")
    parts.append("intervals: 95 %")
    return f" {sign.dot} ".join(parts)


def _table(console: Console, rows: Sequence[_Row]) -> None:
    """Columns of equal width; at a narrow terminal the right ones are left out, never wrapped."""
    from rich.cells import cell_len
    from rich.text import Text

    plain = [row for row in rows if not row.caption]
    count = max(len(row.cells) for row in plain)
    widths = [
        max((cell_len(row.cells[i][0]) for row in plain if i < len(row.cells)), default=0)
        for i in range(count)
    ]
    for row in rows:
        line = Text()
        for i, (text, style) in enumerate(row.cells):
            padding = " " * (widths[i] - cell_len(text) + 2)
            if console.is_terminal and line.cell_len + cell_len(text) > console.width:
                break
            line.append(text, style).append(padding)
        line.rstrip()
        console.print(line, soft_wrap=True)
    console.print()


def _line(console: Console, text: str, style: str) -> None:
    from rich.text import Text

    line: Text = Text(text, style)
    console.print(line, soft_wrap=True)


def _with_interval(measure: Measure | None, sign: words.Signs) -> str:
    if measure is None or measure.value is None:
        return sign.dash
    return f"{_number(measure.value, sign)} {_interval(measure)}"


def _interval(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"[{measure.low:.2f}, {measure.high:.2f}]"


def _number(value: float | None, sign: words.Signs) -> str:
    return sign.dash if value is None else f"{value:.3f}"


def _shortened(text: str, sign: words.Signs) -> str:
    line = clean_line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + sign.dots

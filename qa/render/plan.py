"""What an index run would do, or did, in lines for a person and as an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.reasons import group_of
from qa.render.safe import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qa.build import Outcome
    from qa.coverage import Coverage
    from qa.nouns import Skipped
    from qa.plan import Plan

_MOST = 20


def plan_lines(plan: Plan) -> Iterator[str]:
    """One line for every file that something is done with, then the totals."""
    if plan.rebuild:
        yield f"everything is done anew: {clean_line(plan.rebuild)}"
    for word, names in _groups(plan):
        for name in names:
            yield f"{word:<8} {name}"
    for item in plan.skipped:
        yield f"{'skipped':<8} {_skipped(item)}"
    counts = [f"{len(names)} {word}" for word, names in _groups(plan) if names]
    counts.append(f"{len(plan.kept)} kept")
    if plan.skipped:
        counts.append(f"{len(plan.skipped)} skipped")
    end = "nothing to do" if plan.is_empty else "nothing was done yet"
    yield f"{', '.join(counts)}: {end}"


def outcome_lines(outcome: Outcome, index: Path, seconds: float) -> Iterator[str]:
    """What was done and what was left out; the first few files of each, and where to see all."""
    info = outcome.info
    size = f"{_count(info.documents, 'document')}, {_count(info.passages, 'passage')}"
    where = clean_line(str(index))
    if outcome.published:
        changes = [f"{len(names)} {word}" for word, names in _groups(outcome.plan) if names]
        if outcome.plan.rebuild:
            yield f"done anew: {clean_line(outcome.plan.rebuild)}"
        done = f"{outcome.embedded} embedded, {outcome.reused} reused"
        yield (
            f"indexed {size} in {where} in {seconds:.1f} s "
            f"({', '.join([*changes, done])}; generation {info.generation})"
        )
    else:
        yield f"{where} is up to date: {size} (generation {info.generation})"
    yield coverage_line(outcome.coverage)
    for item in outcome.skipped[:_MOST]:
        yield f"skipped {_skipped(item)}"
    if len(outcome.skipped) > _MOST:
        yield f"… and {len(outcome.skipped) - _MOST} more: see qa doctor"
    for name, note in outcome.notes[:_MOST]:
        yield f"note: {clean_line(name)}: {clean_line(note)}"


def outcome_object(outcome: Outcome, seconds: float) -> dict[str, Any]:
    """What was done, as ``qa index --json`` prints it."""
    info = outcome.info
    return {
        "schema": 1,
        "generation": info.generation,
        "embedder": info.embedder,
        "documents": info.documents,
        "passages": info.passages,
        "published": outcome.published,
        "embedded": outcome.embedded,
        "reused": outcome.reused,
        "plan": outcome.plan.as_json(),
        "coverage": outcome.coverage.as_json(),
        "skipped": [skipped_object(item) for item in outcome.skipped],
        "notes": [{"document": name, "note": note} for name, note in outcome.notes],
        "seconds": seconds,
    }


def coverage_line(coverage: Coverage) -> str:
    """How much was read and how much was not, by group of reasons, on one line."""
    facts = [] if coverage.bytes is None else [_size(coverage.bytes)]
    if coverage.pages:
        blank = f", {coverage.blank} of them without text" if coverage.blank else ""
        facts.append(f"{_count(coverage.pages, 'page')}{blank}")
    line = f"read {_count(coverage.read, 'file')}" + (f" ({', '.join(facts)})" if facts else "")
    groups = [f"{number} {group}" for group, number in coverage.groups.items()]
    return f"{line}; skipped {', '.join(groups)}" if groups else f"{line}; skipped nothing"


def skipped_object(item: Skipped) -> dict[str, Any]:
    """Something that was not read, as JSON has it, with its group of reasons."""
    return {
        "path": item.path,
        "reason": item.reason,
        "line": item.line,
        "group": group_of(item),
    }


def _size(number: int) -> str:
    """Bytes in the unit that fits."""
    units = iter(("bytes", "KB", "MB", "GB"))
    value, unit = float(number), next(units)
    while value >= 1000 and unit != "GB":
        value, unit = value / 1000, next(units)
    return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"


def _groups(plan: Plan) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("added", [clean_line(name) for name in plan.added]),
        ("changed", [clean_line(name) for name in plan.changed]),
        ("moved", [f"{clean_line(old)} → {clean_line(new)}" for old, new in plan.moved]),
        ("removed", [clean_line(name) for name in plan.removed]),
        ("reread", [clean_line(name) for name in plan.reread]),
    )


def _skipped(item: Skipped) -> str:
    line = f", line {item.line}" if item.line is not None else ""
    return f"{clean_line(item.path)}{line}: {clean_line(item.reason)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""Rows of JSONL files that people write: every problem is named, with its physical line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.errors import RowsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object and the physical line it stands in, from 1."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question to answer, and what its file calls it."""

    id: str
    text: str


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read ``{"_id"|"id", "question"|"text"}`` lines.

    Raises:
        UsageError: the file can't be read.
        RowsError: rows are malformed, ids stand twice, or there is none; all are named.
    """
    problems: list[str] = []
    questions: list[Question] = []
    lines: dict[str, int] = {}
    for row in rows_of(path, problems):
        identifier = row.values.get("_id", row.values.get("id"))
        text = row.values.get("question", row.values.get("text"))
        if isinstance(identifier, bool) or not isinstance(identifier, str | int):
            problems.append(f'line {row.line}: no "id"')
            continue
        if not isinstance(text, str) or not text.strip():
            problems.append(f'line {row.line}: no "question"')
            continue
        name = str(identifier)
        if name in lines:
            problems.append(f"line {row.line}: id {name!r} stands in line {lines[name]} already")
            continue
        lines[name] = row.line
        questions.append(Question(name, text))
    if not problems and not questions:
        problems.append("it has no questions")
    if problems:
        raise RowsError(told(path, problems))
    return tuple(questions)


def rows_of(path: Path, problems: list[str]) -> Iterator[Row]:
    """Yield the JSON objects of a file; what is none is named in ``problems``, by its line.

    Raises:
        UsageError: the file can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number}: no JSON ({error})")
            continue
        if isinstance(value, dict):
            yield Row(number, value)
        else:
            problems.append(f"line {number}: no JSON object")


def told(path: Path, problems: list[str]) -> str:
    """One message that names the first problems and counts the rest."""
    named = "; ".join(problems[:_MOST_NAMED])
    more = len(problems) - _MOST_NAMED
    return f"{path}: {named}{f'; and {more} more' if more > 0 else ''}: correct them and try again"

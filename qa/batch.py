"""Answer a file of questions into a file of answers, in order, and resume an interrupted run."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.errors import UsageError
from qa.render.jsonout import answer_object, dumps
from qa.rows import read_questions
from qa.storage import storing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.asking import Session
    from qa.reporter import Reporter
    from qa.rows import Question

# How a line of ours begins: a last line that was cut off is known by it.
_BEGIN = b'{"id": '


@dataclass(frozen=True, slots=True)
class Done:
    """How many questions were answered, declined, and found answered already."""

    answered: int
    abstained: int
    resumed: int


def answer_file(
    session: Session, questions: Path, output: Path, top: int, reporter: Reporter
) -> Done:
    """Answer every question of a file; answers that ``output`` has already are kept.

    A last line that was cut off is written again. Each line is an answer object with ``id``.

    Raises:
        RowsError: rows of ``questions`` are malformed; nothing was written.
        UsageError: ``output`` holds answers to other questions or of another index generation.
        StorageError: ``output`` can't be written.
    """
    asked = read_questions(questions)
    with storing(output.parent, "--output"):
        whole, resumed = _resume(session, asked, output)
        reporter.start("answering", len(asked) - resumed)
        counts = [0, 0]
        with output.open("r+b" if output.exists() else "wb") as file:
            file.truncate(whole)
            file.seek(whole)
            for question in asked[resumed:]:
                answer = session.ask(question.text, top)
                counts[answer.abstained] += 1
                line = dumps({"id": question.id, **answer_object(answer)}) + "\n"
                file.write(line.encode("utf-8"))
                file.flush()
                reporter.advance(1)
            os.fsync(file.fileno())
    return Done(counts[0], counts[1], resumed)


def _resume(session: Session, asked: Sequence[Question], output: Path) -> tuple[int, int]:
    """How many bytes of ``output`` are whole lines, and how many answers they hold."""
    if not output.exists():
        return 0, 0
    lines = output.read_bytes().splitlines(keepends=True)
    whole = 0
    number = 0
    for number, line in enumerate(lines):
        if not line.endswith(b"\n") and line[: len(_BEGIN)] == _BEGIN[: len(line)]:
            return whole, number
        _check_line(session, asked, output, number, line)
        whole += len(line)
    return whole, len(lines)


def _check_line(
    session: Session, asked: Sequence[Question], output: Path, number: int, line: bytes
) -> None:
    way_out = f"name another --output, or delete {output}"
    try:
        value = json.loads(line)
        known = (str(value["id"]), value["question"])
        generation = value["index"]["generation"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{output}, line {number + 1}: no answer of a run: {way_out}") from error
    if number >= len(asked) or known != (asked[number].id, asked[number].text):
        raise UsageError(
            f"{output}, line {number + 1} answers another question than the file asks there: "
            f"{way_out}"
        )
    if generation != session.snapshot.name:
        raise UsageError(
            f"{output}, line {number + 1} was answered from generation {generation}, the index "
            f"is at {session.snapshot.name} now: {way_out}"
        )

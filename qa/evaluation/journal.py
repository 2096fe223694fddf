"""The results of a run under way, written as they are made, so that it can be gone on with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from qa.errors import UsageError
from qa.evaluation.rowsout import result_from, row_object
from qa.render.jsonout import dumps
from qa.storage import storing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BufferedRandom
    from pathlib import Path

    from qa.evaluation.nouns import Case, CaseResult


class Journal:
    """A JSONL file: what the run depends on, then a row a result.

    Opened with `at`; ``results`` are those of the interrupted run, by id.
    """

    def __init__(self, path: Path, file: BufferedRandom, results: dict[str, CaseResult]) -> None:
        self.path = path
        self.results = results
        self._file = file

    @staticmethod
    def beside(save: Path) -> Path:
        """Where the journal of a run stands that is to be saved as ``save``."""
        return save.with_name(f".{save.name}.partial.jsonl")

    @staticmethod
    def at(path: Path, depends: Mapping[str, Any], cases: Mapping[str, Case]) -> Journal:
        """Open the journal of the same run, or begin one; a last line that was cut off goes.

        Raises:
            UsageError: the file there is of another run.
            StorageError: it can't be written.
        """
        with storing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes() if path.exists() else b""
            header = (dumps(dict(depends)) + "\n").encode()
            results: dict[str, CaseResult] = {}
            whole = 0
            if data.startswith(header):
                whole, results = _rows(data, len(header), cases, path)
            elif b"\n" in data:
                raise UsageError(
                    f"{path} is of an interrupted run on other cases, settings or index: "
                    "delete it, or name another --save"
                )
            file = path.open("r+b" if path.exists() else "w+b")
            file.truncate(whole)
            file.seek(whole)
            if not whole:
                file.write(header)
        return Journal(path, file, results)

    def add(self, result: CaseResult) -> None:
        """Write a result down before the next question is asked."""
        row = {**row_object(result), "seconds": result.seconds}
        with storing(self.path.parent):
            self._file.write((dumps(row) + "\n").encode())
            self._file.flush()

    def remove(self) -> None:
        """The run is saved: the journal has done its work."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _rows(
    data: bytes, start: int, cases: Mapping[str, Case], path: Path
) -> tuple[int, dict[str, CaseResult]]:
    """Where the whole lines end, and what they hold."""
    results: dict[str, CaseResult] = {}
    for line in data[start:].splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        try:
            result = result_from(json.loads(line))
            case = cases[result.case.id]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path} is damaged: delete it, or name another --save") from error
        results[case.id] = replace(result, case=case)
        start += len(line)
    return start, results

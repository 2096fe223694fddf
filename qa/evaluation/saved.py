"""Evaluations as JSON: the contract's object, and runs saved to a file and read back.

A saved run has a case a line, and what depends on the clock on its last line alone: the rest of
the file is the same whenever the same run is made again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from qa.errors import UsageError
from qa.evaluation.nouns import Evaluation, Measure
from qa.evaluation.rowsout import result_from, row_object
from qa.nouns import IndexInfo
from qa.render.jsonout import SCHEMA, dumps
from qa.storage import replace_atomically, storing

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.nouns import Comparison


def evaluation_object(evaluation: Evaluation) -> dict[str, Any]:
    """The contract's evaluation object, with the labels that drifted."""
    index = evaluation.index
    return {
        "schema": SCHEMA,
        "cases": len(evaluation.results),
        "settings": evaluation.settings,
        "index": asdict(index) if index is not None else None,
        "versions": evaluation.versions,
        "measures": _measures(evaluation.measures),
        "by_kind": {kind: _measures(found) for kind, found in evaluation.by_kind.items()},
        "drift": [
            {"id": result.case.id, "document": evidence.document, "quote": evidence.quote}
            for result in evaluation.drifted
            for evidence in result.labels.drift
        ],
        "seconds": {"median": evaluation.median, "p95": evaluation.p95},
    }


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """A comparison as a JSON object, with `change` and, where too little differs, nulls."""
    return {
        "cases": comparison.cases,
        "only_now": list(comparison.only_now),
        "only_before": list(comparison.only_before),
        "notes": list(comparison.notes),
        "measures": {
            difference.name: {**asdict(difference), "change": difference.change}
            for difference in comparison.differences
        },
    }


def save(evaluation: Evaluation, path: Path) -> None:
    """Write the evaluation object with its rows, at once.

    Raises:
        StorageError: the file can't be written.
    """
    value = evaluation_object(evaluation)
    seconds = value.pop("seconds")
    seconds["cases"] = {r.case.id: r.seconds for r in evaluation.results if r.seconds > 0}
    lines = [f"{dumps(name)}: {dumps(part)}" for name, part in value.items()]
    rows = ",\n".join(dumps(row_object(result)) for result in evaluation.results)
    lines += [f'"rows": [\n{rows}\n]', f'"seconds": {dumps(seconds)}']
    with storing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(path, ("{" + ",\n".join(lines) + "}\n").encode())


def read_saved(path: Path) -> Evaluation:
    """Read a saved run.

    Raises:
        UsageError: the file can't be read or is none.
    """
    try:
        value = json.loads(path.read_bytes())
        return _evaluation(value)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        way_out = f"make one with: qa eval --save {path}"
        raise UsageError(f"{path} is no saved run ({error!r}): {way_out}") from error


def _evaluation(value: dict[str, Any]) -> Evaluation:
    if value["schema"] != SCHEMA:
        raise ValueError(f"schema {value['schema']!r} instead of {SCHEMA}")
    seconds, index = value["seconds"], value["index"]
    times = seconds.get("cases", {})
    results = [result_from(row) for row in value["rows"]]
    return Evaluation(
        results=tuple(replace(r, seconds=float(times.get(r.case.id, 0.0))) for r in results),
        settings=dict(value["settings"]),
        versions=dict(value["versions"]),
        index=IndexInfo(**index) if index is not None else None,
        measures=_read_measures(value["measures"]),
        by_kind={kind: _read_measures(found) for kind, found in value["by_kind"].items()},
        median=seconds["median"],
        p95=seconds["p95"],
    )


def _measures(measures: dict[str, Measure]) -> dict[str, Any]:
    return {
        name: {"value": m.value, "low": m.low, "high": m.high, "n": m.n}
        for name, m in measures.items()
    }


def _read_measures(values: dict[str, Any]) -> dict[str, Measure]:
    return {
        name: Measure(name, v["value"], v["low"], v["high"], int(v["n"]))
        for name, v in values.items()
    }

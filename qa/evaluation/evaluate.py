"""From results to an evaluation: every measure with its interval, over all cases and by kind."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.evaluation.bootstrap import with_intervals
from qa.evaluation.nouns import Evaluation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.evaluation.nouns import CaseResult, Measure
    from qa.snapshot import Snapshot

_AUROC = "AUROC"
_PACKAGES = ("qa", "numpy", "faiss-cpu", "onnxruntime", "tokenizers", "syntok", "ir-measures")


def evaluation(
    results: Sequence[CaseResult],
    names: Sequence[str],
    settings: dict[str, Any],
    snapshot: Snapshot | None,
) -> Evaluation:
    """Put scored results together; ``names`` are the measures to give.

    ``snapshot`` is the index that was asked. Cases of the kinds that ``settings`` set apart are
    reported by kind alone. A kind that nothing answers has the AUROC of its cases against all that
    are answerable.
    """
    seconds = [result.seconds for result in results if result.seconds > 0]
    plain = Evaluation(
        results=tuple(results),
        settings=settings,
        versions=versions(),
        index=snapshot.info if snapshot is not None else None,
        measures={},
        by_kind={},
        median=float(np.median(seconds)) if seconds else None,
        p95=float(np.percentile(seconds, 95)) if seconds else None,
        folder=snapshot.index if snapshot is not None else None,
    )
    kinds = dict.fromkeys(result.case.kind for result in results)
    return replace(
        plain,
        measures=with_intervals(plain.headline, names),
        by_kind={kind: _of_kind(kind, plain, names) for kind in kinds},
    )


def _of_kind(kind: str, plain: Evaluation, names: Sequence[str]) -> dict[str, Measure]:
    mine = [result for result in plain.results if result.case.kind == kind]
    found = _defined(with_intervals(mine, names))
    if _AUROC in names and not any(result.case.answerable for result in mine):
        others = [result for result in plain.headline if result.case.answerable]
        found |= _defined(with_intervals([*others, *mine], [_AUROC]))
    return found


def versions() -> dict[str, str]:
    """The versions of what measures could depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _defined(measures: dict[str, Measure]) -> dict[str, Measure]:
    return {name: measure for name, measure in measures.items() if measure.value is not None}

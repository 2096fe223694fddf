"""When a run counts as worse than its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.errors import UsageError
from qa.evaluation.compare import SIGNIFICANT, holm
from qa.evaluation.names import definition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.evaluation.nouns import Comparison, Difference

ALL = "all"


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure that must not get worse: significantly, or by more than ``margin``."""

    name: str
    margin: float | None = None

    @staticmethod
    def parse(text: str) -> Gate:
        """Read ``MEASURE`` or ``MEASURE:MARGIN``; `ALL` means every measure.

        Raises:
            UsageError: there is no such measure, or the margin is no number from 0 to 1.
        """
        name, colon, number = text.partition(":")
        if name != ALL:
            definition(name)
        if not colon:
            return Gate(name)
        try:
            margin = float(number)
        except ValueError:
            margin = -1.0
        if not 0 <= margin <= 1:
            raise UsageError(f"{text!r}: the margin must be a number from 0 to 1, not {number!r}")
        return Gate(name, margin)


def regressions(comparison: Comparison, gates: Sequence[Gate]) -> tuple[str, ...]:
    """What got worse, a line each, over all gates.

    Significant means p < 0.05 after Holm's correction over the measures that gates name; a gate
    with a margin asks for no significance.

    Raises:
        UsageError: a measure that a gate names can't be compared.
    """
    found = {difference.name: difference for difference in comparison.differences}
    missing = [gate.name for gate in gates if gate.name not in found and gate.name != ALL]
    if missing or not found:
        raise UsageError(
            f"{', '.join(missing) or 'no measure'} of --fail-on-regression: nothing to compare: "
            "it is undefined in one of the runs, or they have no question in common"
        )
    chosen = [
        (found[name], gate.margin)
        for gate in gates
        for name in (found if gate.name == ALL else (gate.name,))
    ]
    corrected = holm([difference.p for difference, _ in chosen])
    return tuple(
        line
        for (difference, margin), p in zip(chosen, corrected, strict=True)
        for line in _worse(difference, margin, p)
    )


def _worse(difference: Difference, margin: float | None, p: float) -> Iterator[str]:
    drop = difference.change if definition(difference.name).lower_is_better else -difference.change
    figures = f"{difference.name} went from {difference.before:.3f} to {difference.now:.3f}"
    if margin is not None:
        if drop > margin + 1e-9:
            yield f"{figures}, by more than {margin:g}"
    elif drop > 0 and p < SIGNIFICANT:
        yield f"{figures}, significantly (p = {p:.4f} after Holm's correction)"

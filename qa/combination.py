"""How a reader's evidence and the retrieval scores together give a probability: fitted numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.calibration import log_odds
from qa.errors import ModelError
from qa.extract import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "reader.json"
_LOG_ODDS = "rank"
SHIPPED = Path(__file__).parent / "reader_model"


@dataclass(frozen=True, slots=True)
class Combination:
    """Two logistic models over `qa.features.FEATURES`, and where answering begins.

    ``weights`` rank the spans of a question: what tells the right one from others. ``certainty``
    says how sure to be of the best one, from its log-odds by the first and its features anew: what
    tells a question that is answered from one that is not is something else (None: as sure as the
    first is). Below ``threshold`` it is not given.
    """

    weights: Weights
    certainty: Weights | None
    threshold: float

    def rank(self, values: Sequence[float]) -> float:
        """The probability, 0..1, that a span of these features is the one that answers."""
        return self.weights.probability(values)

    def sure(self, probability: float, values: Sequence[float]) -> float:
        """The probability, 0..1, that the best span answers, of its rank's and its features."""
        if self.certainty is None:
            return probability
        return self.certainty.probability([log_odds(probability), *values])

    def as_json(self) -> dict[str, object]:
        """Give it as `read_combination` reads it."""
        from qa.features import FEATURES

        return {
            "schema": 2,
            "rank": _as_json(self.weights, FEATURES),
            "certainty": None
            if self.certainty is None
            else _as_json(self.certainty, (_LOG_ODDS, *FEATURES)),
            "threshold": self.threshold,
        }


@cache
def read_combination(folder: Path) -> Combination:
    """Read a reader's own combination, the shipped reader's where the folder has none.

    Raises:
        ModelError: it is malformed, or of other features.
    """
    from qa.features import FEATURES

    path = folder / FILE
    if not path.exists() and folder != SHIPPED:
        return read_combination(SHIPPED)
    try:
        value = json.loads(path.read_bytes())
        certainty = value["certainty"]
        return Combination(
            _weights(value["rank"], FEATURES),
            None if certainty is None else _weights(certainty, (_LOG_ODDS, *FEATURES)),
            float(value["threshold"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is no combination of this version ({error!r}): delete it, and the shipped one "
            "is used"
        ) from error


def _as_json(model: Weights, names: Sequence[str]) -> dict[str, object]:
    return {"bias": model.bias, "weights": dict(zip(names, model.weights, strict=True))}


def _weights(value: Any, names: Sequence[str]) -> Weights:
    return Weights(float(value["bias"]), tuple(float(value["weights"][name]) for name in names))

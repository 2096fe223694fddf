"""How a reader's evidence and the retrieval scores together give a probability: fitted numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.calibration import Calibration
from qa.errors import ModelError
from qa.extract import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "reader.json"
SHIPPED = Path(__file__).parent / "reader_model"


@dataclass(frozen=True, slots=True)
class Combination:
    """A logistic model over `qa.features.FEATURES`, its calibration, and where answering begins.

    ``weights`` rank the spans of a question; ``calibration`` makes of the best one's the
    probability that the answer is right; below ``threshold`` it is not given.
    """

    weights: Weights
    calibration: Calibration
    threshold: float

    def probability(self, values: Sequence[float]) -> float:
        """The probability, 0..1, that a span of these features answers."""
        return self.calibration.of(self.weights.probability(values))

    def as_json(self) -> dict[str, object]:
        """Give it as `read_combination` reads it."""
        from qa.features import FEATURES

        return {
            "schema": 1,
            "bias": self.weights.bias,
            "weights": dict(zip(FEATURES, self.weights.weights, strict=True)),
            "calibration": {
                "slope": self.calibration.slope,
                "intercept": self.calibration.intercept,
            },
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
        weights = Weights(
            float(value["bias"]), tuple(float(value["weights"][name]) for name in FEATURES)
        )
        calibration = Calibration(
            float(value["calibration"]["slope"]), float(value["calibration"]["intercept"])
        )
        return Combination(weights, calibration, float(value["threshold"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is no combination of this version ({error!r}): delete it, and the shipped one "
            "is used"
        ) from error

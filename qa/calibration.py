"""How sure to be: fitted confidence, and the threshold below which nothing is answered."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

# Confidence nearer to 0 or 1 than this is taken as this: its log-odds stay finite.
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling: the log-odds of a confidence times ``slope`` plus ``intercept``.

    ``slope`` is at least 0, so that no order is reversed. Platt, Probabilistic Outputs for Support
    Vector Machines, 1999; on log-odds as in Guo et al., ICML 2017.
    """

    slope: float
    intercept: float

    def of(self, confidence: float) -> float:
        """The calibrated confidence, 0..1, of one of 0..1."""
        logit = self.slope * log_odds(confidence) + self.intercept
        if logit < 0:
            return math.exp(logit) / (1 + math.exp(logit)) if logit > -700 else 0.0
        return 1 / (1 + math.exp(-logit)) if logit < 700 else 1.0

    @staticmethod
    def parse(value: Any, problems: list[str]) -> Calibration | None:
        """Take a JSON object; None is none. What is wrong is added to ``problems``."""
        if value is None:
            return None
        names = [f.name for f in fields(Calibration)]
        if not isinstance(value, dict):
            problems.append(f"calibration must be an object of {' and '.join(names)}")
            return None
        found = [f"unknown setting calibration.{n}" for n in value if n not in names]
        found += [
            f"calibration.{name} must be a finite number, not {value.get(name)!r}"
            for name in names
            if not _is_finite(value.get(name))
        ]
        if not found and value["slope"] < 0:
            found.append(f"calibration.slope must be at least 0, not {value['slope']!r}")
        problems.extend(found)
        return None if found else Calibration(float(value["slope"]), float(value["intercept"]))


def log_odds(confidence: float) -> float:
    """The log-odds of a confidence, kept finite at 0 and 1."""
    bounded = min(1 - _EDGE, max(_EDGE, confidence))
    return math.log(bounded / (1 - bounded))


def calibrated(confidence: float, calibration: Calibration | None) -> float:
    """The confidence as calibrated; as it is where there is no calibration."""
    return confidence if calibration is None else calibration.of(confidence)


def too_unsure(confidence: float, threshold: float) -> str | None:
    """Why a candidate of this confidence is no answer, None where it is sure enough."""
    if confidence >= threshold:
        return None
    digits = 2
    # As many digits as tell them apart: "0.40 is below 0.40" would read like a mistake.
    while digits < 6 and f"{confidence:.{digits}f}" == f"{threshold:.{digits}f}":
        digits += 1
    return (
        f"the best candidate has a confidence of {confidence:.{digits}f}, below the threshold "
        f"{threshold:.{digits}f} at which answers begin"
    )


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False

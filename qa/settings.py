"""The numbers that shape an index and a search: one frozen value, passed on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from qa import tokens
from qa.calibration import Calibration
from qa.errors import UsageError
from qa.passages import CutSettings

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What is fixed when an index is built; a change of any of it rebuilds what it touches."""

    cut: CutSettings = field(default_factory=CutSettings)
    k1: float = 1.2
    b: float = 0.75
    analysis: int = tokens.VERSION

    def as_json(self) -> dict[str, Any]:
        """Give the settings as the generation keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What can be chosen for each question.

    ``weight`` is the lexical share in the convex combination of min-max normalised scores, less
    where no passage has all of a question's terms;
    ``depth`` how many candidates each side gives (Bruch, Gai, Ingber, arXiv 2210.11934).
    ``context`` is the share of the whole document's BM25 score in a passage's.
    ``calibration`` maps the extractor's confidence to that shown, and what is then below
    ``threshold`` is no answer; without one, the reader's own holds.
    """

    weight: float = 0.5
    depth: int = 1000
    context: float = 0.17
    calibration: Calibration | None = None
    threshold: float | None = None

    @staticmethod
    def from_mapping(values: Mapping[str, Any]) -> SearchSettings:
        """Check and take settings from a JSON object; unknown or wrong ones are all named."""
        known = {f.name for f in fields(SearchSettings)}
        problems = [f"unknown setting {name!r}" for name in values if name not in known]
        weight = _share(values, "weight", 0.5, problems)
        depth = values.get("depth", 1000)
        if isinstance(depth, bool) or not isinstance(depth, int) or depth < 1:
            problems.append(f"depth must be a whole number of at least 1, not {depth!r}")
        context = _share(values, "context", 0.17, problems)
        calibration = Calibration.parse(values.get("calibration"), problems)
        threshold = None
        if values.get("threshold") is not None:
            threshold = _share(values, "threshold", 0.0, problems)
        if problems:
            raise UsageError("; ".join(problems))
        return SearchSettings(weight, depth, context, calibration, threshold)


def _share(values: Mapping[str, Any], name: str, default: float, problems: list[str]) -> float:
    value = values.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        problems.append(f"{name} must be a number from 0 to 1, not {value!r}")
        return default
    return float(value)

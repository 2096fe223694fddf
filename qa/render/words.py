"""The words, signs and styles of the terminal, in one place and without rich."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from qa.nouns import Status

# Styles by meaning, in rich's notation. Only the 16 colours every terminal theme adapts, no
# white, no black and no background: they must read on light and dark alike.
ANSWER = "bold"
QUOTE = "bold"
QUOTED_ANSWER = "bold green"
CONTEXT = "dim"
QUIET = "dim"
TITLE = "cyan"
GUTTER = "cyan"
PLACE = "blue"
BAR = "cyan"
NOT_SAID = "bold"
CAPTION = "bold dim"

NOT_FOUND = "The documents do not say."


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs beyond ASCII that are drawn, or what stands for them where they can't be."""

    full: str
    empty: str
    gutter: str
    path: str
    dot: str
    dots: str
    dash: str
    open: str
    close: str
    checked: str
    moved: str
    failed: str


_UNICODE = Signs("▰", "▱", "▎", "»", "·", "…", "—", "“", "”", "✓", "↷", "✗")
_ASCII = Signs("#", "-", "|", ">", "-", "...", "-", '"', '"', "+", "~", "x")


def signs(encoding: str) -> Signs:
    """Return the signs that a stream of this ``encoding`` can show."""
    try:
        "".join(astuple(_UNICODE)).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _ASCII
    return _UNICODE


def percent(share: float) -> int:
    """Return ``share`` (0..1) in whole percent; 100 is for certainty alone.

    Raises:
        ValueError: ``share`` is NaN.
    """
    if math.isnan(share):
        raise ValueError("a confidence is NaN")
    bounded = min(1.0, max(0.0, share))
    return 100 if bounded == 1.0 else min(99, round(100 * bounded))


def likelihood(confidence: float) -> tuple[str, str]:
    """Return the word for a ``confidence`` and its style.

    "likely" begins at 66 % and "very likely" at 90 %, as in the IPCC's guidance note on the
    treatment of uncertainties (2010).
    """
    sure = percent(confidence)
    if sure >= 90:
        return "very likely", "green"
    return ("likely", "yellow") if sure >= 66 else ("unsure", "magenta")


def bar(share: float, cells: int, sign: Signs) -> tuple[str, str]:
    """Return the full and the empty part of a bar of ``cells`` for a ``share`` of 0..1."""
    full = round(cells * percent(share) / 100)
    return sign.full * full, sign.empty * (cells - full)


def status_words(status: Status, sign: Signs) -> tuple[str, str]:
    """Return what re-reading the source said, as sign and words, and its style."""
    return {
        Status.VERIFIED: (f"{sign.checked} checked in the source", "green"),
        Status.REPAIRED: (f"{sign.checked} corrected to the source", "green"),
        Status.MOVED: (f"{sign.moved} moved since it was indexed", "yellow"),
        Status.STALE: (f"{sign.failed} stale: the source has changed", "red"),
        Status.FABRICATED: (f"{sign.failed} not in the source", "red"),
    }[status]

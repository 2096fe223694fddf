"""Values of a spreadsheet's cells as a person sees them there."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]*))?")
# In a format: a quoted or escaped literal, a colour or condition, a currency, a space or a fill.
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].')
_LONGEST_FORMAT = 200


class _Format(NamedTuple):
    """How a number is shown; ``decimals`` None stands for as many as it has."""

    decimals: int | None = None
    thousands: bool = False
    percent: bool = False
    divisor: int = 1
    before: str = ""
    after: str = ""


def shown(value: object, number_format: str = "General") -> str:
    """Give a cell's value as one line of text; an empty cell is an empty text.

    Dates are shown as 2017-03-04, so that they mean the same everywhere; numbers with the
    decimals, thousands, percent sign and currency of their format.
    """
    if value is None or isinstance(value, bool):
        return {None: "", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, int | float):
        try:
            return _number(value, _format(number_format[:_LONGEST_FORMAT]))
        except OverflowError:
            return "a number of more than 300 digits"
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return _moment(value)
    return " ".join(str(value).split())


def _moment(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.datetime):
        whole = value.time() == dt.time()
        return value.date().isoformat() if whole else value.isoformat(" ", "seconds")
    if isinstance(value, dt.time):
        return value.isoformat("seconds")
    if isinstance(value, dt.timedelta):
        return str(dt.timedelta(seconds=round(value.total_seconds())))
    return value.isoformat()


def _number(value: float, how: _Format) -> str:
    if how.percent:
        value *= 100
    if how.divisor > 1:
        value /= how.divisor
    separator = "," if how.thousands else ""
    if how.decimals is None:
        figure = _plain(value, separator)
    else:
        figure = f"{value:{separator}.{how.decimals}f}"
    sign = "-" if figure.startswith("-") else ""
    percent = "%" if how.percent else ""
    return f"{sign}{how.before}{figure.removeprefix('-')}{percent}{how.after}"


def _plain(value: float, separator: str) -> str:
    """A number without a format: no digits that only come from counting in halves."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):{separator}d}" if abs(value) < 1e300 else repr(value)
    figure = f"{value:{separator}.12g}"
    if "e" in figure and 1e-9 < abs(value) < 1e15:
        figure = f"{value:{separator}.12f}".rstrip("0")
    return figure


@lru_cache(maxsize=1_000)
def _format(code: str) -> _Format:
    """Read what matters of a format code (ECMA-376 part 1, 18.8.31): its first section."""
    section = code.partition(";")[0]
    if section.lower() in {"general", "@", ""} or re.search("[eE][+-]", section):
        return _Format()
    digits = _DIGITS.search(_LITERAL.sub(lambda found: "\0" * len(found[0]), section))
    if digits is None or "?/" in section or "#/" in section:
        return _Format()
    pattern = digits[0].partition(".")[0]
    before, after = section[: digits.start()], section[digits.end() :]
    scaled = len(pattern) - len(pattern.rstrip(",")) + len(after) - len(after.lstrip(","))
    return _Format(
        decimals=len(digits[1] or ""),
        thousands="," in pattern.rstrip(","),
        percent="%" in _LITERAL.sub("", before + after),
        divisor=1000 ** min(scaled, 5),
        before=_words(before),
        after=_words(after),
    )


def _words(code: str) -> str:
    """The literal words around the digits of a format."""
    words = _LITERAL.sub(lambda found: found[1] or found[2] or found[3] or "", code)
    return re.sub(r"[%#0?,]+", "", words)

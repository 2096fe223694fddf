"""The date that a document gives itself in its first lines."""

from __future__ import annotations

import re
from datetime import date

_HEAD, _LINES, _LONGEST = 2_000, 15, 120
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = "(?P<month>" + "|".join(f"{m}|{m[:3]}\\.?" for m in _MONTHS) + "|sept\\.?)"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:1[5-9]|20)\d\d)"
_FORMS = (
    r"(?P<year>(?:1[5-9]|20)\d\d)-(?P<month>\d{2})-(?P<day>\d{2})(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?",
    rf"{_DAY} {_MONTH},? {_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_LABEL = (
    r"(?:first |last |originally )?(?:published|posted|updated|modified|revised|issued|released"
    r"|dated?|as of|effective)(?: on| date)?"
)
_PLACE = r"(?-i:[A-Z][A-Z .'-]{2,30}),?(?: \([^)]{1,40}\),?)?"
# The line is a date, has one after a label, or begins with a place and one, as agencies write.
_LINES_OF = tuple(
    re.compile(pattern.replace("DATE", f"{_WEEKDAY}(?:{form})"), re.IGNORECASE)
    for form in _FORMS
    for pattern in (
        r"[*_(#> -]*DATE[*_).]*\Z",
        rf"[*_(#> -]*{_LABEL}[*_]*:?[*_]* *DATE\b",
        _PLACE + r" (?:[A-Z][a-z]+, )?DATE(?:,? \([^)]*\))? *(?:—|–|--|-|:)",  # noqa: RUF001
    )
)


def dateline(text: str, start: int = 0) -> str | None:
    """Return the date in the first lines after ``start`` as YYYY-MM-DD, or None.

    Only a line that is a date, says "published" or the like before it, or opens with a place in
    capitals and a date (an agency's dateline): a date that the text merely speaks of is not its
    own. Days before months in figures (3/4/2021) say nothing, for they are read both ways.
    """
    lines = [line.strip() for line in text[start : start + _HEAD].splitlines()]
    for line in [line for line in lines if line][:_LINES]:
        for pattern in _LINES_OF:
            match = pattern.match(line[:_LONGEST])
            found = _iso(match) if match else None
            if found:
                return found
    return None


def _iso(match: re.Match[str]) -> str | None:
    month = match["month"].lower()
    number = int(month) if month.isdigit() else _number(month)
    try:
        return date(int(match["year"]), number, int(match["day"])).isoformat()
    except ValueError:
        return None


def _number(month: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, start=1) if name[:3] == month[:3])

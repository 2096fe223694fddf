"""The options that say which documents a question is asked of."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from qa.commands import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.asking import Session
    from qa.narrow import Narrow, Period


class Day(click.ParamType["Period"]):
    """A year, a month or a date in ISO 8601: 2020, 2020-05, 2020-05-01."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Parse it."""
        from qa.narrow import Period

        if isinstance(value, Period):
            return value
        period = Period.of(str(value)) if " " not in str(value).strip() else None
        if period is None:
            self.fail(f"{value!r} is no date such as 2020, 2020-05 or 2020-05-01", param, ctx)
        return period


_OPTIONS = (
    click.option("--since", type=Day(), help="Only documents of this day, month, year or later."),
    click.option("--until", type=Day(), help="Only documents of this day, month, year or before."),
    click.option(
        "--document",
        "names",
        multiple=True,
        metavar="GLOB",
        help="Only documents whose name matches, such as 'reports/*.pdf'. Repeatable.",
    ),
    click.option(
        "--publisher", metavar="TEXT", help="Only documents whose publisher's name holds this."
    ),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options above, gathered in one argument ``narrow``."""

    @wraps(command)
    def gathered(
        *arguments: Any,
        since: Period | None,
        until: Period | None,
        names: tuple[str, ...],
        publisher: str | None,
        **others: Any,
    ) -> Any:
        from qa.narrow import Narrow

        narrow = Narrow(since, until, names, publisher)
        return command(*arguments, narrow=narrow, **others)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def narrowed(session: Session, narrow: Narrow) -> Session:
    """Let a session ask only what is as asked for, and say what lacks a date for that.

    Raises:
        NothingSelected: no document is as asked for.
    """
    narrow_session = session.narrowed(narrow)
    undated = 0 if narrow_session.scope is None else narrow_session.scope.undated
    if undated:
        one = undated == 1
        options.say(
            f"note: {undated} document{'' if one else 's'} without a date "
            f"{'is' if one else 'are'} left out"
        )
    return narrow_session

"""The console that everything is drawn on."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


def make_console(
    stream: TextIO, *, environ: Mapping[str, str] | None = None, width: int | None = None
) -> Console:
    """Return a console on ``stream``; its ``is_terminal`` decides between drawing and plain text.

    Colour stands at a terminal without ``NO_COLOR``; ``FORCE_COLOR`` (any value but 0 and false)
    makes any stream a terminal, ``NO_COLOR`` wins over it. Without colour no escape sequence at
    all is written. What the stream's encoding can't hold is from then on written as a backslash
    escape instead of failing. ``width`` is in cells, by default the terminal's.
    """
    from rich.console import Console

    given = os.environ if environ is None else environ
    colourless = bool(given.get("NO_COLOR"))
    forced = given.get("FORCE_COLOR", "").lower() not in ("", "0", "false") and not colourless
    if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
        stream.reconfigure(errors="backslashreplace")
    return Console(
        file=stream,
        width=width,
        force_terminal=forced or stream.isatty(),
        force_jupyter=False,
        color_system=None if colourless else "standard" if forced else "auto",
        no_color=colourless,
        highlight=False,
        markup=False,
        emoji=False,
        _environ=given,
    )


def is_drawn(console: Console) -> bool:
    """Whether ``console`` bears cursor movements: a terminal, neither dumb nor colourless."""
    return console.is_terminal and console.color_system is not None and not console.is_dumb_terminal

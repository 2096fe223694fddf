"""When there is colour, and what a stream can't hold."""

from __future__ import annotations

import io

import pytest

from qa.render.console import is_drawn, make_console


@pytest.mark.parametrize(
    ("environ", "is_tty", "colour"),
    [
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "xterm-256color"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TTY_COMPATIBLE": "1", "JUPYTER_COLUMNS": "70"}, False, False),
    ],
)
def test_colour_is_for_terminals_and_as_the_environment_says(terminal, environ, is_tty, colour):
    """NO_COLOR wins over FORCE_COLOR; an empty variable says nothing."""
    console = make_console(terminal if is_tty else io.StringIO(), environ=environ)
    console.print("x", style="red")
    assert ("\x1b" in console.file.getvalue()) is colour
    assert is_drawn(console) is colour
    assert console.is_terminal is (is_tty or colour)


def test_what_an_encoding_lacks_is_escaped_not_fatal():
    """Text beyond the stream's encoding is written as backslash escapes."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console = make_console(stream, environ={})
    console.print("é and 漢")
    stream.flush()
    assert raw.getvalue() == b"\\xe9 and \\u6f22\n"


def test_markup_and_emoji_codes_are_text():
    """A string that looks like markup is printed as it is."""
    stream = io.StringIO()
    make_console(stream, environ={}).print("[bold]x[/] :smile: 12")
    assert stream.getvalue() == "[bold]x[/] :smile: 12\n"

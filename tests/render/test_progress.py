"""Progress goes to standard error, and only to a terminal."""

from __future__ import annotations

import io

import pytest

from qa.render.console import make_console
from qa.render.progress import progress


def run(console, *, quiet=False):
    """Do two things with a message in between; return what was written."""
    with progress(console, quiet) as shown:
        shown.start("Reading \x1b[2J[bold]", 3)
        shown.advance()
        shown.say("skipped a\nb.md\x1b[2J")
        shown.advance(2)
        shown.start("Embedding", None)
        shown.advance()
    return console.file.getvalue()


def test_a_terminal_gets_a_bar_and_messages(terminal):
    """The description and the message are shown, harmless, and the bar is taken away."""
    output = run(make_console(terminal, environ={"TERM": "xterm"}, width=80))
    assert "skipped a b.md␛[2J\n" in output
    assert "Embedding" in output
    assert "\x1b[2J" not in output.replace("\x1b[2K", "")
    assert output.endswith("\x1b[2K")  # the last thing done is to erase the bar's line


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "0"}])
def test_a_pipe_gets_plain_messages_alone(environ):
    """No bar where no one watches, messages as plain lines."""
    console = make_console(io.StringIO(), environ=environ)
    assert run(console) == "skipped a b.md␛[2J\n"


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_a_terminal_that_cannot_or_should_not_draw_gets_messages(terminal, environ):
    """Dumb terminals and NO_COLOR mean no bar."""
    assert run(make_console(terminal, environ=environ)) == "skipped a b.md␛[2J\n"


def test_quiet_is_silent(terminal):
    """Nothing at all is written."""
    assert run(make_console(terminal, environ={"TERM": "xterm"}), quiet=True) == ""


def test_standard_output_is_left_alone(terminal, capsys):
    """What others print while the bar is up goes where they print it."""
    with progress(make_console(terminal, environ={"TERM": "xterm"}), quiet=False) as shown:
        shown.start("Asking", 1)
        print("an answer")
    assert capsys.readouterr().out == "an answer\n"
    assert "an answer" not in terminal.getvalue()


def test_the_bar_goes_when_work_fails(terminal):
    """An error passes through and leaves the cursor visible."""
    console = make_console(terminal, environ={"TERM": "xterm"})

    def fail():
        with progress(console, quiet=False) as shown:
            shown.start("Failing", 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")


def test_counting_before_starting_is_harmless(terminal):
    """Steps of nothing are ignored."""
    with progress(make_console(terminal, environ={"TERM": "xterm"}), quiet=False) as shown:
        shown.advance()
    assert terminal.getvalue() == ""

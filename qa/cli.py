"""The command ``qa``: which commands there are. Each is imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from qa import __version__

if TYPE_CHECKING:
    from click import Command, Context, HelpFormatter

# Name, and what the overview says of it: known here so that `qa --help` imports nothing.
COMMANDS = {
    "index": "Build the index of a folder, or bring it up to date.",
    "ask": "Answer a question with quotes checked in the source.",
    "search": "Show the ranked passages alone.",
    "show": "Print a document's text as the index has it.",
    "eval": "Measure answers on questions with known answers.",
    "verify": "Check saved answers against the sources as they are now.",
    "tune": "Fit search settings to questions with known answers.",
    "calibrate": "Fit confidence and the threshold for abstaining.",
    "train": "Train a reader on questions with marked answers.",
    "doctor": "Say whether index, model and sources fit together.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules of `qa.commands`, imported when they are called."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click gives it
        """Name the commands in the order a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: Any = import_module(f"qa.commands.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={
        "auto_envvar_prefix": "QA",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(__version__, prog_name="qa")
def cli() -> None:
    """Answer questions from your own documents, with quotes checked in the source.

    Start with:  qa index FOLDER  and then:  qa ask "your question"

    Every option can be given as an environment variable: QA_INDEX, QA_ASK_TOP, and so on.

    Exit codes: 0 done or answered, 1 expected error, 2 wrong call, 3 abstained, 4 a check found
    something, 70 a bug.
    """

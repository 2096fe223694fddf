"""The one place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING

import click

from qa.cli import cli
from qa.errors import QaError

if TYPE_CHECKING:
    from collections.abc import Sequence

BUG = 70
INTERRUPTED = 130
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; expected errors are one line on stderr."""
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)
    try:
        code = cli.main(args=list(arguments), prog_name="qa", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has left (click exits then): nobody to tell, nothing to flush.
        _write_to_nobody()
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - here errors become exit codes
        return _told(error)
    return code if isinstance(code, int) else 0


def _told(error: BaseException) -> int:
    """Say what happened, on one line where it was to be expected, and return the exit code."""
    code = BUG
    if isinstance(error, click.ClickException):
        error.show()
        code = error.exit_code
    elif isinstance(error, QaError):
        click.echo(f"qa: {_one_line(str(error))}", err=True)
        code = error.exit_code
    elif isinstance(error, click.Abort | KeyboardInterrupt):
        click.echo("qa: interrupted; what was finished is kept", err=True)
        code = INTERRUPTED
    elif isinstance(error, OSError) and error.errno in _FULL:
        _write_to_nobody()
        click.echo(f"qa: the output can't be written ({error.strerror}): free some space", err=True)
        code = QaError.exit_code
    else:
        traceback.print_exception(error)
    return code


def _write_to_nobody() -> None:
    """Let what is still to be flushed to stdout, at the end at the latest, go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(message: str) -> str:
    from qa.render.safe import clean_line

    return clean_line(message)


if __name__ == "__main__":
    main()

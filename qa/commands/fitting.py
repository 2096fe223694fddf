"""What the commands that fit settings share: their options, and where settings go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.commands import options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

cases_argument: Decorator = click.argument(
    "cases", type=click.Path(path_type=Path), default=Path("eval")
)
whole_option: Decorator = click.option(
    "--whole",
    is_flag=True,
    help="Fit to all questions, also where the file keeps a half of them for reporting only.",
)
apart_option: Decorator = click.option(
    "--apart",
    multiple=True,
    default=("spanish",),
    show_default=True,
    help="A kind of question not to fit to; repeatable.",
)
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Show what was found, and write nothing."
)
output_option: Decorator = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the settings here; by default settings.json in the index folder.",
)


def keep(
    changes: Mapping[str, Any], index: Path, output: Path | None, settings_file: Path | None
) -> Path | None:
    """Write settings with some of them changed, and give the file; None where nothing changes.

    Raises:
        UsageError: the settings there are none that a search takes.
        StorageError: the file can't be written.
    """
    from qa import settings_file as files

    source = settings_file or index / files.NAME
    target = output or index / files.NAME
    before = files.read(source)
    after = files.changed(before, changes)
    if after == before and source == target:
        return None
    files.write(target, after)
    return target


def say_kept(path: Path | None) -> None:
    """Say where settings were written."""
    options.say(f"written: {path}" if path is not None else "nothing to write")

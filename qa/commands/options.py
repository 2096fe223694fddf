"""Options that several commands share, and how they open an index."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from qa.errors import IndexMissing, ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.asking import Session
    from qa.render.progress import Progress
    from qa.settings import SearchSettings

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

DEFAULT_CORPUS = Path("corpus")
ABSTAINED = 3
FOUND = 4

index_option: Decorator = click.option(
    "--index",
    "index",
    type=click.Path(path_type=Path, readable=False),
    default=Path("index"),
    show_default=True,
    envvar="QA_INDEX",
    help="The folder the index is in.",
)
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
explain_option: Decorator = click.option(
    "--explain", is_flag=True, help="Show what each part of the score gave."
)
embedder_option: Decorator = click.option(
    "--embedder",
    metavar="NAME_OR_PATH",
    help="A sentence-transformers model; refused where the index was made with another.",
)
settings_option: Decorator = click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON file of search settings; by default settings.json in the index folder, if any.",
)

reader_option: Decorator = click.option(
    "--reader",
    metavar="NAME_OR_PATH|none",
    help="Another extractive question-answering model; none: whole sentences, unread.",
)

max_seconds_option: Decorator = click.option(
    "--max-seconds",
    type=click.FloatRange(0, min_open=True),
    default=120,
    show_default=True,
    help="Skip files that take longer to read.",
)

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", re.IGNORECASE)


class Size(click.ParamType[int]):
    """A number of bytes, such as 5000000, 100MB or 1.5 GB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse it; K, M and G are powers of 1,000."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(str(value).strip())
        if not match:
            self.fail(f"{value!r} is no size such as 5000000, 100MB or 1.5GB", param, ctx)
        return int(float(match[1]) * 1000 ** " kmg".index(match[2].lower() or " "))


max_memory_option: Decorator = click.option(
    "--max-memory",
    type=Size(),
    default="2GB",
    show_default=True,
    help="Skip files that need more memory to read.",
)


def say(message: str) -> None:
    """Tell a person something on stderr."""
    from qa.render.safe import clean_line

    click.echo(clean_line(message), err=True)


def stderr_progress() -> Any:
    """Give a context manager of a progress bar on stderr, drawn only at a terminal."""
    from qa.render.console import make_console
    from qa.render.progress import Progress, progress

    if not sys.stderr.isatty():
        return _Plain()
    shown: Callable[..., Any] = progress
    _: type[Progress] = Progress
    return shown(make_console(sys.stderr), quiet=False)


class _Plain:
    """Progress where nobody watches: messages as lines, and rich is not imported."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def start(self, description: str, total: int) -> None:
        """Show nothing."""

    def describe(self, description: str) -> None:
        """Show nothing."""

    def advance(self, n: int) -> None:
        """Show nothing."""

    def say(self, message: str) -> None:
        """Write a line."""
        say(message)


def read_settings(index: Path, settings_file: Path | None) -> SearchSettings:
    """Read the settings named, else those of the index folder, else the defaults.

    Raises:
        UsageError: the file is no JSON object of known settings.
    """
    import json

    from qa.settings import SearchSettings

    path = settings_file or index / "settings.json"
    try:
        data = path.read_bytes()
    except OSError:
        if settings_file is not None:
            raise UsageError(f"{path} can't be read") from None
        return SearchSettings()
    try:
        values = json.loads(data)
        return SearchSettings.from_mapping(values if isinstance(values, dict) else {"": values})
    except (ValueError, UsageError) as error:
        raise UsageError(f"{path}: {error}: correct or delete it") from error


def open_session(
    index: Path,
    embedder: str | None,
    settings_file: Path | None = None,
    reader: str | None = None,
) -> Session:
    """Open an index for asking, building it first where there is none and ``corpus/`` is there.

    ``reader`` names the reader, None the one that comes with the package.

    Raises:
        IndexMissing: there is none, and no corpus folder to make it of.
        ModelError: ``embedder`` is not the index's own, or there is no such reader.
    """
    from qa.asking import Session
    from qa.reader_choice import open_reader

    settings = read_settings(index, settings_file)
    opened = open_reader(reader)
    try:
        session = Session.open(index, settings, reader=opened)
    except IndexMissing:
        if (index.exists() and not index.is_dir()) or not DEFAULT_CORPUS.is_dir():
            raise
        build_first(index, embedder)
        session = Session.open(index, settings, reader=opened)
    if embedder is not None:
        _refuse_other(session, index, embedder)
    return session


def build_first(index: Path, embedder: str | None) -> None:
    """Build the index of ``corpus/`` because there is none yet, and say so."""
    from qa.build import build
    from qa.settings import IndexSettings
    from qa.survey import Request

    say(f"no index in {index} yet: building it from {DEFAULT_CORPUS}/")
    with stderr_progress() as progress:
        outcome = build(Request(DEFAULT_CORPUS, index, IndexSettings(), embedder), progress)
    say(f"indexed {outcome.info.documents} documents, {outcome.info.passages} passages")


def note_changes(session: Session) -> None:
    """Say on stderr when sources changed since the index was built."""
    from qa.freshness import changes

    changed = changes(session.snapshot)
    if not changed:
        return
    names = ", ".join(changed[:3]) + (", …" if len(changed) > 3 else "")
    one = len(changed) == 1
    say(
        f"note: {len(changed)} source{'' if one else 's'} changed since the index was built "
        f"({names}): run: {index_command(session)}"
    )


def index_command(session: Session) -> str:
    """Give the command that brings a session's index up to date."""
    manifest = session.snapshot.manifest
    return f"qa index {manifest.corpus} --index {session.snapshot.index}"


def _refuse_other(session: Session, index: Path, embedder: str) -> None:
    from qa import models

    folder = models.resolve(embedder)
    own = session.snapshot.embedder
    if models.fingerprint(folder) != own.fingerprint:
        raise ModelError(
            f"the index in {index} was made with {own.name}, not with {folder.name}: leave "
            f"--embedder out, or run: {index_command(session)} --embedder {embedder}"
        )

"""Readers: what turns a file's bytes into documents. A format is one module added here."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from shutil import which
from typing import TYPE_CHECKING, Protocol

from qa.nouns import Reading, Skipped
from qa.readers.metadata import Metadata, from_json
from qa.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from qa.nouns import SourceFile


class Reader(Protocol):
    """A format: a module with these names.

    ``suffixes`` are lower-case, with the dot; ``version`` rises when the same bytes are read
    differently. ``read`` may raise anything on bad content: `read` below says so of the file. One
    that stands on optional libraries names them in ``needs``, programs of the system in ``runs``.
    """

    suffixes: tuple[str, ...]
    version: int

    def read(self, source: SourceFile, data: bytes, meta: Metadata) -> Reading:
        """Turn a file's bytes into documents; ``meta`` is from its ``.meta.json``."""
        ...


class CannotRead(Exception):  # noqa: N818 - a state of the file; the caller turns it into Skipped
    """A file's bytes can't be had; the message is the reason."""


# The reason of a file whose content took more memory than there was.
OUT_OF_MEMORY = "needed more memory than there is"

# Imported by name and not by searching the folder: a stray file there is not run.
_MODULES = (
    *("text", "markdown", "rst", "jsonl"),
    *("delimited", "spreadsheet", "message", "notebook", "source", "picture"),
    *("pdf", "html", "docx", "pptx", "epub", "odt", "rtf"),
)


def _registry() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for name in _MODULES:
        reader: Reader = import_module(f"qa.readers.{name}")
        for suffix in reader.suffixes:
            found[suffix] = reader
    return found


_READERS = _registry()
SUFFIXES = tuple(sorted(_READERS))


def reader_for(name: str) -> Reader | None:
    """Return the reader of a file of this name, or None where there is none."""
    stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return _READERS.get(dot + suffix.lower()) if stem else None


def edition(name: str) -> str:
    """Name what reads a file of this name: its suffix, its reader's version, what is missing.

    A file is read again when that changes, so also when what was missing is installed.
    """
    reader = reader_for(name)
    suffix = "." + name.rpartition(".")[2].lower()
    missing = _missing(tuple(getattr(reader, "needs", ())), tuple(getattr(reader, "runs", ())))
    return f"{suffix}/{reader.version if reader else 0}" + "".join(f"-{one}" for one in missing)


@cache
def _missing(libraries: tuple[str, ...], programs: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *(library for library in libraries if find_spec(library) is None),
        *(program for program in programs if which(program) is None),
    )


def meta_path(source: SourceFile) -> Path:
    """Return where a person may have put what is known of a file: ``NAME.meta.json`` beside it."""
    return source.path.with_name(source.path.name + ".meta.json")


def load(source: SourceFile) -> bytes:
    """Return a file's bytes.

    Raises:
        CannotRead: with the reason.
    """
    try:
        return source.path.read_bytes()
    except FileNotFoundError:
        raise CannotRead("vanished while it was read") from None
    except PermissionError:
        raise CannotRead("no permission to read it") from None
    except OSError as error:
        raise CannotRead(f"can't be read ({error.strerror})") from error
    except MemoryError:
        raise CannotRead("does not fit into memory") from None


def read(source: SourceFile, data: bytes, meta_bytes: bytes | None) -> Reading:
    """Return the documents in a file's bytes; ``meta_bytes`` is its ``.meta.json``, if any.

    Never raises on content: what can't be read is in ``skipped``.
    """
    reader = reader_for(source.name)
    if reader is None:
        return Reading(skipped=(Skipped(source.name, "no reader for files of its kind"),))
    meta, notes = from_json(meta_bytes) if meta_bytes is not None else (Metadata(), ())
    if not meta.index:
        return Reading(skipped=(Skipped(source.name, "its .meta.json says index: false"),))
    try:
        reading = reader.read(source, data, meta)
    except MemoryError:
        return Reading(skipped=(Skipped(source.name, OUT_OF_MEMORY),))
    except Unreadable as error:
        return Reading(skipped=(Skipped(source.name, str(error)),))
    except Exception as error:  # noqa: BLE001 - documents may be hostile, and libraries raise anything
        reason = f"its content can't be read ({type(error).__name__}: {str(error)[:200]})"
        return Reading(skipped=(Skipped(source.name, reason),))
    return replace(reading, notes=notes + reading.notes)

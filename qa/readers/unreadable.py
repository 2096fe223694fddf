"""A file that can't be read: the reason, and the library that is missing for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unreadable(Exception):  # noqa: N818 - a state of the file; `readers.read` turns it into Skipped
    """A file's content can't be read; the message is the reason, fit for a person."""


@contextmanager
def needing(extra: str, files: str) -> Iterator[None]:
    """Import inside it what only some formats need.

    Raises:
        Unreadable: a library is missing; the reason names the extra that has it. ``files`` says
            what needs it, in words: "PDF files".
    """
    try:
        yield
    except ImportError as error:
        raise Unreadable(f"{files} need: pip install 'qa[{extra}]' ({error})") from error

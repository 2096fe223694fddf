"""What can go wrong and is expected to.

QaError                 exit code 1: one line on stderr that says what, where and what next
├── UsageError          exit code 2: the command was called wrongly
├── CorpusError         the folder of documents is missing, empty or unreadable
├── IndexMissing        there is no index where one is needed
├── IndexDamaged        the index is truncated, altered or of another version
├── IndexLocked         another process is building this index
├── ModelError          a model can't be found, loaded, or is not the index's own
├── NothingSelected     --since, --document and the like leave no document
├── RowsError           rows of a JSONL file are malformed; all of them are named
└── StorageError        the disk is full or a folder can't be written

Anything else that escapes is a bug: a traceback and exit code 70.
"""

from __future__ import annotations


class QaError(Exception):
    """An expected failure; ``str(error)`` is the one line a person reads."""

    exit_code = 1


class UsageError(QaError):
    """The command was called wrongly."""

    exit_code = 2


class CorpusError(QaError):
    """The folder of documents is missing, empty or unreadable."""


class IndexMissing(QaError):  # noqa: N818 - named for the state, as FileNotFoundError's kin are
    """There is no index where one is needed."""


class IndexDamaged(QaError):  # noqa: N818
    """The index is truncated, altered or of another version."""


class IndexLocked(QaError):  # noqa: N818
    """Another process is building this index."""


class ModelError(QaError):
    """A model can't be found or loaded, or is not the one the index was built with."""


class NothingSelected(QaError):  # noqa: N818
    """No document of the index is as the filters of a question ask for."""


class RowsError(QaError):
    """Rows of a file are malformed; the message names every one by its physical line number."""


class StorageError(QaError):
    """The disk is full or a folder can't be written."""

"""The file of search settings in an index folder, changed without losing what else it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qa.errors import UsageError
from qa.settings import SearchSettings
from qa.storage import canonical_json, replace_atomically, storing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "settings.json"


def read(path: Path) -> dict[str, Any]:
    """The settings that a file holds, checked; {} where there is no file.

    Raises:
        UsageError: the file can't be read, or is no JSON object of known settings.
    """
    try:
        values = json.loads(path.read_bytes())
        SearchSettings.from_mapping(values if isinstance(values, dict) else {"": values})
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError, UsageError) as error:
        raise UsageError(f"{path}: {error}: correct or delete it") from error
    return dict(values)


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some of them changed; None takes one away, and its default holds again."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Write settings, at once.

    Raises:
        UsageError: they are none that a search takes.
        StorageError: the file can't be written.
    """
    SearchSettings.from_mapping(values)
    with storing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(path, canonical_json(dict(values)))

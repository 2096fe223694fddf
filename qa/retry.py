"""Which files that could not be read are tried again, though neither they nor their reader changed.

What was missing may be there by now: more time or memory allowed, a library installed.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.generation import SourceRecord
    from qa.limits import Limits

_LIMITED = ("took longer than ", "needed more than ")
_EXTRA = re.compile(r"pip install 'qa\[([\w-]+)\]'")
_OF_EXTRA = re.compile(r"""\s*([A-Za-z0-9][\w.-]*)[^;]*;.*\bextra\s*==\s*["']([\w-]+)["']""")
_PROGRAMS = ("tesseract",)


def tried_again(record: SourceRecord, limits: Limits) -> bool:
    """Whether a reason that was given for something unread holds no longer."""
    return any(_is_over(item.reason, limits) for item in record.skipped)


def _is_over(reason: str, limits: Limits) -> bool:
    if reason.startswith(_LIMITED):
        return reason not in {limits.too_long, limits.too_big}
    extra = _EXTRA.search(reason)
    if extra is not None:
        return _installed(extra[1])
    wanted = [name for name in _PROGRAMS if re.search(rf"\binstall\b.*\b{name}", reason)]
    return bool(wanted) and all(which(name) for name in wanted)


@cache
def _installed(extra: str) -> bool:
    """Whether every library of an extra of this package is there."""
    try:
        wanted = metadata.requires("qa") or []
        matches = filter(None, map(_OF_EXTRA.match, wanted))
        names = [match[1] for match in matches if match[2] == extra]
        return bool(names) and all(metadata.version(name) for name in names)
    except metadata.PackageNotFoundError:
        return False

"""Which files that could not be read are tried again, though neither they nor their reader changed.

What was missing may be there by now: more time or memory allowed, a program installed. (A library
that is missing is part of what names a file's reader.)
"""

from __future__ import annotations

import re
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.generation import SourceRecord
    from qa.limits import Limits

_LIMITED = ("took longer than ", "needed more than ")
_PROGRAMS = ("tesseract",)


def tried_again(record: SourceRecord, limits: Limits) -> bool:
    """Whether a reason that was given for something unread holds no longer."""
    return any(_is_over(item.reason, limits) for item in record.skipped)


def _is_over(reason: str, limits: Limits) -> bool:
    if reason.startswith(_LIMITED):
        return reason not in {limits.too_long, limits.too_big}
    wanted = [name for name in _PROGRAMS if re.search(rf"\binstall\b.*\b{name}", reason)]
    return bool(wanted) and all(which(name) for name in wanted)

"""Which files that could not be read are tried again, though neither they nor their reader changed.

They took more time or memory than was allowed then, and another amount is allowed now. (A library
or program that is missing is part of what names a file's reader.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.generation import SourceRecord
    from qa.limits import Limits

_LIMITED = ("took longer than ", "needed more than ")


def tried_again(record: SourceRecord, limits: Limits) -> bool:
    """Whether a reason that was given for something unread holds no longer."""
    given = {item.reason for item in record.skipped if item.reason.startswith(_LIMITED)}
    return bool(given - {limits.too_long, limits.too_big})

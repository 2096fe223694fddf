"""What files of Office programs say of themselves."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from qa.readers.metadata import Metadata, from_mapping

# What programs fill in by themselves.
_NOTHING = {"", "powerpoint presentation", "presentation", "word document", "python-docx"}


def properties(core: Any) -> Metadata:
    """Title, author and date of python-docx's or python-pptx's core properties.

    The date is that of the last change, else of the making; templates carry one of long ago.
    """
    values: dict[str, Any] = {}
    with suppress(Exception):  # a date that is none, for one
        values["title"] = core.title
    with suppress(Exception):
        values["publisher"] = core.author
    for name in ("modified", "created"):
        with suppress(Exception):
            values.setdefault("date", getattr(core, name).date().isoformat())
    for name in ("title", "publisher"):
        if str(values.get(name) or "").strip().lower() in _NOTHING:
            values[name] = None
    return from_mapping(values)

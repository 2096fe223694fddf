"""How much of a folder an index has read: files, bytes, pages, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa import hints
from qa.reasons import by_group, to_act_on_first

if TYPE_CHECKING:
    from qa.nouns import Skipped
    from qa.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read and what was not.

    ``read`` counts files with text in the index, ``unread`` files, folders and links without;
    ``bytes`` are those of the files read, None where it is not known. ``pages`` counts pages and
    slides, ``blank`` those of them without text. ``skipped`` names everything that was not read,
    also rows and pages of files that were, what a person can act on first.
    """

    read: int
    unread: int
    bytes: int | None
    pages: int
    blank: int
    skipped: tuple[Skipped, ...]

    @property
    def groups(self) -> dict[str, int]:
        """How many things were skipped, by group of reasons."""
        return by_group(self.skipped)

    def as_json(self) -> dict[str, Any]:
        """The coverage as ``qa index --json`` and ``qa doctor --json`` print it."""
        return {
            "files": {"read": self.read, "skipped": self.unread},
            "bytes": self.bytes,
            "pages": {"all": self.pages, "without_text": self.blank},
            "skipped": self.groups,
        }


def coverage_of(snapshot: Snapshot) -> Coverage:
    """The coverage of an index as of its last build."""
    known = hints.read(snapshot.index, snapshot.name)
    sources = snapshot.sources
    with_text = [record.name for record in sources if record.documents]
    sizes = [known.files[name][0] for name in with_text if name in known.files]
    within = [item for record in sources for item in record.skipped]
    left_out = {item.path for item in known.skipped}
    return Coverage(
        read=len(with_text),
        unread=len(sources) - len(with_text) + len(left_out),
        bytes=sum(sizes) if len(sizes) == len(with_text) else None,
        pages=sum(record.pages for record in sources),
        blank=sum(record.blank_pages for record in sources),
        skipped=to_act_on_first([*known.skipped, *within]),
    )

"""What an index run would do, worked out before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qa.generation import SourceRecord
    from qa.nouns import Skipped


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a source's index entry follows from: its content's digest and what reads it."""

    digest: str
    reader: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Names of sources by what happens to them, each in order.

    ``reread`` are unchanged files read anew because the program reads or cuts otherwise now;
    ``rebuild`` says in words why everything is done anew, or is None.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    reread: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    rebuild: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        doing = (self.added, self.changed, self.moved, self.removed, self.reread)
        return self.rebuild is None and not any(doing)

    def as_json(self) -> dict[str, Any]:
        """The plan as ``qa index --json`` prints it."""
        return {
            "added": list(self.added),
            "changed": list(self.changed),
            "moved": [{"from": old, "to": new} for old, new in self.moved],
            "removed": list(self.removed),
            "kept": list(self.kept),
            "reread": list(self.reread),
            "skipped": [
                {"path": item.path, "reason": item.reason, "line": item.line}
                for item in self.skipped
            ],
            "rebuild": self.rebuild,
        }


def compare(
    before: Mapping[str, SourceRecord],
    now: Mapping[str, Fingerprint],
    skipped: tuple[Skipped, ...],
    rebuild: str | None,
) -> Plan:
    """Compare the sources of an index with those of a folder, by content.

    A file whose content stood under another name, which is gone, has moved; among several with
    the same content, names are paired in order.
    """
    gone = sorted(name for name in before if name not in now)
    new = sorted(name for name in now if name not in before)
    by_digest: dict[str, list[str]] = {}
    for name in gone:
        by_digest.setdefault(before[name].digest, []).append(name)
    twins = ((name, by_digest.get(now[name].digest)) for name in new)
    moved = [(names.pop(0), name) for name, names in twins if names]
    old_names, new_names = {old for old, _ in moved}, {name for _, name in moved}
    both = sorted(name for name in now if name in before)
    same = [name for name in both if before[name].digest == now[name].digest]
    return Plan(
        added=tuple(name for name in new if name not in new_names),
        changed=tuple(name for name in both if before[name].digest != now[name].digest),
        moved=tuple(moved),
        removed=tuple(name for name in gone if name not in old_names),
        kept=tuple(name for name in same if before[name].reader == now[name].reader),
        reread=tuple(name for name in same if before[name].reader != now[name].reader),
        skipped=skipped,
        rebuild=rebuild,
    )

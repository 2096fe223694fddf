"""How much time and memory the reading of one file may take."""

from __future__ import annotations

from dataclasses import dataclass

_GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file: ``seconds`` by the clock, ``memory`` in bytes of the process that reads it."""

    seconds: float = 120
    memory: int = 2 * _GIGABYTE

    @property
    def too_long(self) -> str:
        """The reason of a file that took too long, with the option that allows more."""
        return f"took longer than {self.seconds:g} s to read: --max-seconds allows more"

    @property
    def too_big(self) -> str:
        """The reason of a file that took too much memory, with the option that allows more."""
        size = f"{self.memory / _GIGABYTE:g} GB"
        return f"needed more than {size} of memory to read: --max-memory allows more"

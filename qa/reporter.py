"""Who is told how something long gets on."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Who is told how something long gets on."""

    def start(self, description: str, total: int) -> None:
        """Begin a step of ``total`` units."""

    def describe(self, description: str) -> None:
        """Say more of the step that is under way."""

    def advance(self, n: int) -> None:
        """Count ``n`` units as done."""

    def say(self, message: str) -> None:
        """Tell a person something."""

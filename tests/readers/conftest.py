"""What the readers' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa import readers
from qa.nouns import Reading, SourceFile

DATA = Path(__file__).parent.parent / "data" / "readers"


class Bench:
    """Reads checked-in files, or bytes under a name."""

    def file(self, name: str) -> Reading:
        path = DATA / name
        source = SourceFile(name, path, path.stat().st_size, 0)
        return readers.read(source, readers.load(source), None)

    def bytes(self, name: str, data: bytes | str, meta: bytes | None = None) -> Reading:
        data = data.encode() if isinstance(data, str) else data
        return readers.read(SourceFile(name, Path(name), len(data), 0), data, meta)

    def blocks(self, name: str, data: bytes | str) -> list[tuple[tuple[str, ...], str]]:
        """The blocks of the one document, as heading path and words."""
        (document,) = self.bytes(name, data).documents
        return [(b.headings, document.text[b.start : b.end]) for b in document.blocks]


@pytest.fixture
def bench() -> Bench:
    """A bench to read on."""
    return Bench()


@pytest.fixture(scope="session")
def bench_once() -> Bench:
    """The same, for tests that hypothesis runs again and again."""
    return Bench()

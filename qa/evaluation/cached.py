"""Temporary indexes of other people's sets, kept in the user's cache folder by content."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.asking import Session
from qa.build import build
from qa.settings import IndexSettings
from qa.storage import replace_atomically, storing
from qa.survey import Request

if TYPE_CHECKING:
    from qa.encoders import Encoders
    from qa.reader_choice import OpenedReader
    from qa.reporter import Reporter
    from qa.settings import SearchSettings

CORPUS = "corpus.jsonl"
# A corpus of a public set may be far larger than what a person would index unasked.
_LARGEST = 1 << 40


@dataclass(frozen=True, slots=True)
class TemporaryIndexes:
    """How indexes are made and asked: the embedder and search settings, None for the defaults.

    Without a ``reader`` whole sentences answer.
    """

    embedder: str | None = None
    settings: SearchSettings | None = None
    encoders: Encoders | None = None
    reader: OpenedReader | None = None

    def open(self, corpus: bytes, reporter: Reporter) -> Session:
        """Open an index of a JSONL corpus, built unless the cache has it.

        ``QA_CACHE`` names another cache folder.

        Raises:
            CorpusError: the corpus has no documents.
            StorageError: the cache can't be written.
            ModelError: the embedder can't be used.
            IndexLocked: another process is building the same index.
        """
        key = hashlib.sha256(corpus)
        key.update(f"\0{self.embedder}".encode())
        folder = _cache() / "eval" / key.hexdigest()[:32]
        file = folder / "corpus" / CORPUS
        with storing(folder):
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                replace_atomically(file, corpus)
        index = folder / "index"
        request = Request(file.parent, index, IndexSettings(), self.embedder, _LARGEST)
        build(request, reporter, self.encoders)
        return Session.open(index, self.settings, self.encoders, self.reader)


def _cache() -> Path:
    if value := os.environ.get("QA_CACHE"):
        return Path(value).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("qa"))

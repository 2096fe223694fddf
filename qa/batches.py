"""Texts to padded batches of tokens, and rows to unit length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from qa.encoder_folder import Padding

# Texts tokenized at a time: enough to sort by length, few enough to keep memory low.
CHUNK = 1024
# Tokens of a batch, padding included: attention takes heads * length**2 floats a text, so that
# 8 texts of 256 tokens with 12 heads take 25 MB. More is not faster on a CPU.
BATCH_TOKENS = 2048
BATCH_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token and type ids of some texts, a vector of its own length for each."""

    ids: list[npt.NDArray[np.int64]]
    type_ids: list[npt.NDArray[np.int64]]

    def padded(self, rows: Sequence[int], padding: Padding) -> dict[str, npt.NDArray[np.int64]]:
        """Return input_ids, attention_mask and token_type_ids, each (len(rows), longest)."""
        # A graph has no row of no tokens; one of padding alone stands for it.
        longest = max(1, *(len(self.ids[row]) for row in rows))
        ids = np.full((len(rows), longest), padding.id, dtype=np.int64)
        types = np.full((len(rows), longest), padding.type_id, dtype=np.int64)
        mask = np.zeros((len(rows), longest), dtype=np.int64)
        for at, row in enumerate(rows):
            length = len(self.ids[row])
            where = slice(0, length) if padding.side == "right" else slice(longest - length, None)
            ids[at, where] = self.ids[row]
            types[at, where] = self.type_ids[row]
            mask[at, where] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def chunks(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the texts in stretches, each with the number of its first."""
    for start in range(0, len(texts), CHUNK):
        yield start, texts[start : start + CHUNK]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield row numbers in batches of like length, the longest first, each row once.

    A batch has at most BATCH_TEXTS rows and, unless it is one row, BATCH_TOKENS tokens.
    """
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        size = max(1, min(BATCH_TEXTS, BATCH_TOKENS // longest))
        yield order[start : start + size]
        start += size


def normalised(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the rows divided by their L2 norm; a row of zeros stays one."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    unit = np.zeros_like(vectors)
    np.divide(vectors, norms, out=unit, where=norms > 0)
    return unit


def well_formed(text: str) -> str:
    """Return the text with each lone surrogate, which no UTF-8 can hold, as U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

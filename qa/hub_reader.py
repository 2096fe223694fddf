"""Any extractive question-answering model of transformers, run by torch, as a reader."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import ModelError
from qa.span_logits import Extraction, best_spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.reader import Context

_COUNTED = (".json", ".safetensors", ".bin", ".txt", ".model")
_MAX_TOKENS = 512


class HubReader:
    """The model in a folder; it has no second opinion, so the margin stands for it.

    It starts slowly, for transformers and torch are imported. Like the shipped reader it takes the
    null answer for the first token's.

    Raises:
        ModelError: when first used, where it can't be loaded or has no extractive head.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that what is read depends on."""
        return tuple(path for path in sorted(self._folder.iterdir()) if path.suffix in _COUNTED)

    def warm(self) -> None:
        """Open the model."""
        with self._lock:
            _ = self._opened

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it, in order.

        A passage longer than the model takes is read as far as it goes.
        """
        import torch

        if not pairs:
            return ()
        self.warm()
        tokenizer, model = self._opened
        above = [f"{context.title}\n" if context.title else "" for _, context in pairs]
        given = tokenizer(
            [question for question, _ in pairs],
            [title + context.text for title, (_, context) in zip(above, pairs, strict=True)],
            truncation="only_second",
            max_length=min(_MAX_TOKENS, tokenizer.model_max_length),
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = given.pop("offset_mapping").tolist()
        with torch.inference_mode():
            found = model(**given)
        starts, ends = found.start_logits.float().numpy(), found.end_logits.float().numpy()
        made = []
        for row, title in enumerate(above):
            places = [
                (at, (a - len(title), b - len(title)))
                for at, (part, (a, b)) in enumerate(
                    zip(given.sequence_ids(row), offsets[row], strict=True)
                )
                if part == 1 and a >= len(title)
            ]
            made.append(_extraction(starts[row], ends[row], places))
        return tuple(made)

    @cached_property
    def _opened(self) -> tuple[Any, Any]:
        try:
            import transformers
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            logging: Any = transformers.utils.logging
            logging.set_verbosity_error()
            logging.disable_progress_bar()
            tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            model, report = AutoModelForQuestionAnswering.from_pretrained(
                self._folder, local_files_only=True, output_loading_info=True
            )
        except Exception as error:  # the libraries' errors share no base of their own
            raise self._unusable(str(error).strip().splitlines()[0]) from error
        missing = sorted(report["missing_keys"])
        if missing:
            raise self._unusable(f"it has no trained {', '.join(missing[:2])}")
        if not tokenizer.is_fast:
            raise self._unusable("its tokenizer does not tell where tokens stand")
        return tokenizer, model.eval()

    def _unusable(self, reason: str) -> ModelError:
        return ModelError(
            f"{self._folder} can't be used as a reader ({reason}): name an extractive "
            "question-answering model, or leave --reader out"
        )


def _extraction(
    starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any], places: list[tuple[int, Any]]
) -> Extraction:
    """The best spans among the passage's tokens, against the null answer at the first token."""
    at = np.array([place for place, _ in places], np.int64)
    null = float(starts[0] + ends[0])
    spans = best_spans(starts[at], ends[at], [offsets for _, offsets in places], null)
    return Extraction(spans, spans[0].score if spans else -10.0)

"""What a reader is given: question, title and text as token ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

CLS, SEP = 101, 102
_MAX_QUESTION = 48
_MAX_TITLE = 24
_MAX_TOKENS = 384
_SURROGATE = re.compile("[\ud800-\udfff]")


class Input(NamedTuple):
    """Token ids of one input; its text's tokens, at ``offsets``, begin at ``first``.

    ``question`` is where the question and what closes it end.
    """

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]
    question: int


def inputs_of(
    tokenizer: Any, asked: Sequence[tuple[str, str, str]]
) -> tuple[list[Input], dict[str, Ints]]:
    """Lay out question, title and text for the model: [CLS] question [SEP] title, text [SEP].

    Returns where each text's tokens are, and the tensors by name, shape (len(asked), longest).
    """
    given = [_input(tokenizer, *texts) for texts in asked]
    shape = len(given), max(len(one.ids) for one in given)
    ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
    for row, one in enumerate(given):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
        types[row, one.question : len(one.ids)] = 1
    return given, {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def _input(tokenizer: Any, question: str, title: str, text: str) -> Input:
    def encode(some: str) -> Any:
        whole = _SURROGATE.sub("\ufffd", some)  # half characters are no text to the tokenizer
        return tokenizer.encode(whole, add_special_tokens=False)

    asked = encode(question).ids[:_MAX_QUESTION]
    above = encode(title).ids[:_MAX_TITLE] if title else []
    encoded = encode(text)
    room = _MAX_TOKENS - 3 - len(asked) - len(above)
    ids = [CLS, *asked, SEP, *above, *encoded.ids[:room], SEP]
    first = len(asked) + 2 + len(above)
    return Input(ids, first, list(encoded.offsets[:room]), len(asked) + 2)

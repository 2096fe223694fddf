"""The network that is trained: an encoder with an extractive head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import UsageError
from qa.reader_input import inputs_of
from qa.training.distillation import SHARE, Outputs, distillation
from qa.training.pretrained import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.training.examples import Example
    from qa.training.teacher import Teacher

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def network(encoder: Path, tokenizer: Any) -> Any:
    """Return a torch module over the encoder in a folder, with new heads.

    It gives start and end logits, shape (batch, length), and the logit of the passage's answering,
    shape (batch,). The embeddings are not trained.

    Raises:
        ModelError: the folder holds no encoder that takes what readers give it.
    """
    import torch

    body, given = load(encoder, tokenizer)

    class Network(torch.nn.Module):  # type: ignore[misc, unused-ignore]  # torch has no types here
        """An encoder, span logits for each token, one more logit from the first."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = body
            width = self.bert.config.hidden_size
            self.span = torch.nn.Linear(width, 2)
            self.answerable = torch.nn.Linear(width, 1)
            for parameter in self.bert.embeddings.parameters():
                parameter.requires_grad_(requires_grad=False)

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            hidden = self.bert(**given(input_ids, attention_mask, token_type_ids)).last_hidden_state
            # What is not read can't be the start or end of anything.
            spans = self.span(hidden) + (1.0 - attention_mask[..., None].to(hidden.dtype)) * -1e4
            return spans[..., 0], spans[..., 1], self.answerable(hidden[:, 0])[:, 0]

    return Network()


def train_only(network: Any, layers: int) -> None:
    """Let only the last layers of a network's encoder be trained, and the heads.

    Raises:
        UsageError: the encoder has no more layers than that.
    """
    every = network.bert.encoder.layer
    if layers > len(every):
        raise UsageError(f"--layers {layers}: the encoder has no more than {len(every)}")
    for parameter in network.bert.parameters():
        parameter.requires_grad_(requires_grad=False)
    for layer in every[len(every) - layers :]:
        for parameter in layer.parameters():
            parameter.requires_grad_(requires_grad=True)


class Encoded:
    """Examples as the network takes them, and where their answers are, in tokens.

    ``starts`` and ``ends`` are 0, the null answer, where there is none or it was cut off;
    ``groups`` -1 where an example is alone.
    """

    def __init__(self, tokenizer: Any, examples: Sequence[Example]) -> None:
        given, self.tensors = inputs_of(
            tokenizer, [(e.question, e.title, e.text) for e in examples]
        )
        self.groups = np.array([-1 if e.group is None else e.group for e in examples], np.int64)
        self.starts = np.zeros(len(examples), np.int64)
        self.ends = np.zeros(len(examples), np.int64)
        for row, (example, one) in enumerate(zip(examples, given, strict=True)):
            place = _tokens_of(example.span, one.offsets) if example.span else None
            if place is not None:
                self.starts[row] = one.first + place[0]
                self.ends[row] = one.first + place[1]


def loss(
    network: Any, batch: Encoded, *, brief: bool = False, teacher: Teacher | None = None
) -> Any:
    """The mean of the start's and end's cross entropy, and half the second opinion's.

    With a ``teacher``, that is the smaller part, and the distance from what it says the larger.

    Where a question is read with several passages, half of the cross entropies over all of them
    together are added, of what each says above its null answer: so margins of one passage and
    another can be compared (shared normalisation: Clark and Gardner, arXiv 1710.10723).

    With ``brief``, matrices are multiplied in bfloat16; weights and sums stay in 32 bits.
    """
    import torch

    tensors = {name: torch.from_numpy(batch.tensors[name]) for name in INPUTS}
    with torch.autocast("cpu", torch.bfloat16, enabled=brief):
        found = network(*tensors.values())
    own = Outputs(*(output.float() for output in found))
    marked = _marked_loss(own, batch)
    if teacher is None:
        return marked
    return (1 - SHARE) * marked + SHARE * distillation(own, teacher.outputs(tensors))


def _marked_loss(own: Outputs, batch: Encoded) -> Any:
    """How far a network's outputs are from the marked answers."""
    import torch
    from torch.nn import functional

    starts, ends, answerable = own
    first, last = torch.from_numpy(batch.starts), torch.from_numpy(batch.ends)
    spans = functional.cross_entropy(starts, first) + functional.cross_entropy(ends, last)
    there = (first > 0).to(answerable.dtype)
    alone = spans / 2 + functional.binary_cross_entropy_with_logits(answerable, there) / 2
    right = np.flatnonzero((batch.groups >= 0) & (batch.starts > 0))
    if not len(right):
        return alone
    # A row for each question that has several passages, a column for each passage.
    same = torch.from_numpy(batch.groups[right][:, None] == batch.groups[None, :])
    of = torch.from_numpy(right)

    def shared(scores: Any, highest: Any) -> Any:
        every = torch.where(same, scores[None, :], -torch.inf).logsumexp(1)
        return (every - highest).mean()

    above_null = [logits[:, 1:] - logits[:, :1] for logits in (starts, ends)]
    places = (first[of] - 1, last[of] - 1)
    together = sum(
        shared(logits.logsumexp(1), logits[of, place])
        for logits, place in zip(above_null, places, strict=True)
    )
    return alone + together / 4 + shared(answerable, answerable[of]) / 4


def brief_is_faster() -> bool:
    """Whether this processor has instructions for bfloat16: three times as fast; else far slower.

    It is asked and not measured, for a training must not depend on what else the machine does.
    """
    import torch

    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    asked = (getattr(torch.cpu, name, None) for name in names)
    return any(has is not None and has() for has in asked)


def _tokens_of(span: tuple[int, int], offsets: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first and last token of a span of characters; None where it was cut off."""
    inside = [i for i, (a, b) in enumerate(offsets) if a < span[1] and span[0] < b]
    if not inside or offsets[inside[-1]][1] < span[1]:
        return None
    return inside[0], inside[-1]

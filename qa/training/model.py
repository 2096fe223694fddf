"""The network that is trained: the embedded encoder with an extractive head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qa.reader import inputs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.training.examples import Example

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def network(encoder: Path) -> Any:
    """Return a torch module over the BERT encoder in a folder, with new heads.

    It gives start and end logits, shape (batch, length), and the logit of the passage's answering,
    shape (batch,). The embeddings are not trained.
    """
    import torch
    from transformers import AutoModel

    class Network(torch.nn.Module):  # type: ignore[misc, unused-ignore]  # torch has no types here
        """A BERT encoder, span logits for each token, one more logit from the first."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(
                encoder,
                add_pooling_layer=False,
                local_files_only=True,
                attn_implementation="sdpa",
                # On a processor, drawing what to drop costs a third of the time, and few
                # questions are seen twice.
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            width = self.bert.config.hidden_size
            self.span = torch.nn.Linear(width, 2)
            self.answerable = torch.nn.Linear(width, 1)
            for parameter in self.bert.embeddings.parameters():
                parameter.requires_grad_(requires_grad=False)

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            hidden = self.bert(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            # What is not read can't be the start or end of anything.
            spans = self.span(hidden) + (1.0 - attention_mask[..., None].to(hidden.dtype)) * -1e4
            return spans[..., 0], spans[..., 1], self.answerable(hidden[:, 0])[:, 0]

    return Network()


class Encoded:
    """Examples as the network takes them, and where their answers are, in tokens.

    ``starts`` and ``ends`` are 0, the null answer, where there is none or it was cut off.
    """

    def __init__(self, tokenizer: Any, examples: Sequence[Example]) -> None:
        given, self.tensors = inputs_of(
            tokenizer, [(e.question, e.title, e.text) for e in examples]
        )
        self.starts = np.zeros(len(examples), np.int64)
        self.ends = np.zeros(len(examples), np.int64)
        for row, (example, one) in enumerate(zip(examples, given, strict=True)):
            place = _tokens_of(example.span, one.offsets) if example.span else None
            if place is not None:
                self.starts[row] = one.first + place[0]
                self.ends[row] = one.first + place[1]


def loss(network: Any, batch: Encoded, smoothing: float = 0.0) -> Any:
    """The mean of the start's and end's cross entropy, and half the second opinion's."""
    import torch
    from torch.nn import functional

    tensors = [torch.from_numpy(batch.tensors[name]) for name in INPUTS]
    starts, ends, answerable = network(*tensors)
    first, last = torch.from_numpy(batch.starts), torch.from_numpy(batch.ends)
    spans = functional.cross_entropy(starts, first, label_smoothing=smoothing)
    spans = spans + functional.cross_entropy(ends, last, label_smoothing=smoothing)
    there = (first > 0).to(answerable.dtype)
    return spans / 2 + functional.binary_cross_entropy_with_logits(answerable, there) / 2


def _tokens_of(
    span: tuple[int, int], offsets: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """The first and last token of a span of characters; None where it was cut off."""
    inside = [i for i, (a, b) in enumerate(offsets) if a < span[1] and span[0] < b]
    if not inside or offsets[inside[-1]][1] < span[1]:
        return None
    return inside[0], inside[-1]

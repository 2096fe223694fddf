"""The network that is trained: a BERT encoder with an extractive head."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import ModelError, UsageError
from qa.reader import TOKENIZER
from qa.reader_input import inputs_of
from qa.training.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.training.examples import Example

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_CONFIG = "config.json"
ATTENTION = "sdpa_in_32_bits"


def tokenizer_of(folder: Path) -> Any:
    """Return the tokenizer in the folder of an encoder or reader, without a limit of length.

    Raises:
        ModelError: there is none, or its first and last token are not those that readers use.
    """
    from tokenizers import Tokenizer

    path = folder / TOKENIZER
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{path} can't be used ({error}): {_WANTED}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    ids = inputs_of(tokenizer, [("", "", "")])[1]["input_ids"][0]
    known = [tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]")]
    if known != [ids[0], ids[-1]]:
        raise ModelError(
            f"{path} has [CLS] and [SEP] as {known[0]} and {known[1]}, not as {ids[0]} and "
            f"{ids[-1]} as BERT has: {_WANTED}"
        )
    return tokenizer


def network(encoder: Path, tokenizer: Any) -> Any:
    """Return a torch module over the BERT encoder in a folder, with new heads.

    It gives start and end logits, shape (batch, length), and the logit of the passage's answering,
    shape (batch,). The embeddings are not trained.

    Raises:
        ModelError: the folder holds no BERT encoder that takes what readers give it.
    """
    import torch

    _check(encoder, tokenizer)

    class Network(torch.nn.Module):  # type: ignore[misc, unused-ignore]  # torch has no types here
        """A BERT encoder, span logits for each token, one more logit from the first."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = _encoder(encoder)
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


def train_only(network: Any, layers: int) -> None:
    """Let only the last layers of a network's encoder be trained, and the heads.

    Raises:
        UsageError: the encoder has no more layers than that.
    """
    every = network.bert.encoder.layer
    if layers > len(every):
        raise UsageError(f"--layers {layers}: the encoder has no more than {len(every)}")
    for layer in every[: len(every) - layers]:
        for parameter in layer.parameters():
            parameter.requires_grad_(requires_grad=False)


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


def loss(network: Any, batch: Encoded, *, brief: bool = False) -> Any:
    """The mean of the start's and end's cross entropy, and half the second opinion's.

    Where a question is read with several passages, half of the cross entropies over all of them
    together are added, of what each says above its null answer: so margins of one passage and
    another can be compared (shared normalisation: Clark and Gardner, arXiv 1710.10723).

    With ``brief``, matrices are multiplied in bfloat16; weights and sums stay in 32 bits.
    """
    import torch
    from torch.nn import functional

    tensors = [torch.from_numpy(batch.tensors[name]) for name in INPUTS]
    with torch.autocast("cpu", torch.bfloat16, enabled=brief):
        starts, ends, answerable = network(*tensors)
    starts, ends, answerable = starts.float(), ends.float(), answerable.float()
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


_WANTED = "name the folder of a BERT encoder with --encoder, or leave it out"


def _check(encoder: Path, tokenizer: Any) -> None:
    """Refuse an encoder that can't be given what a reader is given."""
    path = encoder / _CONFIG
    try:
        config = json.loads(path.read_bytes())
        kind, longest = str(config["model_type"]), int(config["max_position_embeddings"])
        tokens, types = int(config["vocab_size"]), int(config["type_vocab_size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is of no BERT encoder ({error!r}): {_WANTED}") from error
    # As long as an input ever is.
    given = inputs_of(tokenizer, [("a " * 999,) * 3])[1]["input_ids"].shape[1]
    if kind != "bert" or types < 2:
        raise ModelError(f"{path} is of no BERT encoder, but of {kind}: {_WANTED}")
    if longest < given:
        raise ModelError(f"{encoder} takes {longest} tokens, a reader has {given}: {_WANTED}")
    if tokens < tokenizer.get_vocab_size():
        raise ModelError(
            f"{encoder} knows {tokens} tokens, its tokenizer has {tokenizer.get_vocab_size()}: "
            f"{_WANTED}"
        )


def _attention() -> str:
    """Register torch's attention, always in 32 bits: in bfloat16 it takes twice the time."""
    import torch
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    def attention(
        module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any
    ) -> Any:
        with torch.autocast("cpu", enabled=False):
            return sdpa_attention_forward(
                module, query.float(), key.float(), value.float(), attention_mask, **options
            )

    AttentionInterface.register(ATTENTION, attention)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
    return ATTENTION


def _encoder(folder: Path) -> Any:
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no types
    try:
        with quiet():  # of a pooling layer that is not there
            return AutoModel.from_pretrained(
                folder,
                add_pooling_layer=False,
                local_files_only=True,
                use_safetensors=True,
                attn_implementation=_attention(),
                # On a processor, drawing what to drop costs a third of the time, and few
                # questions are seen twice.
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
    except Exception as error:  # whatever a broken model makes the library raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ModelError(
            f"the encoder in {folder} can't be loaded ({reason}): {_WANTED}"
        ) from error


def _tokens_of(span: tuple[int, int], offsets: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first and last token of a span of characters; None where it was cut off."""
    inside = [i for i, (a, b) in enumerate(offsets) if a < span[1] and span[0] < b]
    if not inside or offsets[inside[-1]][1] < span[1]:
        return None
    return inside[0], inside[-1]

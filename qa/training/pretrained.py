"""The encoders that a reader can be trained from: BERT's kind, and MPNet's.

What is read is laid out as BERT has it (`qa.reader_input`). MPNet (Song et al., "MPNet: Masked and
Permuted Pre-training for Language Understanding", arXiv 2004.09297) has BERT's vocabulary, four
numbers further on, and other ids for what begins, closes and fills up: so both read the same tokens
at the same places, and one can be taught by the other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError
from qa.models import resolve
from qa.reader import TOKENIZER
from qa.reader_input import CLS, SEP, inputs_of
from qa.training.quiet import quiet

if TYPE_CHECKING:
    from pathlib import Path

_ATTENTION = "sdpa_in_32_bits"
_CONFIG = "config.json"
_BERT, _MPNET = "bert", "mpnet"
# MPNet's ids: the first token, what fills up, the last one; all others are BERT's and this many.
_FIRST, _FILL, _LAST, _FURTHER = 0, 1, 2, 4
_WANTED = "name the folder of a BERT or MPNet encoder with --encoder, or leave it out"


def tokenizer_of(folder: Path) -> Any:
    """Return the tokenizer of the encoder or reader in a folder, without a limit of length.

    That of an MPNet encoder is the embedded model's, which gives the same tokens.

    Raises:
        ModelError: there is none, or its tokens are not those that readers use.
    """
    if _kind(folder) != _MPNET:
        return _bert_tokenizer(folder / TOKENIZER)
    tokenizer = _bert_tokenizer(resolve(None).path / TOKENIZER)
    theirs = _read_tokenizer(folder / TOKENIZER).get_vocab()
    for token, number in tokenizer.get_vocab().items():
        if theirs.get(token) != number + _FURTHER:
            raise ModelError(f"{folder / TOKENIZER} has not BERT's vocabulary ({token}): {_WANTED}")
    return tokenizer


def load(folder: Path, tokenizer: Any) -> tuple[Any, Any]:
    """Return the encoder in a folder, and what turns a reader's inputs into its own.

    Raises:
        ModelError: the folder holds no encoder that takes what readers give it.
    """
    kind = _check(folder, tokenizer)
    return (_encoder(folder, kind), _as_mpnet if kind == _MPNET else _as_bert)


def attend_singly(encoder: Any, *, singly: bool) -> None:
    """Let attention be computed in the single steps that an optimiser knows, or as in training."""
    usual = "eager" if encoder.config.model_type == _MPNET else _ATTENTION
    encoder.set_attn_implementation("eager" if singly else usual)


def _as_bert(input_ids: Any, attention_mask: Any, token_type_ids: Any) -> dict[str, Any]:
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "token_type_ids": token_type_ids,
    }


def _as_mpnet(input_ids: Any, attention_mask: Any, token_type_ids: Any) -> dict[str, Any]:
    """The question ends where the types change; MPNet knows the place by what closes it."""
    del token_type_ids
    ids = input_ids + _FURTHER
    for theirs, ours in ((CLS, _FIRST), (SEP, _LAST)):
        ids = ids.masked_fill(input_ids == theirs, ours)
    ids = ids.masked_fill(attention_mask == 0, _FILL)
    return {"input_ids": ids, "attention_mask": attention_mask}


def _kind(folder: Path) -> str:
    """What kind of encoder a folder says that it holds; nothing where it does not say."""
    try:
        return str(json.loads((folder / _CONFIG).read_bytes())["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _read_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{path} can't be used ({error}): {_WANTED}") from error


def _bert_tokenizer(path: Path) -> Any:
    tokenizer = _read_tokenizer(path)
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


def _check(encoder: Path, tokenizer: Any) -> str:
    """Refuse an encoder that can't be given what a reader is given; return its kind."""
    path = encoder / _CONFIG
    try:
        config = json.loads(path.read_bytes())
        kind, longest = str(config["model_type"]), int(config["max_position_embeddings"])
        tokens, types = int(config["vocab_size"]), int(config.get("type_vocab_size", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is of no BERT encoder ({error!r}): {_WANTED}") from error
    # As long as an input ever is.
    given = inputs_of(tokenizer, [("a " * 999,) * 3])[1]["input_ids"].shape[1]
    if kind == _MPNET:
        # Its places are counted from behind what fills up.
        longest, tokens = longest - _FILL - 1, tokens - _FURTHER
    elif kind != _BERT or types < 2:
        raise ModelError(f"{path} is of no BERT encoder, but of {kind}: {_WANTED}")
    if longest < given:
        raise ModelError(f"{encoder} takes {longest} tokens, a reader has {given}: {_WANTED}")
    if tokens < tokenizer.get_vocab_size():
        raise ModelError(
            f"{encoder} knows {tokens} tokens, its tokenizer has {tokenizer.get_vocab_size()}: "
            f"{_WANTED}"
        )
    return kind


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

    AttentionInterface.register(_ATTENTION, attention)
    AttentionMaskInterface.register(_ATTENTION, sdpa_mask)
    return _ATTENTION


def _encoder(folder: Path, kind: str) -> Any:
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
                attn_implementation="eager" if kind == _MPNET else _attention(),
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

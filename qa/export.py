"""A sentence-transformers model to a folder that ONNX Runtime runs alone.

The whole pipeline (transformer, pooling, dense layers, normalisation) is traced as one graph,
which ONNX Runtime optimises and writes with its weights beside it, so that they are mapped into
memory rather than parsed. What was made is compared with sentence-transformers before it counts.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.batches import normalised
from qa.encoder_folder import Card, Kind, Padding, part_of, write_card
from qa.nouns import EmbedderIdentity
from qa.onnx_encoder import MODEL, TOKENIZER, WEIGHTS, OnnxEncoder
from qa.torch_encoder import prompts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Largest difference of any component of a unit vector from sentence-transformers' own.
TOLERANCE = 1e-5
# The opset that has Gelu as one operator.
_OPSET = 20
# A tokenizer that knows no limit says 1e30.
_NO_LIMIT = 1_000_000
_TENSORS = ("input_ids", "attention_mask", "token_type_ids")
_EXPORTABLE = frozenset(
    {"Transformer", "Pooling", "Dense", "Normalize", "LayerNorm", "Dropout", "WeightedLayerPooling"}
)

# Short, long, empty, of other scripts, with what tokenizers treat apart; as questions and passages.
PROBES = (
    "",
    "?",
    "How much was trade between the United States and Honduras worth in 2017?",
    'U.S. exports grew by 11.4 % — to "$5.3 billion" (2017).',
    "El tratado entró en vigor en 2006; 关系始于1853年 😀 naïve co\u0301te",
    "the treaty of friendship commerce and navigation " * 12,
    "a very long passage, which is cut at the model's maximum length; " * 80,
)
_AS_QUESTIONS = 5


class CannotExportError(Exception):
    """The model has to be run by sentence-transformers; ``str`` is the reason."""


def identity_of(model: Any, name: str, fingerprint: str) -> EmbedderIdentity:
    """Return the identity of a loaded SentenceTransformer."""
    with _one_thread():
        dimension = int(model.encode([""], show_progress_bar=False).shape[1])
    limit = model.max_seq_length
    return EmbedderIdentity(name, fingerprint, dimension, min(int(limit or _NO_LIMIT), _NO_LIMIT))


def export(model: Any, identity: EmbedderIdentity, folder: Path) -> Card:
    """Write the SentenceTransformer ``model`` into ``folder``, and return its encoder.json.

    Raises:
        CannotExportError: the model can't be traced, or the graph's vectors differ from its own
            by more than TOLERANCE.
        OSError: the folder can't be written.
    """
    with _one_thread():
        return _export(model, identity, folder)


def _export(model: Any, identity: EmbedderIdentity, folder: Path) -> Card:
    for module in model.children():
        if type(module).__name__ not in _EXPORTABLE:
            raise CannotExportError(f"it has a {type(module).__name__} module")
    padding = _write_tokenizer(model, identity.max_length, folder / TOKENIZER)
    _write_graph(model, folder)
    question_prompt, passage_prompt = prompts_of(model)
    names = [MODEL, TOKENIZER] + ([WEIGHTS] if (folder / WEIGHTS).exists() else [])
    card = Card(
        kind=Kind.ONNX,
        identity=identity,
        question_prompt=question_prompt,
        passage_prompt=passage_prompt,
        padding=padding,
        files={name: part_of(folder / name) for name in names},
    )
    write_card(folder, card)
    difference = _difference(model, folder)
    if not difference <= TOLERANCE:  # true for NaN as well
        raise CannotExportError(f"its exported vectors differ by {difference:.1e}")
    card = replace(card, max_abs_difference=difference)
    write_card(folder, card)
    return card


def _write_tokenizer(model: Any, max_length: int, path: Path) -> Padding:
    """Write the tokenizer as sentence-transformers uses it: cut at ``max_length``, not padded."""
    from tokenizers import Tokenizer

    own = model.tokenizer
    backend = getattr(own, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise CannotExportError("its tokenizer can't be written as tokenizer.json")
    tokenizer = Tokenizer.from_str(backend.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length, direction=own.truncation_side)
    tokenizer.save(str(path), pretty=False)
    return Padding(int(own.pad_token_id or 0), int(own.pad_token_type_id or 0), own.padding_side)


def _write_graph(model: Any, folder: Path) -> None:
    """Trace the pipeline, let ONNX Runtime optimise it, write model.onnx and its weights."""
    import torch

    features = model.preprocess(["a probe", "a longer probe, so that the other one is padded"])
    tensors = {name: value for name, value in features.items() if torch.is_tensor(value)}
    if not tensors.keys() <= set(_TENSORS) or "attention_mask" not in tensors:
        raise CannotExportError(f"it takes {', '.join(sorted(tensors))}")
    axes = {name: {0: "batch", 1: "length"} for name in tensors}
    raw = Path(tempfile.mkdtemp(prefix=".raw-", dir=folder))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            # Of tracing: that Python's own branches are frozen. The probes and tests of every
            # batch size and length hold what matters.
            warnings.simplefilter("ignore")
            # The exporter of torch.jit: 1.5 s, where the newer one takes 13.
            torch.onnx.export(
                _pipeline(model, list(tensors)),
                tuple(tensors.values()),
                str(raw / MODEL),
                input_names=list(tensors),
                output_names=["sentence_embedding"],
                dynamic_axes={**axes, "sentence_embedding": {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,
            )
        _optimise(raw / MODEL, folder)
    except OSError:
        raise
    except Exception as error:  # whatever a model makes tracing raise
        reason = str(error).strip().splitlines() or [""]
        raise CannotExportError(f"{type(error).__name__}: {reason[0]}") from error
    finally:
        shutil.rmtree(raw, ignore_errors=True)


def _pipeline(model: Any, names: list[str]) -> Any:
    """Return the modules as one torch module from tensors to the sentence's vector."""
    import torch

    class Pipeline(torch.nn.Module):  # type: ignore[misc, unused-ignore]  # torch has no types here
        """The modules of a SentenceTransformer in a row."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(list(model.children()))

        def forward(self, *tensors: Any) -> Any:
            features: Any = dict(zip(names, tensors, strict=True))
            for step in self.steps:
                features = step(features)
            return features["sentence_embedding"]

    return Pipeline().eval()


def _optimise(raw: Path, folder: Path) -> None:
    """Write the graph as ONNX Runtime optimises it for any CPU, with the weights in a file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Not ORT_ENABLE_ALL, whose layouts are those of the CPU it runs on.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(folder / MODEL)
    for key, value in (
        ("session.disable_prepacking", "1"),
        ("session.optimized_model_external_initializers_file_name", WEIGHTS),
        ("session.optimized_model_external_initializers_min_size_in_bytes", "1024"),
    ):
        options.add_session_config_entry(key, value)
    onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])


def _difference(model: Any, folder: Path) -> float:
    """Return the largest difference of any component over the probes, in both roles."""
    # Two at a time: padding is tried, and the longest probe does not stretch all the others.
    own = (
        model.encode_query(list(PROBES[:_AS_QUESTIONS]), batch_size=2, show_progress_bar=False),
        model.encode_document(list(PROBES), batch_size=2, show_progress_bar=False),
    )
    try:
        encoder = OnnxEncoder(folder)
        mine = (encoder.encode_questions(PROBES[:_AS_QUESTIONS]), encoder.encode_passages(PROBES))
    except Exception as error:  # a ModelError, or ONNX Runtime's own, which share no base
        raise CannotExportError(f"{type(error).__name__}: {error}") from error
    return max(float(np.abs(normalised(a) - b).max()) for a, b in zip(own, mine, strict=True))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch compute in this thread alone.

    Its threads spin while they wait for each other: where other programs want the cores, twenty
    short texts take seconds with two threads and a tenth of one with one.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

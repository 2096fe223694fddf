"""The trained network to files: ONNX with 8-bit weights, which ONNX Runtime runs alone."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import ModelError
from qa.reader import MODEL, OUTPUTS, TOKENIZER
from qa.training import checkpoint
from qa.training.model import INPUTS
from qa.training.pretrained import attend_singly
from qa.training.quiet import quiet

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    # A parameter's name, and whether it is turned.
    _Part = tuple[str, bool]

# The opset that has Gelu as one operator.
_OPSET = 20
# In the model's metadata: which parameters of the network an initializer holds, side by side, each
# with whether it is turned; which parameters had the same values as another, and so no place of
# their own.
_NAMES, _EQUAL = "parameters", "equal_parameters"
# The optimiser packs what makes queries, keys and values of attention into one matrix.
_PACKED = 3


def export(network: Any, tokenizer: Any, folder: Path) -> None:
    """Write ``model.onnx`` and ``tokenizer.json``.

    What belongs together is one operator, as ONNX Runtime's optimiser for BERT makes it: it opens
    in a third of the time. The weights of matrices are 8-bit, a scale for each column; activations
    are quantised as they come (dynamic quantisation). Metadata names the parameters, so that
    `load_weights` can go on.

    Raises:
        OSError: the folder can't be written.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as scratch:
        raw, fused, small = (Path(scratch) / name for name in ("raw.onnx", "fused.onnx", MODEL))
        with quiet():
            _trace(network, raw)
            _fuse(raw, fused, network.bert.config)
            quantize_dynamic(
                fused,
                small,
                per_channel=True,
                weight_type=QuantType.QInt8,
                # Of the operators that are fused the quantiser does not know the type.
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        names, equal = _names(onnx.load(fused), network)
        model = onnx.load(small)
        for key, value in ((_NAMES, names), (_EQUAL, equal)):
            entry = model.metadata_props.add()
            entry.key, entry.value = key, json.dumps(value, sort_keys=True)
        onnx.save(model, small)
        tokenizer.save(str(Path(scratch) / TOKENIZER), pretty=False)
        for name in (TOKENIZER, MODEL):
            (Path(scratch) / name).replace(folder / name)


def weights_in(folder: Path) -> Path:
    """The file that `load_weights` reads: the checkpoint where there is one, else the model."""
    exact = folder / checkpoint.FILE
    return exact if exact.exists() else folder / MODEL


def load_weights(network: Any, *folders: Path) -> None:
    """Give the network the weights of a reader that training wrote, or the mean of several's.

    Those of its checkpoint where the folder has one, else `export`'s, as far as 8 bits keep them.

    Raises:
        ModelError: a folder holds no such reader, or it is of another encoder.
    """
    import torch

    state = network.state_dict()
    every = [_weights(folder, state) for folder in folders]
    means = {name: sum(found[name] for found in every) / len(every) for name in every[0]}
    state.update({name: torch.from_numpy(np.asarray(mean)) for name, mean in means.items()})
    network.load_state_dict(state)


def _weights(folder: Path, state: dict[str, Any]) -> dict[str, Array]:
    """The weights in a reader's folder, which fit a network's state."""
    try:
        path = weights_in(folder)
        whole = path.name == checkpoint.FILE
        found = checkpoint.weights(folder) if whole else _parameters(path)
    except Exception as error:  # the library's errors share no base of their own
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise _unusable(weights_in(folder), reason) from error
    lacking = [name for name in state if state[name].is_floating_point() and name not in found]
    if lacking:
        raise _unusable(path, f"it lacks {lacking[0]}")
    unlike = [
        name
        for name, value in found.items()
        if name not in state or tuple(state[name].shape) != value.shape
    ]
    if unlike:
        raise ModelError(
            f"the reader in {folder} was made of another encoder ({unlike[0]} differs): "
            "name that one with --encoder"
        )
    return {name: value.astype(np.float32) for name, value in found.items()}


def _unusable(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"{path} can't be trained further ({reason}): give the folder of a reader that "
        "qa train has written, or begin anew without --start"
    )


def _parameters(path: Path) -> dict[str, Array]:
    """The parameters in a model that `export` wrote, as floats."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    entries = {entry.key: entry.value for entry in model.metadata_props}
    if _NAMES not in entries:
        raise ValueError("it does not name its parameters")
    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    found: dict[str, Array] = {}
    for initializer, parts in json.loads(entries[_NAMES]).items():
        pieces = np.split(_value(values, initializer), len(parts), axis=-1)
        for (parameter, turned), value in zip(parts, pieces, strict=True):
            found[parameter] = value.T if turned else value
    for parameter, other in json.loads(entries.get(_EQUAL, "{}")).items():
        found[parameter] = found[other]
    return found


def _value(values: dict[str, Array], name: str) -> Array:
    """An initializer as floats, quantised or not; quantising may have turned it."""
    if name in values:
        return values[name].astype(np.float32)
    turned = f"{name}_Transposed"
    if f"{turned}_quantized" in values:
        return _value(values, turned).T
    whole = values[f"{name}_quantized"].astype(np.float32)
    zero = values[f"{name}_zero_point"].astype(np.float32)
    scaled: Array = (whole - zero) * values[f"{name}_scale"]
    return scaled


def _trace(network: Any, path: Path) -> None:
    """Write the network as it is, attention in the single steps that the optimiser knows."""
    import torch

    network.eval()
    sample = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "length"} for name in (*INPUTS, *OUTPUTS[:2])}
    attend_singly(network.bert, singly=True)
    try:
        with torch.no_grad():
            torch.onnx.export(
                network,
                sample,
                str(path),
                input_names=list(INPUTS),
                output_names=list(OUTPUTS),
                dynamic_axes={**axes, OUTPUTS[2]: {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,
            )
    finally:
        attend_singly(network.bert, singly=False)


def _fuse(raw: Path, fused: Path, config: Any) -> None:
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False  # the quantiser can't make its vectors 8-bit
    optimize_model(
        str(raw),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        optimization_options=options,
        opt_level=0,
    ).save_model_to_file(str(fused))


def _names(model: Any, network: Any) -> tuple[dict[str, list[_Part]], dict[str, str]]:
    """Which parameters each initializer holds, and whether they are turned, by their values.

    And which parameters equal another: they share its place.
    """
    from onnx import numpy_helper

    known: dict[tuple[tuple[int, ...], bytes], tuple[str, bool]] = {}
    equal: dict[str, str] = {}
    for name, tensor in network.state_dict().items():
        value = tensor.numpy()
        if value.dtype != np.float32:
            continue
        first, turned = known.setdefault((value.shape, value.tobytes()), (name, False))
        if first != name and not turned:
            equal[name] = first
        elif value.ndim == 2:
            known.setdefault((value.T.shape, np.ascontiguousarray(value.T).tobytes()), (name, True))
    found = {}
    for initializer in model.graph.initializer:
        value = numpy_helper.to_array(initializer)
        for number in (1, _PACKED):
            if not value.ndim or value.shape[-1] % number:
                continue
            parts = [np.ascontiguousarray(p) for p in np.split(value, number, axis=-1)]
            keys = [(part.shape, part.tobytes()) for part in parts]
            if all(key in known for key in keys):
                found[initializer.name] = [known[key] for key in keys]
                break
    return found, equal

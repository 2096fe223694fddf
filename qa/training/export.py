"""The trained network to files: ONNX with 8-bit weights, which ONNX Runtime runs alone."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import ModelError
from qa.reader import MODEL, OUTPUTS, TOKENIZER
from qa.training.model import INPUTS

# The opset that has Gelu as one operator.
_OPSET = 20
# In the model's metadata: which parameter of the network an initializer is.
_NAMES = "parameters"


def export(network: Any, tokenizer: Any, folder: Path) -> None:
    """Write ``model.onnx`` and ``tokenizer.json``.

    The weights of matrices are 8-bit, a scale for each column; activations are quantised as they
    come (dynamic quantisation). Metadata names the parameters, so that `load_weights` can go on.

    Raises:
        OSError: the folder can't be written.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        raw, small = Path(scratch) / "raw.onnx", Path(scratch) / MODEL
        _trace(network, raw)
        names = _names(onnx.load(raw), network)
        quantize_dynamic(raw, small, per_channel=True, weight_type=QuantType.QInt8)
        model = onnx.load(small)
        entry = model.metadata_props.add()
        entry.key, entry.value = _NAMES, json.dumps(names, sort_keys=True)
        onnx.save(model, small)
        small.replace(folder / MODEL)


def load_weights(network: Any, folder: Path) -> None:
    """Give the network the weights of a reader that `export` wrote, as far as 8 bits keep them.

    Raises:
        ModelError: the folder holds no such reader.
    """
    import onnx
    import torch
    from onnx import numpy_helper

    path = folder / MODEL
    try:
        model = onnx.load(path)
        entries = {entry.key: entry.value for entry in model.metadata_props}
        names: dict[str, list[str]] = json.loads(entries[_NAMES])
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"{path} can't be trained further ({error!r}): give the folder of a reader that "
            "qa train has written, or begin anew without --start"
        ) from error
    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    state = network.state_dict()
    for initializer, (parameter, turned) in names.items():
        value = _value(values, initializer)
        state[parameter] = torch.from_numpy(value.T.copy() if turned else value.copy())
    network.load_state_dict(state)


def _value(values: dict[str, np.ndarray[Any, Any]], name: str) -> np.ndarray[Any, Any]:
    """An initializer as floats, quantised or not."""
    if name in values:
        return values[name].astype(np.float32)
    whole = values[f"{name}_quantized"].astype(np.float32)
    zero = values[f"{name}_zero_point"].astype(np.float32)
    return (whole - zero) * values[f"{name}_scale"]


def _trace(network: Any, path: Path) -> None:
    import torch

    network.eval()
    sample = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "length"} for name in (*INPUTS, *OUTPUTS[:2])}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing: what is compared afterwards holds
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


def _names(model: Any, network: Any) -> dict[str, tuple[str, bool]]:
    """Which parameter each initializer is, and whether it is turned, by their values."""
    from onnx import numpy_helper

    known = {
        (value.shape, value.tobytes()): (name, turned)
        for name, tensor in network.state_dict().items()
        for turned, value in (
            (False, tensor.numpy()),
            (True, np.ascontiguousarray(tensor.numpy().T)),
        )
        if value.dtype == np.float32 and (value.ndim == 2 or not turned)
    }
    found = {}
    for initializer in model.graph.initializer:
        value = numpy_helper.to_array(initializer)
        key = (value.shape, value.tobytes())
        if key in known:
            found[initializer.name] = known[key]
    return found

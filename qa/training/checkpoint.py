"""The state of a training on disk: weights, what the optimizer knows, and how far it got."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError, UsageError
from qa.storage import replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

FILE = "checkpoint.safetensors"
_FACTS = "training"
_NETWORK, _OPTIMIZER = "network/", "optimizer/"


@dataclass(frozen=True, slots=True)
class Done:
    """How much was trained: batches, their examples, and the seconds that it took."""

    batches: int = 0
    examples: int = 0
    seconds: float = 0.0


def write(folder: Path, network: Any, optimizer: Any, done: Done, recipe: str) -> None:
    """Replace the folder's checkpoint at once. Raises OSError."""
    from safetensors.torch import save

    tensors = {f"{_NETWORK}{name}": tensor for name, tensor in network.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"{_OPTIMIZER}{number}/{name}": tensor for name, tensor in state.items()}
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    facts = json.dumps({"recipe": recipe, **asdict(done)})
    replace_atomically(folder / FILE, save(whole, {_FACTS: facts}))


def load(folder: Path, network: Any, optimizer: Any, recipe: str) -> Done | None:
    """Give network and optimizer the state in the folder's checkpoint; None where there is none.

    Raises:
        UsageError: it is of another recipe.
        ModelError: it is damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / FILE
    if not path.exists():
        return None
    anew = f"name another folder with --output, or delete {path} to begin anew"
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()[_FACTS])
            if facts.pop("recipe") != recipe:
                raise UsageError(
                    f"{path} is of another training (other questions, seed or settings): {anew}"
                )
            done = Done(**facts)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        _give(tensors, network, optimizer)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).partition("\n")[0] or repr(error)
        raise ModelError(f"{path} can't be gone on from ({reason}): {anew}") from error
    return done


def weights(folder: Path) -> dict[str, npt.NDArray[Any]]:
    """The network's floats in the folder's checkpoint. Raises what the library does."""
    from safetensors import safe_open

    with safe_open(folder / FILE, "np") as file:
        found = {
            name.removeprefix(_NETWORK): file.get_tensor(name)
            for name in file.keys()  # noqa: SIM118
            if name.startswith(_NETWORK)
        }
    return {name: value for name, value in found.items() if value.dtype.kind == "f"}


def _give(tensors: dict[str, Any], network: Any, optimizer: Any) -> None:
    weights: dict[str, Any] = {}
    states: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        if name.startswith(_NETWORK):
            weights[name.removeprefix(_NETWORK)] = tensor
        else:
            number, key = name.removeprefix(_OPTIMIZER).split("/")
            states.setdefault(int(number), {})[key] = tensor
    network.load_state_dict(weights)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})

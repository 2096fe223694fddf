"""A reader, larger as a rule, that says what it makes of each example that another learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.errors import ModelError
from qa.models import ModelFolder, fingerprint
from qa.storage import checksum
from qa.training.distillation import Outputs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Teacher:
    """A reader that `qa.training.train` wrote, made of an encoder that need not be the student's.

    ``tokenizer`` is the student's, whose tokens it is given. With ``brief`` it is in bfloat16.

    Raises:
        ModelError: there is no such reader, it is of another encoder, or it has other tokens.
    """

    def __init__(self, folder: Path, encoder: ModelFolder, tokenizer: Any, *, brief: bool) -> None:
        import torch

        from qa.training.export import load_weights
        from qa.training.model import network
        from qa.training.pretrained import tokenizer_of

        own = tokenizer_of(encoder.path)
        if own.get_vocab() != tokenizer.get_vocab():
            raise ModelError(
                f"{encoder.path} has other tokens than the reader in training: "
                "name a teacher whose encoder has the same with --teacher"
            )
        self._network = network(encoder.path, own)
        load_weights(self._network, folder)
        self._network.eval()
        self._brief = brief
        if brief:
            self._network.to(torch.bfloat16)

    def outputs(self, tensors: Mapping[str, Any]) -> Outputs:
        """What it says of a batch's inputs."""
        import torch

        from qa.training.model import INPUTS

        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._brief):
            found = self._network(*(tensors[name] for name in INPUTS))
        return Outputs(*(output.float() for output in found))


def teacher_recipe(folder: Path, encoder: ModelFolder) -> list[str]:
    """What tells one teacher from another."""
    from qa.training.export import weights_in

    return [checksum(weights_in(folder)), fingerprint(encoder)]

"""A reader, larger as a rule, that says what it makes of each example that another learns."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError
from qa.models import ModelFolder, fingerprint
from qa.storage import checksum
from qa.training.distillation import Outputs
from qa.training.model import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Teacher:
    """A reader that `qa.training.train` wrote, made of an encoder that need not be the student's.

    ``tokenizer`` is the student's, whose tokens it is given. With ``brief`` it is in bfloat16. What
    it says of a batch it keeps with ``remember``, for where the same batches come again.

    Raises:
        ModelError: there is no such reader, it is of another encoder, or it has other tokens.
    """

    def __init__(
        self,
        folder: Path,
        encoder: ModelFolder,
        tokenizer: Any,
        *,
        brief: bool,
        remember: bool = False,
    ) -> None:
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
        self._said: dict[bytes, Outputs] | None = {} if remember else None
        if brief:
            self._network.to(torch.bfloat16)

    def outputs(self, tensors: Mapping[str, Any]) -> Outputs:
        """What it says of a batch's inputs."""
        if self._said is None:
            return self._read(tensors)
        given = b"".join(tensors[name].numpy().tobytes() for name in INPUTS)
        key = hashlib.blake2b(given, digest_size=16).digest()
        if key not in self._said:
            self._said[key] = self._read(tensors)
        return self._said[key]

    def _read(self, tensors: Mapping[str, Any]) -> Outputs:
        import torch

        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._brief):
            found = self._network(*(tensors[name] for name in INPUTS))
        return Outputs(*(output.float() for output in found))


def teacher_recipe(folder: Path, encoder: ModelFolder) -> list[str]:
    """What tells one teacher from another."""
    from qa.training.export import weights_in

    return [checksum(weights_in(folder)), fingerprint(encoder)]

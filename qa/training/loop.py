"""Training: seeded, stopped and gone on with at will, measured as it goes."""

from __future__ import annotations

import ctypes
import json
import os
from dataclasses import asdict, dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from qa.errors import UsageError
from qa.training.measure import measure
from qa.training.model import INPUTS, Encoded, loss

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from qa.reader import Context, Extraction
    from qa.reporter import Reporter
    from qa.training.articles import Source
    from qa.training.examples import Maker

CHECKPOINT, LOG = "checkpoint.pt", "log.jsonl"
_CHECKPOINT_SECONDS = 600.0
_MEASURED = 600
# As many batches are made at a time and sorted by length: less is padded.
_SORTED = 8
# Names of glibc's mallopt.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast: ``examples`` in all, or ``minutes`` of training, what comes first.

    The learning rate rises over the first three hundredths and then falls linearly to nothing.
    """

    examples: int = 90_000
    minutes: float | None = None
    rate: float = 2e-4
    warm_up: float = 0.03
    decay: float = 0.01

    def rate_at(self, progress: float) -> float:
        """The learning rate after a part of the whole, 0..1."""
        if progress < self.warm_up:
            return self.rate * max(progress, 1e-3) / self.warm_up
        return self.rate * max(0.0, 1 - progress) / (1 - self.warm_up)


class Training:
    """A network in training, in a folder that holds its checkpoint and log."""

    def __init__(
        self, network: Any, tokenizer: Any, schedule: Schedule, folder: Path, recipe: str
    ) -> None:
        import torch

        self._network = network
        self._tokenizer = tokenizer
        self._schedule = schedule
        self._folder = folder
        self._recipe = recipe
        trained = [p for p in network.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            trained, lr=schedule.rate, weight_decay=schedule.decay, fused=True
        )
        self.batches = 0
        self.examples = 0
        self.seconds = 0.0

    @property
    def progress(self) -> float:
        """How much is done, 0..1."""
        done = self.examples / self._schedule.examples
        if self._schedule.minutes is not None:
            done = max(done, self.seconds / 60 / self._schedule.minutes)
        return min(done, 1.0)

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one.

        Raises:
            UsageError: the checkpoint is of another recipe.
        """
        import torch

        path = self._folder / CHECKPOINT
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        if state["recipe"] != self._recipe:
            raise UsageError(
                f"{path} is of another training (other data, seed or settings): "
                "name another folder, or delete it to begin anew"
            )
        self._network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.batches, self.examples = state["batches"], state["examples"]
        self.seconds = state["seconds"]
        return True

    def run(
        self,
        maker: Maker,
        held_out: Sequence[Source],
        reporter: Reporter,
    ) -> None:
        """Train until the schedule is done."""
        import torch

        _keep_memory()
        source = maker.batches(self.batches)
        saved = monotonic()
        while self.progress < 1.0:
            for batch in self._sorted(source):
                began = monotonic()
                given = Encoded(self._tokenizer, batch)
                for group in self._optimizer.param_groups:
                    group["lr"] = self._schedule.rate_at(self.progress)
                self._network.train()
                value = loss(self._network, given)
                self._optimizer.zero_grad(set_to_none=True)
                value.backward()
                torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
                self._optimizer.step()
                self.batches += 1
                self.examples += len(batch)
                self.seconds += monotonic() - began
                reporter.advance(len(batch))
            if monotonic() - saved > _CHECKPOINT_SECONDS:
                self.save()
                self.log(held_out[:1], reporter, _MEASURED)
                saved = monotonic()
        self.save()

    def log(
        self, held_out: Sequence[Source], reporter: Reporter, most: int | None
    ) -> dict[str, Any]:
        """Measure on what was held out, and add a line to the log."""
        reader = NetworkReader(self._network, self._tokenizer)
        figures = {s.name: measure(reader, s.held_out, most).as_json() for s in held_out}
        row = {"examples": self.examples, "seconds": round(self.seconds), "held_out": figures}
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for name, found in figures.items():
            reporter.say(f"{self.examples} examples, {name}: {json.dumps(found)}")
        return row

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        import torch

        state = {
            "recipe": self._recipe,
            "network": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "batches": self.batches,
            "examples": self.examples,
            "seconds": self.seconds,
            "schedule": asdict(self._schedule),
        }
        new = self._folder / f".{CHECKPOINT}.new"
        torch.save(state, new)
        os.replace(new, self._folder / CHECKPOINT)

    def _sorted(self, source: Any) -> list[Any]:
        """Some batches, each with examples of about one length, in an order that is not of length."""
        some = [example for _ in range(_SORTED) for example in next(source)]
        size = len(some) // _SORTED
        some.sort(key=lambda example: len(example.text))
        batches = [some[i : i + size] for i in range(0, len(some), size)]
        return batches[::2] + batches[1::2]


class NetworkReader:
    """The network as it is now, as a reader of pairs."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it."""
        import torch

        from qa.reader import extractions, inputs_of

        given, tensors = inputs_of(self._tokenizer, [(q, c.title, c.text) for q, c in pairs])
        self._network.eval()
        with torch.inference_mode():
            outputs = self._network(*(torch.from_numpy(tensors[name]) for name in INPUTS))
        starts, ends, answerable = (_array(output) for output in outputs)
        return extractions(given, starts, ends, answerable)


def _keep_memory() -> None:
    """Let the C library keep what is freed: giving it back costs a tenth of the time."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_MMAP_MAX, 0)
        libc.mallopt(_TRIM_THRESHOLD, -1)
    except (OSError, AttributeError):  # another C library
        return


def _array(tensor: Any) -> np.ndarray[Any, Any]:
    return tensor.float().numpy()  # type: ignore[no-any-return]

"""Training: seeded, stopped and gone on with at will, measured as it goes."""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from qa.training import checkpoint
from qa.training.checkpoint import Done
from qa.training.examples import TOGETHER
from qa.training.measure import measure, size
from qa.training.model import INPUTS, Encoded, brief_is_faster, loss
from qa.training.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from qa.reader import Context
    from qa.reporter import Reporter
    from qa.span_logits import Extraction
    from qa.training.articles import Source
    from qa.training.examples import Example, Maker
    from qa.training.teacher import Teacher

LOG = "log.jsonl"
_CHECKPOINT_SECONDS = 600.0
_MEASURED = 600
# The steps of the progress bar: what ends the training may be examples or minutes.
_STEPS = 1000
# Up to so many parameters, what is freed is kept: of a larger network that is all the memory there
# is, in pieces.
_SMALL = 50_000_000
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

    def progress(self, done: Done) -> float:
        """How much of it is done, 0..1."""
        share = done.examples / self.examples
        if self.minutes is not None:
            share = max(share, done.seconds / 60 / self.minutes)
        return min(share, 1.0)

    def rate_at(self, progress: float) -> float:
        """The learning rate after a part of the whole, 0..1."""
        if progress < self.warm_up:
            return self.rate * max(progress, 1e-3) / self.warm_up
        return self.rate * max(0.0, 1 - progress) / (1 - self.warm_up)


class Training:
    """A network in training, in a folder that holds its checkpoint and log.

    ``recipe`` digests what must be the same for a checkpoint to be gone on from.
    """

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
        self._brief = brief_is_faster()
        self.done = Done()

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one.

        Raises:
            UsageError: the checkpoint is of another recipe.
            ModelError: it is damaged.
        """
        found = checkpoint.load(self._folder, self._network, self._optimizer, self._recipe)
        self.done = found or Done()
        return found is not None

    def run(
        self,
        maker: Maker,
        held_out: Sequence[Source],
        reporter: Reporter,
        teacher: Teacher | None = None,
    ) -> None:
        """Train until the schedule is done, or Ctrl-C is pressed; keep a checkpoint.

        Now and then, the network is measured on the first of the sources. A ``teacher`` says what
        it makes of every example.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed; the checkpoint is as far as it got.
            OSError: the folder can't be written.
        """
        if _parameters(self._network) <= _SMALL:
            _keep_memory()
        saved = monotonic()
        shown = int(self._progress * _STEPS)
        reporter.start("training", _STEPS)
        reporter.advance(shown)
        with Stop() as stop:
            for batch in self._batches(maker):
                self._step(batch, teacher)
                now = int(self._progress * _STEPS)
                reporter.advance(now - shown)
                shown = now
                if stop.asked:
                    break
                if monotonic() - saved > _CHECKPOINT_SECONDS:
                    self.save()
                    self.log(held_out[:1], reporter, _MEASURED)
                    saved = monotonic()
            self.save()
        if stop.asked:
            reporter.say(
                f"Stopped after {self.done.examples:,} examples, which are kept in "
                f"{self._folder / checkpoint.FILE}: run the same command again to go on."
            )
            raise KeyboardInterrupt

    def measure(self, held_out: Sequence[Source], reporter: Reporter) -> dict[str, Any]:
        """Measure on all that was held out, add it to the log and return it."""
        reporter.start("measuring", sum(size(source.held_out) for source in held_out))
        return self.log(held_out, reporter, None, reporter.advance)

    def log(
        self,
        held_out: Sequence[Source],
        reporter: Reporter,
        most: int | None,
        advance: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Measure on what was held out, say it, and add a line to the log."""
        reader = NetworkReader(self._network, self._tokenizer)
        figures = {s.name: measure(reader, s.held_out, most, advance) for s in held_out}
        row = {
            "recipe": self._recipe[:12],
            "examples": self.done.examples,
            "seconds": round(self.done.seconds),
            "bfloat16": self._brief,
            "held_out": {name: found.as_json() for name, found in figures.items()},
        }
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, allow_nan=False) + "\n")
        for name, found in figures.items():
            reporter.say(f"After {self.done.examples:,} examples, {name}: {found.as_words()}")
        return row

    def save(self) -> None:
        """Write the checkpoint, whole or not at all. Raises OSError."""
        checkpoint.write(self._folder, self._network, self._optimizer, self.done, self._recipe)

    @property
    def _progress(self) -> float:
        return self._schedule.progress(self.done)

    def _batches(self, maker: Maker) -> Iterator[list[Example]]:
        """The batches that are left to train on, from where it stopped."""
        within = self.done.batches % TOGETHER
        source = maker.batches(self.done.batches - within)
        while True:
            for batch in regrouped([next(source) for _ in range(TOGETHER)])[within:]:
                if self._progress >= 1.0:
                    return
                yield batch
            within = 0

    def _step(self, batch: list[Example], teacher: Teacher | None) -> None:
        import torch

        began = monotonic()
        given = Encoded(self._tokenizer, batch)
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.rate_at(self._progress)
        self._network.train()
        value = loss(self._network, given, brief=self._brief, teacher=teacher)
        self._optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimizer.step()
        self.done = replace(
            self.done,
            batches=self.done.batches + 1,
            examples=self.done.examples + len(batch),
            seconds=self.done.seconds + monotonic() - began,
        )


class NetworkReader:
    """The network as it is now, as a reader of pairs."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it."""
        import torch

        from qa.reader_input import inputs_of
        from qa.span_logits import extractions

        given, tensors = inputs_of(self._tokenizer, [(q, c.title, c.text) for q, c in pairs])
        self._network.eval()
        with torch.inference_mode():
            outputs = self._network(*(torch.from_numpy(tensors[name]) for name in INPUTS))
        starts, ends, answerable = (_array(output) for output in outputs)
        return extractions(given, starts, ends, answerable)


def regrouped(batches: Sequence[list[Example]]) -> list[list[Example]]:
    """Batches anew, each of examples of about one length, in an order that is not of length.

    Those of one group stay together.
    """
    groups: dict[object, list[Example]] = {}
    for example in (example for batch in batches for example in batch):
        key = id(example) if example.group is None else (example.group,)
        groups.setdefault(key, []).append(example)
    some = sorted(groups.values(), key=lambda group: max(len(e.text) for e in group))
    size = sum(map(len, some)) // len(batches)
    made: list[list[Example]] = [[] for _ in batches]
    done = 0
    for group in some:
        made[min(done // size, len(made) - 1)].extend(group)
        done += len(group)
    return made[::2] + made[1::2]


def _parameters(network: Any) -> int:
    """How many parameters a network has."""
    return sum(parameter.numel() for parameter in network.parameters())


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

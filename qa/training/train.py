"""From files of questions with marked answers to a folder that holds a reader."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError, UsageError
from qa.models import resolve
from qa.reader import MODEL, TOKENIZER
from qa.training.articles import Source, hold_out, read_source
from qa.training.examples import Maker, Recipe
from qa.training.loop import CHECKPOINT, LOG, Schedule, Training

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qa.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on and how.

    ``files`` are in SQuAD's layout; of the first a fifth is held out to measure, of the others
    three hundredths. ``start`` is a reader's folder to go on from, else ``encoder`` (None: the
    embedded model) begins anew.
    """

    files: tuple[Path, ...]
    shares: Mapping[str, float] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    recipe: Recipe = field(default_factory=Recipe)
    seed: int = 1
    encoder: str | None = None
    start: Path | None = None

    def digest(self, sources: Sequence[Source]) -> str:
        """What must be the same for a checkpoint to be gone on from."""
        settings = {
            "shares": dict(self.shares),
            "recipe": asdict(self.recipe),
            "seed": self.seed,
            "encoder": self.encoder,
            "start": str(self.start),
            "sources": [(s.name, len(s.answerable), len(s.unanswerable)) for s in sources],
        }
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def train(plan: Plan, output: Path, reporter: Reporter) -> dict[str, Any]:
    """Train, or go on training, and write the reader; returns the last figures.

    ``output`` gets the reader's files, ``log.jsonl`` with the figures on the way and
    ``checkpoint.pt`` to go on from.

    Raises:
        UsageError: no file, one that can't be read, or a checkpoint of another training.
        RowsError: a file is not of SQuAD's layout.
        ModelError: no such encoder, or what training needs is not installed.
    """
    try:
        import torch
        from tokenizers import Tokenizer

        from qa.training.export import export
        from qa.training.model import network
    except ImportError as error:
        raise ModelError(f"training needs {error.name}: pip install 'qa[train]'") from error
    sources = _sources(plan)
    encoder = resolve(plan.encoder).path
    output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(encoder / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    net = network(encoder)
    if plan.start is not None:
        from qa.training.export import load_weights

        load_weights(net, plan.start)
    training = Training(net, tokenizer, plan.schedule, output, plan.digest(sources))
    if training.resume():
        reporter.say(f"Going on after {training.examples:,} examples of {output / CHECKPOINT}.")
    else:
        (output / LOG).unlink(missing_ok=True)
    maker = Maker(sources, plan.shares, plan.recipe, plan.seed)
    questions = sum(len(s.answerable) + len(s.unanswerable) for s in sources)
    reporter.say(f"Training on {questions:,} questions of {len(sources)} files.")
    reporter.start("training", plan.schedule.examples - training.examples)
    training.run(maker, sources, reporter)
    figures = training.log(sources, reporter, None)
    export(net, tokenizer, output)
    reporter.say(f"Written: {output / MODEL}")
    return figures


def _sources(plan: Plan) -> list[Source]:
    if not plan.files:
        raise UsageError("name at least one file of questions in SQuAD's layout")
    read = [read_source(file, plan.leave_out) for file in plan.files]
    empty = [source.name for source in read if not source.training]
    if empty:
        raise UsageError(f"nothing to train on in {', '.join(empty)}")
    unknown = plan.shares.keys() - {source.name for source in read}
    if unknown:
        raise UsageError(f"--share names no file given: {', '.join(sorted(unknown))}")
    return [
        hold_out(source, 0.2 if number == 0 else 0.03, 2_500 if number == 0 else 400, plan.seed)
        for number, source in enumerate(read)
    ]

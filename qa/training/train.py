"""From files of questions with marked answers to a folder that holds a reader."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.asking import Session
from qa.build import build
from qa.combination import FILE as COMBINATION
from qa.errors import ModelError, UsageError
from qa.models import ModelFolder, fingerprint, resolve
from qa.reader import MODEL, Reader
from qa.settings import IndexSettings
from qa.storage import canonical_json, checksum, replace_atomically, storing
from qa.survey import Request
from qa.training.articles import Source, hold_out, hold_out_questions, read_source
from qa.training.combine import Own, fit_combination
from qa.training.examples import Maker, Recipe
from qa.training.loop import Schedule, Training
from qa.training.own import SUFFIX, read_own, to_train_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qa.reporter import Reporter

# The shares of the questions that are held out of the first file and of the others; at most so
# many.
_OF_FIRST, _OF_OTHERS = (0.2, 2_500), (0.03, 400)
# What they are drawn with, whatever the plan's seed: a training that goes on from another must not
# see what that one held out.
_HELD_OUT = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on and how.

    ``files`` are in SQuAD's layout, or of questions on the documents in ``corpus`` (``.jsonl``);
    of the first a fifth is held out to measure, of the others three hundredths. ``start`` are
    readers' folders to go on from, from the mean of their weights if several (Wortsman et al.,
    "Model soups", arXiv 2203.05482), which began with the same encoder; without any ``encoder``
    (None: the embedded model) begins anew. Of the encoder, the last ``layers`` are trained (None:
    all): what two readers have in common need not be kept twice. ``teacher`` is the folder of a
    reader that says what it makes of every example, and the encoder that it began with. With
    ``average`` nothing is trained: the weights are the mean of those readers'. ``fit`` are files of
    questions that the combination is fitted to as well, each with the folder of the documents that
    they are about.
    """

    files: tuple[Path, ...]
    corpus: Path = Path("corpus")
    shares: Mapping[str, float] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    recipe: Recipe = field(default_factory=Recipe)
    seed: int = 1
    encoder: str | None = None
    start: tuple[Path, ...] = ()
    layers: int | None = None
    teacher: tuple[Path, str] | None = None
    average: tuple[Path, ...] = ()
    fit: tuple[tuple[Path, Path], ...] = ()


def train(plan: Plan, output: Path, reporter: Reporter) -> dict[str, Any]:
    """Train, or go on training, and write the reader; returns the last figures.

    ``output`` gets the reader's files, ``log.jsonl`` with the figures on the way and
    ``checkpoint.safetensors`` to go on from. What is returned is the log's last line.

    Raises:
        UsageError: no file, one that can't be read or has nothing to train on, or a checkpoint of
            another training.
        RowsError: a file's content is not as it should be.
        CorpusError: the folder of documents can't be read.
        ModelError: no such encoder or reader, or what training needs is not installed.
        StorageError: the output folder can't be written.
        KeyboardInterrupt: Ctrl-C was pressed; a checkpoint was written.
    """
    sources = sources_of(plan, reporter)
    figures = teach(plan, sources, output, reporter)
    with writing(output, "training"):
        combine(plan, sources, output, reporter)
    return figures


def teach(
    plan: Plan, sources: Sequence[Source], output: Path, reporter: Reporter
) -> dict[str, Any]:
    """Do what `train` does but for combining what is read with retrieval, on sources read before.

    Raises:
        UsageError, ModelError, StorageError, KeyboardInterrupt: as `train` says.
    """
    encoder = resolve(plan.encoder)
    with writing(output, "training"):
        output.mkdir(parents=True, exist_ok=True)
        return _teach(plan, sources, encoder, output, reporter)


@contextmanager
def writing(output: Path, what: str) -> Iterator[None]:
    """Say what is amiss where a folder can't be written, or what ``what`` needs is not installed.

    Raises:
        StorageError, ModelError: so.
    """
    with storing(output, "--output"):
        try:
            yield
        except ImportError as error:
            raise ModelError(f"{what} needs {error.name}: pip install 'qa[train]'") from error


def _teach(
    plan: Plan, sources: Sequence[Source], encoder: ModelFolder, output: Path, reporter: Reporter
) -> dict[str, Any]:
    import torch

    from qa.training.export import export, load_weights
    from qa.training.model import brief_is_faster, network, train_only
    from qa.training.pretrained import tokenizer_of
    from qa.training.teacher import Teacher

    torch.manual_seed(plan.seed)
    tokenizer = tokenizer_of(encoder.path)
    net = network(encoder.path, tokenizer)
    if plan.average:
        load_weights(net, *plan.average)
        reporter.say(f"The mean of {len(plan.average)} readers, nothing is trained.")
    elif plan.start:
        load_weights(net, *plan.start)
    if plan.layers is not None:
        train_only(net, plan.layers)
    training = Training(net, tokenizer, plan.schedule, output, _recipe(plan, sources, encoder))
    if not plan.average:
        questions = sum(len(s.answerable) + len(s.unanswerable) for s in sources)
        reporter.say(f"Training on {questions:,} questions of {_files(sources)}.")
        if training.resume():
            reporter.say(f"Going on after {training.done.examples:,} examples.")
        teacher = None
        if plan.teacher:
            folder, larger = plan.teacher
            teacher = Teacher(
                folder,
                resolve(larger),
                tokenizer,
                brief=brief_is_faster(),
                remember=plan.recipe.distinct is not None,
            )
        maker = Maker(sources, plan.shares, plan.recipe, plan.seed)
        training.run(maker, sources, reporter, teacher)
    export(net, tokenizer, output)
    figures = training.measure(sources, reporter)
    reporter.say(f"Written: {output / MODEL}: use it with --reader {output}")
    return figures


def fit_only(plan: Plan, output: Path, reporter: Reporter) -> None:
    """Fit the combination of a reader that is in ``output`` already, as `train` does at its end.

    Raises:
        ModelError: the folder holds no reader, or what fitting needs is not installed.
        UsageError, RowsError, CorpusError, StorageError: as `train` says.
    """
    sources = sources_of(plan, reporter)
    with writing(output, "fitting"):
        combine(plan, sources, output, reporter)


def combine(plan: Plan, sources: Sequence[Source], output: Path, reporter: Reporter) -> None:
    """Fit what combines the reader in a folder with retrieval, and write it there.

    Where there is too little to fit it to, the shipped reader's stays in use, and that is said.

    Raises:
        ModelError: the folder holds no reader.
        OSError: it can't be written.
        UsageError, RowsError, CorpusError: the plan's own questions or documents can't be read.
    """
    with ExitStack() as stack:
        own = []
        for file, documents in plan.fit:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="qa-fit-"))
            cases = to_train_on(file, reporter)
            build(Request(documents, Path(scratch), IndexSettings()), reporter)
            own.append(Own(cases, Session.open(Path(scratch))))
        found = fit_combination(Reader(output), sources, reporter, own)
    if found is None:
        reporter.say("Too little was held out to fit the combination with retrieval to it.")
        return
    replace_atomically(output / COMBINATION, canonical_json(found.as_json()))
    reporter.say(f"Written: {output / COMBINATION}: nothing is answered below {found.threshold}.")


def sources_of(plan: Plan, reporter: Reporter) -> list[Source]:
    """Read the files of a plan, and hold some of the questions out.

    Raises:
        UsageError, RowsError, CorpusError: as `train` says.
    """
    if not plan.files:
        raise UsageError("name at least one file of questions")
    twice = [n for n, times in Counter(file.stem for file in plan.files).items() if times > 1]
    if twice:
        raise UsageError(f"two files are called {twice[0]}: rename one of them")
    _check_shares(plan)
    made = []
    for number, file in enumerate(plan.files):
        share, most = _OF_OTHERS if number else _OF_FIRST
        if file.suffix == SUFFIX:
            source = read_own(file, plan.corpus, reporter, plan.leave_out)
            source = hold_out_questions(source, share, most, _HELD_OUT)
        else:
            source = hold_out(read_source(file, plan.leave_out), share, most, _HELD_OUT)
        if not source.answerable and not source.unanswerable:
            raise UsageError(f"there is nothing to train on in {file}: leave it out")
        made.append(source)
    if not any(source.answerable and plan.shares.get(source.name, 1) > 0 for source in made):
        raise UsageError("no question to train on has an answer: name a file with more of them")
    return made


def _check_shares(plan: Plan) -> None:
    names = [file.stem for file in plan.files]
    unknown = sorted(plan.shares.keys() - set(names))
    if unknown:
        raise UsageError(
            f"--share names no file given: {', '.join(unknown)}: there are {', '.join(names)}"
        )
    wrong = [f"{name}={share}" for name, share in plan.shares.items() if not 0 <= share < 1e9]
    if wrong:
        raise UsageError(f"--share takes numbers from 0 on, not {', '.join(wrong)}")


def _recipe(plan: Plan, sources: Sequence[Source], encoder: ModelFolder) -> str:
    """Digest what must be the same for a checkpoint to be gone on from.

    How long and how fast is not part of it: a training can be made longer.
    """
    from qa.training.export import weights_in
    from qa.training.teacher import teacher_recipe

    start = [checksum(weights_in(folder)) for folder in plan.start]
    settings = {
        "shares": dict(plan.shares),
        # What has come since is named where it is used: older checkpoints can be gone on from.
        "recipe": {name: value for name, value in asdict(plan.recipe).items() if value is not None},
        "seed": plan.seed,
        "encoder": fingerprint(encoder),
        "start": start,
        "layers": plan.layers,
        "sources": [source.digest for source in sources],
    }
    if plan.teacher:
        settings["teacher"] = teacher_recipe(plan.teacher[0], resolve(plan.teacher[1]))
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def _files(sources: Sequence[Source]) -> str:
    return "1 file" if len(sources) == 1 else f"{len(sources)} files"

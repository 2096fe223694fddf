"""What size, overlap and context of passages do: the README's table.

    python -m pytest tests/benchmarks/bench_cutting.py -s

The development half of the project's own questions, by search alone and answered by the shipped
reader, and Cranfield by search alone (where QA_SHARED has it). Two sets are no proof: what is
within the other's interval is not better.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from statistics import median
from unittest.mock import create_autospec

import pytest

from qa.asking import Session
from qa.build import build
from qa.evaluation.beir import evaluate_beir
from qa.evaluation.own import Choice, evaluate_own, read_own
from qa.passages import CutSettings, count_words
from qa.reader_choice import open_reader
from qa.reporter import Reporter
from qa.settings import IndexSettings, SearchSettings
from qa.survey import Request

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("QA_SHARED") or REPOSITORY.parent / "shared")
CRANFIELD = SHARED / "bench" / "cran"
NOBODY = create_autospec(Reporter, instance=True)
QUESTIONS = REPOSITORY / "eval" / "questions.jsonl"
ALL = 1_000_000
CUTS = {
    "30-90 words, 1 sentence of overlap": CutSettings(30, 90),
    "**60-180 words, 1 sentence**": CutSettings(),
    "60-180 words, none": CutSettings(overlap=0),
    "60-180 words, 2 sentences": CutSettings(overlap=2, overlap_words=80),
    "120-360 words, 1 sentence": CutSettings(120, 360),
    "whole sections": CutSettings(60, ALL),
}
CONTEXTS = (0.0, 0.17, 0.35)
DEFAULT = {"size and overlap": "**60-180 words, 1 sentence**", "context": 0.17}


class Made:
    """Makes an index cut in one way, and asks it with some settings."""

    def __init__(self, folder, cut, settings=None, reader=None):
        self.folder, self.cut, self.settings, self.reader = folder, cut, settings, reader

    def index(self, corpus):
        """Build, or bring up to date."""
        request = Request(corpus, self.folder / "index", IndexSettings(cut=self.cut))
        build(request, NOBODY)
        return Session.open(self.folder / "index", self.settings, reader=self.reader)

    def open(self, corpus, reporter):
        """As an evaluation of a public set asks for it."""
        source = self.folder / "source"
        source.mkdir(parents=True, exist_ok=True)
        (source / "corpus.jsonl").write_bytes(corpus)
        return self.index(source)


def own(made):
    """Evaluate the development half of the project's own questions."""
    choice = Choice(split="dev")
    session = made.index(REPOSITORY / "corpus")
    read = read_own(QUESTIONS, choice)
    evaluated = evaluate_own(session, QUESTIONS, read, choice, NOBODY)
    texts = (session.snapshot.passage_text(n) for n in range(len(session.snapshot.passages)))
    return evaluated.measures, round(median(count_words(text) for text in texts))


def cell(measures, name):
    """A measure with its interval."""
    found = measures[name]
    return f"{found.value:.3f} [{found.low:.2f}, {found.high:.2f}]"


def line(name, folder, cut, settings=None):
    """Own nDCG@10, and a row of the table; a dash where Cranfield is not there."""
    alone, words = own(Made(folder / "own", cut, settings))
    read, _ = own(Made(folder / "own", cut, settings, open_reader(None)))
    cran = "-"
    if CRANFIELD.exists():
        made = Made(folder / "cran", cut, settings)
        evaluated = evaluate_beir(CRANFIELD, Choice(), made, NOBODY)
        cran = cell(evaluated.measures, "nDCG@10")
    cells = (cell(alone, "hit@1"), cell(alone, "nDCG@10"), cell(read, "F1_all"), cran)
    return alone["nDCG@10"], f"| {name} | {words} | {' | '.join(cells)} |"


@pytest.mark.parametrize("what", ["size and overlap", "context"])
def test_cutting(what, tmp_path):
    """Print the table; no way is better than the default by more than its interval."""
    rows = {}
    if what == "context":
        for share in CONTEXTS:
            settings = replace(SearchSettings(), context=share)
            rows[share] = line(f"context {share:g}", tmp_path, CutSettings(), settings)
    else:
        for number, (name, cut) in enumerate(CUTS.items()):
            rows[name] = line(name, tmp_path / str(number), cut)
    print(f"\n| {what} | words | hit@1 | nDCG@10 | F1_all, read | Cranfield nDCG@10 |")
    print("|---|---|---|---|---|---|")
    print("\n".join(row for _, row in rows.values()))
    highest = rows[DEFAULT[what]][0].high
    assert all(found.value <= highest for found, _ in rows.values())

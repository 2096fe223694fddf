"""The repository's own questions hold what their README promises."""

from collections import Counter

import pytest

from qa.evaluation.cases import read_cases

KINDS = {"fact", "figure", "list", "yesno", "paraphrase", "noisy", "two-documents", "two-passages"}
KINDS |= {"unanswerable-near", "unanswerable-far", "spanish"}


@pytest.fixture(scope="module")
def cases(repository):
    """Give the cases on the corpus."""
    return read_cases(repository / "eval" / "questions.jsonl")


def test_every_quote_stands_in_its_document(cases, repository):
    """Each quote is verbatim in the document it names, in one place."""
    texts = {path.name: path.read_text("utf-8-sig") for path in repository.glob("corpus/*.md")}
    for case in cases:
        for evidence in case.evidence:
            assert texts[evidence.document].count(evidence.quote) == 1, case.id


def test_what_is_not_answerable_has_no_evidence(cases):
    """Answerable questions have answers and evidence, others neither."""
    for case in cases:
        assert bool(case.answers) == bool(case.evidence) == case.answerable, case.id


def test_the_counts(cases):
    """There are at least as many questions as the set is to have, of every kind it is to have."""
    counts = Counter(case.kind for case in cases)
    assert set(counts) == KINDS
    assert len(cases) >= 200
    assert counts["unanswerable-near"] >= 60
    assert counts["unanswerable-far"] >= 15
    assert counts["spanish"] >= 10


def test_the_halves(cases):
    """Every question is in one half, every kind in both, and no label in both."""
    halves = Counter(case.split for case in cases)
    assert set(halves) == {"dev", "test"}
    assert abs(halves["dev"] - halves["test"]) <= len(KINDS)
    for kind in KINDS:
        assert {case.split for case in cases if case.kind == kind} == {"dev", "test"}
    quotes = {split: {e.quote for c in cases if c.split == split for e in c.evidence}
              for split in halves}  # fmt: skip
    assert not quotes["dev"] & quotes["test"]


def test_the_questions_on_the_originals_are_well_formed(repository):
    """The second set is read without a complaint, and shares no id with the first."""
    seeds = read_cases(repository / "eval" / "seeds.jsonl")
    assert {case.split for case in seeds} == {"test"}
    assert all(case.id.startswith("s") for case in seeds)

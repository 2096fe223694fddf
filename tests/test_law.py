"""The law of the index's life: brought up to date step by step, it equals a fresh one."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.build import rollback
from qa.errors import CorpusError
from qa.snapshot import Snapshot

WORDS = (
    "trade", "treaty", "port", "river", "coffee", "banana", "law", "vote", "road", "school",
    "ship", "mine", "2017", "$5.3", "Copán",
)  # fmt: skip
NAMES = ("a.txt", "b.md", "c.jsonl", "d/e.txt", "d/f.md", "g.jsonl", "h ü.txt")


def sentence(number):
    """A sentence that follows from a number."""
    rng = random.Random(number)
    return " ".join(["The", *rng.choices(WORDS, k=rng.randint(4, 14))]) + "."


def paragraph(number):
    """A paragraph of one to twelve sentences that follows from a number."""
    rng = random.Random(f"p{number}")
    return " ".join(sentence(rng.randrange(10_000)) for _ in range(rng.randint(1, 12)))


def content(name, numbers):
    """What a file holds, a paragraph, section or row for each number."""
    if name.endswith(".jsonl"):
        rows = enumerate(numbers)
        lines = [json.dumps({"_id": str(i), "text": paragraph(n)}) + "\n" for i, n in rows]
        return "".join(lines)
    if name.endswith(".md"):
        return "".join(f"## {WORDS[n % 9]}\n\n{paragraph(n)}\n\n" for n in numbers)
    return "\n\n".join(paragraph(n) for n in numbers)


class Edits:
    """A folder under edit: it knows its present state and all earlier ones."""

    def __init__(self, library):
        self.library = library
        self.state = {}
        self.earlier = []

    def apply(self, kind, a, b):
        """Do one edit, with two numbers to choose by; an edit that has no object adds a file."""
        self.earlier.append(dict(self.state))
        names = sorted(self.state)
        name = names[a % len(names)] if names else NAMES[0]
        if kind == "add" or not names:
            name = NAMES[a % len(NAMES)]
            self.state[name] = [b, b + 1, b + 2][: 1 + b % 3]
        elif kind == "change":
            numbers = list(self.state[name]) or [0]
            numbers[b % len(numbers)] = b + 1000
            self.state[name] = numbers
        elif kind == "rename":
            kin = [n for n in NAMES if Path(n).suffix == Path(name).suffix and n not in names]
            if kin:
                self.state[kin[b % len(kin)]] = self.state.pop(name)
        elif kind == "delete":
            del self.state[name]
        elif kind == "duplicate":
            kin = [n for n in NAMES if Path(n).suffix == Path(name).suffix]
            self.state[kin[b % len(kin)]] = self.state[name]
        elif kind == "empty":
            self.state[name] = []
        elif kind == "undo":
            self.state = dict(self.earlier[b % len(self.earlier)])
        self.write(touched=name if kind == "touch" else None)

    def write(self, touched):
        """Make the folder what the state says; what is right already is left alone."""
        corpus = self.library.corpus
        for path in [path for path in corpus.rglob("*") if path.is_file()]:
            if path.relative_to(corpus).as_posix() not in self.state:
                path.unlink()
        for name, numbers in self.state.items():
            path, text = corpus / name, content(name, numbers)
            if not path.exists() or path.read_text() != text:
                self.library.write(name, text)
        if touched in self.state:
            os.utime(corpus / touched, (1, 1))


KINDS = ("add", "change", "rename", "delete", "duplicate", "empty", "undo", "touch")
EDITS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 50), st.integers(0, 50)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@given(edits=EDITS)
def test_an_index_brought_up_to_date_is_the_fresh_index_byte_for_byte(make_library, edits):
    """After every edit, the generation has the name and every byte of a fresh build's."""
    library = make_library("law")
    folder = Edits(library)
    folder.apply("add", 0, 7)
    library.build()
    for edit in edits:
        folder.apply(*edit)
        library.build()
        try:
            fresh = library.fresh()
        except CorpusError:  # an empty folder makes no fresh index
            assert not any(folder.state.values())
            assert library.snapshot().info.passages == 0
        else:
            assert library.generation() == library.generation(fresh)
            shutil.rmtree(fresh)
        assert library.left_behind() == []
    shutil.rmtree(library.root)


@settings(max_examples=15, deadline=None)
@given(edits=EDITS)
def test_what_was_embedded_once_is_not_embedded_again(make_library, edits):
    """However files come and go, no text goes through the model twice."""
    library = make_library("once")
    folder = Edits(library)
    folder.apply("add", 0, 7)
    for edit in [("touch", 0, 0), *edits]:
        library.build()
        folder.apply(*edit)
    library.build()
    embedded = library.embedded()
    assert len(embedded) == len(set(embedded))
    shutil.rmtree(library.root)


@pytest.fixture
def filled(library):
    """Give a folder of three files, indexed; nothing counts as embedded."""
    for name, numbers in {"a.txt": [1, 2, 3], "b.md": [4, 5], "c.jsonl": [6, 7, 8]}.items():
        library.write(name, content(name, numbers))
    library.build()
    assert library.embedded()
    return library


def test_a_touched_file_changes_nothing(filled):
    """New times on old content publish no generation and embed nothing."""
    before = filled.generation()
    for path in filled.corpus.iterdir():
        os.utime(path, (5, 5))
    outcome = filled.build()
    assert not outcome.published
    assert outcome.plan.is_empty
    assert filled.embedded() == []
    assert filled.generation() == before


@pytest.mark.parametrize("name", ["a.txt", "b.md", "c.jsonl"])
def test_a_renamed_file_is_not_embedded(filled, name):
    """A file under a new name keeps its vectors, and its passages answer under that name."""
    moved = f"sub/new{Path(name).suffix}"
    (filled.corpus / "sub").mkdir()
    (filled.corpus / name).rename(filled.corpus / moved)
    outcome = filled.build()
    assert outcome.plan.moved == ((name, moved),)
    assert (outcome.embedded, filled.embedded()) == (0, [])
    assert outcome.reused == outcome.info.passages
    assert any(r.name.startswith(moved) for r in filled.snapshot().iter_documents())


def test_a_file_put_back_is_not_embedded(filled):
    """A file deleted, the index brought up to date, the file put back: no embedding at all."""
    before = filled.generation()
    data = (filled.corpus / "a.txt").read_bytes()
    (filled.corpus / "a.txt").unlink()
    assert filled.build().plan.removed == ("a.txt",)
    assert filled.generation() != before
    filled.write("z.txt", content("z.txt", [99]))
    filled.build()
    filled.embedded()
    (filled.corpus / "z.txt").unlink()
    filled.write("a.txt", data)
    assert filled.build().embedded == 0
    assert filled.embedded() == []
    assert filled.generation() == before


def test_a_duplicate_is_not_embedded(filled):
    """The same content under a second name takes its vectors over, and is indexed in its place."""
    before = filled.snapshot().info
    shutil.copy(filled.corpus / "a.txt", filled.corpus / "copy.txt")
    outcome = filled.build()
    assert filled.embedded() == []
    assert outcome.info.passages > before.passages
    assert outcome.info.documents == before.documents + 1


@settings(max_examples=15, deadline=None)
@given(place=st.integers(0, 79), replaced=st.integers(10_000, 20_000))
def test_a_changed_paragraph_embeds_only_what_is_near_it(make_library, place, replaced):
    """In a file of 80 paragraphs, one new paragraph is at most a handful of new passages.

    A paragraph touches the passages it lies in (at most 3), their neighbours by overlap, and those
    whose bounds its hash moves: 12 of some 60 is the bound held to here.
    """
    library = make_library("long")
    numbers = list(range(80))
    library.write("long.txt", content("long.txt", numbers))
    total = library.build().info.passages
    assert total > 40
    library.embedded()
    numbers[place] = replaced
    library.write("long.txt", content("long.txt", numbers))
    outcome = library.build()
    near = library.embedded()
    assert 1 <= len(near) <= 12
    assert outcome.plan.changed == ("long.txt",)
    changed = paragraph(replaced)
    assert any(changed[:40] in text or changed[-40:] in text for text in near)
    shutil.rmtree(library.root)


def test_a_changed_row_embeds_that_row_alone(filled):
    """One row of a .jsonl changed: the other rows keep their vectors."""
    filled.write("c.jsonl", content("c.jsonl", [6, 77, 8]))
    filled.build()
    embedded = filled.embedded()
    assert embedded
    assert all(text in paragraph(77) for text in embedded)


def test_an_emptied_folder_empties_the_index_and_rollback_brings_it_back(filled):
    """Deleted files do not go on answering; a fresh build of nothing is an error instead."""
    before = filled.generation()
    question = "coffee and banana trade"
    assert not filled.ask(question).abstained
    for path in list(filled.corpus.iterdir()):
        path.unlink()
    outcome = filled.build()
    assert outcome.published
    assert (outcome.info.documents, outcome.info.passages) == (0, 0)
    assert outcome.plan.removed == ("a.txt", "b.md", "c.jsonl")
    answer = filled.ask(question)
    assert answer.abstained
    assert "no passages" in answer.reason
    assert not filled.build().published
    with pytest.raises(CorpusError, match=r"nothing to index in .*: put documents there"):
        filled.fresh()
    rollback(filled.index)
    assert filled.generation() == before
    assert not filled.ask(question).abstained


@pytest.mark.slow
def test_the_law_holds_for_the_real_model(make_real_library):
    """With ONNX Runtime: the same passages in the same order, vectors equal to 1e-5."""
    library = make_real_library()
    folder = Edits(library)
    for edit in [("add", 0, 7), ("add", 1, 5), ("add", 2, 8), ("change", 1, 1), ("rename", 0, 0)]:
        folder.apply(*edit)
        library.build()
    for edit in [("duplicate", 1, 1), ("change", 0, 2), ("undo", 0, 4), ("delete", 1, 0)]:
        folder.apply(*edit)
        library.build()
        mine, fresh = library.snapshot(), Snapshot.open(library.fresh())
        assert mine.sources == fresh.sources
        assert np.array_equal(mine.passages, fresh.passages)
        assert np.array_equal(mine.keys, fresh.keys)
        assert [d.name for d in mine.iter_documents()] == [d.name for d in fresh.iter_documents()]
        assert np.abs(mine.dense.vectors() - fresh.dense.vectors()).max() < 1e-5
        assert mine.bm25.lexicon.terms() == fresh.bm25.lexicon.terms()
        assert np.array_equal(mine.bm25.weights, fresh.bm25.weights)
    shutil.rmtree(library.root)

"""Writing a generation: the same content gives the same bytes under the same name."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa import build as building
from qa.generation import DESCRIPTION, has_documents_bm25, name_of
from qa.lexical import count_terms
from qa.nouns import EmbedderIdentity
from qa.settings import IndexSettings
from qa.writing import GenerationWriter


@pytest.fixture
def filled(library):
    """Give an indexed folder of two files."""
    library.write("a.txt", "A road to the port was built in 1921. It cost $2.5 million.\n")
    library.write("b.md", "# Schools\n\nThe first school was founded in 1847.\n")
    library.build()
    return library


def test_the_name_follows_from_the_content(filled):
    """The generation's name is the digest of its description, which digests every other file."""
    snapshot = filled.snapshot()
    assert snapshot.name == name_of((snapshot.folder / DESCRIPTION).read_bytes())
    names = set(filled.tree(snapshot.folder)) - {DESCRIPTION}
    assert set(snapshot.description["files"]) == names


def test_neither_times_nor_paths_nor_order_of_building_are_in_it(filled, make_library):
    """Another folder with the same files, written in another order, gives the same bytes."""
    other = make_library("other")
    for path in sorted(filled.corpus.iterdir(), reverse=True):
        other.write(path.name, path.read_bytes())
        other.build()
    assert other.generation() == filled.generation()


def test_every_file_is_on_the_disk_before_it_is_published(filled, monkeypatch):
    """All files and folders of a generation are synced before the manifest names it."""
    synced = set()
    published = []

    def remember(descriptor):
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    def write_manifest(index, manifest):
        folder = index / "generations" / manifest.current
        written = [path.name for path in folder.rglob("*")]
        published.append(set(written) - synced)

    monkeypatch.setattr(os, "fsync", remember)
    monkeypatch.setattr(building, "write_manifest", write_manifest)
    monkeypatch.setattr(building, "sweep", lambda index, named: None)
    filled.write("c.txt", "One more.")
    filled.build()
    assert published == [set()]
    assert "generations" in synced


def test_a_generation_that_is_there_already_is_left_alone(filled):
    """Built again, its files are the very same: whoever reads them is not disturbed."""
    folder = filled.snapshot().folder
    before = {path: path.stat().st_ino for path in folder.rglob("*")}
    filled.write("c.txt", "One more.")
    filled.build()
    (filled.corpus / "c.txt").unlink()
    assert filled.build().published
    assert filled.snapshot().folder == folder
    assert {path: path.stat().st_ino for path in folder.rglob("*")} == before


def test_a_damaged_generation_of_the_name_is_replaced(filled):
    """What is there under the name but not whole gives way."""
    folder = filled.snapshot().folder
    right = filled.generation()
    filled.write("c.txt", "One more.")
    filled.build()
    (folder / "texts.utf8").write_bytes(b"other text")
    (filled.corpus / "c.txt").unlink()
    filled.build()
    assert filled.generation() == right
    assert filled.left_behind() == []


def test_vectors_that_do_not_fit_are_refused(tmp_path):
    """Passages, vectors and terms must be as many; the message has all three numbers."""
    identity = EmbedderIdentity("fake", "f4ke", 3, 256)
    vectors = [np.zeros((2, 3), np.float32)]
    with (
        pytest.raises(ValueError, match="0 passages, 2 vectors, terms of 1 passages"),
        GenerationWriter(tmp_path) as writer,
    ):
        writer.finish(vectors, count_terms([["a"]]), IndexSettings(), identity)
    assert list((tmp_path / "generations").iterdir()) == []


def test_what_shapes_the_index_is_part_of_the_name(filled):
    """Other settings give another generation of the same files."""
    before = filled.snapshot().name
    outcome = filled.build(settings=replace(IndexSettings(), k1=0.9))
    assert outcome.plan.rebuild == "the index was made with other settings"
    assert outcome.embedded == 0
    assert filled.snapshot().name != before


def test_documents_have_an_index_of_their_own_only_where_it_is_another(library):
    """While every document is one passage there is none; a second passage makes it, and back."""
    rows = [{"_id": "a", "text": "One road."}, {"_id": "b", "text": "Two roads."}]
    library.write("one.jsonl", rows)
    library.build()
    snapshot = library.snapshot()
    assert not has_documents_bm25(snapshot.description["files"])
    assert snapshot.documents_bm25 is snapshot.bm25
    alone = library.generation()
    library.write("two.md", "# A\n\nA school.\n\n# B\n\nA port.\n")
    library.build()
    snapshot = library.snapshot()
    assert has_documents_bm25(snapshot.description["files"])
    assert snapshot.documents_bm25.size == 3
    assert snapshot.bm25.size == 4
    (library.corpus / "two.md").unlink()
    library.build()
    assert library.generation() == alone

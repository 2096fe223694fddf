"""Bringing an index up to date: what it reuses, what it says, what the system refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from qa import readers
from qa.build import rollback
from qa.errors import CorpusError, IndexDamaged, IndexMissing, StorageError
from qa.manifest import read_manifest

TEXT = "The port of Omoa was opened in 1864 by a treaty. Coffee left it by ship. "
QUESTION = "When was the port of Omoa opened?"


@pytest.fixture
def filled(library):
    """Give an indexed folder of three files."""
    library.write("a.txt", TEXT * 3)
    library.write("b.md", "# Roads\n\nThe road to Copán was built in 1921.\n")
    library.write("c.jsonl", [{"_id": "1", "text": "A school was founded in 1847."}])
    library.build()
    library.embedded()
    return library


def test_the_outcome_says_what_was_done(library):
    """Plan, counts, what was embedded and reused, what was skipped and noted."""
    library.write("a.txt", TEXT)
    library.write("copy.txt", TEXT)
    library.write("bad.jsonl", b'{"_id": "1", "text": "Good."}\n\n{"_id": 2}\n')
    library.write(
        "latin.txt", "Das Gebäude wurde 1921 für die Schüler eröffnet. ".encode("latin-1")
    )
    library.write("nothing.txt", "")
    library.write("clip.mp4", b"ftyp")
    outcome = library.build()
    assert outcome.published
    assert outcome.plan.added == ("a.txt", "bad.jsonl", "copy.txt", "latin.txt", "nothing.txt")
    assert outcome.info.documents == 4
    assert (outcome.embedded, outcome.reused) == (3, 1)
    told = {(item.path, item.line): item.reason for item in outcome.skipped}
    assert told == {
        ("clip.mp4", None): "no reader for .mp4 files",
        ("bad.jsonl", 3): 'no "text"',
        ("nothing.txt", None): "empty",
    }
    assert [name for name, _ in outcome.notes] == ["latin.txt"]
    assert library.notebook.steps == [("reading", 5), ("embedding", 3)]
    assert library.notebook.done == 5 + 3


def test_an_unchanged_folder_is_left_alone(filled):
    """Nothing is published, no file of the index is written."""
    before = filled.tree(filled.index)
    outcome = filled.build()
    assert not outcome.published
    assert outcome.reused == outcome.info.passages == 3
    assert filled.tree(filled.index) == before


def test_only_what_changed_is_read(filled, monkeypatch):
    """The other files' parts are taken over from the generation, unread and uncut."""
    filled.write("b.md", "# Roads\n\nThe road to Copán was built in 1922.\n")
    read = []
    original = readers.read
    monkeypatch.setattr(
        readers, "read", lambda source, *rest: read.append(source.name) or original(source, *rest)
    )
    filled.build()
    assert read == ["b.md"]
    assert filled.embedded() == ["Roads\nThe road to Copán was built in 1922."]


def test_a_file_that_vanishes_between_survey_and_reading_is_skipped(filled, monkeypatch):
    """It is as if it had not been there, and the outcome says so."""
    filled.write("d.txt", "Here for a moment.")
    filled.write("e.txt", "Here to stay.")
    original = readers.load
    calls = []

    def load(source):
        calls.append(source.name)
        if source.name == "d.txt" and calls.count("d.txt") == 2:
            source.path.unlink(missing_ok=True)
        return original(source)

    monkeypatch.setattr(readers, "load", load)
    outcome = filled.build()
    assert [(item.path, item.reason) for item in outcome.skipped] == [
        ("d.txt", "vanished while it was read")
    ]
    assert filled.generation() == filled.generation(filled.fresh())
    assert not filled.build().published


def test_a_file_that_changes_between_survey_and_reading_is_indexed_as_it_was_read(
    filled, monkeypatch
):
    """Digest and text are of the same bytes, so the next build sees the later change."""
    filled.write("d.txt", "The first text.")
    original = readers.load
    calls = []

    def load(source):
        calls.append(source.name)
        if source.name == "d.txt" and calls.count("d.txt") == 2:
            source.path.write_text("The second text.")
        return original(source)

    monkeypatch.setattr(readers, "load", load)
    filled.build()
    snapshot = filled.snapshot()
    assert snapshot.text(snapshot.find_document("d.txt")) == "The second text."
    monkeypatch.undo()
    assert not filled.build().published
    assert filled.generation() == filled.generation(filled.fresh())


def test_a_folder_without_documents_makes_no_index(library):
    """An error says what was skipped, and no generation is there to be asked."""
    with pytest.raises(CorpusError, match=r"nothing to index in .*: put documents there$"):
        library.build()
    library.write("nothing.txt", "")
    library.write("x.bin", b"\0")
    with pytest.raises(CorpusError, match=r"skipped .*: .* and 1 more\)"):
        library.build()
    with pytest.raises(IndexMissing):
        library.snapshot()


def test_a_folder_that_is_not_there_makes_nothing(library):
    """A mistyped name leaves no index folder behind."""
    with pytest.raises(CorpusError, match="there is no folder"):
        library.build(corpus=library.root / "corpsu")
    assert not library.index.exists()


def test_a_folder_moved_elsewhere_is_read_there_from_now_on(filled):
    """The same content in another place: nothing to do, but the manifest names the new place."""
    moved = filled.root / "moved"
    filled.corpus.rename(moved)
    filled.corpus = moved
    assert not filled.build().published
    assert read_manifest(filled.index).corpus == str(moved)
    assert filled.embedded() == []
    assert filled.ask(QUESTION).citations[0].status == "verified"


def test_an_index_inside_its_own_corpus_is_not_indexed(filled):
    """Not even the files that a killed first build left there, which no manifest explains."""
    inside = filled.corpus / "index"
    leftover = inside / "generations" / "0123456789abcdef" / "bm25"
    leftover.mkdir(parents=True)
    (leftover / "terms.txt").write_text("words of a generation")
    outcome = filled.build(index=inside)
    assert outcome.plan.added == ("a.txt", "b.md", "c.jsonl")
    assert not filled.build(index=inside).published


def test_other_settings_cut_anew_and_embed_only_what_is_new(filled):
    """The reason is said; the passages that come out the same keep their vectors."""
    from dataclasses import replace

    from qa.passages import CutSettings
    from qa.settings import IndexSettings

    cut = CutSettings(min_words=5, max_words=10, overlap=0)
    outcome = filled.build(settings=replace(IndexSettings(), cut=cut))
    assert outcome.plan.rebuild == "the index was made with other settings"
    embedded = filled.embedded()
    assert embedded
    assert not any("school" in text or "road" in text for text in embedded)


# ---------------------------------------------------------------- going back


def test_rollback_brings_the_generation_before_back_and_again(filled):
    """Its answers too; rolling back twice is where it was."""
    old = filled.generation()
    answer = filled.ask(QUESTION)
    filled.write("a.txt", "Another text altogether.")
    filled.build()
    new = filled.generation()
    assert rollback(filled.index).current == old[0]
    assert filled.generation() == old
    assert filled.ask(QUESTION).text == answer.text
    assert rollback(filled.index).current == new[0]
    assert filled.generation() == new


def test_after_a_rollback_the_next_build_is_up_to_date_again(filled):
    """It builds what the folder holds, from the vectors of the generation rolled back from."""
    filled.write("a.txt", "Another text altogether.")
    filled.build()
    filled.embedded()
    new = filled.generation()
    rollback(filled.index)
    outcome = filled.build()
    assert outcome.plan.changed == ("a.txt",)
    assert filled.generation() == new


def test_there_is_nothing_before_the_first_generation(filled):
    """The error says so, and the index is untouched."""
    before = filled.generation()
    with pytest.raises(IndexMissing, match="no generation before"):
        rollback(filled.index)
    assert filled.generation() == before


def test_a_rollback_without_an_index_makes_nothing(tmp_path):
    """A mistyped name leaves no folder behind."""
    with pytest.raises(IndexMissing, match="no index in"):
        rollback(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_generation_is_not_rolled_back_to(filled):
    """The current one stays the current one."""
    old = filled.snapshot().folder
    filled.write("a.txt", "Another text altogether.")
    filled.build()
    new = filled.generation()
    (old / "texts.utf8").write_bytes(b"x")
    with pytest.raises(IndexDamaged):
        rollback(filled.index)
    assert filled.generation() == new


# ---------------------------------------------------------------- models


def test_an_index_keeps_its_model_and_needs_no_other(filled):
    """The copy in the index is used, even where the model it came from is gone."""
    shutil.rmtree(filled.encoders.folder)
    filled.write("a.txt", "Another text altogether.")
    assert filled.build().embedded == 1


def test_a_damaged_copy_of_the_model_is_mended_without_embedding(filled):
    """An otherwise unchanged folder is something to do then, and the reason is said."""
    whole = filled.generation()
    (filled.index / "encoders" / "f4ke" / "weights.bin").unlink()
    outcome = filled.build()
    assert outcome.plan.rebuild == "the index's copy of its model is missing or damaged"
    assert (outcome.embedded, filled.embedded()) == (0, [])
    assert filled.generation() == whole
    assert any("can't be used" in said for said in filled.notebook.said)
    assert not filled.build().published


def test_a_model_that_no_generation_needs_is_deleted(filled):
    """The current generation's and the previous one's stay."""
    stranger = filled.index / "encoders" / "0ther"
    shutil.copytree(filled.index / "encoders" / "f4ke", stranger)
    filled.write("a.txt", "Another text altogether.")
    filled.build()
    assert [path.name for path in (filled.index / "encoders").iterdir()] == ["f4ke"]


# ---------------------------------------------------------------- what the system refuses


def big(library):
    """Change the folder so that a build has some 100 KB to write."""
    for number in range(20):
        library.write(f"big{number}.txt", f"Sack {number} of coffee. " * 300)


@pytest.mark.parametrize("limit", [100, 5_000, 20_000, 60_000])
def test_a_file_that_can_not_grow_leaves_the_index_as_it_was(filled, restricted, limit):
    """Wherever the disk is full, the error says so, the old generation answers, no draft stays."""
    before = filled.generation()
    answer = filled.ask(QUESTION)
    big(filled)
    with pytest.raises(
        StorageError, match=r"(no space left|can't be written).*: free (some|space)"
    ):
        restricted(filled.build, limit=limit)
    assert filled.generation() == before
    assert filled.ask(QUESTION) == answer
    assert filled.left_behind() == []
    filled.build()
    assert filled.generation() == filled.generation(filled.fresh())


@pytest.fixture
def small_disk(tmp_path):
    """Give a file system of 2 MB, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs more rights")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 20_000, 150_000])
def test_a_full_disk_leaves_the_index_as_it_was(filled, small_disk, left):
    """The same on a file system that is full, SQLite's own writes included."""
    index = small_disk / "index"
    shutil.copytree(filled.index, index)
    filled.index = index
    before = filled.generation()
    big(filled)
    filled.write("huge.txt", "Many a sack of coffee went to the port by mule. " * 5000)
    room = os.statvfs(small_disk)
    with (small_disk / "ballast").open("wb") as ballast:
        ballast.write(b"x" * (room.f_bavail * room.f_frsize - left))
    with pytest.raises(StorageError, match=r"free (some|space)"):
        filled.build()
    assert filled.generation() == before
    assert filled.ask(QUESTION).text is not None
    (small_disk / "ballast").unlink()
    filled.build()
    assert filled.left_behind() == []


def protect(folder):
    """Take away every right to write below a folder."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_read_only_index_answers_and_says_that_it_can_not_be_written(filled, restricted):
    """Asking needs no right to write; building says what is missing."""
    expected = filled.ask(QUESTION)
    protect(filled.index)
    assert restricted(lambda: filled.ask(QUESTION)) == expected
    filled.write("b.md", "Changed.")
    with pytest.raises(StorageError, match=r"can't be written .*: change its permissions, or name"):
        restricted(filled.build)


def test_an_index_folder_that_can_not_be_made_is_refused(filled, restricted):
    """The parent folder is read-only."""
    protect(filled.root)
    with pytest.raises(StorageError, match=r"can't be written .*change its permissions"):
        restricted(lambda: filled.build(index=filled.root / "new"))


def test_unreadable_files_are_skipped_with_the_reason(filled, restricted):
    """Whoever may not read a file gets an index without it, and is told."""
    filled.write("secret.txt", "Nobody may read this.").chmod(0)
    for path in [filled.index, *filled.index.rglob("*")]:
        path.chmod(0o777)
    outcome = restricted(filled.build)
    assert [(item.path, item.reason) for item in outcome.skipped] == [
        ("secret.txt", "no permission to read it")
    ]


def test_an_unreadable_index_is_refused_with_the_way_out(filled, restricted):
    """No traceback where a file of the index may not be read."""
    (filled.snapshot().folder / "texts.utf8").chmod(0)
    with pytest.raises(IndexDamaged, match=r"can't be read .*: run: qa index --index"):
        restricted(filled.snapshot)


def test_a_link_to_an_index_is_the_index(filled):
    """The index folder may be reached by another name."""
    link = filled.root / "link"
    link.symlink_to(filled.index)
    assert not filled.build(index=link).published
    assert Path(read_manifest(link).corpus) == filled.corpus

"""Opening an index: whole and as it was written, or refused with the way out."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace

import pytest

from qa.errors import IndexDamaged, IndexMissing, QaError
from qa.generation import DESCRIPTION, VERSION, name_of
from qa.manifest import Manifest, read_manifest, write_manifest
from qa.snapshot import Snapshot
from qa.storage import canonical_json

QUESTION = "Which treaty opened the port of Omoa?"
# Files that only save work: damage to them is nobody's loss.
HINTS = {"sources.json", "embeddings.sqlite"}
BODY = "The treaty of 1864 opened the port of Omoa. Coffee went to New Orleans by ship. "


def half(data):
    return data[: len(data) // 2]


def emptied(data):
    return b""


def one_byte_less(data):
    return data[:-1]


def middle_byte(data):
    if not data:
        return data
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def rewritten(data):
    return b"[" * 200_000


DAMAGES = (half, emptied, one_byte_less, middle_byte, rewritten)


def answer_or_refusal(library):
    """The answer and None, or None and what was said instead."""
    try:
        return library.ask(QUESTION), None
    except QaError as error:
        return None, str(error)


@pytest.fixture
def filled(library):
    """Give an indexed folder with a retired vector in the store."""
    library.write("a.txt", BODY * 5)
    library.write("b.md", "# Roads\n\nThe road to Copán was built in 1921.\n")
    library.write("c.jsonl", [{"_id": "1", "text": "A school was founded in 1847."}])
    library.write("d.txt", "This text goes away again.")
    library.build()
    (library.corpus / "d.txt").unlink()
    library.build()
    shutil.rmtree(library.index / "generations" / read_manifest(library.index).previous)
    return library


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_refused_with_the_way_out_or_harmless(filled, damage):
    """Each file truncated or altered in turn: an error says what to run, or nothing changes.

    What it says to run mends the index.
    """
    expected = filled.ask(QUESTION)
    whole = filled.generation()
    answered = set()
    for name, data in filled.tree(filled.index).items():
        (filled.index / name).write_bytes(damage(data))
        answer, said = answer_or_refusal(filled)
        if said is None:
            assert answer == expected, name
            answered.add(name)
        else:
            assert "qa index" in said, name
            assert str(filled.index) in said, name
        filled.build()
        assert filled.generation() == whole, name
        assert filled.ask(QUESTION) == expected, name
    # A manifest or encoder.json that lacks its last newline says all it said.
    newlines = {"manifest.json", "encoders/f4ke/encoder.json"}
    assert answered - {".lock"} - newlines <= HINTS


def test_a_missing_file_is_refused_with_the_way_out_or_harmless(filled):
    """Each file deleted in turn: as where it is damaged."""
    expected = filled.ask(QUESTION)
    whole = filled.generation()
    answered = set()
    for name in filled.tree(filled.index):
        (filled.index / name).unlink()
        answer, said = answer_or_refusal(filled)
        if said is None:
            assert answer == expected, name
            answered.add(name)
        else:
            assert "qa index" in said, name
        filled.build()
        assert filled.generation() == whole, name
        assert filled.ask(QUESTION) == expected, name
    assert answered == HINTS | {".lock"}


def test_an_altered_vector_in_the_store_is_not_used(filled):
    """Each byte of the store altered in turn: a file put back gets right vectors all the same."""
    whole = filled.generation()
    data = (filled.index / "embeddings.sqlite").read_bytes()
    filled.write("d.txt", "This text goes away again.")
    right = filled.generation(filled.fresh())
    for place in range(0, len(data), 307):
        altered = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        (filled.index / "embeddings.sqlite").write_bytes(altered)
        filled.build()
        assert filled.generation() == right, place
        write_manifest(filled.index, Manifest(whole[0], None, str(filled.corpus)))


def as_another_writes_it(library, **changes):
    """Rewrite the current generation as another version of the program would have written it."""
    snapshot = library.snapshot()
    description = snapshot.description | changes
    data = canonical_json(description)
    (snapshot.folder / DESCRIPTION).write_bytes(data)
    snapshot.folder.rename(snapshot.folder.with_name(name_of(data)))
    manifest = read_manifest(library.index)
    write_manifest(library.index, Manifest(name_of(data), None, manifest.corpus))


def test_an_index_of_another_version_is_refused_and_built_anew(filled):
    """It says both versions and what to run; what it says to run makes it of this version."""
    right = filled.generation()
    as_another_writes_it(filled, version=99)
    with pytest.raises(IndexDamaged, match=f"version 99, this program reads {VERSION}: run: qa"):
        filled.snapshot()
    outcome = filled.build()
    assert "version 99" in outcome.plan.rebuild
    assert filled.generation() == right


def test_an_index_of_other_terms_is_refused_and_built_anew(filled):
    """Asked by terms that it has not, it would not find what is there."""
    right = filled.generation()
    settings = filled.snapshot().description["settings"]
    as_another_writes_it(filled, settings={**settings, "analysis": 1})
    with pytest.raises(IndexDamaged, match=r"terms of version 1, .* those of \d+: run: qa index"):
        filled.snapshot()
    assert "version 1" in filled.build().plan.rebuild
    assert filled.generation() == right


def test_an_index_that_is_not_there_is_missing_not_damaged(library):
    """The message names the command that makes one."""
    with pytest.raises(IndexMissing, match=r"no index in .*: run: qa index CORPUS --index"):
        library.snapshot()


def test_an_index_copied_elsewhere_answers_without_its_sources(filled, make_library):
    """Copied to another place, the sources gone: the same answer, checked against its own copy.

    But for what only the sources have: an address, and the day on which they were changed.
    """
    expected = filled.ask(QUESTION)
    elsewhere = make_library("elsewhere")
    shutil.copytree(filled.index, elsewhere.index)
    shutil.rmtree(filled.root)
    answer = elsewhere.ask(QUESTION)
    citations = tuple(replace(c, link=None, file_date=None) for c in expected.citations)
    assert expected.citations[0].link
    assert answer == replace(expected, citations=citations)
    assert answer.citations[0].status == "verified"


def test_an_open_reader_goes_on_while_newer_generations_replace_its_own(filled):
    """Two generations later its files are deleted; it still gives all it gave, first use or not."""
    used, unused = filled.session(), filled.session()
    expected = filled.ask(QUESTION, used)
    for text in ("The first change.", "The second change."):
        filled.write("e.txt", text)
        filled.build()
    assert not used.snapshot.folder.exists()
    for session in (used, unused):
        assert filled.ask(QUESTION, session) == expected
        assert [record.name for record in session.snapshot.sources] == ["a.txt", "b.md", "c.jsonl"]
        assert len(session.snapshot.keys) == expected.index.passages
        assert session.search("school", 3)[0].document == "c.jsonl#1"


def test_a_reader_that_opens_while_its_generation_is_swept_takes_the_newer_one(filled, monkeypatch):
    """The manifest is read, then two builds pass: opening tries again with the new manifest."""
    stale = read_manifest(filled.index)
    for text in ("The first change.", "The second change."):
        filled.write("e.txt", text)
        filled.build()
    given = iter([stale])
    module = sys.modules[Snapshot.__module__]
    monkeypatch.setattr(module, "read_manifest", lambda index: next(given, read_manifest(index)))
    assert Snapshot.open(filled.index).name == read_manifest(filled.index).current


def test_every_offset_of_the_index_resolves(filled):
    """text[start:end] of the stored document is the passage, for every passage and sentence."""
    filled.write(
        "z.txt", "Ein Häuschen 😀 am Fluß. Zwei e\u0301 hier.\r\nDrei ドイツ。 四。\n" * 40
    )
    filled.build()
    snapshot = filled.snapshot()
    for number, row in enumerate(snapshot.passages):
        text = snapshot.text(int(row["document"]))
        assert text[row["start"] : row["end"]] == snapshot.passage_text(number)
        assert row["start"] < row["end"]
        for start, end in snapshot.passage_sentences(number):
            assert row["start"] <= start < end <= row["end"]


def test_what_is_kept_of_a_document_is_what_its_file_says(filled):
    """Title, date and text of a document come back as they were read; its number by its name."""
    filled.write("f.md", "---\ntitle: Of “roads”\ndate: 2017-05-01\n---\nText.\n")
    filled.build()
    snapshot = filled.snapshot()
    number = snapshot.find_document("f.md")
    record = snapshot.document(number)
    assert (record.title, record.date) == ("Of “roads”", "2017-05-01")
    assert snapshot.text(number) == (filled.corpus / "f.md").read_text()
    assert record.chars == len(snapshot.text(number))
    assert snapshot.find_document("g.md") is None


def test_a_document_of_the_index_is_plain_json(filled):
    """Nothing in an index is pickled: every array and line loads without it."""
    import numpy as np

    snapshot = filled.snapshot()
    for name in filled.tree(snapshot.folder):
        path = snapshot.folder / name
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)
        elif path.suffix == ".jsonl":
            assert all(json.loads(line) is not None for line in path.read_text().splitlines())


def test_however_many_records_were_asked_for_few_are_remembered(filled, monkeypatch):
    """Asking for every document, twice, gives the same records and keeps but a few of them."""
    filled.write("many.jsonl", [{"_id": str(n), "text": f"Line {n}."} for n in range(40)])
    filled.build()
    monkeypatch.setattr(sys.modules[Snapshot.__module__], "_MOST_RECORDS", 5)
    snapshot = filled.snapshot()
    names = [record.name for record in snapshot.iter_documents()]
    assert len(set(names)) == len(names) == len(snapshot.documents)
    assert [snapshot.document(number).name for number in range(len(names))] == names
    assert len(snapshot._records) <= 5

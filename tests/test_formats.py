"""Documents as people have them, from the file to the citation."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import making
import pytest

from qa.recheck import Sources, narrowest
from qa.render.jsonout import answer_object, dumps

FIRST = "The port of Omoa was opened in 1864."
SECOND = "A railway to the coast was begun by Ana Paz in 1871."
THIRD = "Its bank was closed by naïve “bankers” in 1902 — for good."
SENTENCES = [FIRST, SECOND, THIRD]
FILES = {
    "a.pdf": making.pdf([[FIRST], [], [SECOND, THIRD.replace("“", '"').replace("”", '"')]]),
    "a.html": making.html(SENTENCES),
    "a.docx": making.docx(SENTENCES),
    "a.pptx": making.pptx([["Omoa", FIRST], ["Railways", SECOND, THIRD]]),
    "a.epub": making.epub([f"<h1>One</h1><p>{FIRST}</p>", f"<p>{SECOND}</p><p>{THIRD}</p>"]),
    "a.odt": making.odt("".join(f"<text:p>{each}</text:p>" for each in SENTENCES)),
    "a.rtf": making.rtf(SENTENCES),
    "a.txt": "\n\n".join(SENTENCES).encode(),
    "a.md": ("# Omoa\n\n" + "\n\n".join(SENTENCES)).encode(),
}


@pytest.fixture(scope="module")
def filled(make_library):
    """Give an indexed folder with a file of every format; not to be changed."""
    library = make_library("formats")
    for name, data in FILES.items():
        library.write(name, data)
    library.build()
    return library


def check(library, name, quote):
    """Re-read a quote of a document in its source."""
    snapshot = library.snapshot()
    number = snapshot.find_document(name)
    start = snapshot.text(number).index(quote)
    return Sources.of(snapshot).check(snapshot, number, start, start + len(quote))


@pytest.mark.parametrize("name", FILES)
def test_the_offsets_law(filled, qa, name):
    """What `qa show` prints is what offsets count, to the code point, for every sentence."""
    shown = qa("show", name, "--index", filled.index).out
    snapshot = filled.snapshot()
    number = snapshot.find_document(name)
    assert shown == snapshot.text(number)
    assert (FIRST in shown, SECOND in shown) == (True, True)
    for passage, row in enumerate(snapshot.passages):
        if int(row["document"]) == number:
            assert shown[int(row["start"]) : int(row["end"])] == snapshot.passage_text(passage)
            for start, end in snapshot.passage_sentences(passage):
                assert shown[start:end].strip()


@pytest.mark.parametrize("name", FILES)
def test_every_sentence_is_a_sentence_of_a_passage(filled, name):
    """Whole, wherever its lines were broken."""
    snapshot = filled.snapshot()
    number = snapshot.find_document(name)
    text = snapshot.text(number)
    found = {
        text[start:end]
        for passage, row in enumerate(snapshot.passages)
        if int(row["document"]) == number
        for start, end in snapshot.passage_sentences(passage)
    }
    assert {FIRST, SECOND} <= found


@pytest.mark.parametrize(
    ("name", "place"),
    [("a.pdf", ("page", "3")), ("a.pptx", ("slide", "2")), ("a.epub", ("chapter", "2"))],
)
def test_a_quote_is_cited_with_its_place(filled, name, place):
    """The narrowest that is known of it; a number where pages or slides count."""
    checked = check(filled, name, SECOND)
    assert checked.status == "verified"
    assert (checked.locator.kind, checked.locator.label) == place
    assert checked.page == (int(place[1]) if place[0] != "chapter" else None)
    assert checked.line is None


def test_what_stands_around_a_quote_is_given(filled):
    """Up to 32 characters, to find it in a document that has changed."""
    checked = check(filled, "a.txt", SECOND)
    assert checked.before == ("\n\n" + FIRST + "\n\n")[-32:]
    assert checked.after == f"\n\n{THIRD}"[:32]
    assert checked.line == 3


def test_an_unchanged_file_is_not_extracted_again(filled, monkeypatch):
    """Its digest says that what the index keeps is what it says."""
    from qa import readers

    monkeypatch.setattr(readers, "read", None)
    assert check(filled, "a.pdf", SECOND).status == "verified"


def test_a_changed_file_is_extracted_again(make_library):
    """The page is that on which the quote stands by now."""
    library = make_library()
    library.write("a.pdf", making.pdf([[FIRST], [SECOND]]))
    library.build()
    library.write("a.pdf", making.pdf([[FIRST], [THIRD[:20]], [SECOND]]))
    checked = check(library, "a.pdf", SECOND)
    assert (checked.status, checked.page) == ("moved", 3)
    library.write("a.pdf", making.pdf([[FIRST]]))
    assert check(library, "a.pdf", SECOND).status == "stale"


def test_places_are_kept_when_other_files_change(make_library):
    """What is taken over from a generation has its pages; a fresh build has the same files."""
    library = make_library()
    library.write("b.pdf", FILES["a.pdf"])
    library.write("a.txt", FIRST)
    library.build()
    library.write("a.txt", SECOND)
    library.build()
    assert check(library, "b.pdf", SECOND).page == 3
    assert library.generation() == library.generation(library.fresh())


def test_a_touched_file_is_not_read_again(make_library):
    """The file's date is taken when it is shown, and is no part of the index."""
    library = make_library()
    path = library.write("a.txt", FIRST)
    library.build()
    before = library.generation()
    os.utime(path, (1_500_000_000, 1_500_000_000))
    assert not library.build().published
    assert library.generation() == before
    (citation,) = library.ask("When was the port of Omoa opened?").citations
    assert (citation.date, citation.file_date) == (None, "2017-07-14")


def test_the_contents_own_date_comes_first(make_library):
    """Front matter, metadata or a dateline: then the file's date is of no interest."""
    library = make_library()
    library.write("a.txt", f"LONDON, 3 March 2024 — {FIRST}")
    library.build()
    (citation,) = library.ask("When was the port of Omoa opened?").citations
    assert (citation.date, citation.file_date) == ("2024-03-03", None)


def test_the_answer_names_the_page(make_library):
    """In JSON with link and selectors; the quote's own offsets are those of its text."""
    library = make_library()
    library.write("report.pdf", making.pdf([[FIRST], [SECOND]]))
    library.build()
    session = library.reading({"Ana Paz": 9.0})
    answer = json.loads(dumps(answer_object(session.ask("Who began the railway to the coast?"))))
    assert answer["answer"] == "Ana Paz"
    cited = answer["citations"][0]
    assert (cited["page"], cited["locator"]) == (2, {"kind": "page", "label": "2"})
    assert cited["link"] == (library.corpus / "report.pdf").as_uri() + "#page=2"
    text = library.snapshot().text(0)
    quoted, position, inside = cited["selectors"]
    assert text[position["start"] : position["end"]] == quoted["exact"] == cited["quote"]
    assert text[: position["start"]].endswith(quoted["prefix"])
    assert quoted["prefix"] == f"{FIRST}\n\n"[-32:]
    assert inside["value"] == "page=2"


def test_asking_imports_no_library_of_a_format(qa, tiny, tmp_path):
    """A file that is what was indexed is known by its digest."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for name, data in FILES.items():
        (corpus / name).write_bytes(data)
    assert qa("index", corpus, "--index", index).code == 0
    code = (
        "import sys; from qa.__main__ import run; run(sys.argv[1:]);"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            "ask",
            "Who began the railway to the coast?",
            "--index",
            str(index),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "a." in asked.stdout
    loaded = {name.partition(".")[0] for name in asked.stderr.split()}
    assert "qa" in loaded
    assert not loaded & {"pypdfium2", "lxml", "trafilatura", "docx", "pptx", "striprtf", "PIL"}


def test_the_narrowest_place_is_found():
    """Of places within each other the inner one, of none none."""
    from qa.nouns import Locator

    outer, inner = Locator(0, 100, "sheet", "S"), Locator(10, 20, "cells", "S!A2:B2")
    assert narrowest((outer, inner), 10) is inner
    assert narrowest((outer, inner), 20) is outer
    assert narrowest((outer, inner), 100) is None
    assert narrowest((), 0) is None


def test_a_missing_library_is_named_with_its_extra(library, monkeypatch):
    """And once it is there the file is read, though it did not change."""
    from qa import readers, workers

    library.write("a.pdf", FILES["a.pdf"])
    library.write("a.txt", FIRST)
    readers._missing.cache_clear()
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pypdfium2", None)
        without.setattr(workers, "MODULES", ("without_pypdfium2",))
        (skipped,) = library.build().skipped
    readers._missing.cache_clear()
    assert skipped.reason.startswith("PDF files need: pip install 'qa[documents]'")
    assert library.snapshot().find_document("a.pdf") is None
    assert library.build().plan.reread == ("a.pdf",)
    assert library.snapshot().find_document("a.pdf") is not None

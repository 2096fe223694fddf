"""Five hundred mixed files: every sentence is found again at its exact place."""

from __future__ import annotations

import mixed
import pytest

from qa.recheck import Sources, narrowest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files():
    """Give five hundred files with their sentences."""
    return list(mixed.folder(500))


@pytest.fixture(scope="module")
def filled(files, make_library):
    """Give an indexed folder of them."""
    library = make_library("mixed")
    for known in files:
        library.write(known.name, known.data)
    library.build()
    return library


def test_every_sentence_is_found_again_at_its_exact_place(filled, files):
    """Once, whole, as a sentence of a passage, on its page, slide or chapter."""
    snapshot = filled.snapshot()
    numbers = {record.name: n for n, record in enumerate(snapshot.iter_documents())}
    spans = {}
    for passage, row in enumerate(snapshot.passages):
        found = spans.setdefault(int(row["document"]), set())
        found.update(snapshot.passage_sentences(passage))
    missing, looked_for = [], 0
    for known in files:
        number = numbers[known.name]
        text, locators = snapshot.text(number), snapshot.locators(number)
        for sentence, place in known.sentences:
            looked_for += 1
            start = text.find(sentence)
            at = narrowest(locators, start)
            if not known.rows and (start, start + len(sentence)) not in spans[number]:
                missing.append((known.name, "not a sentence", sentence))
            elif text.count(sentence) != 1:
                missing.append((known.name, "not once", sentence))
            elif (at and (at.kind, at.label)) != place:
                missing.append((known.name, place, at))
    assert looked_for > 4000
    assert not missing, (len(missing), missing[:5])


def test_every_quote_is_verified_in_its_source(filled, files):
    """By the digest of its file; nothing was skipped."""
    snapshot = filled.snapshot()
    sources = Sources.of(snapshot)
    assert not any(record.skipped for record in snapshot.sources)
    for known in files[::7]:
        number = snapshot.find_document(known.name)
        quote, place = known.sentences[-1]
        start = snapshot.text(number).index(quote)
        checked = sources.check(snapshot, number, start, start + len(quote))
        assert checked.status == "verified"
        assert (checked.page is not None) == (place is not None and place[0] in {"page", "slide"})


def test_reading_them_again_gives_the_same(filled):
    """The index follows from the files' content alone."""
    assert filled.generation() == filled.generation(filled.fresh())

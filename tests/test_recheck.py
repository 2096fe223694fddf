"""A quote is read again in its source before it is shown."""

from __future__ import annotations

import shutil

import pytest

from qa.recheck import Sources

TEXT = "First things first.\n\nThe port of Omoa was opened in 1864. Then the ships came.\n"
QUOTE = "The port of Omoa was opened in 1864."
ROWS = [
    {"_id": "x", "text": "Something else altogether stands here."},
    {"_id": "y", "text": f"Well: {QUOTE}"},
]


@pytest.fixture
def filled(library):
    """Give an indexed folder of a text, a Markdown file and a .jsonl."""
    library.write("a.txt", TEXT)
    library.write("b.md", f"---\ntitle: Ports\n---\n# One\n\n{QUOTE}\n")
    library.write("c.jsonl", ROWS)
    library.build()
    return library


@pytest.fixture
def check(filled):
    """Give what checks the quote in a document of the index as it was built."""
    snapshot = filled.snapshot()

    def call(name="a.txt"):
        number = snapshot.find_document(name)
        start = snapshot.text(number).index(QUOTE)
        return Sources.of(snapshot).check(snapshot, number, start, start + len(QUOTE))

    return call


def test_an_unchanged_source_verifies_the_quote(filled, check):
    """Where it stands, with the physical line where the source is a text."""
    for name, line in (("a.txt", 3), ("b.md", 6), ("c.jsonl#y", None)):
        checked = check(name)
        text = (filled.corpus / name).read_text() if line else ROWS[1]["text"]
        assert checked.status == "verified"
        assert text[checked.start : checked.end] == QUOTE
        assert checked.line == line


def test_a_change_elsewhere_in_the_file_moves_it(filled, check):
    """The offsets and the line are those of the file as it is now."""
    now = "😀 A new beginning.\r\n\r\n" + TEXT
    filled.write("a.txt", now)
    checked = check()
    assert checked.status == "moved"
    assert now[checked.start : checked.end] == QUOTE
    assert checked.line == 5


def test_of_several_places_the_nearest_is_taken(filled, check):
    """It stood at 21; of the places it stands at now, the one closest to that."""
    now = f"{QUOTE} . {QUOTE} " + "x" * 300 + QUOTE
    filled.write("a.txt", now)
    assert check().start == min((0, len(QUOTE) + 3), key=lambda at: abs(at - TEXT.index(QUOTE)))


@pytest.mark.parametrize("now", [TEXT.replace("1864", "1865"), "", "\0\1\2\3" * 99])
def test_a_source_that_says_otherwise_makes_it_stale(filled, check, now):
    """The offsets stay those of the index, the line is not known."""
    filled.write("a.txt", now)
    checked = check()
    assert (checked.status, checked.start, checked.line) == ("stale", TEXT.index(QUOTE), None)


def test_a_source_that_is_gone_makes_it_stale(filled, check):
    """Deleted, or a folder now."""
    (filled.corpus / "a.txt").unlink()
    assert check().status == "stale"
    (filled.corpus / "a.txt").mkdir()
    assert check().status == "stale"


@pytest.mark.parametrize("kind", ["file", "folder", "itself", "pipe"])
def test_a_source_swapped_for_a_link_out_of_the_folder_is_not_read(filled, check, kind):
    """Even where the quote stands there: what is outside was never indexed."""
    outside = filled.root / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text(TEXT)
    path = filled.corpus / "a.txt"
    path.unlink()
    if kind == "file":
        path.symlink_to(outside / "a.txt")
    elif kind == "folder":
        path.symlink_to(outside)
    elif kind == "itself":
        path.symlink_to(path)
    else:
        import os

        os.mkfifo(path)
    assert check().status == "stale"


def test_a_folder_swapped_for_a_link_out_is_not_read(library):
    """The same for a folder on the way to the file."""
    library.write("sub/a.txt", TEXT)
    library.build()
    snapshot = library.snapshot()
    (library.corpus / "sub").rename(library.root / "outside")
    (library.corpus / "sub").symlink_to(library.root / "outside")
    start = TEXT.index(QUOTE)
    checked = Sources.of(snapshot).check(snapshot, 0, start, start + len(QUOTE))
    assert checked.status == "stale"


def test_a_link_within_the_folder_is_followed(filled, check):
    """The file was moved and a link left in its place."""
    (filled.corpus / "a.txt").rename(filled.corpus / "moved.txt")
    (filled.corpus / "a.txt").symlink_to("moved.txt")
    assert check().status == "verified"


def test_a_row_that_moved_to_another_line_is_found(filled, check):
    """Rows before it added or removed, line ends changed: the row is found by its id."""
    for rows in ([{"_id": "0", "text": "New."}, *ROWS], ROWS[1:], list(reversed(ROWS))):
        filled.write("c.jsonl", rows)
        assert check("c.jsonl#y").status == "verified"
    filled.write("c.jsonl", [{"_id": "y", "text": f"Oh well: {QUOTE}"}])
    assert check("c.jsonl#y").status == "moved"


@pytest.mark.parametrize(
    "rows",
    [
        [{"_id": "z", "text": ROWS[1]["text"]}],
        [ROWS[0], {"_id": "y", "text": "Other words."}],
        [ROWS[0], {"_id": "y", "text": ["no text"]}],
        b"no JSON at all, but " + QUOTE.encode(),
        b"",
    ],
)
def test_a_row_that_is_gone_or_says_otherwise_is_stale(filled, check, rows):
    """The quote in another row, or in none, does not count."""
    filled.write("c.jsonl", rows)
    assert check("c.jsonl#y").status == "stale"


def test_halves_of_characters_in_a_row_do_not_make_it_stale(library):
    """JSON can spell a lone surrogate; index and check read it alike."""
    library.write(
        "c.jsonl", b'{"_id": "\\ud800", "text": "A \\ud83d half. ' + QUOTE.encode() + b'"}\n'
    )
    library.build()
    snapshot = library.snapshot()
    text = snapshot.text(0)
    assert Sources.of(snapshot).check(snapshot, 0, 0, len(text)).status == "verified"


def test_where_the_sources_are_not_at_hand_the_index_is_the_source(filled, check):
    """The whole folder gone: quotes are those of the index's own copy, with its line."""
    shutil.rmtree(filled.corpus)
    assert Sources.of(filled.snapshot()).root is None
    checked = check()
    assert (checked.status, checked.line) == ("verified", 3)


def test_a_name_that_is_no_utf8_is_found_again(library):
    """The file's name is shown in hexadecimal, and still leads to the file."""
    import os

    name = os.fsdecode(b"caf\xe9.txt")
    library.write(name, TEXT)
    library.build()
    snapshot = library.snapshot()
    assert snapshot.document(0).name == "caf\\xe9.txt"
    start = TEXT.index(QUOTE)
    checked = Sources.of(snapshot).check(snapshot, 0, start, start + len(QUOTE))
    assert checked.status == "verified"


def test_other_encodings_are_compared_as_text(library):
    """A Latin-1 file: decoded as it was when it was indexed."""
    text = "Der Hafen wurde 1864 eröffnet, und die Schiffe kamen in großer Zahl über das Meer."
    library.write("l.txt", text.encode("latin-1"))
    library.build()
    snapshot = library.snapshot()
    assert snapshot.text(0) == text
    assert Sources.of(snapshot).check(snapshot, 0, 10, 40).status == "verified"

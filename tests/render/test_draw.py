"""Links from documents to their files."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.text import Text

from qa.render.console import make_console
from qa.render.draw import Drawing


@pytest.fixture
def drawing(tmp_path):
    """Give a drawing whose documents lie in a temporary folder."""
    console = make_console(io.StringIO(), environ={"FORCE_COLOR": "1"}, width=80)
    return Drawing(console, tmp_path)


def link(drawing, name):
    """Return the URI that a document's name links to."""
    styles = [span.style for span in drawing.document(name, ":1").spans]
    return next((style.link for style in styles if not isinstance(style, str)), None)


@pytest.mark.parametrize("name", ["a.md", "deep/er/ü b#1.md", "c\nd\x1b.txt"])
def test_a_document_links_to_its_file(drawing, tmp_path, name):
    """The URI leads back to the file, with anything odd in its name percent-encoded."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    uri = link(drawing, name)
    assert uri == path.as_uri()
    assert uri.isascii()
    assert uri.isprintable()


def test_a_document_in_a_collection_links_to_the_collection(drawing, tmp_path):
    """``corpus.jsonl#ID`` is the file before the #, whatever the ID holds."""
    (tmp_path / "corpus.jsonl").write_text("{}")
    uri = (tmp_path / "corpus.jsonl").as_uri()
    assert link(drawing, "corpus.jsonl#7") == uri
    assert link(drawing, "corpus.jsonl#a#b/../c") == uri


@pytest.mark.parametrize(
    "name", ["gone.md", "../up.md", "/etc/passwd", "a\0b", "x" * 5000, "\ud800", ""]
)
def test_what_is_not_a_file_of_the_corpus_has_no_link(drawing, tmp_path, name):
    """Missing files, ways out of the folder and impossible names are shown without a link."""
    (tmp_path.parent / "up.md").write_text("x")
    assert link(drawing, name) is None


def test_a_link_that_leads_out_of_the_folder_is_not_followed(drawing, tmp_path):
    """A symbolic link to a file elsewhere gets no link to that file."""
    outside = tmp_path.parent / "secret.txt"
    outside.write_text("x")
    (tmp_path / "inside.txt").symlink_to(outside)
    assert link(drawing, "inside.txt") is None


def test_links_are_written_as_osc_8(drawing, tmp_path):
    """At a terminal the name is wrapped in OSC 8 and is still the text that is seen."""
    (tmp_path / "a.md").write_text("x")
    drawing.text(drawing.document("a.md", ":3"))
    output = drawing.console.file.getvalue()
    assert f";{(tmp_path / 'a.md').as_uri()}\x1b\\" in output
    assert "a.md:3" in output


@pytest.mark.parametrize("width", [1, 10, 20, 39, 40, 80, 1000])
def test_lines_keep_to_the_width(width):
    """Wide characters and words without end wrap; very wide terminals aren't filled."""
    console = make_console(io.StringIO(), environ={"FORCE_COLOR": "1"}, width=width)
    drawing = Drawing(console)
    text = "漢字かな" * 40 + " " + "x" * 300 + " some words " * 20
    drawing.text(Text(text), indent=drawing.indent, hang=2)
    drawing.quoted(lambda room: Text(text[: room or 1]), lines=2)
    lines = console.file.getvalue().replace("\x1b[36m", "").replace("\x1b[0m", "").split("\n")
    assert max(cell_len(line) for line in lines) <= max(20, min(102, width))


def test_dots_do_not_stand_on_a_line_of_their_own(drawing):
    """What would end in a line of dots alone is made with less room instead."""
    drawing.quoted(lambda room: Text("x" * min(room, 72) + " …"), lines=2)
    lines = drawing.console.file.getvalue().strip().split("\n")
    assert len(lines) == 1
    assert lines[0].endswith("x …")


def test_what_cannot_be_left_out_gets_its_lines(drawing):
    """A text of three lines whatever the room is drawn whole, though two were wanted."""
    whole = " ".join(["word"] * 40)
    drawing.quoted(lambda room: Text(whole + " more" * (room > 0)), lines=2)
    lines = drawing.console.file.getvalue().strip().split("\n")
    assert sum(line.count("word") for line in lines) == 40
    assert len(lines) == 3

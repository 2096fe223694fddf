"""Where a citation leads."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from qa.links import fragment, link, text_directive
from qa.nouns import Locator

PAGE = Locator(0, 10, "page", "3")
QUOTE = "The port of Omoa was opened in 1864."


def record(name, url=None):
    """What the index keeps of a document, as far as links ask for it."""
    return SimpleNamespace(name=name, url=url)


@pytest.fixture
def root(tmp_path):
    """Give a folder with files."""
    (tmp_path / "sub").mkdir()
    for name in ("a b.pdf", "sub/a.txt", "c.csv"):
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_page_of_a_pdf_opens_at_its_page(root):
    """By the fragment that RFC 8118 defines."""
    assert link(record("a b.pdf"), root, PAGE, QUOTE) == (root / "a b.pdf").as_uri() + "#page=3"


def test_a_file_without_places_opens_at_its_beginning(root):
    """There is no fragment for it."""
    assert link(record("sub/a.txt"), root, None, QUOTE) == (root / "sub/a.txt").as_uri()


@pytest.mark.parametrize("name", ["gone.txt", "../a.txt", "sub"])
def test_what_is_no_file_of_the_folder_has_no_link(root, name):
    """Nor has anything where the folder is not at hand."""
    assert link(record(name), root, None, QUOTE) is None
    assert link(record("sub/a.txt"), None, None, QUOTE) is None


def test_a_page_of_the_web_opens_at_the_quote(root):
    """Its own fragment, if any, gives way; a PDF opens at its page."""
    address = link(record("sub/a.txt", "https://x.example/p?q=1#top"), root, None, QUOTE)
    assert address == "https://x.example/p?q=1#:~:text=" + text_directive(QUOTE)
    assert link(record("a b.pdf", "https://x.example/a.pdf"), None, PAGE, QUOTE) == (
        "https://x.example/a.pdf#page=3"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https:", "x y", ""])
def test_only_addresses_of_the_web_are_followed(root, url):
    """What a document says its address is, is not trusted to be one."""
    assert link(record("sub/a.txt", url), root, None, QUOTE) == (root / "sub/a.txt").as_uri()


def test_an_address_can_not_steer_a_terminal():
    """Control characters and letters beyond ASCII are percent-encoded."""
    address = link(record("a.txt", "https://x.example/\x1b]8;;\x9bé"), None, None, QUOTE)
    assert address.startswith("https://x.example/%1B]8;;%C2%9B%C3%A9#:~:text=")
    assert address.isascii()
    assert address.isprintable()


def test_a_text_directive_finds_the_words():
    """Marks that mean something in it are encoded; a long quote is given by its two ends."""
    assert (
        text_directive("a well-known, place & more") == "a%20well%2Dknown%2C%20place%20%26%20more"
    )
    words = [f"word{i}" for i in range(60)]
    first, last = text_directive(" ".join(words)).split(",")
    assert (unquote(first), unquote(last)) == (" ".join(words[:5]), " ".join(words[-5:]))


@pytest.mark.parametrize(
    ("label", "value"),
    [("A2:F2", "row=2"), ("A2:F4", "row=2-4"), ("C7", "cell=7,3"), ("AB7", "cell=7,28")],
)
def test_cells_of_a_csv_have_the_fragments_of_rfc_7111(label, value):
    """A row, rows, or one cell."""
    standard, found = fragment("c.csv", Locator(0, 10, "cells", label))
    assert (standard.rpartition("/")[2], found) == ("rfc7111", value)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.pptx", Locator(0, 1, "slide", "3")),
        ("a.xlsx", Locator(0, 1, "cells", "Sales!A2:F2")),
        ("a.pdf", Locator(0, 1, "page", "iv")),
        ("a.csv", Locator(0, 1, "cells", "nonsense")),
        ("a.pdf", None),
    ],
)
def test_other_formats_define_no_fragment(name, place):
    """A wrong one would lead astray."""
    assert fragment(name, place) is None

"""HTML pages."""

from __future__ import annotations

import making
import pytest

LONG = "The port of Omoa was opened in 1864, and soon it was known along the whole of the coast. "
HEAD = """
<meta property="og:site_name" content="The Daily"><meta name="author" content="Jo Doe">
<link rel="canonical" href="https://daily.example/ports">
<meta property="article:published_time" content="2021-03-04T10:00:00Z">
"""


def test_the_main_text_with_its_headings(bench):
    """Menu and foot are left out; headings make the path; inline marks part no words."""
    page = (
        "<title>Ports</title><nav><a href=/>Home</a></nav><main><h1>Ports</h1>"
        "<p>The port of <b>O</b>moa was <i>opened</i><br>in 1864.</p><h2>Trade &amp; tariffs</h2>"
        "<ul><li>Coffee<ul><li>Beans</li></ul></li><li>Bananas</li></ul><h3>Deep</h3>"
        "<blockquote>He said so.</blockquote></main><footer>Cookies</footer>"
    )
    trade = ("Trade & tariffs",)
    assert bench.blocks("a.html", page) == [
        ((), "The port of Omoa was opened\nin 1864."),
        (trade, "Coffee"),
        (trade, "Beans"),
        (trade, "Bananas"),
        ((*trade, "Deep"), "He said so."),
    ]


def test_a_table_is_a_line_a_row(bench):
    """With the head first, as Markdown has it; a table that arranges a page is no table."""
    table = (
        "<table><caption>Ships</caption><tr><th>Year<th>Ships</tr>"
        "<tr><td>1864<td>12 <em>large</em> ones<br>in all</tr></table>"
    )
    blocks = bench.blocks("a.html", f"<main><p>{LONG}</p>{table}</main>")
    assert [words for _, words in blocks[1:]] == [
        "Ships",
        "| Year | Ships |\n| --- | --- |\n| 1864 | 12 large ones in all |",
    ]
    layout = f"<table><tr><td>{table}</td><td><p>Beside it.</p></td></tr></table>"
    words = [text for _, text in bench.blocks("a.html", f"<main><p>{LONG}</p>{layout}</main>")]
    assert "Beside it." in words


def test_rows_under_a_header_stand_alone(bench):
    """Each is found by itself, under the names of its columns."""
    rows = "".join(f"<tr><td>Peru<td>{year}<td>{year % 7}</tr>" for year in (2016, 2017))
    table = f"<table><tr><th>Country<th>Year<th>Sum</tr>{rows}</table>"
    blocks = bench.blocks("a.html", f"<main><p>{LONG}</p>{table}</main>")[1:]
    assert blocks == [
        ((), "| Country | Year | Sum |\n| --- | --- | --- |"),
        (("Country | Year | Sum",), "| Peru | 2016 | 0 |"),
        (("Country | Year | Sum",), "| Peru | 2017 | 1 |"),
    ]


def test_preformatted_text_keeps_its_lines(bench):
    """Code is no prose."""
    assert bench.blocks("a.html", f"<main><p>{LONG}<pre>\nx = 1\n  y = 2\n</pre></main>")[1] == (
        (),
        "x = 1\n  y = 2",
    )


def test_a_page_that_marks_nothing_is_cut_to_its_text(bench):
    """Menus of links go; no sentence between the first and the last of the main text does."""
    menu = "".join(f"<li><a href=/{i}>Section number {i}</a></li>" for i in range(30))
    body = "".join(f"<p>Paragraph {i} of it. {LONG}</p><p>Short {i}.</p>" for i in range(12))
    page = (
        f"<title>Ports</title><body><div class=menu><ul>{menu}</ul></div>"
        f"<div class=content><h1>Ports of old</h1>{body}</div>"
        f"<div class=related><ul>{menu}</ul></div></body>"
    )
    (document,) = bench.bytes("a.html", page).documents
    assert all(f"Paragraph {i} of it." in document.text for i in range(12))
    assert all(f"Short {i}." in document.text for i in range(11))
    assert "Ports of old" in document.text
    assert "Section number" not in document.text


def test_a_short_page_is_read_whole(bench):
    """Nothing is too short to be read."""
    assert bench.blocks("a.html", "<p>Open from nine to five.</p>") == [
        ((), "Open from nine to five.")
    ]


def test_what_is_never_shown_is_not_read(bench):
    """Scripts, styles, templates, comments, hidden elements: an old way to slip text in."""
    page = (
        f"<main><p>{LONG}</p><script>evil()</script><style>evil</style><template>evil</template>"
        "<!-- evil --><p hidden>evil</p><p style='display: none'>evil</p>"
        "<p aria-hidden=true>evil</p><noscript>evil</noscript></main>"
    )
    assert bench.blocks("a.html", page) == [((), LONG.strip())]


def test_what_the_page_says_of_itself(bench):
    """Title, date, publisher and canonical address; a .meta.json goes before them."""
    data = making.html([LONG], title="Ports of Honduras", head=HEAD)
    (document,) = bench.bytes("a.html", data).documents
    assert (document.title, document.date) == ("Ports of Honduras", "2021-03-04")
    assert (document.publisher, document.url) == ("The Daily", "https://daily.example/ports")
    (document,) = bench.bytes("a.html", data, b'{"title": "T", "date": "2001-02-03"}').documents
    assert (document.title, document.date) == ("T", "2001-02-03")


def test_a_page_without_a_date_gets_none_from_its_text(bench):
    """A year that the text speaks of is not its date."""
    (document,) = bench.bytes("a.html", making.html([LONG * 3])).documents
    assert document.date is None


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-16"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset='iso-8859-1'>", "cp1252"),
        ("<meta http-equiv=content-type content='text/html; charset=windows-1251'>", "cp1251"),
        ("<meta charset=no-such-thing>", "cp1252"),
        ("", "cp1252"),
        ("", "cp1251"),
    ],
)
def test_encodings(bench, declared, encoding):
    """Valid UTF-8 is; else the page is believed, and browsers' habits followed."""
    words = "Привет, мир и порт Омоа" if encoding == "cp1251" else "Der Hafen öffnete – für alle"
    page = f"<html><head>{declared}</head><body><main><p>{words}, {LONG}</p></main></body></html>"
    assert bench.blocks("a.html", page.encode(encoding))[0][1].startswith(words)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\x00\x01\x02\x03" * 300, "binary"),
        (b"<html><body><script>x()</script></body></html>", "holds no text"),
        (b"<div>" * 100_000 + b"words", "nested too deep"),
        (b"<a href=" * 10_000, "holds no text"),
    ],
)
def test_what_gives_no_text_is_named(bench, page, reason):
    """Each with its reason."""
    reading = bench.bytes("a.html", page)
    assert not reading.documents
    assert reason in reading.skipped[0].reason


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td"])
def test_deep_nesting_loses_nothing(bench, tag):
    """As editors without mercy produce it."""
    page = f"<body>{f'<{tag}>' * 600}{LONG}"
    (document,) = bench.bytes("a.html", page).documents
    assert document.text == LONG.strip()


def test_entities_do_not_grow(bench):
    """HTML knows no declared entities: they stay as they are written."""
    page = (
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        f"<main><p>{LONG} &b; &amp; &eacute;</p></main>"
    )
    (document,) = bench.bytes("a.html", page).documents
    assert document.text.endswith("&b; & é")

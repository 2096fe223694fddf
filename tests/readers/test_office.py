"""Word, PowerPoint, OpenDocument, EPUB and RTF files."""

from __future__ import annotations

import io
import zipfile

import making
import pytest

FIRST = "The port of Omoa was opened in 1864."
SECOND = "A railway was begun — by naïve men — in 1871."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def edited(data, part, change):
    """The same archive with one part changed."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    return making.zipped(parts)


# ---------------------------------------------------------------- Word


def test_a_word_file(bench):
    """Headings make the path, a table is a line a row, properties are metadata."""
    data = making.docx(
        ["# Trade", FIRST, "## Rails", SECOND], table=[("Year", "Ships"), ("1864", "12")]
    )
    (document,) = bench.bytes("a.docx", data).documents
    assert (document.title, document.publisher, document.date) == (
        "A report",
        "Ann Bee",
        "2020-02-03",
    )
    assert bench.blocks("a.docx", data) == [
        (("Trade",), FIRST),
        (("Trade", "Rails"), SECOND),
        (("Trade", "Rails"), "| Year | Ships |\n| --- | --- |\n| 1864 | 12 |"),
    ]


def test_changes_tracked_links_controls_and_boxes(bench):
    """What was inserted is read and what was deleted is not; text boxes follow."""
    inside = (
        "<w:p><w:r><w:t>The port </w:t></w:r><w:ins><w:r><w:t>of Omoa </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>of Tela </w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t>was opened</w:t></w:r></w:hyperlink><w:r><w:tab/>"
        "<w:t>in 1864.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>Beside a box.</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>In the box.</w:t>"
        "</w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    data = edited(
        making.docx([FIRST]),
        "word/document.xml",
        lambda xml: xml.replace("<w:body>", f"<w:body>{inside}"),
    )
    assert [text for _, text in bench.blocks("a.docx", data)] == [
        "The port of Omoa was opened\tin 1864.",
        "In a control.",
        "Beside a box.",
        "In the box.",
        FIRST,
    ]


def test_notes_stand_at_the_end(bench):
    """Footnotes are text, too; separators are not."""
    notes = (
        f"<w:footnotes {W}><w:footnote w:type='separator'><w:p><w:r><w:t>---</w:t></w:r></w:p>"
        "</w:footnote><w:footnote><w:p><w:r><w:t>See the archive.</w:t></w:r></w:p></w:footnote>"
        "</w:footnotes>"
    )
    archive = zipfile.ZipFile(io.BytesIO(making.docx([FIRST])))
    parts = {name: archive.read(name) for name in archive.namelist()}
    data = making.zipped(parts | {"word/footnotes.xml": notes})
    assert [text for _, text in bench.blocks("a.docx", data)] == [FIRST, "See the archive."]


# ---------------------------------------------------------------- PowerPoint


def test_a_powerpoint_file(bench):
    """A slide's title is the heading of its points and notes; slides are locators."""
    data = making.pptx([["Ports", FIRST, "More"], ["Only a title"]], notes="Say this.")
    reading = bench.bytes("a.pptx", data)
    (document,) = reading.documents
    assert (document.title, reading.pages) == ("A deck", 2)
    assert bench.blocks("a.pptx", data) == [
        (("Ports",), FIRST),
        (("Ports",), "More"),
        (("Ports",), "Say this."),
        (("Only a title",), "Say this."),
    ]
    places = [(at.kind, at.label, document.text[at.start : at.end]) for at in document.locators]
    assert places == [
        ("slide", "1", f"Ports\n\n{FIRST}\n\nMore\n\nSay this."),
        ("slide", "2", "Only a title\n\nSay this."),
    ]


def test_a_slide_with_a_title_alone_can_be_found(bench):
    """Its title is its text."""
    assert bench.blocks("a.pptx", making.pptx([["Ports", FIRST], ["Only a title"]]))[-1] == (
        (),
        "Only a title",
    )


# ---------------------------------------------------------------- OpenDocument


def test_an_opendocument_text(bench):
    """Headings, spaces and tabs as elements, notes, lists, tables, metadata."""
    content = (
        '<text:h text:outline-level="1">Trade</text:h>'
        '<text:p>The<text:s text:c="2"/>port <text:span>of <text:span>Omoa</text:span> was'
        "</text:span><text:tab/>opened.<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>The note.</text:p></text:note-body></text:note> After it.</text:p>"
        "<text:list><text:list-item><text:p>An item</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Year</text:p></table:table-cell>"
        "<table:table-cell><text:p>Ships</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16000000"/></table:table-row>'
        "<table:table-row><table:table-cell><text:p>1864</text:p></table:table-cell>"
        "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>"
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
    )
    trade = ("Trade",)
    data = making.odt(content)
    (document,) = bench.bytes("a.odt", data).documents
    assert (document.title, document.date) == ("A text", "2020-02-03")
    assert bench.blocks("a.odt", data) == [
        (trade, "The  port of Omoa was\topened. After it."),
        (trade, "The note."),
        (trade, "An item"),
        (trade, "| Year | Ships |\n| --- | --- |\n| 1864 | 12 |"),
    ]


def test_an_encrypted_opendocument_text(bench):
    """It says so in its manifest."""
    data = making.odt("", extra={"META-INF/manifest.xml": "<m><encryption-data/></m>"})
    assert bench.bytes("a.odt", data).skipped[0].reason.startswith("encrypted")


# ---------------------------------------------------------------- EPUB


def test_a_book(bench):
    """Chapters in the order of the spine, named by their first heading; metadata."""
    data = making.epub([f"<h1>The <i>Sea</i></h1><p>{FIRST}</p>", f"<p>{SECOND}</p>"])
    (document,) = bench.bytes("a.epub", data).documents
    assert (document.title, document.date) == ("A book", "2020-02-03")
    assert bench.blocks("a.epub", data) == [(("The Sea",), FIRST), ((), SECOND)]
    places = [(at.kind, at.label, document.text[at.start : at.end]) for at in document.locators]
    assert places == [("chapter", "The Sea", f"The Sea\n\n{FIRST}"), ("chapter", "2", SECOND)]


def test_a_chapter_that_is_missing_is_named(bench):
    """The others are read; a name that leads out of the archive leads nowhere."""
    data = edited(
        making.epub([f"<p>{FIRST}</p>", f"<p>{SECOND}</p>"]),
        "OEBPS/book.opf",
        lambda xml: xml.replace('href="c1.xhtml"', 'href="../../../etc/passwd"'),
    )
    reading = bench.bytes("a.epub", data)
    assert reading.documents[0].text == SECOND
    assert reading.skipped[0].reason.startswith("its chapter 1 is left out: damaged: its part ../")


def test_a_book_with_copy_protection(bench):
    """Encrypted fonts alone are no hindrance."""
    method = '<encryption><EncryptionMethod Algorithm="{}"/></encryption>'
    for algorithm, locked in (
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
        ("http://www.idpf.org/2008/embedding", False),
    ):
        extra = {"META-INF/encryption.xml": method.format(algorithm)}
        reading = bench.bytes("a.epub", making.epub([f"<p>{FIRST}</p>"], extra=extra))
        assert bool(reading.skipped) == locked
        assert bool(reading.documents) != locked


# ---------------------------------------------------------------- RTF


def test_an_rtf_file(bench):
    """Its words in any script, a paragraph a block, its title and date."""
    words = "Порт Омоа открыт 😀."
    data = making.rtf([FIRST, words, SECOND], title="Étude")
    (document,) = bench.bytes("a.rtf", data).documents
    assert (document.title, document.date) == ("Étude", "2020-02-03")
    assert bench.blocks("a.rtf", data) == [((), FIRST), ((), words), ((), SECOND)]


# ---------------------------------------------------------------- hostile


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 if i else str()};" * 10}">' for i in range(9))
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a8 SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE])
def test_declared_entities_neither_grow_nor_read_files(bench, declared):
    """In every format that is XML inside: a reason, or the text without them."""
    files = {
        "a.docx": (making.docx([FIRST]), "word/document.xml", FIRST),
        "a.pptx": (making.pptx([["T", FIRST]]), "ppt/slides/slide1.xml", FIRST),
        "a.odt": (making.odt(f"<text:p>{FIRST}</text:p>"), "content.xml", FIRST),
        "a.epub": (making.epub([f"<p>{FIRST}</p>"]), "OEBPS/c1.xhtml", FIRST),
    }
    for name, (data, part, words) in files.items():

        def change(xml, words=words):
            return (
                declared + xml.partition("?>")[2].replace(words, f"{words} &a8;", 1)
                if (xml.startswith("<?xml"))
                else declared + xml.replace(words, f"{words} &a8;", 1)
            )

        reading = bench.bytes(name, edited(data, part, change))
        assert reading.documents or reading.skipped
        for document in reading.documents:
            assert len(document.text) < 10 * len(FIRST)
            assert "root:" not in document.text


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.odt", "a.epub"])
def test_a_zip_bomb_is_refused_unopened(bench, name):
    """Its directory tells."""
    data = making.zipped({"content.xml": b" " * 100_000_000, "word/document.xml": "x"})
    assert len(data) < 200_000
    (skipped,) = bench.bytes(name, data).skipped
    assert "looks like a zip bomb" in skipped.reason


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.odt", "a.epub"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged"),
        (b"no archive", "damaged"),
        (b"PK\x03\x04" + b"\xff" * 1000, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 1000, "an old or encrypted Office file"),
        (making.zipped({"a": "x"}), "damaged"),
    ],
)
def test_what_is_no_such_file_is_named(bench, name, data, reason):
    """With a reason fit for a person."""
    (skipped,) = bench.bytes(name, data).skipped
    assert reason in skipped.reason
    assert "Error" not in skipped.reason


@pytest.mark.parametrize("data", [b"", b"no rtf", b"{\\rt", b"{\\rtf1"])
def test_what_is_no_rtf_is_named(bench, data):
    """The same for a format of its own."""
    (skipped,) = bench.bytes("a.rtf", data).skipped
    assert "Error" not in skipped.reason

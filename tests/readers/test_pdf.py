"""PDF files."""

from __future__ import annotations

import making
import pytest

from qa.readers import ocr, pdf_scan

WORDS = (
    "The harbour of Omoa was opened in 1864 and it was soon known to every captain of the coast, "
    "for it had quays of stone and a light that was seen from afar on all but the worst of nights."
)
OTHER = (
    "A railway was begun in the same year, but the money ran out when only a third of it was laid, "
    "and no bank would lend any more to a government that had changed four times in a decade."
)


@pytest.fixture
def text(bench):
    """Give the text of the one document in a PDF's bytes."""

    def call(data):
        (document,) = bench.bytes("a.pdf", data).documents
        return document.text

    return call


def test_lines_of_a_paragraph_are_one_text(bench):
    """A sentence that stands on several lines is found as a whole; paragraphs are blocks."""
    assert bench.blocks("a.pdf", making.pdf([[WORDS, OTHER]])) == [((), WORDS), ((), OTHER)]


def test_pages_are_locators(bench):
    """Each page's words lie in a locator with its number; empty ones are noted."""
    reading = bench.bytes("a.pdf", making.pdf([[WORDS], [], [OTHER], []]))
    (document,) = reading.documents
    places = [
        (place.kind, place.label, document.text[place.start : place.end])
        for place in document.locators
    ]
    assert places == [("page", "1", WORDS), ("page", "3", OTHER)]
    assert not reading.skipped
    assert reading.notes == ("pages 2, 4 of 4 are empty",)
    assert reading.pages == 4


def test_a_file_of_empty_pages_is_skipped(bench):
    """There is nothing in it."""
    reading = bench.bytes("a.pdf", making.pdf([[], []]))
    assert not reading.documents
    assert reading.skipped[0].reason == "its pages are empty"


@pytest.fixture
def seen(monkeypatch):
    """Let recognising give what is set here, and remember what it was shown."""

    class Seen:
        missing = None
        found = ocr.Recognised(f"{WORDS}\n\n{OTHER}", 0.87)
        shown = ()

        def recognise(self, image):
            self.shown = (*self.shown, image.size)
            return self.found

    fake = Seen()
    monkeypatch.setattr(ocr, "missing", lambda: fake.missing)
    monkeypatch.setattr(ocr, "recognise", fake.recognise)
    return fake


def test_a_scanned_page_is_recognised(bench, seen):
    """Its words lie in its locator, which says how sure they are."""
    data = making.scanned(making.pdf([["A page with words of its own."]]))
    (document,) = bench.bytes("a.pdf", data).documents
    assert seen.shown == ((1654, 2339),)  # A4 at 200 dots an inch
    assert document.text == f"A page with words of its own.\n\n{WORDS}\n\n{OTHER}"
    first, second = document.locators
    assert (first.label, first.confidence) == ("1", None)
    assert (second.label, second.confidence) == ("2", 0.87)
    assert document.text[second.start : second.end] == f"{WORDS}\n\n{OTHER}"


@pytest.mark.skipif(ocr.missing() is not None, reason="Tesseract is not installed")
def test_a_scanned_page_is_really_recognised(bench):
    """By the program itself."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (1240, 1754), 255)
    font = ImageFont.load_default(size=36)
    for row, line in enumerate(["The port of Omoa was opened", "in 1864 and was soon known."]):
        ImageDraw.Draw(picture).text((120, 200 + 60 * row), line, font=font, fill=0)
    (document,) = bench.bytes("a.pdf", making.scanned(making.pdf([[WORDS]]), "", picture)).documents
    assert "The port of Omoa was opened in 1864 and was soon known." in document.text
    assert 0.5 < document.locators[1].confidence <= 1


@pytest.mark.parametrize("stamp", ["", "Received 1864"])
def test_a_scanned_page_that_can_not_be_recognised_is_named(bench, seen, stamp):
    """With what to install; a stamp on it does not make it a page that was read."""
    seen.missing = "pictures need: pip install 'qa[ocr]'"
    reading = bench.bytes("a.pdf", making.scanned(making.pdf([[WORDS]]), stamp))
    assert [item.reason for item in reading.skipped] == [
        "page 2 of 2 has no text, or hardly any (scanned? pictures need: pip install 'qa[ocr]')"
    ]
    assert reading.documents[0].text == WORDS + (f"\n\n{stamp}" if stamp else "")


def test_a_stamped_scan_is_recognised(bench, seen):
    """What is seen on it goes before what is written, where it is far more."""
    data = making.scanned(making.pdf([[WORDS]]), "Received 1864")
    assert OTHER in bench.bytes("a.pdf", data).documents[0].text
    seen.found = ocr.Recognised("Received 1864", 0.9)
    assert bench.bytes("a.pdf", data).documents[0].text == f"{WORDS}\n\nReceived 1864"
    seen.found = ocr.Recognised(reason=ocr.NOTHING)
    reading = bench.bytes("a.pdf", data)
    assert (reading.documents[0].text, reading.skipped) == (f"{WORDS}\n\nReceived 1864", ())


def test_no_more_pages_are_recognised_than_there_is_time_for(bench, seen, monkeypatch):
    """The others are named."""
    monkeypatch.setattr(pdf_scan, "MOST_RECOGNISED", 1)
    data = making.scanned(making.scanned(making.pdf([[WORDS]])))
    (skipped,) = bench.bytes("a.pdf", data).skipped
    assert skipped.reason.startswith("page 3 of 3 has no text, or hardly any (scanned? of one file")


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_one_after_another(text, columns):
    """A paragraph is not mixed with the one that stands beside it."""
    paragraphs = [f"Number {i}. {WORDS if i % 2 else OTHER}" for i in range(24)]
    found = text(making.pdf([paragraphs], columns=columns, size=10))
    places = [found.index(f"Number {i}. ") for i in range(24)]
    assert places == sorted(places)
    assert found.count(WORDS) == found.count(OTHER) == 12


def test_columns_drawn_line_by_line_across_are_told_apart(text):
    """Whatever order the file draws them in; a title above both comes first."""
    left = ["The harbour of Omoa was opened in", "the year 1864 and soon it was known", "to all."]
    right = ["A railway was begun in the same", "year, but the money ran out when", "it was laid."]
    page = [(60, 780, "Ports and railways of the coast of Honduras, a report in columns", 15)]
    for row in range(3):
        page += [(60, 700 - 14 * row, left[row]), (320, 700 - 14 * row, right[row])]
    found = text(making.drawn(page))
    assert found.endswith(" ".join(left) + "\n\n" + " ".join(right))
    assert found.startswith("Ports and railways")


def test_cells_of_a_table_stay_in_their_row(text):
    """Short cells side by side are no columns of prose."""
    rows = [("Year", "Ships", "Tons"), ("1864", "12", "3,400"), ("1865", "19", "5,150")]
    rows += [(str(1866 + i), str(20 + i), f"{6 + i},000") for i in range(4)]
    page = [
        (60 + 150 * place, 700 - 16 * number, cell)
        for place in range(3)
        for number, row in enumerate(rows)
        for cell in [row[place]]
    ]
    found = text(making.drawn(page))
    for row in rows:
        assert "\t".join(row) in found


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_is_read_upright(text, rotate):
    """Scanners turn pages; their words are in order all the same."""
    lines = ["The harbour of Omoa was opened in", "the year 1864."]
    page = [(100, 400 - 14 * row, line) for row, line in enumerate(lines)]
    assert text(making.drawn(page, rotate=rotate)) == " ".join(lines)


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["it was inter-", "nationally known"], "it was internationally known"),
        (["with well-", "built quays of stone"], "with well-built quays of stone"),
        (["a deep-water port", "and the deep-", "water trade"], "and the deep-water trade"),
        (["from Franco-", "German trade"], "from Franco-German trade"),
        (["in the years 1860-", "1864 of war"], "in the years 1860-1864 of war"),
        (["a pause -", "then more"], "a pause - then more"),
    ],
)
def test_words_cut_at_line_ends_are_whole(text, lines, whole):
    """A hyphen stays where it is likely the word's own."""
    page = [(60, 700 - 14 * row, line) for row, line in enumerate(lines)]
    assert whole in text(making.drawn(page))


def test_a_sentence_goes_on_over_the_page(bench):
    """It is one block, and each page's locator has its part, also where a word is cut."""
    first = [(60, 100, "The ships that came from the north were soon inter-")]
    second = [(60, 780, "nationally known for their speed.")]
    (document,) = bench.bytes("a.pdf", making.drawn(first, second)).documents
    whole = "The ships that came from the north were soon internationally known for their speed."
    assert document.text == whole
    assert [(b.start, b.end) for b in document.blocks] == [(0, len(whole))]
    parts = [whole[place.start : place.end] for place in document.locators]
    assert parts[1] == "nationally known for their speed."
    assert "".join(parts) == whole


def test_headings_are_told_by_their_size(bench):
    """They make the heading path, the largest is above the others."""
    pages = [
        [(60, 780, "Trade of the coast", 22), (60, 740, WORDS[:60]), (60, 700, "Tariffs", 16)],
        [(60, 780, OTHER[:60]), (60, 740, OTHER[60:120])],
    ]
    blocks = bench.blocks("a.pdf", making.drawn(*pages))
    assert blocks[0] == ((), WORDS[:60].strip()) or blocks[0][0] == ("Trade of the coast",)
    assert blocks[-1][0][-1] == "Tariffs"


def test_running_heads_are_kept_once(text):
    """What every page has at its edge, but for its number, parts no sentence; all else is kept."""
    pages = [
        [(60, 800, f"Annual Report  {n + 4} of 12", 9), (60, 700, f"Invoice {n * n} was paid.")]
        for n in range(1, 9)
    ]
    found = text(making.drawn(*pages))
    assert found.count("Annual Report") == 1
    assert all(f"Invoice {n * n} was paid." in found for n in range(1, 9))


def test_what_the_file_says_of_itself(bench):
    """Title and author, unless a program filled them in; the date of its making."""
    (document,) = bench.bytes("a.pdf", making.pdf([["# Big words", WORDS]])).documents
    assert (document.title, document.publisher) == ("A report", "Ann Bee")
    assert document.date == "2000-01-01"  # what reportlab writes where output is to be the same
    for title in ("untitled", "Microsoft Word - a.docx", "scan_01.pdf", ""):
        (document,) = bench.bytes(
            "a.pdf", making.pdf([["# Big words", WORDS]], title=title)
        ).documents
        assert document.title == "Big words"


def test_letters_drawn_as_one_are_found(bench):
    """Nobody types a ligature when searching."""
    from qa.readers.pdf_page import _words

    assert _words("\ufb01ne e\ufb03cient") == "fine efficient"


def test_an_encrypted_file_is_named_as_such(bench):
    """One that opens without a password is read."""
    (skipped,) = bench.bytes("a.pdf", making.pdf([[WORDS]], password="secret")).skipped
    assert skipped.reason == "encrypted: save a copy without a password"
    from reportlab.lib.pdfencrypt import StandardEncryption

    open_to_all = making.pdf([[WORDS]], password=StandardEncryption("", ownerPassword="o"))
    assert bench.blocks("a.pdf", open_to_all) == [((), WORDS)]


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"no PDF at all", b"%PDF-1.4\n" + b"\xff" * 5000])
def test_a_damaged_file_is_named_as_such(bench, data):
    """With a reason, never with an error of a library."""
    (skipped,) = bench.bytes("a.pdf", data).skipped
    assert skipped.reason.startswith("damaged")


def test_a_truncated_file_gives_what_is_left_or_a_reason(bench):
    """Whatever byte it ends at."""
    data = making.pdf([[WORDS], [OTHER]])
    for end in range(100, len(data), 97):
        reading = bench.bytes("a.pdf", data[:end])
        assert reading.documents or reading.skipped


def test_a_file_without_pages_is_damaged(bench):
    """It holds nothing to read."""
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    (skipped,) = bench.bytes("a.pdf", data).skipped
    assert "damaged" in skipped.reason


@pytest.mark.slow
def test_ten_thousand_pages(bench):
    """Every one is read and can be cited."""
    pages = [[(60, 700, f"Page number {n} says {n * 7}.")] for n in range(1, 10_001)]
    reading = bench.bytes("a.pdf", making.drawn(*pages))
    (document,) = reading.documents
    assert reading.pages == len(document.locators) == 10_000
    last = document.locators[-1]
    assert document.text[last.start : last.end] == "Page number 10000 says 70000."


def test_what_is_not_read_is_noted(bench):
    """Attached files, and what is filled into a form."""
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(making.pdf([[WORDS]]))))
    writer.add_attachment("a.txt", b"x")
    out = BytesIO()
    writer.write(out)
    reading = bench.bytes("a.pdf", out.getvalue())
    assert reading.notes == ("1 attached file is not read",)


def test_a_script_is_not_run_and_does_not_matter(bench):
    """PDFium is built without JavaScript; the page's words are read."""
    data = making.pdf([[WORDS]])
    scripted = data.replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction <</S/JavaScript/JS(x)>>"
    )
    assert scripted != data
    assert bench.blocks("a.pdf", scripted) == [((), WORDS)]

"""Pictures, and the text recognised in them."""

from __future__ import annotations

import io
import shutil
import struct
import sys
import zlib
from types import SimpleNamespace

import pytest

from qa.readers import ocr, picture

Images = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")
ImageFont = pytest.importorskip("PIL.ImageFont")

recognising = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="the program tesseract is not installed: apt-get install tesseract-ocr",
)


def page(*lines, size=(1000, 300)):
    """A white page with lines of black letters."""
    image = Images.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((40, 40 + 60 * number), line, "black", ImageFont.load_default(36))
    return image


def saved(image, form="PNG", **options):
    """A picture's file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png(width, height, pixels=b""):
    """A PNG that declares these dimensions, whatever it holds."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@recognising
@pytest.mark.parametrize(
    ("name", "form"),
    [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.tif", "TIFF"), ("a.bmp", "BMP"), ("a.webp", "WEBP"),
     ("a.gif", "GIF")],
)  # fmt: skip
def test_text_in_a_picture(bench, name, form):
    """It is read with the confidence of the program, located on its page."""
    reading = bench.bytes(name, saved(page("Honduras imported", "goods in 2017."), form))
    (document,) = reading.documents
    assert " ".join(document.text.split()) == "Honduras imported goods in 2017."
    (at,) = document.locators
    assert (at.kind, at.label) == ("page", "1")
    assert 0.7 < at.confidence <= 1
    assert document.text[at.start : at.end] == document.text.strip()
    assert document.title == "a"


@recognising
def test_letters_on_nothing(bench):
    """A picture without a background is read as on white."""
    image = Images.new("RGBA", (700, 150), (0, 0, 0, 0))
    font = ImageFont.load_default(36)
    ImageDraw.Draw(image).text((40, 40), "Black on nothing", (0, 0, 0, 255), font)
    assert "Black on nothing" in bench.bytes("a.png", saved(image)).documents[0].text


@recognising
def test_pages_of_a_tiff(bench):
    """Each page is located; one without text is named."""
    pages = [page("The first page"), page(), page("The third page")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    reading = bench.bytes("a.tiff", data)
    (document,) = reading.documents
    found = {at.label: document.text[at.start : at.end] for at in document.locators}
    assert found == {"1": "The first page", "3": "The third page"}
    assert reading.pages == 3
    assert [skipped.reason for skipped in reading.skipped] == ["page 2: no legible text in it"]


@recognising
def test_a_moving_picture(bench):
    """Its first picture is read, and a note says so."""
    data = saved(page("First"), "GIF", save_all=True, append_images=[page("Second")])
    reading = bench.bytes("a.gif", data)
    assert reading.documents[0].text.strip() == "First"
    assert reading.notes == ("of its moving pictures the first was read",)


@recognising
def test_the_date_of_a_photograph(bench):
    """What the camera wrote is the document's date."""
    exif = Images.Exif()
    exif[306] = "2017:03:04 10:22:00"
    (document,) = bench.bytes("a.jpg", saved(page("Some words"), "JPEG", exif=exif)).documents
    assert document.date == "2017-03-04"


@recognising
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged, or no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "damaged, or no picture"),
        (saved(page("Words"))[:200], "damaged (image file is truncated"),
        (saved(page()), "no legible text in it"),
        (png(60_000, 60_000), "too large: over 100 million pixels"),
        (png(12_000, 12_000), "too large: 12,000 x 12,000 pixels"),
        (png(2**31 - 1, 2**31 - 1), "too large: over 100 million pixels"),
        (png(9_000, 9_000, b"\0" * 1_000), "damaged (image file is truncated"),
    ],
)
def test_skipped(bench, data, reason):
    """What is damaged, empty or a bomb has a reason."""
    (skipped,) = bench.bytes("a.png", data).skipped
    assert skipped.reason.startswith(reason)


def test_without_the_libraries(bench, monkeypatch):
    """The reason names what to install."""
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    (skipped,) = bench.bytes("a.png", saved(page("Words"))).skipped
    assert skipped.reason == "pictures need: pip install 'qa[ocr]'"
    assert ocr.recognise(page("Words")).reason == skipped.reason
    assert picture.needs == ("PIL", "pytesseract")


def test_without_the_program(bench, monkeypatch):
    """It is none of Python's, and must come from the system."""
    monkeypatch.setattr(ocr.shutil, "which", lambda name: None)
    (skipped,) = bench.bytes("a.png", saved(page("Words"))).skipped
    assert skipped.reason.startswith("pictures need the program tesseract: apt-get install")


class FakeProgram:
    """Stands where pytesseract does: gives rows, or fails."""

    Output = SimpleNamespace(DICT="dict")

    def __init__(self, rows=(), error=None):
        self.rows, self.error, self.seen = rows, error, []

    def get_languages(self):
        return ["osd", "spa", "eng"]

    def image_to_data(self, image, lang, timeout, output_type):
        self.seen.append((image.mode, image.size, lang, timeout))
        if self.error:
            raise self.error
        names = ("block_num", "par_num", "line_num", "text", "conf")
        return dict(zip(names, map(list, zip(*self.rows, strict=True)), strict=True))


@pytest.fixture
def program(monkeypatch):
    """Put a fake in place of the program."""

    def put(*rows, error=None):
        fake = FakeProgram(rows, error)
        monkeypatch.setitem(sys.modules, "pytesseract", fake)
        monkeypatch.setattr(ocr, "missing", lambda: None)
        ocr._languages.cache_clear()
        return fake

    yield put
    ocr._languages.cache_clear()


def test_words_become_paragraphs(program):
    """Lines and paragraphs as they were found, cut words whole, shadows left out."""
    fake = program(
        (1, 1, 0, "", -1), (1, 1, 1, "An", 90), (1, 1, 1, "agree-", 80), (1, 1, 2, "ment.", 90),
        (1, 2, 1, "Next", 96), (1, 2, 1, "~", 3), (2, 1, 1, "2017-", 90), (2, 1, 2, "18", 90),
    )  # fmt: skip
    found = ocr.recognise(page("x"), seconds=7)
    assert found.text == "An agreement.\n\nNext\n\n2017-\n18"
    weights = [(2, 90), (6, 80), (5, 90), (4, 96), (5, 90), (2, 90)]
    expected = sum(w * c for w, c in weights) / sum(w for w, _ in weights) / 100
    assert found.confidence == pytest.approx(expected, abs=0.001)
    assert fake.seen == [("L", (2000, 600), "eng+spa", 7)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("Tesseract process timeout"), "took over 60 s"),
        (RuntimeError("no\nlanguage"), "tesseract failed: no language"),
        (OSError("broken"), "damaged (broken)"),
    ],
)
def test_the_programs_failures_are_reasons(program, error, reason):
    """Nothing is raised."""
    program(error=error)
    assert ocr.recognise(page("x")).reason == reason


def test_giant_pictures_are_not_tried(program):
    """Nor are those without a pixel."""
    fake = program()
    assert ocr.recognise(Images.new("1", (20_000, 6_000))).reason.startswith("too large: 20,000")
    assert ocr.recognise(Images.new("1", (0, 5))).reason.startswith("too large: 0 x 5")
    assert fake.seen == []

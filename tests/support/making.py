"""Files of every format, made for the tests: none is taken from elsewhere."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from html import escape

OF = "urn:oasis:names:tc:opendocument:xmlns:"
DAY = dt.datetime(2020, 2, 3, tzinfo=dt.UTC)


def pdf(pages, *, title="A report", author="Ann Bee", columns=1, size=11, password=None):
    """A PDF of pages, each a list of paragraphs; "# " begins a heading; lines wrap by themselves.

    A page without paragraphs stays blank, as a scanned one without a text layer is.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph
    from reportlab.platypus.flowables import Spacer

    body = ParagraphStyle("body", fontSize=size, leading=size * 1.25, spaceAfter=size)
    head = ParagraphStyle("head", fontSize=size * 1.6, leading=size * 2, spaceAfter=size)
    width = (500 - 25 * (columns - 1)) / columns
    frames = [Frame(45 + i * (width + 25), 50, width, 740, id=f"f{i}") for i in range(columns)]
    out = io.BytesIO()
    file = BaseDocTemplate(
        out, pagesize=A4, title=title, author=author, encrypt=password, invariant=1
    )
    file.addPageTemplates(PageTemplate(id="page", frames=frames))
    story = []
    for number, page in enumerate(pages):
        if number:
            story.append(PageBreak())
        story += [
            Paragraph(escape(each.removeprefix("# ")), head if each.startswith("# ") else body)
            for each in page
        ] or [Spacer(1, 1)]
    file.build(story)
    return out.getvalue()


def drawn(*pages, rotate=0, font="Helvetica"):
    """A PDF of pages of strings, each with its place: ``(x, y, text, size)``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for page in pages:
        if rotate:
            canvas.translate(*{90: (A4[0], 0), 180: A4, 270: (0, A4[1])}[rotate])
            canvas.rotate(rotate)
        for x, y, text, *size in page:
            canvas.setFont(font, *(size or [11]))
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scanned(data, stamp="", picture=None):
    """The same PDF with a page added that is a picture, and has a stamp on it, or no text."""
    from PIL import Image
    from pypdf import PdfReader, PdfWriter
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(picture or Image.new("L", (600, 850), 240)), 0, 0, *A4)
    if stamp:
        canvas.drawString(100, 100, stamp)
    canvas.showPage()
    canvas.save()
    writer = PdfWriter()
    for each in (data, out.getvalue()):
        for page in PdfReader(io.BytesIO(each)).pages:
            writer.add_page(page)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def docx(paragraphs, *, title="A report", author="Ann Bee", table=()):
    """A Word file; "# " and "## " begin headings; a table stands at the end."""
    from docx import Document

    file = Document()
    core = file.core_properties
    core.title, core.author, core.modified = title, author, DAY
    for each in paragraphs:
        marks = len(each) - len(each.lstrip("#"))
        if marks:
            file.add_heading(each[marks:].strip(), marks)
        else:
            file.add_paragraph(each)
    if table:
        made = file.add_table(len(table), len(table[0]))
        for row, cells in zip(made.rows, table, strict=True):
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = words
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def pptx(slides, *, title="A deck", notes=""):
    """A PowerPoint file of slides: a title, then points; the notes are on each."""
    from pptx import Presentation

    file = Presentation()
    file.core_properties.title = title
    for first, *points in slides:
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = first
        slide.placeholders[1].text = "\n".join(points)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """An archive of parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def epub(chapters, *, title="A book", extra=None):
    """An EPUB of chapters, each the HTML of its body."""
    names = [f"c{number}.xhtml" for number in range(1, len(chapters) + 1)]
    items = "".join(
        f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>{escape(title)}</dc:title><dc:date>2020-02-03T04:05:06Z</dc:date></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    parts = {"META-INF/container.xml": container, "OEBPS/book.opf": package}
    for name, body in zip(names, chapters, strict=True):
        parts[f"OEBPS/{name}"] = (
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head>'
            f"<body>{body}</body></html>"
        )
    return zipped(parts | (extra or {}))


def odt(content, *, title="A text", extra=None):
    """An OpenDocument text; ``content`` is the XML inside ``office:text``."""
    names = " ".join(f'xmlns:{n}="{OF}{n}:1.0"' for n in ("office", "text", "table", "drawing"))
    body = f"<office:body><office:text>{content}</office:text></office:body>"
    about = (
        f'<office:meta><dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">{title}</dc:title>'
        '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2020-02-03T04:05:06</dc:date>'
        "</office:meta>"
    )
    parts = {
        "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
        "meta.xml": f"<office:document-meta {names}>{about}</office:document-meta>",
    }
    return zipped(parts | (extra or {}))


def rtf(paragraphs, *, title="A letter"):
    """An RTF file; what is beyond ASCII is written as RTF writes it."""

    def coded(text):
        units = text.encode("utf-16-le")
        pairs = zip(units[::2], units[1::2], strict=True)
        return "".join(
            chr(low) if not high and low < 128 else f"\\u{int.from_bytes([low, high], 'little')}?"
            for low, high in pairs
        )

    info = f"{{\\info{{\\title {coded(title)}}}{{\\creatim\\yr2020\\mo2\\dy3}}}}"
    words = "".join(f"{coded(each)}\\par\n" for each in paragraphs)
    return f"{{\\rtf1\\ansi\\uc1{info}{words}}}".encode("ascii")


def html(paragraphs, *, title="A page", head="", around=True):
    """A page; "# " begins a heading; a menu and a foot stand around its text."""
    body = "".join(
        f"<h2>{escape(each[2:])}</h2>" if each.startswith("# ") else f"<p>{escape(each)}</p>"
        for each in paragraphs
    )
    menu = "<nav><a href='/'>Home</a> <a href='/a'>About us</a></nav>" if around else ""
    foot = "<footer>Cookies and imprint</footer>" if around else ""
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{escape(title)}</title>{head}"
        f"</head><body>{menu}<main>{body}</main>{foot}</body></html>"
    ).encode()

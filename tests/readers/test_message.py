"""Mail messages."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from qa.readers.plainhtml import words_of

HEAD = "Subject: Budget\nFrom: Ana <ana@example.org>\nDate: Sat, 4 Mar 2017 10:22:00 +0100\n"
SHOWN = "Subject: Budget\nFrom: Ana <ana@example.org>\nDate: 2017-03-04 10:22+01:00"


def message(body="The budget is 4 million lempiras.\n", **headers):
    """A message as a mail program makes it."""
    made = EmailMessage()
    given = {"Subject": "Budget", "From": "Ana López <ana@example.org>", "To": "b@example.org"}
    for name, value in (given | headers).items():
        made[name] = value
    made["Date"] = "Sat, 4 Mar 2017 10:22:00 +0100"
    made.set_content(body)
    return made


def blocks(reading):
    """The words of the blocks."""
    (document,) = reading.documents
    return [document.text[b.start : b.end] for b in document.blocks]


def parts(reading):
    """What stands in each part, by number."""
    (document,) = reading.documents
    assert {at.kind for at in document.locators} == {"part"}
    return {at.label: document.text[at.start : at.end] for at in document.locators}


def test_header_and_body(bench):
    """Subject, sender and date are lines of the text, and what is known of the document."""
    reading = bench.bytes("m.eml", message().as_bytes())
    (document,) = reading.documents
    assert (document.title, document.date, document.publisher) == (
        "Budget",
        "2017-03-04",
        "Ana López",
    )
    shown = SHOWN.replace("Ana <", "Ana López <").replace("\nDate", "\nTo: b@example.org\nDate")
    assert blocks(reading) == [shown, "The budget is 4 million lempiras."]
    assert [block.lines for block in document.blocks] == [True, False]
    assert parts(reading) == {"1": "The budget is 4 million lempiras."}
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("=?utf-8?q?Ma=C3=B1ana?=", "Mañana"),
        ("=?utf-8?b?TWHDsWFuYQ==?=\n =?utf-8?q?_2?=", "Mañana 2"),
        ("=?x-none?q?Ma=C3=B1ana?=", "=?x-none?q?Ma=C3=B1ana?="),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("Mañana", "Mañana"),
        ("folded\n\tover lines", "folded over lines"),
    ],
)
def test_encoded_headers(bench, header, expected):
    """Encoded words are decoded, raw UTF-8 is taken as such, nonsense stays as it is."""
    reading = bench.bytes("m.eml", f"Subject: {header}\n\nBody.\n")
    assert reading.documents[0].title == expected


def test_the_plain_form_is_read_and_attachments_are_named(bench):
    """Of two forms one is read; what is attached is named in a note."""
    made = message("Plain words of the message, " * 10)
    made.add_alternative("<p>Rich words</p>", subtype="html")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="año.pdf")
    reading = bench.bytes("m.eml", made.as_bytes())
    assert "Rich" not in reading.documents[0].text
    assert list(parts(reading)) == ["1.1"]
    assert reading.notes == ("the attachment año.pdf (application/pdf) was not read",)


def test_a_stub_is_not_the_body(bench):
    """A plain form that only says there is another gives way to it."""
    made = message("Please use an HTML viewer.")
    made.add_alternative("<p>" + "The budget is 4 million lempiras. " * 5, subtype="html")
    reading = bench.bytes("m.eml", made.as_bytes())
    assert list(parts(reading)) == ["2"]
    assert blocks(reading)[1].startswith("The budget is 4 million")


def test_html_alone(bench):
    """Its words are read, scripts and styles are not."""
    html = (
        "<html><head><title>x</title><style>p {}</style></head><body><h1>Budget</h1>"
        "<p>The budget<br>is&nbsp;4&amp;5.</p><script>alert(1)</script>"
        "<table><tr><th>Year<th>Sum</tr><tr><td>2017</td><td>4</td></tr></table>"
        "<ul><li>one<li>two</ul></body></html>"
    )
    reading = bench.bytes("m.eml", HEAD + "Content-Type: text/html\n\n" + html)
    assert parts(reading)["1"] == (
        "Budget\n\nThe budget\nis 4&5.\n\nYear | Sum\n2017 | 4\n\none\ntwo"
    )


def test_a_forwarded_message(bench):
    """An attached message is read under its subject."""
    made = message()
    made.add_attachment(message("Forwarded words.\n", Subject="Inner"))
    reading = bench.bytes("m.eml", made.as_bytes())
    (document,) = reading.documents
    assert [b.headings for b in document.blocks] == [(), (), ("Inner",), ("Inner",)]
    assert blocks(reading)[3] == "Forwarded words."
    inner = parts(reading)["2"]
    assert inner.startswith("Subject: Inner\nFrom: ")
    assert inner.rstrip().endswith("Forwarded words.")
    assert [at.label for at in document.locators] == ["1", "2", "2.1"]


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("iso-8859-1", "Año".encode("latin-1")),
        ("windows-1251", "Год".encode("cp1251")),
        ("utf-8", "Año".encode()),
        ("us-ascii", "Año".encode()),
        ("x-unheard-of", "Año".encode()),
        ("base64", "Año".encode()),
    ],
)
def test_charsets(bench, charset, data):
    """The declared charset decides; where it is none or wrong, the bytes do."""
    head = HEAD + f"Content-Type: text/plain; charset={charset}\n\n"
    text = blocks(bench.bytes("m.eml", head.encode() + data + b" ends."))[1]
    assert text in {"Año ends.", "Год ends."}


def test_the_date_as_it_stands_where_it_is_none(bench):
    """A date that is none is shown and not used."""
    reading = bench.bytes("m.eml", "Subject: a\nDate: yesterday\n\nBody.\n")
    assert reading.documents[0].date is None
    assert blocks(reading)[0] == "Subject: a\nDate: yesterday"


def test_a_message_without_a_body(bench):
    """Its header can be cited all the same."""
    assert blocks(bench.bytes("m.eml", HEAD)) == [SHOWN]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no mail message: it has neither sender, date nor subject"),
        (bytes(range(256)), "no mail message: it has neither sender, date nor subject"),
    ],
)
def test_skipped(bench, data, reason):
    """What is no message has a reason."""
    (skipped,) = bench.bytes("m.eml", data).skipped
    assert skipped.reason == reason


def nested(depth, kind="multipart/mixed"):
    """A message whose parts are nested so deep."""
    levels = [f'Content-Type: {kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)]
    return HEAD + "".join(levels) + "Content-Type: text/plain\n\ndeepest\n"


def test_nested_parts(bench):
    """Some depth is read; a thousand levels end with a reason, and soon."""
    assert blocks(bench.bytes("m.eml", nested(5)))[1] == "deepest"
    reading = bench.bytes("m.eml", nested(50))
    assert reading.notes[0].endswith("was not read: parts are nested over 20 deep")
    for depth in (200, 1_000):
        reading = bench.bytes("m.eml", nested(depth))
        assert reading.skipped or reading.notes


def test_words_of_deep_html():
    """A hundred thousand tags inside each other are no problem."""
    assert words_of("<div>" * 100_000 + "deep" + "</div>" * 100_000) == "deep"
    assert words_of("a<script>b") == "a"
    assert words_of("<td>a<td>b") == "a | b"

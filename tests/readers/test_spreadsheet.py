"""Spreadsheets."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest

from qa import readers
from qa.readers.figures import shown

openpyxl = pytest.importorskip("openpyxl")


def workbook(sheets, change=None):
    """A file with these sheets, by name, of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def altered(data, part, change):
    """The same file with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def located(reading, kind="cells"):
    """What stands where, by label."""
    (document,) = reading.documents
    return {
        at.label: document.text[at.start : at.end] for at in document.locators if at.kind == kind
    }


TRADE = {
    "Sales": [["Country", "Year", "Imports (USD billion)"], ["Honduras", 2017, 4.6]],
    "Sheet2": [["Name", "Note"], ["a", "b"]],
}


def test_sheets_rows_and_cells(bench):
    """A sheet is a heading and a locator, a row a line with its range in that sheet."""
    reading = bench.bytes("trade.xlsx", workbook(TRADE))
    assert located(reading) == {
        "Sales!A1:C1": "Country; Year; Imports (USD billion)",
        "Sales!A2:C2": "Country: Honduras; Year: 2017; Imports: 4.6 USD billion",
        "Sheet2!A1:B1": "Name; Note",
        "Sheet2!A2:B2": "Name: a; Note: b",
    }
    (document,) = reading.documents
    assert [b.headings for b in document.blocks] == [("Sales",), ("Sales",), (), ()]
    sheets = located(reading, "sheet")
    assert sheets["Sales"].startswith("Sales\nCountry; Year")
    assert sheets["Sales"].endswith("4.6 USD billion")
    assert sheets["Sheet2"].endswith("Name: a; Note: b")
    starts = [(at.start, -at.end) for at in document.locators]
    assert starts == sorted(starts)
    assert reading.notes == ()


def test_properties(bench):
    """Title, author and date come from the file's properties; a program is no author."""

    def change(book):
        book.properties.title = "Trade of Honduras"
        book.properties.creator = "Statistics Office"

    data = altered(
        workbook(TRADE, change), "docProps/core.xml",
        lambda xml: re.sub(rb"20\d\d-\d\d-\d\dT", b"2019-03-01T", xml),
    )  # fmt: skip
    (document,) = bench.bytes("trade.xlsx", data).documents
    assert (document.title, document.publisher) == ("Trade of Honduras", "Statistics Office")
    assert document.date == "2019-03-01"
    assert bench.bytes("trade.xlsx", workbook(TRADE)).documents[0].publisher is None


def test_no_date_is_invented(bench):
    """Where the file has no date, neither has the document: the library would take today's."""
    data = altered(
        workbook(TRADE), "docProps/core.xml",
        lambda xml: re.sub(rb"<dcterms:(\w+).*?</dcterms:\1>", b"", xml),
    )  # fmt: skip
    assert bench.bytes("trade.xlsx", data).documents[0].date is None


def test_merged_cells(bench):
    """A value merged over rows stands in each; over columns it names each; a title stays once."""
    rows = [
        ["Trade of Central America"],
        ["Country", "Imports", None, "Exports", None],
        [None, "2016", "2017", "2016", "2017"],
        ["Honduras", 8.9, 4.6, 1, 2],
        ["Panama", 3, 4, 5, 6],
        [None, 7, 8, 9, 10],
    ]

    def change(book):
        for ref in ("A1:E1", "A2:A3", "B2:C2", "D2:E2", "A5:A6"):
            book.active.merge_cells(ref)

    cells = located(bench.bytes("a.xlsx", workbook({"Sheet1": rows}, change)))
    assert cells["Sheet1!A1"] == "Trade of Central America"
    assert cells["Sheet1!A4:E4"] == (
        "Country: Honduras; Imports 2016: 8.9; Imports 2017: 4.6; Exports 2016: 1; Exports 2017: 2"
    )
    assert cells["Sheet1!A6:E6"].startswith("Country: Panama; Imports 2016: 7; ")


def test_hidden_sheets_are_noted(bench):
    """What a person does not see in the workbook is read, and said to be hidden."""

    def change(book):
        book["Sheet2"].sheet_state = "veryHidden"

    reading = bench.bytes("a.xlsx", workbook(TRADE, change))
    assert reading.notes == ("the sheet Sheet2 is hidden in the workbook; it was read",)
    assert "Sheet2!A2:B2" in located(reading)


def test_formulas_without_a_stored_value(bench):
    """They are counted in a note, for they are empty to anyone but a spreadsheet program."""
    rows = [["Name", "Sum"], ["a", "=1+1"], ["b", "=2+2"]]
    reading = bench.bytes("a.xlsx", workbook({"Sales": rows}))
    (note,) = reading.notes
    assert note.startswith("in the sheet Sales 2 formulas have no stored value: open the file")
    assert located(reading)["Sales!A2:B2"] == "Name: a"


def test_formulas_with_a_stored_value(bench):
    """The value that was stored is the cell's."""
    data = altered(
        workbook({"Sales": [["Name", "Sum"], ["a", "=1+1"]]}), "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"),
    )  # fmt: skip
    reading = bench.bytes("a.xlsx", data)
    assert located(reading)["Sales!A2:B2"] == "Name: a; Sum: 2"
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (4.6, "General", "4.6"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-4, "General", "0.0001"),
        (0.00001234, "General", "0.00001234"),
        (3.0, "General", "3"),
        (1234567, "General", "1234567"),
        (1e300, "General", "1" + "0" * 300),
        (1234.5, "#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (12, '"$"#,##0', "$12"),
        (-12, '"$"#,##0', "-$12"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (12.5, '0.0 "kg"', "12.5 kg"),
        (4600000, "#,##0,", "4,600"),
        (4600000, '0.0,,"M"', "4.6M"),
        (12.5, "# ?/?", "12.5"),
        (12500.0, "0.00E+00", "12500"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        (dt.datetime(2017, 3, 4), "yyyy-mm-dd", "2017-03-04"),  # noqa: DTZ001 - as Excel has them
        (dt.datetime(2017, 3, 4, 5, 6), "General", "2017-03-04 05:06:00"),  # noqa: DTZ001
        (dt.time(5, 6), "h:mm", "05:06:00"),
        (dt.timedelta(hours=30, seconds=0.4), "[h]:mm", "1 day, 6:00:00"),
        (" two\nlines ", "@", "two lines"),
        ("#N/A", "General", "#N/A"),
        (float("inf"), "General", "inf"),
        (10**400, "0.00", "a number of more than 300 digits"),
    ],
)
def test_values_are_shown_as_a_person_sees_them(value, number_format, expected):
    """Number formats decide decimals, thousands, percent, currency and scale; dates are ISO."""
    if expected.startswith("1000"):
        assert shown(value, number_format) in {expected, repr(value)}
    else:
        assert shown(value, number_format) == expected


def test_dates_and_numbers_in_a_file(bench):
    """They pass through the file with their formats."""

    def change(book):
        sheet = book.active
        sheet["B2"].number_format = "0.0%"
        sheet["C2"] = dt.date(2017, 3, 4)

    data = workbook({"Rates": [["Name", "Rate", "Day"], ["a", 0.125, None]]}, change)
    assert located(bench.bytes("a.xlsx", data))["Rates!A2:C2"] == (
        "Name: a; Rate: 12.5%; Day: 2017-03-04"
    )


def bomb():
    """A megabyte that unpacks to a gigabyte of spaces."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1_000):
            part.write(b" " * 1_000_000)
    return buffer.getvalue()


def with_entities(data):
    """The same workbook, its text declared by entities of entities."""
    lines = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10)
    ).encode()
    return altered(
        data, "xl/workbook.xml",
        lambda xml: b"<!DOCTYPE w [" + lines + b"]>" + xml[xml.find(b"<workbook") :],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "damaged: File is not a zip file"),
        (lambda: b"not a workbook", "damaged: File is not a zip file"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or encrypted Office file"),
        (lambda: workbook(TRADE)[:-200], "damaged: File is not a zip file"),
        (lambda: altered(workbook(TRADE), "xl/workbook.xml", lambda xml: xml[:80]), "damaged"),
        (bomb, "too large unpacked: 1,000 MB"),
        (lambda: with_entities(workbook(TRADE)), "its XML declares entities, which can grow"),
        (lambda: workbook({"Sheet1": []}), "none of its cells has a value"),
    ],
)
def test_skipped(bench, make, reason):
    """What is damaged, hostile or empty has a reason."""
    (skipped,) = bench.bytes("a.xlsx", make()).skipped
    assert reason in skipped.reason
    assert skipped.path == "a.xlsx"


def test_a_broken_sheet_costs_itself_alone(bench):
    """The others are read, and what was read of it before stays."""
    data = altered(
        workbook(TRADE), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", b"")
    )
    reading = bench.bytes("a.xlsx", data)
    assert "Sheet2!A2:B2" in located(reading)
    (skipped,) = reading.skipped
    assert skipped.reason.startswith("the sheet Sales can't be read further (ParseError")


def test_entities_in_a_sheet(bench):
    """An entity bomb in a sheet is refused too."""
    data = altered(
        workbook(TRADE), "xl/worksheets/sheet1.xml",
        lambda xml: b'<!DOCTYPE x [<!ENTITY e "e">]>' + xml[xml.find(b"<worksheet") :],
    )  # fmt: skip
    (skipped,) = bench.bytes("a.xlsx", data).skipped
    assert skipped.reason == "its XML declares entities, which can grow without end"


def test_a_row_far_away(bench):
    """A row number beyond what a sheet can have ends the sheet, and not the program."""
    data = altered(
        workbook(TRADE), "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'r="2"', b'r="99999999999"').replace(b'r="A2"', b'r="XFD9999999"'),
    )  # fmt: skip
    reading = bench.bytes("a.xlsx", data)
    assert "Sheet2!A2:B2" in located(reading)


def test_without_the_library(bench, monkeypatch):
    """The reason names what to install."""
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (skipped,) = bench.bytes("a.xlsx", workbook(TRADE)).skipped
    assert skipped.reason.startswith("spreadsheets (.xlsx) need: pip install 'qa[documents]'")


def test_the_suffixes():
    """Macros are not run, so a workbook that has some is read as any other."""
    assert readers.reader_for("a.xlsm") is readers.reader_for("a.xlsx") is not None

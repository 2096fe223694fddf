"""CSV and TSV."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.readers.table import column

TRADE = (
    "Country,Year,Imports (USD billion)\nHonduras,2016,8.9\nHonduras,2017,4.6\n"
    "Panama,2017,n/a\n"
)  # fmt: skip


def placed(reading):
    """The blocks of the one document as their cells and words."""
    (document,) = reading.documents
    assert [(b.start, b.end) for b in document.blocks] == [
        (at.start, at.end) for at in document.locators
    ]
    assert {at.kind for at in document.locators} == {"cells"}
    return [(at.label, document.text[at.start : at.end]) for at in document.locators]


def test_a_row_is_a_line_with_the_names_of_its_columns(bench):
    """Each value has its column's name, a figure its unit, a row its range of cells."""
    reading = bench.bytes("trade.csv", TRADE)
    assert placed(reading) == [
        ("A1:C1", "Country; Year; Imports (USD billion)"),
        ("A2:C2", "Country: Honduras; Year: 2016; Imports: 8.9 USD billion"),
        ("A3:C3", "Country: Honduras; Year: 2017; Imports: 4.6 USD billion"),
        ("A4:C4", "Country: Panama; Year: 2017; Imports (USD billion): n/a"),
    ]
    assert reading.notes == ()
    assert reading.documents[0].title == "trade"
    assert all(block.lines and block.alone for block in reading.documents[0].blocks)


@pytest.mark.parametrize(
    ("delimiter", "name"),
    [(",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("|", "a.csv"), ("\t", "a.tsv")],
)
def test_delimiters_are_recognised(bench, delimiter, name):
    """Comma, semicolon with decimal commas, tab and bar."""
    rows = [("Land", "Jahr", "Wert"), ("Honduras", "2017", "4.6"), ("Peru", "2017", "1.5")]
    if delimiter != ",":
        rows = [tuple(cell.replace(".", ",") for cell in row) for row in rows]
    data = "\r\n".join(delimiter.join(row) for row in rows)
    assert placed(bench.bytes(name, data))[1] == (
        "A2:C2",
        f"Land: Honduras; Jahr: 2017; Wert: {rows[1][2]}",
    )


def test_a_named_delimiter(bench):
    """A first line ``sep=`` names it, and counts as a row."""
    assert placed(bench.bytes("a.csv", "sep=;\nName;Note\nx;a,b\ny;c,d"))[1] == (
        "A3:B3",
        "Name: x; Note: a,b",
    )


def test_quotes_hold_delimiters_quotes_and_line_ends(bench):
    """A quoted cell is one cell; its line ends become spaces; rows are counted, not lines."""
    data = 'Name,Words\na,"one, ""two""\n\nthree"\n\nb,four\n'
    assert placed(bench.bytes("a.csv", data))[1:] == [
        ("A2:B2", 'Name: a; Words: one, "two" three'),
        ("A4:B4", "Name: b; Words: four"),
    ]


def test_a_quote_that_is_never_closed(bench):
    """It does not swallow the rest of the file, and a note names its line."""
    data = 'Name,Words\na,one\nb,"two\nc,three\nd,four\n'
    reading = bench.bytes("a.csv", data)
    assert placed(reading)[2:] == [
        ("A3:B3", 'Name: b; Words: "two'),
        ("A4:B4", "Name: c; Words: three"),
        ("A5:B5", "Name: d; Words: four"),
    ]
    assert reading.notes == ("a quote opened in line 3 is never closed: read as text",)


def test_a_closed_quote_in_the_last_row(bench):
    """A last cell of several lines is no open quote."""
    reading = bench.bytes("a.csv", 'Name,Words\na,one\nb,"two\nthree"')
    assert placed(reading)[2] == ("A3:B3", "Name: b; Words: two three")
    assert reading.notes == ()


def test_quotes_in_a_tsv_are_text_where_they_break_the_rules(bench):
    """Few programs that write TSV quote at all."""
    data = 'Title\tYear\n"The Raven" by Poe\t1845\n"x\t1846\n'
    assert placed(bench.bytes("a.tsv", data))[1:] == [
        ("A2:B2", 'Title: "The Raven" by Poe; Year: 1845'),
        ("A3:B3", 'Title: "x; Year: 1846'),
    ]


def test_lines_above_the_header(bench):
    """What stands above a table is kept as it is; the header is the first row of full width."""
    data = (
        "Data source,World Development\n\nUpdated,2024-01-02\n\n"
        "Country,Code,2016,2017\nHonduras,HND,8.9,4.6\nPanama,PAN,1,2\nPeru,PER,3,4\n"
    )
    assert placed(bench.bytes("a.csv", data)) == [
        ("A1:B1", "Data source; World Development"),
        ("A3:B3", "Updated; 2024-01-02"),
        ("A5:D5", "Country; Code; 2016; 2017"),
        ("A6:D6", "Country: Honduras; Code: HND; 2016: 8.9; 2017: 4.6"),
        ("A7:D7", "Country: Panama; Code: PAN; 2016: 1; 2017: 2"),
        ("A8:D8", "Country: Peru; Code: PER; 2016: 3; 2017: 4"),
    ]


def test_without_a_header(bench):
    """Values stand by themselves, and a note says so."""
    reading = bench.bytes("a.csv", "Honduras,2016,8.9\nHonduras,2017,4.6\n")
    assert placed(reading) == [("A1:C1", "Honduras; 2016; 8.9"), ("A2:C2", "Honduras; 2017; 4.6")]
    assert reading.notes == (
        "no row was recognised as its header: values stand without names of columns",
    )


def test_ragged_rows(bench):
    """Cells beyond the header stand without a name and are noted; missing ones are left out."""
    reading = bench.bytes("a.csv", "A,B\n1,2\n3\n4,5,six\n,\n7,8,,\n9,,nine,ten\n")
    assert placed(reading)[1:] == [
        ("A2:B2", "A: 1; B: 2"),
        ("A3", "A: 3"),
        ("A4:C4", "A: 4; B: 5; six"),
        ("A6:D6", "A: 7; B: 8"),
        ("A7:D7", "A: 9; nine; ten"),
    ]
    assert reading.notes == ("2 rows are wider than the header, first row 4",)


def test_a_wide_row_is_several_lines_that_say_what_it_is_about(bench):
    """Each begins with the row's first cell and is located by its own cells."""
    names = [f"Measure number {n}" for n in range(40)]
    data = ",".join(["Country", *names]) + "\n" + ",".join(["Peru", *map(str, range(40))]) + "\n"
    rows = placed(bench.bytes("a.csv", data))[1:]
    assert len(rows) > 1
    assert all(words.startswith("Country: Peru; ") for _, words in rows)
    assert all(len(words) < 500 for _, words in rows)
    assert sum(words.count("Measure number") for _, words in rows) == 40
    assert rows[0][0].startswith("A2:")
    assert rows[-1][0].endswith("AO2")
    assert not rows[1][0].startswith("A2")


def test_a_long_cell_is_prose(bench):
    """It is a block of its own, cut into sentences."""
    story = "It rained all day. " * 30
    (document,) = bench.bytes("a.csv", f"Id,Story,Year\n7,{story},1999\n8,short,2000\n").documents
    whole, prose, year = document.blocks[1:4]
    assert document.text[whole.start : whole.end] == "Id: 7"
    assert document.text[prose.start : prose.end] == f"Story: {story}".strip()
    assert (whole.lines, prose.lines) == (True, False)
    assert document.text[year.start : year.end] == "Id: 7; Year: 1999"
    assert document.locators[2].label == "B2"


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (TRADE.replace("Panama", "Panamá").encode("utf-8-sig"), ()),
        (TRADE.replace("Panama", "Panamá").encode("utf-16"), ("decoded as utf-16",)),
        (TRADE.replace("Panama", "Panamá").encode("cp1252"), ("decoded as windows-1252",)),
    ],
)
def test_encodings(bench, data, note):
    """A byte order mark is no part of the first name; another encoding is noted."""
    reading = bench.bytes("a.csv", data)
    assert placed(reading)[0][1].startswith("Country; ")
    assert placed(reading)[3][1].startswith("Country: Panamá; ")
    assert reading.notes == note


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b",,,\n,,\n", "all its cells are empty"),
        (bytes(range(256)) * 4, "binary, not text"),
    ],
)
def test_skipped(bench, data, reason):
    """Without a single value there is nothing to cite."""
    (skipped,) = bench.bytes("a.csv", data).skipped
    assert skipped.reason == reason


def test_metadata_from_beside(bench):
    """A .meta.json gives the title, date and publisher a table can't say itself."""
    meta = b'{"title": "Trade", "date": "2024-1-2", "publisher": "Office", "url": "https://x.y"}'
    (document,) = bench.bytes("a.csv", TRADE, meta).documents
    assert (document.title, document.date) == ("Trade", "2024-01-02")
    assert (document.publisher, document.url) == ("Office", "https://x.y")


def test_a_hundred_thousand_columns(bench):
    """They are read, each value once, in lines of bearable length."""
    wide = ",".join(f"c{n}" for n in range(100_000))
    row = ",".join(map(str, range(100_000)))
    (document,) = bench.bytes("a.csv", f"{wide}\n{row}\n").documents
    assert "c99999: 99999" in document.text
    assert max(b.end - b.start for b in document.blocks[1:]) < 500
    assert column(99_999) == "EQXD"
    assert document.locators[-1].label.endswith(":EQXD2")


def test_one_giant_cell(bench):
    """A cell over the csv module's own limit is read whole; so is one that is never closed."""
    (document,) = bench.bytes("a.csv", 'A,B\n1,"' + "word " * 1_000_000 + '"\n').documents
    assert document.text.count("word") == 1_000_000
    (document,) = bench.bytes("a.csv", 'A,B\n1,"' + "word\n" * 500_000).documents
    assert document.text.count("word") == 500_000


def test_a_long_table_shares_passages(bench):
    """Above some thousands of rows, a passage for each would be too many."""
    (document,) = bench.bytes("a.csv", "Id,Value\n" + "a,1\n" * 6_000).documents
    assert len(document.blocks) == 6_001
    assert not any(block.alone for block in document.blocks)


def test_control_characters_do_no_harm(bench):
    """A NUL, a vertical tab and a separator inside a cell stay inside it."""
    data = "Name,Words\na,x\0y\nb,x\x0by\nc,x\u2028y\n"
    assert [label for label, _ in placed(bench.bytes("a.csv", data))] == [
        "A1:B1", "A2:B2", "A3:B3", "A4:B4",
    ]  # fmt: skip


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)


@given(st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=8))
def test_every_value_stands_in_its_rows_line(bench_once, rows):
    """Whatever is in the cells, a value is found in the lines that its row's locators span."""
    quoted = "\r\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    reading = bench_once.bytes("a.csv", "Some,More\r\n" + quoted)
    if not reading.documents:
        return
    (document,) = reading.documents
    lines: dict[str, str] = {}
    for at in document.locators:
        number = at.label.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        lines[number] = lines.get(number, "") + document.text[at.start : at.end]
    for number, row in enumerate(rows, 2):
        for cell in row:
            assert cell.strip() in lines.get(str(number), "")

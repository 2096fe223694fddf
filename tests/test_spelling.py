"""Slips of the keyboard in a question."""

import json

import pytest
from click.testing import CliRunner

from qa.cli import cli
from qa.spelling import understood


@pytest.fixture
def snapshot(library):
    """Give an index of a few words."""
    library.write(
        "a.md", "# Ports\n\nThe harbour of Veldtham exported 4,200 bananas to Honduras.\n"
    )
    library.write("b.md", "# Law\n\nThe Millennium Challenge compact was signed in Tegucigalpa.\n")
    library.write("c.md", "# Notes\n\nThe extracts keep their marks.\n")
    library.build()
    return library.session().snapshot


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("how many bannanas", "how many bananas"),
        ("hondruas compct date", "Honduras compact date"),
        ("hondurus compact", "Honduras compact"),  # two slips in the stem, one in the word
        ("millenium chalenge", "Millennium Challenge"),
        ("What did Hondurus export?", "What did Hondurus export?"),  # a name, two letters off
        ("What did Hondras export?", "What did Honduras export?"),
        ("How large is the inflation?", "How large is the inflation?"),  # a word of its own
        ("How many bananas?", "How many bananas?"),
        ("Is extradition agreed on?", "Is extradition agreed on?"),  # its stem is near "extracts"
        ("Who was extradited?", "Who was extradited?"),  # nor is this
        ("¿Cuántas bananos exporta?", "¿Cuántas bananos exporta?"),
        ("zzzzzz qqqqqq", "zzzzzz qqqqqq"),
        ("bnnas", "bnnas"),
        ("what is HARBUOR", "what is HARBUOR"),  # capitals may be a code
        ("bananass hondurass compactt milleniumm tegucigalppa", None),
    ],
)
def test_a_slip_is_read_as_the_folder_s_word(snapshot, question, read):
    """One slip, in long words two; never a common word, a code, another name, another language."""
    found = understood(snapshot, question)
    assert found.text == (question if read is None else read)
    assert bool(found.read_as) == (found.text != question)


def test_what_was_read_for_what_is_said(library):
    """In the answer, and on stderr; the question stays as it was asked."""
    library.write("a.md", "# Ports\n\nThe harbour of Veldtham exported 4,200 bananas.\n")
    library.build()
    answer = library.session().ask("how many bannanas")
    assert answer.question == "how many bannanas"
    assert answer.read_as == (("bannanas", "bananas"),)
    assert answer.missing == ()


def test_it_is_said_on_stderr(real_index):
    """One line a word; nothing of it in the JSON but the key."""
    asked = ["ask", "who did Asfura meet befor his visit, in Hondruas?", "--index", str(real_index)]
    plain = CliRunner().invoke(cli, asked)
    assert "note: read “Hondruas” as “Honduras”" in plain.stderr
    answer = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert answer["read_as"] == [{"typed": "Hondruas", "meant": "Honduras"}]

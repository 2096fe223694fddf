"""The reader that is shipped, and others that are named instead."""

import json
import shutil
from dataclasses import replace
from itertools import pairwise

import pytest
from click.testing import CliRunner

from qa.cli import cli
from qa.combination import SHIPPED, read_combination
from qa.errors import ModelError
from qa.reader import MODEL, TOKENIZER, Context, Reader
from qa.reader_choice import open_reader
from qa.span_logits import Logits, Span, best_spans, mean

TEXT = "Bilateral trade came to $11.4 billion in 2017. Coffee led the exports."


@pytest.fixture(scope="module")
def reader():
    """Give the shipped reader."""
    return Reader(SHIPPED)


def test_exact_words(reader):
    """The shipped reader finds a figure, as a span of the passage's text."""
    (found,) = reader.read_pairs([("How much was trade worth in 2017?", Context("Trade", TEXT))])
    best = found.spans[0]
    assert TEXT[best.start : best.end].strip("$") == "11.4 billion"


def test_spans_are_best_first_and_apart(reader):
    """Spans of a passage do not overlap, and their scores fall."""
    (found,) = reader.read_pairs([("What led the exports?", Context("", TEXT))])
    scores = [span.score for span in found.spans]
    assert scores == sorted(scores, reverse=True)
    places = sorted((span.start, span.end) for span in found.spans)
    assert all(a[1] <= b[0] for a, b in pairwise(places))


def test_passages_are_read_alone_or_together_alike(reader):
    """Of a few, what else is read changes nothing, and the order is that of the pairs."""
    question = "What led the exports?"
    contexts = [Context("Trade", TEXT), Context("A long one", "Nothing is said here. " * 30)]
    together = reader.read_pairs([(question, context) for context in contexts])
    for context, beside in zip(contexts, together, strict=True):
        (alone,) = reader.read_pairs([(question, context)])
        assert alone == beside
    assert reader.read_pairs([]) == ()


@pytest.mark.parametrize("text", ["", " ", "😀", "x" * 5_000, "word " * 3_000])
def test_strange_passages(reader, text):
    """Nothing to read, one long word, too much to read: spans stay inside what there is."""
    (found,) = reader.read_pairs([("What?" * 200, Context("t" * 900, text))])
    assert all(0 <= span.start <= span.end <= len(text) for span in found.spans)


def test_the_four_best_passages_of_a_question_are_read_twice(reader, monkeypatch):
    """Once more without their titles; passages of other questions take no place from them."""
    read = []
    logits = Reader._logits
    monkeypatch.setattr(
        Reader, "_logits", lambda self, asked: read.append(asked) or logits(self, asked)
    )
    towns = [
        Context("Towns", f"The mayor of Arlen is Ada Brook, or so it says, {n}.") for n in "abc"
    ]
    rest = [Context("Weather", f"It rained all day, and nobody came, {n}.") for n in "defg"]
    asked = [("Who is the mayor of Arlen?", one) for one in (*towns, *rest)]
    other = ("Did it rain?", Context("Weather", "It rained."))
    found = reader.read_pairs([*asked, other, ("Did it rain?", Context("", "It rained."))])
    again = [text for _, title, text in read if not title]
    assert len(read) == 9 + 4 + 1
    assert {one.text for one in towns} <= set(again)
    assert again.count("It rained.") == 2
    assert reader.read_pairs([asked[0]])[0] == found[0]


def test_best_spans_are_those_of_the_highest_sum():
    """By hand: starts 1 5 2, ends 0 1 4, null 3: the best is from the second to the third."""
    import numpy as np

    first, last = np.array([1.0, 5.0, 2.0]), np.array([0.0, 1.0, 4.0])
    spans = best_spans(first, last, [(0, 2), (3, 5), (6, 9)], 3.0)
    assert [(span.start, span.end, span.score) for span in spans] == [(3, 9, 6.0), (0, 2, -2.0)]


def test_a_mean_of_two_readings():
    """By hand, token by token; a reading that was cut short ends it."""
    import numpy as np

    offsets = [(0, 2), (3, 5), (6, 9)]
    one = Logits(np.array([1.0, 5.0, 2.0]), np.array([0.0, 1.0, 4.0]), 3.0, 1.0, offsets)
    other = Logits(np.array([3.0, 1.0]), np.array([2.0, 3.0]), 1.0, -3.0, offsets[:2])
    both = mean([one, other])
    assert both.first.tolist() == [2.0, 3.0]
    assert both.last.tolist() == [1.0, 2.0]
    assert both[2:] == (2.0, -1.0, offsets[:2])
    assert both.extraction.spans[0] == Span(3, 5, 3.0)
    assert mean([one]).extraction == one.extraction


def test_the_shipped_model_is_small():
    """What comes with the package is at most 25 MB."""
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 25_000_000


def test_no_reader():
    """``none`` is no reader; nothing said is the shipped one."""
    assert open_reader("none") is None
    assert open_reader(None).name == "shipped"


def test_a_folder_of_a_reader(tmp_path):
    """A folder that qa train wrote is a reader; it may use the shipped numbers."""
    for name in (MODEL, TOKENIZER):
        shutil.copy(SHIPPED / name, tmp_path / name)
    opened = open_reader(str(tmp_path))
    assert opened.combination == read_combination(SHIPPED)
    assert len(opened.fingerprint) == 32


def test_another_file_is_another_reader(tmp_path):
    """The fingerprint follows the files' content."""
    for name in (MODEL, TOKENIZER):
        (tmp_path / name).write_bytes(b"a")
    before = open_reader(str(tmp_path)).fingerprint
    (tmp_path / MODEL).write_bytes(b"b")
    assert open_reader(str(tmp_path)).fingerprint != before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", "is no combination of this version"),
        ('{"rank": {"bias": 1, "weights": {}}, "certainty": null}', "'margin'"),
        ('{"bias": 1, "weights": {}}', "'certainty'"),
        ("[]", "is no combination of this version"),
    ],
)
def test_a_malformed_combination(tmp_path, value, message):
    """Numbers that are missing or malformed are refused, with the way out."""
    (tmp_path / MODEL).write_bytes(b"")
    (tmp_path / TOKENIZER).write_bytes(b"")
    (tmp_path / "reader.json").write_text(value)
    with pytest.raises(ModelError, match=message):
        open_reader(str(tmp_path))


def test_a_combination_is_read_as_it_was_written(tmp_path):
    """What is written is what is read."""
    shipped = read_combination(SHIPPED)
    for number, written in enumerate((shipped, replace(shipped, certainty=None))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "reader.json").write_text(json.dumps(written.as_json()))
        assert read_combination(folder) == written


def test_a_damaged_model(tmp_path):
    """A model that can't be opened is said when it is first used, with the way out."""
    for name in (MODEL, TOKENIZER):
        shutil.copy(SHIPPED / name, tmp_path / name)
    (tmp_path / MODEL).write_bytes(b"no model")
    with pytest.raises(ModelError, match="--reader none"):
        Reader(tmp_path).read_pairs([("What?", Context("", TEXT))])


def test_no_such_reader(real_index):
    """A name that is nowhere is refused in one line, and nothing is downloaded."""
    result = CliRunner().invoke(
        cli, ["ask", "Who?", "--index", str(real_index), "--reader", "nobody/nothing"]
    )
    assert isinstance(result.exception, ModelError)
    assert "nobody/nothing" in str(result.exception)


def test_without_a_reader_whole_sentences_answer(real_index):
    """``--reader none`` gives the sentence."""
    question = "How much was trade between the United States and Honduras worth in 2017?"
    answers = []
    for more in ([], ["--reader", "none"]):
        given = ["ask", question, "--index", str(real_index), "--json", *more]
        answers.append(json.loads(CliRunner().invoke(cli, given).stdout)["answer"])
    assert answers[0] == "$11.4 billion"
    assert answers[1].startswith("Bilateral trade between Honduras and the United States in 2017")

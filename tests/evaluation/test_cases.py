"""Files of questions: what is read from them, and that everything wrong is said at once."""

import pytest

from qa.errors import RowsError, UsageError
from qa.evaluation.cases import check_documents, choose, read_cases
from qa.evaluation.nouns import Case, Evidence


def test_a_row_becomes_a_case(write_rows, rows):
    """Every field of a row is taken, with the physical line, blank lines counted."""
    path = write_rows(["", rows[0]])
    assert read_cases(path) == (
        Case(
            "a",
            "How much was trade worth in 2017?",
            "figure",
            answerable=True,
            answers=("$11.4 billion",),
            evidence=(Evidence("trade.md", "Trade was worth $11.4 billion in 2017."),),
            split="dev",
            line=2,
        ),
    )


def test_what_may_be_left_out(write_rows):
    """A question with answers is answerable; one with neither answers nor evidence is not."""
    path = write_rows([{"id": 1, "question": "A?", "answers": ["b"]}, {"id": 2, "question": "C?"}])
    assert [(case.id, case.answerable) for case in read_cases(path)] == [("1", True), ("2", False)]


def test_two_passages_are_all_needed(write_rows, rows):
    """Of the kind `two-passages` no quote answers alone; of any other, any does."""
    path = write_rows([rows[0] | {"kind": "two-passages"}, rows[1]])
    assert [case.needs_all for case in read_cases(path)] == [True, False]


def test_everything_wrong_is_named_with_its_line(write_rows, rows):
    """All malformed rows are in one message, by physical line, several problems of one row too."""
    path = write_rows(
        [
            rows[0],
            "{not json",
            "[1]",
            "",
            rows[0],
            {"question": " "},
            rows[1] | {"answerable": "yes", "split": "train", "kind": 3},
            rows[1] | {"id": "x", "answers": "Ana", "items": [""], "note": []},
            rows[1] | {"id": "y", "evidence": [{"document": "a.md"}]},
            rows[2] | {"id": "z", "answers": ["b"]},
            rows[2] | {"id": "w", "answerable": True},
            rows[1] | {"id": "v", "near": {"document": "a.md", "quote": "b"}},
            rows[2] | {"id": "u", "near": ["a.md"]},
        ]
    )
    with pytest.raises(RowsError) as caught:
        read_cases(path)
    said = str(caught.value)
    for line in (
        "line 2: no JSON (",
        "line 3: no JSON object",
        "line 5: id 'a' stands in line 1 already",
        'line 6: no "id"',
        'line 6: no "question"',
        'line 7: "answerable" must be true or false',
        "line 7: \"split\" must be one of dev, test, not 'train'",
        'line 7: "kind" must be text',
        'line 8: "answers" must be a list of texts, none of them empty',
        'line 8: "items" must be',
        'line 8: "note" must be text',
        'line 9: "evidence" must be a list of {"document", "quote"}',
        "line 10: it is not answerable, but has answers or evidence",
        "line 11: it is answerable, but has neither answers nor evidence",
        'line 12: it is answerable, but has "near"',
        'line 13: "near" must be {"document", "quote"}',
    ):
        assert line in said
    assert said.startswith(f"{path}: line 2")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_set(tmp_path, content):
    """A file without questions is refused."""
    path = tmp_path / "none.jsonl"
    path.write_text(content)
    with pytest.raises(RowsError, match="it has no questions"):
        read_cases(path)


def test_a_file_that_is_not_there(tmp_path):
    """A missing file is named."""
    with pytest.raises(UsageError, match=r"none\.jsonl can't be read: No such file"):
        read_cases(tmp_path / "none.jsonl")


def test_unknown_documents_are_all_named(write_rows, rows):
    """Evidence in documents that are not in the index is refused, each with its line."""
    path = write_rows(rows)
    with pytest.raises(RowsError) as caught:
        check_documents(read_cases(path), {"other.md"}, path)
    assert "line 1: there is no document 'trade.md' in the index" in str(caught.value)
    assert "line 2: there is no document 'people.txt' in the index" in str(caught.value)
    check_documents(read_cases(path), {"trade.md", "people.txt"}, path)


def test_choosing(write_rows, rows):
    """A split, kinds and a number of cases at even distances, always the same."""
    cases = read_cases(write_rows(rows))
    assert [case.id for case in choose(cases, split="dev")] == ["a", "c"]
    assert [case.id for case in choose(cases, kinds=("fact", "far"))] == ["b", "c"]
    assert [case.id for case in choose(cases * 4, limit=4)] == ["a"] * 4
    assert choose(cases, limit=9) == cases
    with pytest.raises(UsageError, match="no question is of the kind 'x': there are figure, fact"):
        choose(cases, kinds=("x",))
    with pytest.raises(UsageError, match="of the split 'test'"):
        choose(cases[:1], split="test")

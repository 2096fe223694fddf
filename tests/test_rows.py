"""Rows of questions that people write."""

from __future__ import annotations

import pytest

from qa.errors import RowsError, UsageError
from qa.rows import Question, read_questions


@pytest.fixture
def rows(tmp_path):
    """Give what writes a file and reads its questions."""

    def call(data):
        path = tmp_path / "questions.jsonl"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_questions(path)

    return call


def test_both_spellings_of_both_keys_are_read(rows):
    """BEIR's ``_id`` and ``text``, our ``id`` and ``question``; numbers become text."""
    data = '{"_id": "a", "text": "Who?"}\n\n{"id": 7, "question": "Când?"}'
    assert rows(data) == (Question("a", "Who?"), Question("7", "Când?"))


def test_a_byte_order_mark_and_windows_line_ends_are_passed_over(rows):
    """As editors on Windows write them."""
    data = b'\xef\xbb\xbf{"id": "a", "question": "Who?"}\r\n{"id": "b", "question": "When?"}\r\n'
    assert [question.id for question in rows(data)] == ["a", "b"]


def test_separators_inside_a_question_are_no_line_ends(rows):
    """U+2028 and U+0085 do not shift the line numbers."""
    data = '{"id": "a", "question": "One\u2028two\u0085three"}\nbad\n'
    with pytest.raises(RowsError, match="line 2: no JSON"):
        rows(data)


def test_all_bad_rows_are_named_with_their_physical_lines(rows):
    """One message has every problem; blank lines count."""
    data = (
        '{"id": "a", "question": "Who?"}\n'
        "\n"
        "not json\n"
        '["a"]\n'
        '{"question": "No id?"}\n'
        '{"id": true, "question": "A truth?"}\n'
        '{"id": "b"}\n'
        '{"id": "c", "question": "  "}\n'
        '{"id": "a", "question": "Again?"}\n'
    )
    with pytest.raises(RowsError) as caught:
        rows(data + '{"id": "z", "question": "Caf\\u00e9?"}\n')
    message = str(caught.value)
    for problem in (
        "line 3: no JSON",
        "line 4: no JSON object",
        'line 5: no "id"',
        'line 6: no "id"',
        'line 7: no "question"',
        'line 8: no "question"',
        "line 9: id 'a' stands in line 1 already",
    ):
        assert problem in message
    assert "line 1:" not in message
    assert "line 10" not in message
    assert message.endswith("correct them and try again")


def test_bytes_that_are_no_utf8_are_named(rows):
    """The row's line is given, not the byte."""
    with pytest.raises(RowsError, match="line 2: no JSON"):
        rows(b'{"id": "a", "question": "Who?"}\n{"id": "b", "question": "Caf\xe9?"}\n')


def test_rows_nested_without_end_are_named(rows):
    """No traceback for what is made to break the parser."""
    with pytest.raises(RowsError, match="line 1: no JSON"):
        rows("[" * 200_000)


def test_many_problems_are_counted(rows):
    """Twenty are named, the rest counted."""
    with pytest.raises(RowsError, match=r"line 20: .*; and 30 more: correct"):
        rows("x\n" * 50)


@pytest.mark.parametrize("data", ["", "\n\n", "\ufeff"])
def test_a_file_without_questions_is_said_to_be_one(rows, data):
    """Empty, or blank lines alone."""
    with pytest.raises(RowsError, match="it has no questions"):
        rows(data)


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path):
    """So is a folder."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(UsageError, match="can't be read: "):
            read_questions(path)

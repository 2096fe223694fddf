"""A person's own questions to train on."""

import json

from qa.training.own import read_own

TEXT = """# The boats of Arlen

Arlen had 20 boats in 1950. The mill of Arlen was built of oak.

# The market

The market of Arlen is held on Fridays, and fish is sold there.
"""


class Silent:
    """Hears nothing."""

    def say(self, message):
        """Nothing is shown."""


def asked(tmp_path, *rows):
    """The pairs of passage and question that are made of some rows."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "arlen.md").write_text(TEXT, "utf-8")
    file = tmp_path / "own.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    source = read_own(file, tmp_path / "texts", Silent())
    return source.answerable, source.unanswerable


def test_an_answer_is_where_it_stands_in_the_evidence(tmp_path):
    """Not elsewhere in the document, and without its other spellings."""
    evidence = {"document": "arlen.md", "quote": "Arlen had 20 boats in 1950."}
    row = {"id": "1", "question": "How many boats?", "answers": ["20", "twenty"]}
    answerable, unanswerable = asked(tmp_path, row | {"evidence": [evidence]})
    ((passage, question),) = answerable
    assert [passage.text[a:b] for a, b in question.answers] == ["20"]
    assert not unanswerable


def test_what_tempts_is_read_with_a_question_that_nothing_answers(tmp_path):
    """The passage that is named, though no word of the question is in it, and it only once."""
    near = {"document": "arlen.md", "quote": "The market of Arlen is held on Fridays"}
    row = {"id": "1", "question": "When was 1950 built?", "answerable": False, "near": near}
    answerable, unanswerable = asked(tmp_path, row)
    assert not answerable
    texts = [passage.text for passage, _ in unanswerable]
    assert any("Fridays" in text for text in texts)
    assert len(set(texts)) == len(texts)

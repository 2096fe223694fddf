"""Sets in SQuAD's layout."""

import json
from pathlib import Path

import pytest

from qa.errors import RowsError
from qa.evaluation.cached import TemporaryIndexes
from qa.evaluation.own import Choice
from qa.evaluation.squad import evaluate_squad, read_squad

FIRST = "Ana leads the bank. She took office in 2010."
SECOND = "The 🏦 bank has ten branches. It lends money."
FILE = Path("set.json")


def qa_of(name, question, context, *answers, impossible=None):
    found = [{"text": text, "answer_start": context.index(text)} for text in answers]
    value = {"id": name, "question": question, "answers": found}
    return value if impossible is None else value | {"is_impossible": impossible}


@pytest.fixture
def squad():
    """Give a set of two articles of the same title; the first has two paragraphs."""
    bank = [
        {"context": FIRST, "qas": [qa_of("1", "Who leads the bank?", FIRST, "Ana", "Ana leads")]},
        {"context": SECOND, "qas": [
            qa_of("2", "What does it lend?", SECOND, "money"),
            qa_of("3", "Who robbed it?", SECOND, impossible=True) | {"plausible_answers": []},
        ]},
    ]  # fmt: skip
    other = [
        {"context": "Rivers flow.", "qas": [qa_of("4", "What flows?", "Rivers flow.", "Rivers")]}
    ]
    return {"version": "v2.0", "data": [{"title": "The_Bank", "paragraphs": bank},
                                        {"title": "The_Bank", "paragraphs": other}]}  # fmt: skip


def read(value, *, by_paragraph=False):
    return read_squad(json.dumps(value).encode(), FILE, by_paragraph=by_paragraph)


@pytest.mark.parametrize("by_paragraph", [False, True])
def test_evidence_is_the_sentence_around_an_answer(squad, by_paragraph):
    """Each label is, at its offset in its document, the sentence that holds the answer."""
    made = read(squad, by_paragraph=by_paragraph)
    texts = {f"corpus.jsonl#{row['_id']}": row["text"]
             for row in map(json.loads, made.corpus.splitlines())}  # fmt: skip
    assert len(texts) == (3 if by_paragraph else 2)
    quotes = {}
    for case in made.cases:
        assert case.given in texts
        for evidence in case.evidence:
            start = evidence.start
            found = texts[evidence.document][start : start + len(evidence.quote)]
            assert found == evidence.quote
            assert evidence.document == case.given
        quotes[case.id] = [evidence.quote for evidence in case.evidence]
    assert quotes == {"1": ["Ana leads the bank."], "2": ["It lends money."], "3": [],
                      "4": ["Rivers flow."]}  # fmt: skip
    assert [case.answerable for case in made.cases] == [True, True, False, True]
    assert made.cases[0].answers == ("Ana", "Ana leads")


def test_titles_that_stand_twice_are_two_documents(squad):
    """Articles of one title keep apart, and are shown by their title."""
    rows = [json.loads(line) for line in read(squad).corpus.splitlines()]
    assert [(row["_id"], row["title"]) for row in rows] == [
        ("The_Bank", "The Bank"),
        ("The_Bank (2)", "The Bank"),
    ]


def test_an_offset_that_is_wrong_is_label_drift(squad, library, notebook, tmp_path):
    """A label that does not stand where the file says is listed, not moved."""
    squad["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 3
    path = tmp_path / "set.json"
    path.write_text(json.dumps(squad))
    indexes = TemporaryIndexes(encoders=library.encoders)
    made = evaluate_squad(path, Choice(), indexes, notebook, given_context=False)
    assert [result.case.id for result in made.drifted] == ["1"]


def test_open_and_given(squad, library, notebook, tmp_path):
    """With its paragraph given, a question is answered from that paragraph alone."""
    path = tmp_path / "set.json"
    path.write_text(json.dumps(squad))
    indexes = TemporaryIndexes(encoders=library.encoders)
    opened = evaluate_squad(path, Choice(), indexes, notebook, given_context=False)
    assert len(opened.results) == 4
    assert not opened.drifted
    assert opened.measures["F1"].n == 3
    given = evaluate_squad(path, Choice(), indexes, notebook, given_context=True)
    for result in given.results:
        places = {ranked.document for ranked in result.found.best}
        assert places == {result.case.given}
        assert all(cited.document == result.case.given for cited in result.citations)
    assert given.settings["cases"]["given_context"] is True


def test_a_paragraph_of_white_space(squad, library, notebook, tmp_path):
    """A question on nothing is refused, and takes nothing from other paragraphs."""
    empty = {"context": " ", "qas": [qa_of("5", "Who leads the bank?", "", impossible=True)]}
    squad["data"].append({"title": "Nothing", "paragraphs": [empty]})
    path = tmp_path / "set.json"
    path.write_text(json.dumps(squad))
    indexes = TemporaryIndexes(encoders=library.encoders)
    made = evaluate_squad(path, Choice(), indexes, notebook, given_context=True)
    assert made.results[-1].abstained


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], ["no JSON object with"]),
        ({"data": []}, ["it has no questions"]),
        ({"data": [{"title": "x"}, 3]}, ["data[0]: no article", "data[1]: no article"]),
        ({"data": [{"title": "x", "paragraphs": [{"context": 3}, {"context": "y.", "qas": [
            {"id": "1", "question": " "},
            {"id": "2", "question": "?"},
            {"id": "3", "question": "?", "answers": []},
            {"id": "4", "question": "?", "answers": [{"text": "y"}]},
            {"id": "5", "question": "?", "is_impossible": True},
            {"id": "5", "question": "?", "is_impossible": True},
        ]}]}]}, [
            'data[0].paragraphs[0]: no "context"',
            "data[0].paragraphs[1].qas[0]: no question",
            "data[0].paragraphs[1].qas[1]: no question (KeyError('answers'))",
            "data[0].paragraphs[1].qas[2]: no question",
            "data[0].paragraphs[1].qas[3]: no question (KeyError('answer_start'))",
            "the id '5' stands twice",
        ]),
    ],
)  # fmt: skip
def test_bad_files(value, said):
    """Everything wrong is in one message, by its place in the file."""
    with pytest.raises(RowsError) as caught:
        read(value)
    for part in said:
        assert part in str(caught.value)


def test_no_json():
    """A file that is no JSON is refused."""
    with pytest.raises(RowsError, match=r"set\.json: no JSON object"):
        read_squad(b"{", FILE, by_paragraph=False)

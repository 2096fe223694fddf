"""Sets in SQuAD's layout, and what of them is held out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import RowsError, UsageError
from qa.training.articles import (
    Article,
    Paragraph,
    Question,
    Source,
    hold_out,
    hold_out_questions,
    read_source,
    without,
)


def write(folder, value):
    """Write a file of a value as JSON, or of a text as it is."""
    file = folder / "set.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return file


def names(articles):
    return [article.name for article in articles]


def texts(articles):
    """The questions of articles, each as often as it stands there."""
    return [q.text for a in articles for p in a.paragraphs for q in p.questions]


@pytest.fixture
def source(squad):
    """Give the six articles of towns."""
    return read_source(squad)


def test_answers_are_spans_of_their_paragraph(source, layout):
    """Each question with all of its answers, in order; the article's name is the title."""
    assert source.name == "towns"
    for article, made in zip(source.training, layout()["data"], strict=True):
        for paragraph, given_ in zip(article.paragraphs, made["paragraphs"], strict=True):
            assert paragraph.title == article.name.replace("_", " ")
            assert paragraph.text == given_["context"]
            for question, asked in zip(paragraph.questions, given_["qas"], strict=True):
                assert question.text == asked["question"]
                found = [paragraph.text[slice(*span)] for span in question.answers]
                assert found == [answer["text"] for answer in asked["answers"]]


def test_answerable_and_unanswerable_are_told_apart(source):
    """Two questions a paragraph have an answer, one of every third has none."""
    assert len(source.answerable) == 36
    assert len(source.unanswerable) == 6
    assert all(question.answers for _, question in source.answerable)
    assert all(
        question.text.startswith("What is the bridge") for _, question in source.unanswerable
    )


def test_an_answer_that_is_not_where_it_is_said_to_be_is_dropped(tmp_path, layout):
    """And its question with the last; what is marked impossible has no answers."""
    made = layout(3)
    first, second, third = made["data"][0]["paragraphs"][0]["qas"]
    first["answers"][0]["answer_start"] += 1
    second["answers"][0]["text"] = "none"
    third["answers"] = [{"text": "The", "answer_start": 0}]
    (paragraph, *_) = read_source(write(tmp_path, made)).training[0].paragraphs
    assert [question.text for question in paragraph.questions] == [
        first["question"],
        third["question"],
    ]
    assert [len(question.answers) for question in paragraph.questions] == [1, 0]


def test_few_articles_are_paragraphs_under_one_name(tmp_path, layout):
    """Each paragraph is an article then, and the name no title."""
    found = read_source(write(tmp_path, layout(2))).training
    assert names(found) == [f"Town_{n}/{i}" for n in range(2) for i in range(3)]
    assert {p.title for article in found for p in article.paragraphs} == {""}


def test_what_is_left_out_is_not_there(squad):
    """Articles by their name, paragraphs by their text, whatever the case."""
    found = read_source(squad, ("town_3", "ADA BROOK"))
    assert "Town_3" not in names(found.training)
    assert "Ada Brook" not in "".join(p.text for a in found.training for p in a.paragraphs)
    assert len(texts(found.training)) == 42 - 7 - 3


def test_leaving_nothing_out_changes_nothing(source):
    """No text, no article less."""
    assert without(source.training, ()) == source.training


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it is not of SQuAD's layout"),
        ({"data": [{"title": "A"}]}, "it is not of SQuAD's layout (KeyError('paragraphs'))"),
        ({"data": [{"title": "A", "paragraphs": [{"context": "a"}]}]}, "KeyError('qas')"),
        (
            {"data": [{"title": "A", "paragraphs": [{"context": "a", "qas": [
                {"question": "b", "answers": [{"text": 1, "answer_start": 0}]}]}]}]},
            "TypeError",
        ),
    ],
)  # fmt: skip
def test_what_is_not_of_that_layout_is_refused(tmp_path, content, message):
    """With the file, what is wrong and what to do."""
    file = write(tmp_path, content)
    with pytest.raises(RowsError) as caught:
        read_source(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)
    assert "correct them and try again" in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_wrong_call(tmp_path):
    """A folder is no file."""
    with pytest.raises(UsageError, match="can't be read"):
        read_source(tmp_path)


# ---------------------------------------------------------------- held out


def make(sizes):
    """A source of articles with so many questions, each in a paragraph of its own."""
    articles = []
    for n, size in enumerate(sizes):
        asked = [Paragraph("", f"{n} {i}", (Question(f"{n}/{i}", ()),)) for i in range(size)]
        articles.append(Article(str(n), tuple(asked)))
    return Source("made", tuple(articles))


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.floats(0, 1),
    st.integers(0, 60),
    st.integers(0, 5),
)
def test_whole_articles_are_held_out(sizes, share, most, seed):
    """Every article is in one part; the held out have what was wanted, and none too many."""
    whole = make(sizes)
    parted = hold_out(whole, share, most, seed)
    assert sorted(names(parted.training + parted.held_out)) == sorted(names(whole.training))
    assert parted.training
    assert parted == hold_out(whole, share, most, seed)
    held = [article.size for article in parted.held_out]
    wanted = min(share * sum(sizes), most)
    if held:
        assert sum(held[:-1]) < wanted
    assert sum(held) >= wanted or len(parted.training) == 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.floats(0, 1), st.integers(0, 60))
def test_questions_are_held_out_wherever_they_stand(sizes, share, most):
    """A question asked of two paragraphs is in one part; the paragraphs stay to be read."""
    one = make(sizes)
    other = make([size + 1 for size in sizes])
    whole = Source("both", one.training + other.training)
    parted = hold_out_questions(whole, share, most, 1)
    held, left = texts(parted.held_out), texts(parted.training)
    assert not set(held) & set(left)
    assert sorted(held + left) == sorted(texts(whole.training))
    assert left
    assert len(set(held)) <= most
    assert [[p.text for p in a.paragraphs] for a in parted.training] == [
        [p.text for p in a.paragraphs] for a in whole.training
    ]
    assert all(p.questions for a in parted.held_out for p in a.paragraphs)


def test_another_seed_holds_out_others(source):
    """Which questions are measured on is drawn."""
    parts = {tuple(names(hold_out(source, 0.3, 100, seed).held_out)) for seed in range(8)}
    assert len(parts) > 1
    parts = {tuple(texts(hold_out_questions(source, 0.3, 100, n).held_out)) for n in range(8)}
    assert len(parts) > 1


def test_the_digest_follows_what_is_trained_on(source):
    """The same for the same, another when a question is held out or the file's name changes."""
    assert source.digest == Source(source.name, source.training).digest
    held = hold_out_questions(source, 0.1, 1, 1)
    assert len({source.digest, held.digest, Source("other", source.training).digest}) == 3

"""From what a reader found to answers: ranking, refusing, agreeing, contradicting."""

import math
from dataclasses import replace

import pytest

from qa.extract import Weights
from qa.features import FEATURES
from qa.found import whole_words
from qa.hits import hits
from qa.nouns import Status
from qa.span_logits import Span

QUESTION = "How many ships did the harbour of Veldt handle in 2018?"


@pytest.fixture
def harbour(library):
    """Give documents that agree, and one that does not."""
    library.write("a.md", "# A\n\nIn 2018 the harbour of Veldt handled 4,200 ships in all.\n")
    library.write("b.md", "# B\n\nThe harbour of Veldt handled 4,200 ships in 2018, it is said.\n")
    library.write("c.md", "# C\n\nIn 2018 the harbour of Veldt handled 3,900 ships in all.\n")
    library.write("d.md", "# D\n\nIn 2017 the harbour of Oak handled many boats.\n")
    library.build()
    return library


def test_the_exact_words_are_the_answer(harbour):
    """The span answers, inside the sentence that is quoted and checked."""
    answer = harbour.reading({"4,200": 1.0}).ask(QUESTION)
    first = answer.citations[0]
    assert answer.text == "4,200"
    assert first.quote[first.answer_start - first.start : first.answer_end - first.start] == "4,200"
    assert all(citation.status is Status.VERIFIED for citation in answer.citations)


def test_documents_that_agree_are_all_cited(harbour):
    """The same words in another document's sentence are a citation of their own."""
    answer = harbour.reading({"4,200": 1.0}).ask(QUESTION)
    assert {citation.document for citation in answer.citations} == {"a.md", "b.md"}
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert not answer.disputed


def test_documents_that_disagree_are_both_shown(harbour):
    """Another figure in a sentence of the same words contradicts, and is marked."""
    answer = harbour.reading({"4,200": 1.0, "3,900": 0.9}).ask(QUESTION)
    assert answer.disputed
    contrary = [citation for citation in answer.citations if not citation.agrees]
    assert [citation.document for citation in contrary] == ["c.md"]


def test_another_year_does_not_contradict(harbour):
    """A figure of another year is none of this one's business."""
    harbour.write("c.md", "# C\n\nIn 2016 the harbour of Veldt handled 3,900 ships in all.\n")
    harbour.build()
    answer = harbour.reading({"4,200": 1.0, "3,900": 0.9}).ask(QUESTION)
    assert "c.md" not in {citation.document for citation in answer.citations}


def test_passages_are_ranked_by_what_was_read(harbour):
    """A sure answer lifts its passage; the score is retrieval's and the reader's part."""
    session = harbour.reading({"many boats": 3.0, "4,200": 1.0})
    found = session.search(QUESTION, 4)
    assert found[0].document == "d.md"
    assert [hit.rank for hit in found] == [1, 2, 3, 4]
    before = {
        hit.passage_id: hit.score for hit in hits(session.snapshot, session.candidates(QUESTION), 4)
    }
    read = [hit for hit in found if "reader" in hit.scores]
    assert read
    for hit in found:
        whole = before[hit.passage_id] + hit.scores.get("reader", 0.0)
        assert hit.score == pytest.approx(whole)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_a_statement_is_searched_for_and_not_read(harbour):
    """Of what asks nothing no answer tells where it is said: the order is that of retrieval."""
    session = harbour.reading({"many boats": 3.0})
    stated = "The harbour of Veldt handled ships in 2018."
    before = hits(session.snapshot, session.candidates(stated), 4)
    assert session.search(stated, 4) == before
    assert session.ranked(stated).ids.tolist() == session.candidates(stated).ids.tolist()


def test_what_a_run_ranks_is_what_was_read(harbour):
    """Candidates are in the order of the hits, and none is lost."""
    session = harbour.reading({"many boats": 3.0})
    candidates = session.candidates(QUESTION)
    read = session.read(QUESTION, candidates)
    assert [hit.passage_id for hit in read.hits] == read.candidates.ids[: len(read.hits)].tolist()
    assert sorted(read.candidates.ids.tolist()) == sorted(candidates.ids.tolist())


def test_an_answer_about_another_year_is_refused(harbour):
    """The reason names both years, and what came closest is shown."""
    answer = harbour.reading({"4,200": 1.0}).ask("How many ships did Veldt handle in 2022?")
    assert answer.abstained
    assert answer.reason == "the documents give this for 2018, not for 2022"
    assert answer.nearest[0].document == "a.md"


def test_below_the_threshold_words_found_nowhere_are_named(harbour):
    """An abstention says which words of the question stand nowhere in the folder."""
    answer = harbour.reading({"4,200": -1.0}).ask("How many ferries did Veldt handle?")
    assert answer.abstained
    assert answer.missing == ("ferries",)
    assert "“ferries”" in answer.reason


def test_below_the_threshold_a_name_that_is_elsewhere(harbour):
    """A name that stands in the folder, but not in what came closest, is named."""
    session = harbour.reading({"4,200": -1.0})
    reason = session.ask("How many ships in all did the harbour of Oak handle?").reason
    assert reason == "what comes closest does not mention “Oak”"


def test_unread_files_are_named_where_nothing_answers(harbour):
    """A file that could not be read might hold the answer; one left out on purpose does not."""
    harbour.write("scan.xyz", b"\0\1")
    harbour.write("notes.md", "---\nindex: false\n---\nShips.\n")
    harbour.write(".hidden.md", "Ships.\n")
    harbour.build()
    answer = harbour.reading({"4,200": -1.0}).ask("How many ferries did Veldt handle?")
    assert [item.path for item in answer.unread] == ["scan.xyz"]
    assert harbour.reading({"4,200": 1.0}).ask(QUESTION).unread == ()


def test_the_users_threshold_comes_first(harbour):
    """Settings say when to refuse; without them the reader's own threshold does."""
    session = harbour.reading({"4,200": 1.0}, threshold=0.9)
    assert session.ask(QUESTION).abstained
    lower = replace(session, settings=replace(session.settings, threshold=0.6))
    assert lower.ask(QUESTION).text == "4,200"


def test_only_the_best_passages_are_read(harbour):
    """As many passages are read as the extractor says, whatever is shown."""
    session = harbour.reading({"4,200": 1.0})
    session.read(QUESTION, session.candidates(QUESTION), 50)
    assert len(session.reader.model.read) == 4
    assert session.reader.model.read[0][1].title in {"A", "B", "C", "D"}


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("worth $4.6 billion", "4.6 billion", "$4.6 billion"),
        ("it fell by 42% in May", "42", "42%"),
        ("the maquiladoras there", "maquila", "maquiladoras"),
        ("the maquiladoras there", "doras", "maquiladoras"),
        ("a 21-year plan", "21", "21"),
        ("\u9996\u90fd\u662f\u4e1c\u4eac\u3002", "\u4e1c", "\u4e1c"),
        ("Omoa", "Omoa", "Omoa"),
    ],
)
def test_an_answer_is_of_whole_words(text, found, whole):
    """With the sign of a currency or of a share; scripts without spaces stay as they were."""
    start = text.index(found)
    span = whole_words(text, Span(start, start + len(found), 1.0))
    assert text[span.start : span.end] == whole


def test_a_country_is_no_leader(library):
    """However sure the reader is, a person is looked for."""
    library.write("a.md", "# A\n\nIn 2004 Honduras signed it, said its leader Ana Paz of Oak.\n")
    library.build()
    session = library.reading({"Honduras": 3.0, "Ana Paz": 2.0})
    assert session.ask("Which leader of Oak signed it in 2004?").text == "Ana Paz"
    assert session.ask("Which country signed it in 2004, said Ana Paz?").text == "Honduras"


def test_a_sentence_that_denies_it_gives_no_answer(library):
    """However sure the reader is; that the documents deny it is the reason, and it is cited."""
    library.write(
        "a.md",
        "# A\n\nThe article gives no date for the meeting at the lake, and is of 2024 itself.\n",
    )
    library.build()
    session = library.reading({"2024": 3.0})
    refused = session.ask("When was the meeting at the lake?")
    assert refused.abstained
    assert refused.reason == "the documents say that it is not told"
    assert "gives no date" in refused.passages[0].text
    assert session.ask("Of which year is the article itself?").text == "2024"


def test_how_sure_to_be_is_said_of_the_best(harbour):
    """By a model of its own; it changes no order, and others are less sure as they rank lower."""
    session = harbour.reading({"4,200": 1.0, "3,900": 0.5})
    unsure = harbour.reading({"4,200": 1.0, "3,900": 0.5}, certainty=certainty(-2.0))
    found, less = (each.read(QUESTION, each.candidates(QUESTION)) for each in (session, unsure))
    assert [(c.start, c.hit.document) for c in found.answers] == [
        (c.start, c.hit.document) for c in less.answers
    ]
    assert less.answers[0].probability == pytest.approx(1 / (1 + math.exp(2.0)))
    shares = [c.probability / less.answers[0].probability for c in less.answers]
    assert shares == pytest.approx(
        [c.probability / found.answers[0].probability for c in found.answers]
    )
    assert unsure.ask(QUESTION).text is None


def certainty(bias):
    """As sure of every best span, whatever its rank and its features."""
    return Weights(bias, (0.0,) * (1 + len(FEATURES)))


def test_a_sentence_with_all_words_of_the_question_leads(library):
    """Unless what it answers is less than two fifths as probable."""
    library.write(
        "a.md", "# A\n\nGoods came to 5 tons in Omoa.\n\nAll trade came to 9 tons in Omoa.\n"
    )
    library.build()
    question = "How many tons of all trade came to Omoa?"
    for margin, answer in ((0.2, "9 tons"), (-1.5, "5 tons")):
        session = library.reading({"5 tons": 1.0, "9 tons": margin}, threshold=0.1)
        assert session.ask(question).text == answer


def test_names_that_stand_nowhere_and_another_matter(library):
    """Where no passage means nearly the same, a question about strangers is refused at once."""
    library.write("a.md", "# A\n\nThe wall of Omoa came down in the year 1990.\n")
    library.build()
    session = library.reading({"1990": 5.0})
    refused = session.ask("In what year was the Berlin wall down?")
    assert refused.reason == "nothing in the documents bears on it: none of them mentions “Berlin”"
    assert session.ask("In what year was the Omoa wall down?").text == "1990"

"""The ranked passages of a question."""

import numpy as np
import pytest

from qa.counts import grouped
from qa.exact import exact_matches, folded
from qa.generation import DOCUMENTS_BM25, PASSAGES_BM25
from qa.hits import hits
from qa.lexical import Bm25, load_counts
from qa.search import retrieve
from qa.settings import SearchSettings


@pytest.fixture(scope="module")
def session(make_library):
    """Give an index of a few short documents, one paragraph of which stands in two."""
    library = make_library()
    same = "Soto Cano is an air base in Comayagua that houses a task force."
    library.write("base.md", f"# Base\n\n{same}\n")
    library.write("twin.md", f"# Twin\n\n{same}\n")
    unit = "The unit JTF-B trains there. It said “we will return” twice."
    library.write("unit.md", f"# Unit\n\n{unit}\n")
    library.write("near.md", "# Near\n\nThe unit JTF-A trains there too, as JTF-C and JTF-D do.\n")
    for number in range(8):
        library.write(f"other{number}.md", f"# Other {number}\n\nCoffee grows in field {number}.\n")
    library.build()
    return library.session()


def search(session, question, k=5, **settings):
    """The hits of a question."""
    found = retrieve(session.snapshot, session.encoder, question, SearchSettings(**settings))
    return hits(session.snapshot, found, k)


def test_an_exact_identifier_wins(session):
    """A passage with a rare identifier of the question is among the first three."""
    found = search(session, "coffee grows in field JTF-B", weight=1.0)
    assert "unit.md" in [hit.document for hit in found[:3]]
    assert search(session, "JTF-A?", weight=1.0)[0].document == "near.md"


def test_a_quoted_phrase_wins(session):
    """A quoted phrase stands in the first passage, whatever case and spacing."""
    first = search(session, 'coffee field "We  will RETURN"')[0]
    assert first.document == "unit.md"
    assert first.scores["exact"] == 1.0
    assert exact_matches(session.snapshot, 'coffee "return we will"').shares == {}


def test_twins_are_shown_once(session):
    """The same words in two files are one hit that names the other place."""
    found = search(session, "Where is Soto Cano air base?", k=12, weight=1.0)
    named = [hit for hit in found if hit.document in {"base.md", "twin.md"}]
    assert [hit.document for hit in named] == ["base.md"]
    (place,) = named[0].also_in
    assert place.document == "twin.md"
    twin = session.snapshot.text(session.snapshot.find_document("twin.md"))
    assert twin[place.start : place.end] == named[0].text


def test_every_part_of_the_score_is_kept(session):
    """The fused score is the convex combination of the parts that a hit reports."""
    for hit in search(session, "coffee in the field of Soto Cano", k=12, weight=0.3, context=0.2):
        parts = hit.scores
        share = parts["lexical_share"]
        fused = share * parts["lexical_normalised"] + (1 - share) * parts["dense_normalised"]
        assert hit.score == pytest.approx(0.8 * fused + 0.2 * parts["context"])
        assert parts["lexical"] == pytest.approx(sum(term.weight for term in hit.terms), abs=1e-5)


@pytest.mark.parametrize(
    ("question", "least", "most"),
    [
        ("Where is Soto Cano air base?", 0.9, 1.0),
        ("Where in Soto Cano air base is the zeppelin hangar?", 0.3, 0.8),
        ("Where is the zeppelin hangar?", 0.0, 0.3),
        ("the zeppelin hangar at Soto Cano", 1.0, 1.0),
    ],
)
def test_bm25_counts_by_what_the_best_passage_has_of_the_question(session, question, least, most):
    """In full where it has all terms, and for what asks nothing; little where words are lacking."""
    found = search(session, question, k=12, weight=0.5)
    (share,) = {hit.scores["lexical_share"] for hit in found}
    assert 0.5 * least <= share <= 0.5 * most


def test_cosine_is_the_vectors_own(session):
    """The dense score reported is the inner product of question and passage."""
    question = "Where is Soto Cano?"
    vector = session.encoder.encode_questions([question])[0]
    for hit in search(session, question):
        text = f"{hit.title}\n{hit.text}"
        expected = float(np.dot(session.encoder.encode_questions([text])[0], vector))
        assert hit.scores["dense"] == pytest.approx(expected, abs=1e-5)


def test_hits_are_text_at_their_place(session):
    """A law: the text of a hit stands at its offsets, its sentences lie inside it."""
    for hit in search(session, "unit base coffee", k=20):
        text = session.snapshot.text(session.snapshot.find_document(hit.document))
        assert text[hit.start : hit.end] == hit.text
        assert all(hit.start <= a < b <= hit.end for a, b in hit.sentences)
    ranks = [hit.rank for hit in search(session, "unit base coffee", k=20)]
    assert ranks == list(range(1, len(ranks) + 1))


def test_a_shallow_search_still_scores_both_sides(session):
    """A candidate of one side alone has the other side's raw score all the same."""
    for hit in search(session, "coffee field", k=5, depth=2):
        assert -1 <= hit.scores["dense"] <= 1
        assert (hit.lexical_rank or 3) > 2 or hit.scores["lexical"] > 0


@pytest.mark.parametrize("sections", [1, 3])
def test_context_is_the_whole_documents_share(make_library, sections):
    """A passage has its document's score as a share of the best one's, of its own index or not."""
    library = make_library()
    for number in range(6):
        parts = [
            f"# Part {part}\n\nCoffee {'field ' * number}{part}.\n" for part in range(sections)
        ]
        library.write(f"{number}.md", "\n".join(parts))
    library.build()
    session = library.session()
    snapshot = session.snapshot
    assert len(snapshot.passages) == 6 * sections
    assert (snapshot.folder / DOCUMENTS_BM25).exists() == (sections > 1)
    owners = snapshot.passages["document"]
    whole = Bm25.build(grouped(load_counts(snapshot.folder / PASSAGES_BM25), owners, 6))
    scores = whole.scores(["coffe", "field"])
    assert scores.max() > scores.min() > 0
    found = retrieve(snapshot, session.encoder, "coffee field", SearchSettings())
    assert found.terms == ("coffe", "field")
    assert found.context.tolist() == (scores / scores.max())[owners].tolist()


def test_folded():
    """Comparing word for word folds case, white space and compatibility forms."""
    assert folded("ﬁnal\n  REPORT") == "final report"

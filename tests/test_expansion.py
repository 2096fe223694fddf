"""Words of like meaning beside a question's own."""

import re

import numpy as np
import pytest

from qa import expansion, tokens
from qa.expansion import THESAURUS, contributions, related, widened
from qa.hits import hits
from qa.lexical import Bm25, count_terms
from qa.places import places_of
from qa.search import retrieve
from qa.settings import SearchSettings
from qa.training.thesaurus import thesaurus

TEXTS = ("The homicides fell.", "A killing was reported.", "Coffee grows.", "Murder, they wrote.")


@pytest.fixture
def near(monkeypatch):
    """Let the thesaurus be a small one."""
    beside = {
        "murder": (("homicid", 0.8), ("kill", 0.6), ("fell", 0.5)),
        "bean": (("coffe", 0.9),),
        "drop": (("fell", 0.7), ("murder", 0.6)),
    }
    monkeypatch.setattr(expansion, "_near", lambda term: beside.get(term, ()))


def bm25(texts=TEXTS):
    """The index of some texts."""
    return Bm25.build(count_terms([tokens.analyse(text) for text in texts]))


def test_the_folder_s_words_are_found(near):
    """A term that stands in the folder counts less beside its own word than instead of it."""
    here = related(bm25(), ["murder", "bean", "zebra", "murder"])
    assert here == (
        (("homicid", pytest.approx(0.4)), ("kill", pytest.approx(0.3)), ("fell", 0.25)),
        (("coffe", pytest.approx(1.35)),),
    )


def test_a_question_s_own_words_are_not_found_twice(near):
    """What it asks for stands for itself."""
    ((only,),) = related(bm25(), ["drop", "murder", "homicid", "kill"])[:1]
    assert only[0] == "fell"
    assert related(bm25(("Nothing of it.",)), ["murder"]) == ()


def test_no_more_than_some_are_found(monkeypatch):
    """The nearest."""
    words = [f"w{number}" for number in range(30)]
    monkeypatch.setattr(expansion, "_near", lambda _: tuple((word, 0.9) for word in words))
    (found,) = related(bm25((" ".join(words),)), ["murder"])
    assert [term for term, _ in found] == words[:10]


def test_the_best_of_each_word_is_added(near):
    """Two words for one thing count once, two words of the question each; the parts add up."""
    index = bm25((*TEXTS, "The homicides fell, a killing more: coffee"))
    groups = related(index, ["murder", "bean"])
    added = widened(index, groups)

    def score(term):
        return index.scores([term])

    first = [0.4 * score("homicid"), 0.3 * score("kill"), 0.25 * score("fell")]
    np.testing.assert_allclose(added, np.max(first, 0) + 1.35 * score("coffe"), rtol=1e-5)
    assert added[4] > 0
    given = contributions(index, groups, range(5))
    np.testing.assert_allclose([sum(p.weight for p in parts) for parts in given], added, rtol=1e-5)
    assert [part.term for part in given[4]] == ["homicid", "coffe"]
    assert widened(index, ()).tolist() == [0.0] * 5


def test_a_word_that_stands_for_two_is_shown_once(near):
    """With what it adds for both."""
    index = bm25(("They fell.", "Coffee grows."))
    groups = related(index, ["murder", "drop"])
    (part,) = contributions(index, groups, [0])[0]
    assert part.term == "fell"
    assert part.weight == pytest.approx(widened(index, groups)[0])
    assert len(groups) == 2


def test_a_passage_in_other_words_is_found(make_library):
    """By its words, and the parts of the score are shown; what asks nothing is taken literally."""
    library = make_library()
    library.write("a.md", "# A\n\nThe number of homicides in the valley was lower.\n")
    for number in range(5):
        library.write(f"{number}.md", f"# {number}\n\nThe number of cups in house {number}.\n")
    library.build()
    session = library.session()

    def first(question):
        found = retrieve(session.snapshot, session.encoder, question, SearchSettings(weight=1.0))
        return hits(session.snapshot, found, 1)[0]

    asked = first("How many murders?")
    assert asked.document == "a.md"
    assert [term.term for term in asked.terms] == ["homicid"]
    assert asked.scores["lexical"] == pytest.approx(asked.terms[0].weight)
    assert first("murders").terms == ()


# ---------------------------------------------------------------- the thesaurus


class Words:
    """Gives each word the vector that it is told to."""

    def __init__(self, vectors):
        self._vectors = vectors

    def encode_passages(self, texts):
        vectors = np.array([self._vectors[text] for text in texts], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_thesaurus_is_made():
    """Terms, each the mean of its words; two models' cosines are averaged; no country is another's.

    A word of several terms is left out, and so is a term that is near none.
    """
    one = {"kill": (1, 0, 0), "killing": (1, 0.5, 0), "murder": (1, 0.25, 0), "tea": (0, 0, 1)}
    one |= {"peru": (0, 1, 0.1), "peruvian": (0, 1, 0.1), "chile": (0, 1, 0.1), "don't": (1, 0, 0)}
    other = dict.fromkeys(one, (1, 0, 0)) | {"tea": (0, 1, 0), "murder": (0.6, 0.8, 0)}
    made = thesaurus(one, [Words(one)])
    lines = dict(line.split("\t") for line in made.splitlines())
    assert list(lines) == sorted(lines) == ["kill", "murder", "peru", "peruvian"]
    assert lines["kill"] == "murder 100"
    assert lines["peru"] == "peruvian 100"
    both = dict(row.split("\t") for row in thesaurus(one, [Words(one), Words(other)]).splitlines())
    assert "murder 80" in both["kill"]


def test_the_thesaurus_is_in_order():
    """Each line a term and its neighbours, nearest first, of terms as they are indexed."""
    lines = THESAURUS.read_text("utf-8").splitlines()
    assert len(lines) > 10_000
    names = [line.partition("\t")[0] for line in lines]
    assert names == sorted(set(names))
    known = set(names)
    for line in lines[::50]:
        name, _, rest = line.partition("\t")
        assert re.fullmatch(r"[a-z]+ \d+( [a-z]+ \d+)*", rest)
        parts = rest.split(" ")
        near = list(map(int, parts[1::2]))
        assert 50 <= min(near) <= max(near) <= 100
        assert near == sorted(near, reverse=True)
        assert name not in parts[::2]
        assert known.issuperset(parts[::2])


@pytest.mark.parametrize(
    ("word", "other"), [("murders", "homicide"), ("soldiers", "troops"), ("buy", "purchased")]
)
def test_the_thesaurus_knows(word, other):
    """What a person would say instead; whatever is not in it has no neighbours."""
    (term,), (meant,) = tokens.analyse(word), tokens.analyse(other)
    assert meant in dict(expansion._near(term))
    assert expansion._near("zzyzx") == expansion._near("11,400") == ()


def test_no_country_stands_for_another():
    """A question about one is not answered from another."""
    for country in ("guatemala", "honduras", "france"):
        (term,) = tokens.analyse(country)
        others = {other for other, _ in expansion._near(term)}
        assert not {o for o in others if places_of(o) - places_of(country)}

"""What speaks for and against a span."""

import math

import pytest

from qa.combination import Combination
from qa.extract import SentenceVectors, Weights
from qa.features import FEATURES
from qa.hits import hits
from qa.spans import SpanExtractor

NEUTRAL = Combination(Weights(0.0, ()), None, 0.0)


def evidence(library, margins, question):
    """The features by name of each span that a reader of these margins finds."""
    session = library.reading(margins)
    extractor = SpanExtractor(
        session.snapshot, SentenceVectors(session.encoder), session.reader.model, NEUTRAL
    )
    candidates = session.candidates(question)
    found = hits(session.snapshot, candidates, extractor.passages)
    rows = extractor.evidence(question, found, candidates)
    return {one.text: dict(zip(FEATURES, values, strict=True)) for one, values in rows}


def test_every_feature_is_a_number(library):
    """As many as there are names, all finite."""
    library.write("a.md", "# A\n\nIn 2016 Panama seized 56 tons of cocaine.\n")
    library.build()
    found = evidence(library, {"56 tons": 4.0}, "How much cocaine did Nicaragua seize in 2016?")
    values = found["56 tons"]
    assert set(values) == set(FEATURES)
    assert all(map(math.isfinite, values.values()))
    assert values["elsewhere"] == 1.0
    assert values["margin"] == 0.4
    assert values["agreement"] == 1.0


def test_what_speaks_against_a_span(library):
    """Another kind of thing, another time, another country: each has its number."""
    library.write("a.md", "# A\n\nIn 2004 Honduras signed the treaty of Oak.\n")
    library.build()
    found = evidence(library, {"Honduras": 4.0}, "Which leader will sign the treaty of Oak?")
    assert found["Honduras"]["lone_name"] == 1.0
    assert found["Honduras"]["other_year"] == 0.0
    assert found["Honduras"]["not_ahead"] == 1.0
    assert found["Honduras"]["elsewhere"] == 0.0


def test_spans_of_the_same_words_agree(library):
    """Their exponential margins are added up, and divided by those of all spans; one leads."""
    library.write("a.md", "# A\n\nThe treaty of Oak was signed in Omoa.\n")
    library.write("b.md", "# B\n\nIt was in Omoa that Tela signed the treaty of Oak.\n")
    library.build()
    found = evidence(library, {"Omoa": 2.0, "Tela": 1.0}, "Where was the treaty of Oak signed?")
    shares = {words: values["agreement"] for words, values in found.items()}
    whole = 2 * math.exp(2) + math.exp(1)
    assert shares["Omoa"] == pytest.approx(2 * math.exp(2) / whole)
    assert shares["Tela"] == pytest.approx(math.exp(1) / whole)
    assert [found[words]["first"] for words in ("Omoa", "Tela")] == [1.0, 0.0]


def test_a_sentence_of_another_year(library):
    """It has a year, and none of those asked for."""
    library.write("a.md", "# A\n\nThe treaty of Oak was signed in Omoa in 1980.\n")
    library.build()
    found = evidence(library, {"Omoa": 2.0}, "Where was the treaty of Oak signed?")
    assert found["Omoa"]["kind"] == 1.0
    for year, other in ((1990, 1.0), (1980, 0.0)):
        found = evidence(library, {"Omoa": 2.0}, f"Where was the treaty of Oak signed in {year}?")
        assert found["Omoa"]["other_year"] == other

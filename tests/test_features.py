"""What speaks for and against a span."""

import math

from qa.calibration import Calibration
from qa.combination import Combination
from qa.extract import SentenceVectors, Weights
from qa.features import FEATURES
from qa.search import hits
from qa.spans import SpanExtractor

NEUTRAL = Combination(Weights(0.0, ()), Calibration(1.0, 0.0), 0.0)


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
    assert values["behind"] == 0.0


def test_what_speaks_against_a_span(library):
    """Another kind of thing, another time, another country: each has its number."""
    library.write("a.md", "# A\n\nIn 2004 Honduras signed the treaty of Oak.\n")
    library.build()
    found = evidence(library, {"Honduras": 4.0}, "Which leader will sign the treaty of Oak?")
    assert found["Honduras"]["unfit"] == 1.0
    assert found["Honduras"]["not_ahead"] == 1.0
    assert found["Honduras"]["elsewhere"] == 0.0

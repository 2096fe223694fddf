"""Numbers that were fitted to data, each with where they come from."""

from __future__ import annotations

from qa.extract import Weights

# Placeholder order: cosine of the sentence, then `qa.extract.features`.
SENTENCE_WEIGHTS = Weights(-4.0, (3.0, 3.0, 0.5, 0.7, 1.0, 1.0, 1.0, 0.5, 0.1))

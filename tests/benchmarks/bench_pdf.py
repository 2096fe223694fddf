"""Pages of PDF files a second, beside pypdf (the fastest reader in Python alone) and pdfminer.six.

The others give the words in the order they are drawn; here they are put into reading order, too.
Run it by naming it: python -m pytest tests/benchmarks/bench_pdf.py -s
"""

from __future__ import annotations

import io
import random
import time
from pathlib import Path

import making
import mixed

from qa import readers
from qa.nouns import SourceFile

PAGES = 60


def pages():
    """A report of two columns, about 700 words a page."""
    rng = random.Random(0)
    return making.pdf(
        [[" ".join(mixed.sentence(rng) for _ in range(4)) for _ in range(9)] for _ in range(PAGES)],
        columns=2,
        size=9,
    )


def ours(data):
    reading = readers.read(SourceFile("a.pdf", Path("a.pdf"), len(data), 0), data, None)
    return reading.documents[0].text


def of_pypdf(data):
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def of_pdfminer(data):
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(data))


def rate(read, data, count):
    """Pages a second, the best of three runs, and how many words came out."""
    words, best = 0, float("inf")
    for _ in range(3):
        began = time.perf_counter()
        words = len(read(data).split())
        best = min(best, time.perf_counter() - began)
    return count / best, words


def test_pages_a_second_beside_other_readers():
    """Not slower than two thirds of the fastest in Python alone, and nothing is lost."""
    data = pages()
    from pypdf import PdfReader

    count = len(PdfReader(io.BytesIO(data)).pages)
    found = {read.__name__: rate(read, data, count) for read in (ours, of_pypdf, of_pdfminer)}
    own, words = found["ours"]
    print()
    for name, (speed, _) in found.items():
        print(f"{name}: {speed:.0f} pages/s, ours is {own / speed:.2f} times as fast")
    assert words == found["of_pypdf"][1]
    assert own > found["of_pypdf"][0] * 2 / 3
    assert own > 3 * found["of_pdfminer"][0]

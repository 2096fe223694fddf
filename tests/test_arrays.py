"""Arrays and indexes written piece by piece have the bytes of those written whole."""

from __future__ import annotations

import io

import numpy as np
import pytest

from qa import counts, dense
from qa.arrays import GrowingArray
from qa.generation import DOCUMENT_DTYPE, PASSAGE_DTYPE
from qa.lexical import count_terms, load_counts, merge
from qa.tally import Tally


@pytest.mark.parametrize(
    ("dtype", "row"),
    [(PASSAGE_DTYPE, ()), (DOCUMENT_DTYPE, ()), ("<i4", (2,)), ("u1", (16,)), ("<u8", ())],
)
@pytest.mark.parametrize("pieces", [(), (0,), (3,), (1, 0, 4, 200_000)])
def test_a_growing_array_is_what_numpy_saves(tmp_path, dtype, row, pieces):
    """Byte for byte, whatever the type, the shape of a row and the number of rows."""
    rng = np.random.default_rng(1)
    size = np.dtype(dtype).itemsize
    parts = []
    for number in pieces:
        data = rng.integers(0, 256, number * size * int(np.prod(row)), np.uint8)
        parts.append(data.view(dtype).reshape(-1, *row))
    array = GrowingArray(tmp_path / "a.npy", dtype, row)
    for part in parts:
        array.add(part)
    array.finish()
    whole = np.concatenate([np.empty((0, *row), dtype), *parts])
    expected = io.BytesIO()
    np.save(expected, whole, allow_pickle=False)
    assert (tmp_path / "a.npy").read_bytes() == expected.getvalue()
    assert array.rows == len(whole)


def test_rows_of_another_shape_are_refused(tmp_path):
    """Both shapes are in the message."""
    array = GrowingArray(tmp_path / "a.npy", "<i4", (2,))
    with pytest.raises(ValueError, match=r"\(3,\) where \(2,\)"):
        array.add(np.zeros((1, 3), np.int32))
    array.close()


@pytest.mark.parametrize("pieces", [(), (0,), (1,), (5, 0, 300)])
def test_vectors_in_pieces_are_what_faiss_writes(tmp_path, pieces):
    """Byte for byte, and FAISS reads them."""
    rng = np.random.default_rng(2)
    parts = [rng.standard_normal((number, 24)).astype(np.float32) for number in pieces]
    assert dense.write(tmp_path / "v", 24, iter(parts)) == sum(pieces)
    whole = np.concatenate([np.empty((0, 24), np.float32), *parts])
    data = (tmp_path / "v").read_bytes()
    assert data == dense.to_bytes(whole)
    np.testing.assert_array_equal(dense.DenseIndex(data, len(whole), tmp_path).vectors(), whole)


def test_vectors_of_another_dimension_are_refused(tmp_path):
    """Both numbers are in the message."""
    with pytest.raises(ValueError, match=r"\(3,\), not of 4"):
        dense.write(tmp_path / "v", 4, [np.zeros((1, 3), np.float32)])


def same(found, expected):
    assert found.vocabulary == expected.vocabulary
    assert found.size == expected.size
    for name in ("indptr", "passages", "counts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == getattr(expected, name).dtype


@pytest.fixture
def texts():
    """Give passages of random terms, some of them empty."""
    rng = np.random.default_rng(3)
    return [[f"t{n}" for n in rng.zipf(1.3, rng.integers(0, 30)) % 500] for _ in range(700)]


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 21])
def test_terms_in_blocks_are_the_terms(texts, monkeypatch, block):
    """However few postings are worked on at once: merged, grouped, weighed and measured."""
    whole = count_terms(texts)
    owners = np.sort(np.random.default_rng(4).integers(0, 90, len(texts)))
    expected = counts.grouped(whole, owners, 90), counts.weigh(whole), whole.lengths
    monkeypatch.setattr(counts, "_BLOCK", block)
    cut = 333
    parts = [
        (count_terms(texts[cut:]), np.arange(cut, len(texts))),
        (count_terms(texts[:cut]), np.arange(cut)),
    ]
    same(merge(parts, len(texts)), whole)
    same(counts.grouped(whole, owners, 90), expected[0])
    np.testing.assert_array_equal(counts.weigh(whole), expected[1])
    np.testing.assert_array_equal(whole.lengths, expected[2])
    assert whole.lengths.tolist() == [len(text) for text in texts]


@pytest.mark.parametrize("loose", [1, 3, 1000])
def test_a_tally_is_the_count_of_all(texts, tmp_path, monkeypatch, loose):
    """Sources counted one by one, in any number of steps, beside some kept of an older index."""
    from qa.lexical import Bm25

    monkeypatch.setattr("qa.tally._LOOSE", loose)
    old = texts[:100]
    Bm25.build(count_terms(old)).save(tmp_path)
    tally = Tally(len(old))
    expected = []
    for number in range(100, 140):
        tally.add(count_terms(texts[number : number + 3]))
        expected += texts[number : number + 3]
        if number in {110, 120}:
            tally.keep(number - 60, number - 55)
            expected += old[number - 60 : number - 55]
    same(tally.total(tmp_path), count_terms(expected))
    assert load_counts(tmp_path).size == 100


def test_a_tally_of_nothing_is_empty():
    """No sources, no terms."""
    same(Tally(0).total(None), count_terms([]))

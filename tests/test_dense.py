"""The FAISS side: exact, mapped from its file, refused when it does not fit."""

import numpy as np
import pytest

from qa import dense
from qa.errors import IndexDamaged


@pytest.fixture
def vectors():
    """Give 200 unit vectors, of which 7 and 9 are equal."""
    rows = np.random.default_rng(1).standard_normal((200, 8)).astype(np.float32)
    rows[9] = rows[7]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def path(tmp_path, vectors):
    """Give the file of an index of them."""
    (tmp_path / dense.NAME).write_bytes(dense.to_bytes(vectors))
    return tmp_path / dense.NAME


def test_as_numpy_ranks(path, vectors):
    """The order is that of numpy's own inner products, equal ones by id."""
    index = dense.DenseIndex(path.read_bytes(), 200, path)
    ids, scores = index.top(vectors[7], 50)
    products = vectors @ vectors[7]
    assert ids.tolist()[:2] == [7, 9]
    assert ids.tolist() == np.lexsort((np.arange(200), -products))[:50].tolist()
    assert scores == pytest.approx(products[ids], abs=1e-6)


def test_vectors_are_kept_to_the_bit(path, vectors):
    """What goes in comes out: an incremental build takes vectors over."""
    assert np.array_equal(dense.DenseIndex(path.read_bytes(), 200, path).vectors(), vectors)


def test_more_than_there_are_and_none(tmp_path, path, vectors):
    """Asking for more than there are gives all; an empty index gives none."""
    assert len(dense.DenseIndex(path.read_bytes(), 200, path).top(vectors[0], 1000)[0]) == 200
    (tmp_path / "empty").write_bytes(dense.to_bytes(np.empty((0, 8), np.float32)))
    empty = dense.DenseIndex((tmp_path / "empty").read_bytes(), 0, tmp_path)
    assert len(empty.top(vectors[0], 10)[0]) == 0
    assert empty.vectors().shape == (0, 8)


def test_another_number_of_vectors(path):
    """Both numbers stand in the message."""
    with pytest.raises(IndexDamaged, match="200 vectors for 199 passages"):
        dense.DenseIndex(path.read_bytes(), 199, path)


def test_truncated(path):
    """A file cut in half is refused."""
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(IndexDamaged, match="qa index"):
        dense.DenseIndex(path.read_bytes(), 200, path)

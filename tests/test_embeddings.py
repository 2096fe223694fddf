"""The store of vectors that no generation holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from qa import embeddings
from qa.embeddings import NAME, EmbeddingStore
from qa.errors import StorageError


def key(number):
    return number.to_bytes(16, "big")


def vector(number, dimension=4):
    return np.full(dimension, number, np.float32)


@pytest.fixture
def store(tmp_path):
    """Give an open store of vectors of 4 dimensions."""
    with closing(EmbeddingStore(tmp_path, 4)) as opened:
        yield opened


def numbers(found):
    """What was found, as whole numbers."""
    return {int.from_bytes(k, "big"): v.tolist() for k, v in found.items()}


def test_what_was_put_is_got_by_the_next_process(tmp_path):
    """Vectors come back bit for bit after the file was closed; unknown keys have none."""
    value = np.array([0.1, -2.5, 1e-30, 3.0], np.float32)
    with closing(EmbeddingStore(tmp_path, 4)) as first:
        first.put({key(1): value, key(2): vector(2)})
    with closing(EmbeddingStore(tmp_path, 4)) as second:
        found = second.get([key(1), key(2), key(3)])
    assert set(found) == {key(1), key(2)}
    assert found[key(1)].tobytes() == value.tobytes()


def test_vectors_of_another_dimension_are_not_there(tmp_path, store):
    """A model of another size does not get them."""
    store.put({key(1): vector(1)})
    with closing(EmbeddingStore(tmp_path, 8)) as other:
        assert other.get([key(1)]) == {}


def test_a_vector_under_another_key_or_altered_is_not_there(tmp_path, store):
    """A row's digest holds key and vector together."""
    store.put({key(n): vector(n) for n in (1, 2, 3)})
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        row = connection.execute("SELECT vector FROM vectors WHERE key = ?", (key(1),))
        (data,) = row.fetchone()
        connection.execute("UPDATE vectors SET vector = ? WHERE key = ?", (data, key(2)))
        altered = bytes([data[0] ^ 1]) + data[1:]
        connection.execute("UPDATE vectors SET vector = ? WHERE key = ?", (altered, key(1)))
    assert numbers(store.get(map(key, (1, 2, 3)))) == {3: [3, 3, 3, 3]}


def test_settling_forgets_the_published_and_the_oldest(store, monkeypatch):
    """Published vectors go; of the rest the youngest ``keep`` stay."""
    monkeypatch.setattr(embeddings, "_KEEP_AT_LEAST", 2)
    for number in range(6):
        store.put({key(number): vector(number)})
    store.settle([key(5), key(0)], keep=3)
    assert set(numbers(store.get(map(key, range(6))))) == {2, 3, 4}


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside(tmp_path, content):
    """The store begins anew, and the damaged file is kept under another name."""
    (tmp_path / NAME).write_bytes(content)
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        store.put({key(1): vector(1)})
        assert numbers(store.get([key(1)])) == {1: [1, 1, 1, 1]}
    assert (tmp_path / "embeddings.damaged").read_bytes() == content


def test_another_table_of_that_name_is_set_aside(tmp_path):
    """A valid database that is not ours counts as damaged."""
    with closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("CREATE TABLE vectors (name TEXT)")
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        assert store.get([key(1)]) == {}
        store.put({key(1): vector(1)})
        assert numbers(store.get([key(1)])) == {1: [1, 1, 1, 1]}


def test_damage_found_while_reading_begins_anew(tmp_path, monkeypatch):
    """Pages cut off: what can still be got is right, and putting works."""
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        store.put({key(n): vector(n) for n in range(2000)})
    data = (tmp_path / NAME).read_bytes()
    for share in (0.2, 0.5, 0.9):
        (tmp_path / NAME).write_bytes(data[: int(len(data) * share)])
        with closing(EmbeddingStore(tmp_path, 4)) as store:
            found = numbers(store.get(map(key, range(2000))))
            assert all(value == [number] * 4 for number, value in found.items())
            store.put({key(7): vector(7)})
            assert numbers(store.get([key(7)])) == {7: [7, 7, 7, 7]}


def test_a_damaged_files_journal_goes_with_it(tmp_path):
    """The journal of a file set aside is not played back into the new one."""
    (tmp_path / NAME).write_bytes(b"no database at all")
    (tmp_path / f"{NAME}-journal").write_bytes(b"a journal")
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        store.put({key(1): vector(1)})
    assert not (tmp_path / f"{NAME}-journal").exists()


def test_a_full_disk_says_so_and_keeps_what_was_there(tmp_path, restricted):
    """No room for a batch: the error says what to do, and the batches before it are kept."""
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        store.put({key(1): vector(1)})
    size = (tmp_path / NAME).stat().st_size

    def fill():
        with closing(EmbeddingStore(tmp_path, 4)) as full:
            full.put({key(n): vector(n) for n in range(2, 5000)})

    with pytest.raises(StorageError, match=r"embeddings\.sqlite can't be written .*free space"):
        restricted(fill, limit=size + 4096)
    with closing(EmbeddingStore(tmp_path, 4)) as store:
        assert set(numbers(store.get(map(key, range(5000))))) == {1}


def test_a_folder_in_its_place_is_refused(tmp_path):
    """What is no file can't be set aside for a new one; the error says what it is about."""
    (tmp_path / NAME).mkdir()
    with pytest.raises(StorageError, match=r"embeddings\.sqlite can't be written"):
        EmbeddingStore(tmp_path, 4)

"""Vectors are kept where the rest of an index is lost."""

import json


def test_a_damaged_index_is_rebuilt_without_embedding(library):
    """Texts cut short: the index is refused, and built anew from the vectors it has."""
    library.write("a.md", "# A\n\nSome words.\n")
    library.write("b.md", "# B\n\nOther words.\n")
    library.build()
    texts = next(library.index.glob("generations/*/texts.utf8"))
    texts.write_bytes(texts.read_bytes()[:5])
    library.embedded()
    outcome = library.build()
    assert outcome.published
    assert library.embedded() == []
    assert library.generation() == library.generation(library.fresh())


def test_altered_vectors_are_not_believed(library):
    """Vectors whose checksum differs are made anew."""
    library.write("a.md", "# A\n\nSome words.\n")
    library.build()
    path = next(library.index.glob("generations/*/vectors.faiss"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    library.embedded()
    library.build()
    assert len(library.embedded()) == 1


def test_another_version(library):
    """An index of another version keeps its vectors when it is built anew."""
    library.write("a.md", "# A\n\nSome words.\n")
    library.build()
    path = next(library.index.glob("generations/*/generation.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    library.embedded()
    assert library.build().published
    assert library.embedded() == []

"""Passages."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import sentences
from qa.nouns import Block, Document
from qa.passages import CutSettings, count_words, cut, embedded_text
from qa.readers import markdown, text

DEFAULT = CutSettings()
WORDS = ["trade", "market", "region", "policy", "growth", "court", "port", "river", "coffee"]


def document(words: str, reader=text) -> Document:
    """A document as the reader structures it."""
    return Document("a", words, "", reader.structure(words, 0).blocks)


def sentence(rng: random.Random) -> str:
    """A sentence of 5 to 30 words."""
    return " ".join(rng.choices(WORDS, k=rng.randint(5, 30))).capitalize() + "."


def section(count: int, seed: int) -> list[str]:
    """The sentences of a long section."""
    rng = random.Random(seed)
    return [sentence(rng) for _ in range(count)]


def joined(parts: list[str], paragraph: int) -> Document:
    """A document of one section with so many sentences a paragraph."""
    whole, blocks = "", []
    for first in range(0, len(parts), paragraph):
        start = len(whole)
        whole += " ".join(parts[first : first + paragraph])
        blocks.append(Block(start, len(whole)))
        whole += "\n\n"
    return Document("a", whole, "", tuple(blocks))


def words_of(doc: Document) -> list[str]:
    """The passages' words."""
    return [doc.text[p.start : p.end] for p in cut(doc, DEFAULT)]


def test_a_short_section_is_one_passage():
    """Up to max_words there is one passage, from its first to its last sentence."""
    doc = document("Two words.  And two.\n\nThen four more words.\n")
    (passage,) = cut(doc, DEFAULT)
    assert doc.text[passage.start : passage.end] == "Two words.  And two.\n\nThen four more words."
    assert [doc.text[a:b] for a, b in passage.sentences] == [
        "Two words.", "And two.", "Then four more words.",
    ]  # fmt: skip


def test_sections_are_not_mixed():
    """A passage keeps to one heading path, and no heading is inside, even one that comes twice."""
    doc = document("# T\n\na\n\n## N\n\nb\n\n## N\n\nc\n\n- d\n- e\n\n<!-- x -->\n\nf", markdown)
    assert words_of(doc) == ["a", "b", "c\n\n- d\n- e", "f"]
    assert [p.headings for p in cut(doc, DEFAULT)] == [("T",), *[("T", "N")] * 3]


def test_fences_and_numbers_do_not_part_a_section():
    """A code block goes with the paragraph before it."""
    doc = document("See this:\n\n```python\nx = 1\n\ny\n```\n\n1. one\n2. two", markdown)
    (passage,) = cut(doc, DEFAULT)
    assert [doc.text[a:b] for a, b in passage.sentences] == [
        "See this:",
        "x = 1",
        "y",
        "one",
        "two",
    ]


def test_tables_are_cut_by_lines():
    """Rows are the units of a table, its rule goes with the row above, and a long one is cut."""
    rows = [f"| row {n} of it | {n * n} |" for n in range(200)]
    doc = document("| a | b |\n|---|---|\n" + "\n".join(rows), markdown)
    passages = cut(doc, DEFAULT)
    found = dict.fromkeys(doc.text[a:b] for p in passages for a, b in p.sentences)
    assert list(found) == ["| a | b |\n|---|---|", *rows]
    assert len(passages) > 5


def test_overlap():
    """A passage takes the neighbours' next sentence where it is at most overlap_words long."""
    parts = [f"{' '.join(['word'] * 29)} {n}." for n in range(12)]
    doc = joined(parts, 1)
    plain = cut(doc, CutSettings(overlap=0))
    lapped = cut(doc, CutSettings(overlap=1))
    assert len(plain) == len(lapped) > 1
    assert [len(p.sentences) for p in lapped] == [
        len(p.sentences) + (n > 0) + (n < len(plain) - 1) for n, p in enumerate(plain)
    ]
    assert cut(doc, CutSettings(overlap=1, overlap_words=29)) == plain
    assert cut(doc, CutSettings(overlap=2, overlap_words=59)) == lapped


@pytest.mark.parametrize(
    ("words", "count"),
    [("", 0), ("one two  three\nfour", 4), ("你好世界再见", 3), ("a 你好 b", 3), ("x" * 120, 10),
     ("ไทยไทย", 3), ("e\u0301a b", 2)],
)  # fmt: skip
def test_count_words(words, count):
    """White space parts words; two characters of an unspaced script, or twelve of none, are one."""
    assert count_words(words) == count


def test_embedded_text():
    """Title, heading path, text, a line each; the title once."""
    assert embedded_text("T", ("A", "B"), "x\ny") == "T\nA\nB\nx\ny"
    assert embedded_text("T", ("T", "B"), "x") == "T\nB\nx"
    assert embedded_text("", (), "x") == "x"
    assert embedded_text("T", (), "") == "T"


@given(
    st.lists(
        st.tuples(st.integers(1, 90), st.booleans(), st.sampled_from(["", "H", "K"])), max_size=60
    ),
    st.integers(1, 30),
    st.integers(0, 60),
    st.integers(0, 2),
)
def test_laws(shape, least, more, overlap):
    """Whole sentences, all of them, in order, in bounds, within a section."""
    parts = [" ".join(["Word"] * length) + "." for length, _, _ in shape]
    whole, blocks = "", []
    for part, (_, _, heading) in zip(parts, shape, strict=True):
        blocks.append(Block(len(whole), len(whole) + len(part), (heading,) if heading else ()))
        whole += part + "\n\n"
    doc = Document("a", whole, "", tuple(blocks))
    settings = CutSettings(least, least + more, overlap, 20)
    passages = cut(doc, settings)
    expected = [s for b in blocks for s in sentences.split(whole, b.start, b.end)]
    headings = {(b.start, b.end): b.headings for b in blocks}
    assert list(dict.fromkeys(s for p in passages for s in p.sentences)) == expected
    assert [p.start for p in passages] == sorted(p.start for p in passages)
    for passage in passages:
        assert (passage.start, passage.end) == (passage.sentences[0][0], passage.sentences[-1][1])
        first = expected.index(passage.sentences[0])
        assert list(passage.sentences) == expected[first : first + len(passage.sentences)]
        assert {headings[s] for s in passage.sentences} == {passage.headings}
        words = count_words(whole[passage.start : passage.end])
        longest = max(count_words(whole[a:b]) for a, b in passage.sentences)
        assert words <= max(least + more, longest) + 2 * 20


def test_chunks_are_neither_short_nor_long():
    """Without overlap, passages of a long section of ordinary sentences keep the bounds."""
    settings = CutSettings(overlap=0)
    for seed in range(5):
        doc = joined(section(400, seed), 5)
        lengths = [count_words(doc.text[p.start : p.end]) for p in cut(doc, settings)]
        assert max(lengths) <= 180
        assert min(lengths) >= 60
        assert 80 <= sum(lengths) / len(lengths) <= 160


@pytest.mark.parametrize("paragraph", [1, 5, 10_000])
@pytest.mark.parametrize("seed", range(3))
def test_changes_stay_local(paragraph, seed):
    """One sentence changed, added or removed in 10,000 words changes at most four passages."""
    rng = random.Random(seed)
    parts = section(600, seed)
    before = words_of(joined(parts, paragraph))
    where = rng.randrange(len(parts))
    changed = [*parts[:where], sentence(rng), *parts[where + 1 :]]
    edits = [changed]
    if paragraph != 5:  # adding one there would move the paragraphs themselves
        edits += [
            [*parts[:where], sentence(rng), *parts[where:]],
            parts[:where] + parts[where + 1 :],
        ]
    for edit in edits:
        after = words_of(joined(edit, paragraph))
        assert len(set(after) - set(before)) <= 4
        assert len(set(before) - set(after)) <= 4


def test_paragraphs_end_passages_first():
    """Where paragraphs end often enough, passages end there and not inside one."""
    doc = joined(section(200, 1), 3)
    ends = {block.end for block in doc.blocks}
    assert all(p.end in ends for p in cut(doc, CutSettings(overlap=0)))


def test_repeated_text_is_cut():
    """Sentences that are all the same have no boundary of their own; bounds hold all the same."""
    doc = joined(["The very same eight words stand here again."] * 5_000, 10_000)
    passages = cut(doc, CutSettings(overlap=0))
    lengths = [count_words(doc.text[p.start : p.end]) for p in passages]
    assert max(lengths) <= 180
    assert sum(len(p.sentences) for p in passages) == 5_000


def test_no_blocks():
    """A document without blocks has no passages."""
    assert cut(Document("a", "", "", ()), DEFAULT) == ()


def test_a_giant_sentence_is_a_passage():
    """Only a sentence longer than max_words makes a longer passage; what overlaps is not twice."""
    long = f"{' '.join(['word'] * 190)}."
    doc = joined([long, "Short one.", long, "Short two."], 1)
    assert words_of(doc) == [f"{long}\n\nShort one.", f"Short one.\n\n{long}\n\nShort two."]


def test_a_block_of_lines_is_not_cut_into_sentences():
    """A row or a line of code is one unit, whatever stops stand in it."""
    words = "Name: A. B.; Year: 1.\nName: C! D; Year: 2."
    (passage,) = cut(Document("a", words, "", (Block(0, len(words), (), lines=True),)), DEFAULT)
    assert [words[a:b] for a, b in passage.sentences] == words.split("\n")


def test_a_block_that_stands_alone():
    """It shares a passage with none of its neighbours, though all are short."""
    words = "one\ntwo\nthree\nfour"
    spans = [(0, 3), (4, 7), (8, 13), (14, 18)]
    blocks = tuple(Block(a, b, (), alone=words[a:b] in {"one", "two"}) for a, b in spans)
    assert words_of(Document("a", words, "", blocks)) == ["one", "two", "three\nfour"]

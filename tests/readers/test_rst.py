"""reStructuredText."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.readers.rst import structure

TEXT = """\
=====
Title
=====

:date: 2024-2-3
:author: X

Intro text,
wrapped.

.. a comment
   of two lines

   and a paragraph

First
-----

.. note:: Be careful.
   Really.

   Second paragraph.

.. code-block:: python
   :linenos:

   x = 1

.. image:: x.png
   :alt: no words of ours

.. _target:
.. [1] A footnote.

- a
- b

Deeper
~~~~~~

====  ====
a     b
====  ====
1     2
====  ====

-----

Last
----

Code::

   literal
"""


def test_sections_directives_and_comments(bench):
    """Titles make paths by the order of their adornments; comments and arguments are left out."""
    (document,) = bench.bytes("a.rst", TEXT).documents
    assert (document.title, document.date) == ("Title", "2024-02-03")
    assert bench.blocks("a.rst", TEXT) == [
        ((), "Intro text,\nwrapped."),
        (("First",), "Be careful.\n   Really."),
        (("First",), "Second paragraph."),
        (("First",), "x = 1"),
        (("First",), "A footnote."),
        (("First",), "- a"),
        (("First",), "- b"),
        (("First", "Deeper"), "====  ====\na     b\n====  ====\n1     2\n====  ===="),
        (("Last",), "Code::"),
        (("Last",), "literal"),
    ]


def test_two_sections_of_one_level_give_no_title(bench):
    """The first title is the document's only where no other is beside it."""
    text = "One\n===\n\na\n\nTwo\n===\n\nb"
    assert bench.bytes("x.rst", text).documents[0].title == "x"
    assert bench.blocks("x.rst", text) == [(("One",), "a"), (("Two",), "b")]


def test_a_short_underline_is_text(bench):
    """An adornment shorter than the title and than four characters makes no title."""
    assert bench.blocks("x.rst", "A long line\n---\n") == [((), "A long line\n---")]


@given(
    st.lists(
        st.sampled_from(
            ["Title", "a b", "\n", "\n\n", "\r\n", "====", "----", "~~~~~~", ".. ", "..", "note:: ",
            "x::",  ":a: ", "   ", "\t", "- ", "1. ", "字", ".. [1] ", ".. |x| image:: y"]
        )
    )
)  # fmt: skip
def test_blocks_are_in_order_and_trimmed(pieces):
    """Whatever the markup, blocks are in order, do not overlap, and are not white space."""
    text = "".join(pieces)
    spans = [(b.start, b.end) for b in structure(text, 0).blocks]
    assert spans == sorted(spans)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))

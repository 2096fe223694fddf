"""The JSON of the contract."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.nouns import Locator, TermWeight
from qa.render.jsonout import answer_object, dumps

NUMBER = int | float
PLACE = {"document": str, "start": int, "end": int}
CITATION = {
    "number": int,
    "document": str,
    "title": str,
    "date": str | None,
    "file_date": str | None,
    "page": int | None,
    "locator": dict | None,
    "link": str | None,
    "selectors": list,
    "start": int,
    "end": int,
    "quote": str,
    "answer_start": int | None,
    "answer_end": int | None,
    "status": str,
    "agrees": bool,
    "also_in": list,
}
PASSAGE = {
    "rank": int,
    "document": str,
    "title": str,
    "headings": list,
    "start": int,
    "end": int,
    "text": str,
    "score": float,
    "scores": dict,
    "also_in": list,
}
EXPLAINED = {"lexical_rank": int | None, "dense_rank": int | None, "terms": list}
ANSWER = {
    "schema": int,
    "question": str,
    "answer": str | None,
    "abstained": bool,
    "reason": str | None,
    "confidence": float,
    "disputed": bool,
    "read_as": list,
    "missing": list,
    "unread": list,
    "citations": list,
    "passages": list,
    "nearest": list,
    "index": dict,
    "seconds": dict,
}
INDEX = {"generation": str, "embedder": str, "documents": int, "passages": int}

# Lone surrogates are written as escapes; two that form a pair are one character to any reader.
TEXT = st.text(st.characters(exclude_categories=[])).filter(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == text
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 6) + 0.0)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


def conforms(value, keys):
    """Say whether an object has exactly these keys with values of these types."""
    return value.keys() == keys.keys() and all(
        isinstance(value[key], kind) for key, kind in keys.items()
    )


def test_an_answer_has_the_contracts_keys_and_types(answer):
    """The object and the objects in it have each key of the contract, none else, and its type."""
    made = json.loads(dumps(answer_object(answer)))
    assert conforms(made, ANSWER)
    assert conforms(made["index"], INDEX)
    assert all(conforms(citation, CITATION) for citation in made["citations"])
    assert all(conforms(passage, PASSAGE) for passage in made["passages"])
    assert all(conforms(place, PLACE) for p in made["passages"] for place in p["also_in"])
    assert (made["schema"], made["abstained"], made["reason"]) == (1, False, None)
    assert made["citations"][0]["status"] == "verified"
    assert made["seconds"] == {"total": 0.123457}


def test_an_abstention_has_no_answer_but_a_reason(abstention):
    """``answer`` is null, ``reason`` says why, ``nearest`` holds what came closest."""
    made = json.loads(dumps(answer_object(abstention)))
    assert conforms(made, ANSWER)
    assert (made["answer"], made["abstained"]) == (None, True)
    assert made["reason"] == "No passage mentions zeppelins."
    assert [conforms(passage, PASSAGE) for passage in made["nearest"]] == [True] * 5


def test_explaining_adds_ranks_and_terms_to_passages(answer):
    """With ``explain`` a passage has its ranks in both lists and what each term gave."""
    passage = answer_object(answer, explain=True)["passages"][0]
    assert conforms(passage, PASSAGE | EXPLAINED)
    assert (passage["lexical_rank"], passage["dense_rank"]) == (1, 3)
    assert passage["terms"][0] == {"term": "bilater", "weight": 3.0}


def test_a_quote_has_the_selectors_of_the_w3c(answer, citation):
    """Quote with what stands around it, position, and the fragment that its format defines."""
    page = Locator(1900, 2400, "page", "3")
    cited = replace(
        citation, document="a.pdf", locator=page, page=3, before="partner. ", after=" In 2017"
    )
    made = answer_object(replace(answer, citations=(cited,)))["citations"][0]
    assert made["locator"] == {"kind": "page", "label": "3"}
    quoted, position, inside = made["selectors"]
    assert quoted == {
        "type": "TextQuoteSelector",
        "exact": cited.quote,
        "prefix": "partner. ",
        "suffix": " In 2017",
    }
    assert position == {"type": "TextPositionSelector", "start": cited.start, "end": cited.end}
    assert inside == {
        "type": "FragmentSelector",
        "conformsTo": "http://tools.ietf.org/rfc/rfc8118",
        "value": "page=3",
    }


def test_how_sure_a_recognised_place_is_stands_with_it(answer, citation):
    """Text read from an image says so."""
    cited = replace(citation, locator=Locator(0, 9, "page", "3", 0.75))
    made = answer_object(replace(answer, citations=(cited,)))["citations"][0]
    assert made["locator"] == {"kind": "page", "label": "3", "confidence": 0.75}


@given(JSON)
def test_what_is_written_reads_back_equal_from_one_line_of_utf_8(value):
    """Any value comes back; the line is one line for every reader and valid UTF-8."""
    line = dumps(value)
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    assert json.loads(line) == value


def test_text_is_kept_readable_and_dangerous_text_escaped():
    """Letters of any script stay as they are; what ends lines or steers terminals is escaped."""
    assert dumps("é漢😀") == '"é漢😀"'
    assert dumps("\x1b\x7f\x85\x9b\u2028\ud800") == r'"\u001b\u007f\u0085\u009b\u2028\ud800"'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_a_number_that_json_lacks_is_an_error_that_says_where(number):
    """NaN and infinities never reach a file."""
    with pytest.raises(ValueError, match=r"\$\.passages\[1\]\.score is -?(nan|inf)"):
        dumps({"passages": [{}, {"score": number}]})


def test_what_has_no_json_form_is_an_error_that_says_where():
    """Bytes, sets and keys that are no strings are refused instead of guessed at."""
    with pytest.raises(TypeError, match=r"\$\.a is of type bytes"):
        dumps({"a": b"x"})
    with pytest.raises(TypeError, match=r"\$\[0\] is of type set"):
        dumps([{1}])
    with pytest.raises(TypeError, match=r"a key in \$ is of type int"):
        dumps({1: "x"})


def test_numbers_are_rounded_and_numpys_are_plain():
    """Floats have six digits, minus zero no sign, numpy's scalars nothing of numpy."""
    values = [1 / 3, -1e-9, np.float32(0.5), np.int64(3), np.float64(2 / 3), True]
    assert dumps(values) == "[0.333333, 0.0, 0.5, 3, 0.666667, true]"


def test_terms_are_plain_objects(hit, answer):
    """No dataclass is left in the object: the standard library's encoder writes it."""
    assert isinstance(hit.terms[0], TermWeight)
    assert json.loads(json.dumps(answer_object(answer, explain=True)))["schema"] == 1


def test_json_output_does_not_import_rich():
    """Scripts don't pay for what only a terminal needs; nor does importing the terminal's part."""
    code = (
        "import sys, qa.render.jsonout, qa.render.terminal, qa.render.progress;"
        "print(any(name.split('.')[0] == 'rich' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""Analysis: what a person may write in several ways meets; hostile text costs linear time."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tokens import VERSION, analyse, content_words, identifiers, quoted_phrases

SCRIPTS = st.text(
    st.sampled_from(
        "abzéñßØABZ019 .,-–'’/_&()%$\n\0\u0301\u094d\u0939हि漢字かなไทย한국😀½²ﬁ™\u200d\ud800"
    )
)
ODD_WORDS = """
    JTF-B E.G U.S. 11.4bn $5m 5.5km v2.13.0 4.12.1 HB-1492 230(c)(1) covid-19 19th-century WHO IT
    CICIG foo_bar A4P mid-2017 x86-64 AT&T d'état 2015-17 1,234 T.I-5 NGOs a.b.c.1 G. don't
"""
WORDS = st.lists(st.sampled_from(ODD_WORDS.split())).map(" ".join)


def meets(question: str, text: str) -> bool:
    """Whether all terms of the question's words, one of each word at least, are the text's."""
    terms = set(analyse(text))
    return all(terms & set(found) for _, found in content_words(question))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.S.", "US"),
        ("U.S.A.", "USA"),
        ("USA", "us"),
        ("J.F.K.", "JFK"),
        ("J. F. K.", "JFK"),
        ("U. S.", "US"),
        ("Ph.D.", "PhD"),
        ("11,400", "11400"),
        ("1,234,567.89", "1234567.89"),
        ("70%", "70 percent"),
        ("70 %", "70 per cent"),
        ("$11.4bn", "$11.4 billion"),
        ("$5m", "5 million"),
        ("Tiburcio Carías", "Tiburcio Carias"),
        ("Puerto Cortés", "PUERTO CORTES"),
        ("Puerto Corte\u0301s", "Puerto Cortés"),
        ("Łódź", "lodz"),
        ("straße", "STRASSE"),
        ("Honduras's", "Honduras"),
        ("Zelaya’s", "Zelaya"),
        ("governments’", "government"),
        ("seizures rose", "seizure rose"),
        ("ＮＡＳＡ", "NASA"),
        ("ﬁgures", "figures"),
        ("soft\u00adhyphen", "softhyphen"),
        ("٢٠١٧", "2017"),
        ("Migratory", "migratory"),
        ("NGOs", "NGO"),
    ],
)
def test_two_spellings_give_the_same_terms(one, other):
    """What differs only in spelling, dots, accents or figures' layout is met either way."""
    assert set(analyse(one)) & set(analyse(other))
    assert meets(one, other)
    assert meets(other, one)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("counternarcotics", "counter-narcotics"),
        ("counter narcotics", "counter-narcotics"),
        ("counter-narcotics", "counternarcotics"),
        ("narcotics/drugs", "drugs and narcotics"),
        ("Guatemala", "El SalvadorGuatemala"),
        ("El Salvador", "El SalvadorGuatemala"),
        ("Costa Rica", "BelizeCosta RicaNicaraguaand"),
        ("area", "in the area.During the end"),
        ("during", "in the area.During the end"),
        ("US trade", "trade with the United States"),
        ("United States", "U.S."),
        ("2017", "fiscal years 2015-17"),
        ("2016", "2016–2017"),
        ("US relations", "Honduras–United States relations"),
        ("E. G. Squier", "the diplomat E.G Squier"),
        ("coup d'etat", "coup d’état"),
        ("2.13.0", "v2.13.0"),
        ("US", "U.S.-Honduran"),
        ("inter-\nnational", "international"),
        ("海洋", "太平洋和海洋"),
        ("東京", "東京都は"),
        ("cooperación económica", "La cooperacion economica entre los países"),
        ("हिन्दी", "यह हिन्दी है"),
        ("한국어", "한국어 단어"),
        ("words", "words\0more"),
        ("superscript", "superscript² and"),
    ],
)
def test_a_question_meets_the_text(question, text):
    """Every word of the question shares a term with the text."""
    assert meets(question, text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5.4", "54"),
        ("5.4", "5"),
        ("use", "us"),
        ("2017", "201"),
        ("3½", "31"),
        ("किताब", "कताब"),
        ("海", "洋"),
    ],
)
def test_different_things_stay_different(one, other):
    """No term is shared where the meaning differs."""
    assert analyse(one)
    assert not set(analyse(one)) & set(analyse(other))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("the of and?!", []),
        ("1st 60s 1960s 2017", ["1st", "60s", "1960s", "2017"]),
        ("日本国 東", ["日本", "本国", "東"]),
        ("2017年", ["2017", "年"]),
        ("counter-narcotics", ["counter", "narcot", "counternarcot"]),
        ("the United States", ["unit", "state", "us"]),
        ("WHO knows who", ["who", "know"]),
        ("1,2", ["1", "2"]),
        ("\ud800\0\x1f", []),
        ("x" * 1000, ["x" * 64]),
        ("a-b-c-d-e-f", ["b", "c", "d", "e", "f"]),
    ],
)
def test_terms_in_order(text, terms):
    """The terms, their order and their number, worked out by hand."""
    assert analyse(text) == terms


def test_content_words_keep_the_surface():
    """Stop words go; each other word comes as written, with its terms."""
    assert content_words("Who heads the U.S.-Honduras JTF-B?") == (
        ("heads", ("head",)),
        ("U.S", ("us",)),
        ("Honduras", ("hondura",)),
        ("JTF-B", ("jtf", "b", "jtfb")),
    )
    assert content_words("what is it") == ()


def test_identifiers():
    """Identifier-like words are found; numbers, years, amounts and plain hyphens are not."""
    found = {
        "What is JTF-B?": ("jtfb",),
        "HB-1492 and hb-1492": ("hb1492",),
        "E.G Squier": ("eg",),
        "v2.13.0 or 4.12.1": ("v2.13.0", "4.12.1"),
        "§230(c)": ("230c",),
        "CICIG, MACCIH; WHO": ("cicig", "maccih", "who"),
        "the A4P of TCP/IP in max_passages": ("a4p", "tcpip", "maxpassag"),
        "1989 4.12 11,400 $11.4bn 5m 60s 19th-century 45-year 2015-17 mid-2017 70%": (),
        "US U.S. USA the Mar-a-Lago counter-narcotics President-elect and/or": (),
        "WHAT DID NASA SAY": (),
        "NASA?": ("nasa",),
        "海洋2017": (),
    }
    assert {question: identifiers(question) for question in found} == found


def test_quoted_phrases():
    """Double quotes of four kinds are found; apostrophes, inches and single letters are not."""
    assert quoted_phrases('Who said "rule of law" or “military coup”?') == (
        "rule of law",
        "military coup",
    )
    assert quoted_phrases("« plan » und „Haus“") == ("plan", "Haus")
    assert quoted_phrases("""the people's 'own' 5" pipe and 6" pipe, "x", "", open " end""") == ()


@given(SCRIPTS | WORDS)
def test_terms_are_clean_and_stable(text):
    """Terms are short and without white space; analysing again gives the same; folding is done."""
    terms = analyse(text)
    assert terms == analyse(text)
    for term in terms:
        assert 0 < len(term) <= 64
        assert not re.search(r"[\s\0]", term)
        assert term == unicodedata.normalize("NFC", term)
        assert term.encode()


@given(SCRIPTS | WORDS)
def test_content_words_and_identifiers_follow_analysis(text):
    """Content words hold exactly the analysed terms; an identifier is one of them."""
    words = content_words(text)
    assert [term for _, terms in words for term in terms] == analyse(text)
    assert set(identifiers(text)) <= set(analyse(text))


@given(SCRIPTS | WORDS, SCRIPTS | WORDS)
def test_lines_are_analysed_apart(one, other):
    """A blank line between two texts never joins or parts words."""
    assert analyse(f"{one} \n\n\n\n. {other}") == analyse(one) + analyse(other)


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "Ab", "1", "1,", "1.", "a.", "a-", "a'", "1%", "1(a)", "United ", "A. ", "a\n-"),
        *("漢", "हि", "e\u0301", "\u0301\u0323", "“", '"', "😀", "\ud800a"),
    ],
)
def test_hostile_repetition(piece):
    """Half a megabyte of one thing on one line gives bounded terms (quadratic would not end)."""
    text = piece * (500_000 // len(piece))
    terms = analyse(text)
    assert max(map(len, terms), default=0) <= 64
    assert len(terms) <= len(text)
    assert identifiers(text[:10_000]) is not None
    assert quoted_phrases(text) == ()


def test_version_is_a_number():
    """The index remembers which analysis made it."""
    assert isinstance(VERSION, int)

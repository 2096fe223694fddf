"""British and American spellings of a word give one term; other words stay apart."""

import json
from collections import defaultdict

import pytest
from Stemmer import Stemmer

from qa import tokens
from qa.combination import SHIPPED
from qa.reader import TOKENIZER
from qa.variants import common_spelling

PAIRS = """
recognised recognized | recognise recognize | organisations organizations | organisational
organizational | organiser organizer | realising realizing | criticise criticize |
industrialised industrialized | realisable realizable | analyse analyze | analysed analyzed |
paralysing paralyzing | colours colors | favourite favorite | labourers laborers | neighbouring
neighboring | honourable honorable | dishonour dishonor | behavioural behavioral | centres
centers | centred centered | kilometres kilometers | theatre theater | defence defense |
offences offenses | licence license | licences licenses | practised practiced | practising
practicing | dialogue dialog | catalogues catalogs | travelled traveled | travellers travelers |
labelling labeling | counsellor counselor | marvellous marvelous | woollen woolen | instalments
installments | fulfil fulfill | enrolment enrollment | skilful skillful | wilful willful |
anaemia anemia | haemorrhage hemorrhage | paediatric pediatric | encyclopaedia encyclopedia |
anaesthetic anesthetic | gynaecology gynecology | oedema edema | foetus fetus | diarrhoea
diarrhea | manoeuvres maneuvers | manoeuvring maneuvering | manoeuvred maneuvered | judgement
judgment | ageing aging | programmes programs | jewellery jewelry | sulphur sulfur | grey gray |
greyish grayish | ploughs plows | sceptical skeptical | mouldy moldy | aluminium aluminum |
aeroplane airplane | artefacts artifacts | enquiry inquiry | whiskey whisky
"""
APART = """
hour hor | four for | prize prise | size sise | tour tor | metre metro | centre centrist | travel
travail | program pogrom | greyhound grayling | offence offend |
fibre fib | model mode | wizard wisard | cheque check | tyre tire | storey story | policy police |
honour hours | contour contort
"""


def pairs(text):
    """The pairs of words between bars."""
    return [tuple(pair.split()) for pair in text.split("|")]


@pytest.mark.parametrize(("british", "american"), pairs(PAIRS))
def test_both_spellings_give_the_same_terms(british, american):
    """In capitals, too."""
    assert tokens.analyse(british) == tokens.analyse(american)
    assert tokens.analyse(british.title()) == tokens.analyse(american.upper())


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_other_words_stay_apart(one, other):
    """What only looks like another spelling is another word, or none."""
    assert tokens.analyse(one) != tokens.analyse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    pairs(
        "precise precisely | revise revision | supervise supervision | advise adviser | "
        "promise promises | surprised surprisingly | exercise exercising | seize seized | "
        "practice practical | civilised civil | industrialised industrial | criticised critic | "
        "analogous analogy | catalogued catalogue"
    ),
)
def test_what_met_before_still_meets(one, other):
    """Relatives of a word, in whichever spelling; those whose s is no American z, too."""
    assert tokens.analyse(one) == tokens.analyse(other)


@pytest.mark.parametrize("pair", pairs(PAIRS))
def test_a_common_spelling_is_its_own(pair):
    """Nothing is changed twice."""
    for word in pair:
        assert common_spelling(common_spelling(word)) == common_spelling(word)


def test_no_word_loses_a_relative():
    """Of all that the tokenizer knows whole, what the stemmer brings together stays together.

    But for "programmer", which in America has another stem than "program" as well.
    """
    words = json.loads((SHIPPED / TOKENIZER).read_text("utf-8"))["model"]["vocab"]
    stem = Stemmer("english").stemWord
    of = defaultdict(set)
    for word in filter(str.isalpha, filter(str.isascii, words)):
        of[stem(word)].add(stem(common_spelling(word)))
    assert {term for term, found in of.items() if len(found) > 1} == {"programm"}

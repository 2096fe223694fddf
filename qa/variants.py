"""British and American spellings of one word: whoever writes "recognised" finds "recognized".

Each kind of difference is settled the way the stemmer takes to: of "industrialize" it leaves
"industrial", of "industrialise" nothing less; "colour" becomes "color", for "hour" must stay what
it is. Words that are others on the other side of the ocean ("cheque", "tyre", "storey") are left
alone.
"""

from __future__ import annotations

import re

# Words that end in -our and -or, in -re and -er, and whose l is doubled before an ending or not.
_OUR = (
    "(?:dis|mis|un|multi)?(?:ard|arm|behavi|cand|clam|col|endeav|fav|ferv|flav|harb|hon|hum|lab"
    "|neighb|od|parl|rig|rum|sav|savi|splend|tum|val|vap|vig)"
)
_RE = (
    "(?:epi|amphi|kilo|centi|milli)?(?:calib|cent|fib|lit|lust|meag|met|mit|sab|sepulch|somb|spect"
    "|theat)"
)
_LL = (
    "cancel|channel|counsel|dial|equal|fuel|jewel|label|level|libel|marvel|model|panel|quarrel"
    "|rival|signal|total|travel|tunnel|wool"
)
# Words that have an s on both sides, as their relatives have: "precisely", "revision", "advisory".
_S = (
    "(?:.*(?:wis|rais|nois|pois|uis|pris)|(?:ad|de|re|super|tele)vis|improvis|advertis|chastis"
    "|circumcis|(?:con|pre|in|ex|exer)cis|(?:pre|pro|(?:un)?compro|sur|de)mis|despis|expertis"
    "|(?:en|dis)?franchis|malais|mayonnais|merchandis|paradis|(?:mal)?practis|tortois|treatis)"
    "(?:e|ing|ation|ab)"
)
# What is replaced by what, in a word in small ASCII letters; of each the first that fits.
_RULES = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (rf"^(?!{_S})(.{{3,}}i)s(?=(?:e[sd]?|ers?|ing|ab\w+|ation\w*)$)", r"\1z"),
        (r"(?<=al|ol)yz(?=(?:e[sd]?|ers?|ing)$)", "ys"),
        (rf"^({_OUR}o)u(?=r)", r"\1"),
        (rf"^({_RE})re(?=s?$)|^({_RE})r(?=ed$)", r"\1\2er"),
        (r"^(def|off|pret|lic)enc(?=e|ing)", r"\1ens"),
        (r"^((?:mal)?practi)s", r"\1c"),
        (r"^((?:anal|catal|dial|epil|homol|monol|prol)og)u(?:e(?=s?$)|(?=ed$))", r"\1"),
        (r"^jewellery$", "jewelry"),
        (rf"^({_LL})l(?=e[dnr]|ing|or|ous|ist)", r"\1"),
        (r"^(distil|enrol|fulfil|instal|instil)(?=ment|s?$)", r"\1l"),
        (r"^(ski|wi)l(?=ful)", r"\1ll"),
        (r"^(an|h|leuk|septic)aem", r"\1em"),
        (r"paed(?=i|o)", "ped"),
        (r"^(an|gyn)ae(?=sth|col)", r"\1e"),
        (r"^oe(?=dem|str|soph)|(?<=^f)oe(?=t)|(?<=^diarrh)oe", "e"),
        (r"^manoeuvre?(?=s?$)|^manoeuvr(?=ed|ing|ab)", "maneuver"),
        (r"^(acknowledg|judg)e(?=ment)|^(ag)e(?=ing$)", r"\1\2"),
        (r"^programme(?=s?$)", "program"),
        (r"^sulph", "sulf"),
        (r"^gre(?=y)", "gra"),
        (r"^plough", "plow"),
        (r"^sceptic", "skeptic"),
        (r"^mould", "mold"),
        (r"^moustache", "mustache"),
        (r"^alumini(?=um)", "alumin"),
        (r"^aeroplane", "airplane"),
        (r"^artefact", "artifact"),
        (r"^enquir", "inquir"),
        (r"^pyjama", "pajama"),
        (r"^whiske(?=y)", "whisk"),
    )
)
# No rule changes a shorter word.
_SHORTEST = 4


def common_spelling(word: str) -> str:
    """A word as it is spelt on neither side alone, so that both spellings meet.

    ``word`` is in small ASCII letters. The result is a key to compare by, not a spelling to show.
    """
    if len(word) < _SHORTEST:
        return word
    for pattern, spelling in _RULES:
        changed, number = pattern.subn(spelling, word, count=1)
        if number:
            return changed
    return word

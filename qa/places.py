"""Countries and the large regions, by their names and the words for their people and things.

A model that matches meaning reads "in Nicaragua" and answers from a sentence about Panama.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

# One country a word or group, its names first; "~" stands for a space within a name.
_COUNTRIES = """
afghanistan/afghan albania/albanian algeria/algerian andorra/andorran angola/angolan
argentina/argentine/argentinian/argentinean armenia/armenian australia/australian austria/austrian
azerbaijan/azerbaijani bahamas/bahamian bahrain/bahraini bangladesh/bangladeshi
barbados/barbadian belarus/belarusian belgium/belgian belize/belizean benin/beninese
bhutan/bhutanese bolivia/bolivian bosnia/bosnian botswana/batswana brazil/brazilian/brasil
brunei/bruneian bulgaria/bulgarian burkina~faso/burkinabe burundi/burundian cambodia/cambodian
cameroon/cameroonian canada/canadian cape~verde/cabo~verde chad/chadian chile/chilean
china/chinese/prc colombia/colombian comoros/comorian congo/congolese costa~rica/costa~rican
croatia/croatian/croat cuba/cuban cyprus/cypriot
czech~republic/czechia/czech/czechoslovakia/czechoslovak
denmark/danish/dane djibouti/djiboutian dominica dominican~republic/dominican
east~timor/timor-leste/timorese ecuador/ecuadorian/ecuadorean egypt/egyptian
el~salvador/salvadoran/salvadorian/salvadorean england/english equatorial~guinea eritrea/eritrean
estonia/estonian eswatini/swaziland/swazi ethiopia/ethiopian fiji/fijian finland/finnish/finn
france/french gabon/gabonese gambia/gambian germany/german ghana/ghanaian greece/greek
greenland/greenlandic grenada/grenadian guatemala/guatemalan guinea/guinean guinea-bissau
guyana/guyanese haiti/haitian honduras/honduran hong~kong hungary/hungarian iceland/icelandic
india/indian indonesia/indonesian iran/iranian/persia/persian iraq/iraqi ireland/irish
israel/israeli italy/italian ivory~coast/ivorian jamaica/jamaican japan/japanese jordan/jordanian
kazakhstan/kazakh kenya/kenyan kiribati kosovo/kosovar kuwait/kuwaiti kyrgyzstan/kyrgyz laos/laotian
latvia/latvian lebanon/lebanese lesotho/basotho liberia/liberian libya/libyan liechtenstein
lithuania/lithuanian luxembourg/luxembourgish madagascar/malagasy malawi/malawian malaysia/malaysian
maldives/maldivian mali/malian malta/maltese mauritania/mauritanian mauritius/mauritian
mexico/mexican micronesia/micronesian moldova/moldovan monaco/monegasque mongolia/mongolian
montenegro/montenegrin morocco/moroccan mozambique/mozambican myanmar/burma/burmese
namibia/namibian nauru/nauruan nepal/nepalese/nepali netherlands/dutch/holland
new~zealand/new~zealander nicaragua/nicaraguan niger/nigerien nigeria/nigerian
north~korea/north~korean/dprk macedonia/north~macedonia/macedonian norway/norwegian oman/omani
pakistan/pakistani palau/palauan palestine/palestinian panama/panamanian papua~new~guinea
paraguay/paraguayan peru/peruvian philippines/filipino/philippine poland/polish
portugal/portuguese puerto~rico/puerto~rican qatar/qatari romania/romanian russia/russian
rwanda/rwandan samoa/samoan san~marino saudi~arabia/saudi/saudi~arabian scotland/scottish
senegal/senegalese serbia/serbian seychelles sierra~leone singapore/singaporean slovakia/slovak
slovenia/slovenian somalia/somali south~africa/south~african south~korea/south~korean
south~sudan/south~sudanese soviet~union/soviet/ussr spain/spanish sri~lanka/sri~lankan
sudan/sudanese suriname/surinamese
sweden/swedish/swede switzerland/swiss syria/syrian taiwan/taiwanese
tajikistan/tajik tanzania/tanzanian thailand/thai togo/togolese tonga/tongan
trinidad/trinidad~and~tobago/trinidadian tunisia/tunisian turkey/turkish/turk
turkmenistan/turkmen tuvalu/tuvaluan uganda/ugandan ukraine/ukrainian
united~arab~emirates/uae/emirati
united~kingdom/uk/u.k/britain/british/great~britain
united~states/united~states~of~america/us/u.s/u.s.a/usa/america/american
uruguay/uruguayan uzbekistan/uzbek vanuatu vatican vatican~city venezuela/venezuelan
vietnam/vietnamese wales/welsh yemen/yemeni yugoslavia/yugoslav zambia/zambian zimbabwe/zimbabwean
"""
_REGIONS = """
central~america/central~american latin~america/latin~american south~america/south~american
north~america/north~american middle~east/middle~eastern africa/african asia/asian
europe/european caribbean balkan scandinavia/scandinavian
"""
# In small letters these are other words.
_IN_CAPITALS = frozenset({"us", "uk", "uae", "prc", "turkey", "chad", "jordan", "swede", "dane"})


@cache
def _known() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    """A pattern of all names, longest first; the first name by each; the regions' first names."""
    first: dict[str, str] = {}
    regions = set()
    for table in (_COUNTRIES, _REGIONS):
        for group in table.split():
            names = [name.replace("~", " ") for name in group.split("/")]
            first.update(dict.fromkeys(names, names[0]))
            if table is _REGIONS:
                regions.add(names[0])
    longest = sorted(first, key=len, reverse=True)
    every = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest)
    return re.compile(rf"(?i)(?<![\w.])({every})(?:s|['\u2019]s)?(?!\w)"), first, frozenset(regions)


@lru_cache(maxsize=256)  # a question is compared with many spans, and a sentence has several
def places_in(text: str) -> tuple[tuple[int, str], ...]:
    """Where a text names countries and regions, or their people or things; by one name each."""
    pattern, first, _ = _known()
    found = []
    for match in pattern.finditer(text):
        words = match[1]
        name = re.sub(r"\s+", " ", words).lower()
        if name not in _IN_CAPITALS or words[0].isupper():
            found.append((match.start(), first[name]))
    return tuple(found)


def places_of(text: str) -> frozenset[str]:
    """The countries and regions that a text names, or whose people or things; by one name each."""
    return frozenset(name for _, name in places_in(text))


def elsewhere(question: str, sentence: str) -> bool:
    """Whether a sentence lacks a country that the question names, and names another place instead.

    A country answers for the region that it may lie in, a region not for a country.
    """
    regions = _known()[2]
    asked = places_of(question) - regions
    there = places_of(sentence)
    return bool(asked - there) and bool(there - asked)


def is_place(words: str) -> bool:
    """Whether some words are the name of a country or region and no more, an article aside."""
    pattern = _known()[0]
    bare = re.sub(r"(?i)^\W*(?:the\s+)?|\W+$", "", words)
    match = pattern.fullmatch(bare)
    return match is not None and bool(places_of(bare))

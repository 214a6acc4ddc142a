"""Words that say the same in headlines: a people and its country, an abbreviation and what it stands for.

Facts; users add their own in the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from aggregator.text.tokens import tokens

_WRITTEN = """
afghanistan: afghan afghans
albania: albanian albanians
algeria: algerian algerians
america: american americans
argentina: argentine argentines argentinian
armenia: armenian armenians
australia: australian australians aussie
austria: austrian austrians
azerbaijan: azerbaijani azeri
bangladesh: bangladeshi bangladeshis
belarus: belarusian belarusians
belgium: belgian belgians
bolivia: bolivian bolivians
bosnia: bosnian bosnians
brazil: brazilian brazilians
britain: british briton britons uk
bulgaria: bulgarian bulgarians
cambodia: cambodian cambodians
canada: canadian canadians
chile: chilean chileans
china: chinese
colombia: colombian colombians
croatia: croatian croat croats
cuba: cuban cubans
cyprus: cypriot cypriots
czechia: czech czechs
denmark: danish dane danes
ecuador: ecuadorian ecuadorians
egypt: egyptian egyptians
england: english
ethiopia: ethiopian ethiopians
europe: european europeans
finland: finnish finn finns
france: french
gaza: gazan gazans
georgia: georgian georgians
germany: german germans
ghana: ghanaian ghanaians
greece: greek greeks
haiti: haitian haitians
hungary: hungarian hungarians
iceland: icelandic
india: indian indians
indonesia: indonesian indonesians
iran: iranian iranians
iraq: iraqi iraqis
ireland: irish
israel: israeli israelis
italy: italian italians
japan: japanese
jordan: jordanian jordanians
kazakhstan: kazakh kazakhs
kenya: kenyan kenyans
korea: korean koreans
kosovo: kosovan kosovar
kuwait: kuwaiti kuwaitis
lebanon: lebanese
libya: libyan libyans
lithuania: lithuanian lithuanians
malaysia: malaysian malaysians
mexico: mexican mexicans
moldova: moldovan moldovans
mongolia: mongolian mongolians
morocco: moroccan moroccans
myanmar: burma burmese
nepal: nepali nepalese
netherlands: dutch
nicaragua: nicaraguan nicaraguans
nigeria: nigerian nigerians
norway: norwegian norwegians
oman: omani omanis
pakistan: pakistani pakistanis
palestine: palestinian palestinians
peru: peruvian peruvians
philippines: philippine filipino filipinos
poland: polish pole poles
portugal: portuguese
qatar: qatari qataris
romania: romanian romanians
russia: russian russians
saudi: saudis
scotland: scottish scot scots
serbia: serbian serb serbs
singapore: singaporean singaporeans
slovakia: slovak slovaks
slovenia: slovenian slovene
somalia: somali somalis
spain: spanish spaniard spaniards
sudan: sudanese
sweden: swedish swede swedes
switzerland: swiss
syria: syrian syrians
taiwan: taiwanese
thailand: thai thais
tunisia: tunisian tunisians
turkey: turkish turk turks turkiye
uganda: ugandan ugandans
ukraine: ukrainian ukrainians
uruguay: uruguayan uruguayans
uzbekistan: uzbek uzbeks
venezuela: venezuelan venezuelans
vietnam: vietnamese
wales: welsh
yemen: yemeni yemenis
zambia: zambian zambians
zimbabwe: zimbabwean zimbabweans
prime minister: pm premier
chief executive: ceo
"""


def read_equivalents(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Map each token to the tokens that stand for it.

    Args:
        pairs: What is written and what it stands for; of the first only a single token can be looked up.

    >>> read_equivalents([("SG", "secretary general")])["sg"]
    ('secretary', 'general')
    """
    found: dict[str, tuple[str, ...]] = {}
    for written, meant in pairs:
        word = tokens(written)
        if len(word) == 1 and (stands_for := tokens(meant)):
            found[word[0]] = stands_for
    return found


def _pairs() -> Iterable[tuple[str, str]]:
    for line in _WRITTEN.strip().splitlines():
        meant, _, written = line.partition(":")
        for word in written.split():
            yield word, meant


EQUIVALENTS: Final = MappingProxyType(read_equivalents(_pairs()))

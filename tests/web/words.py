"""Sentences by the thousand, of no meaning, but with names, numbers and verbs as news have them."""

from __future__ import annotations

import random


def _words(text: str, between: str | None = None) -> list[str]:
    return [" ".join(word.split()) for word in text.split(between)]


def _names(seed: int, endings: str, number: int) -> list[str]:
    """Invent names, as many and as rare as those that fill the news."""
    rng = random.Random(seed)
    onsets, vowels = _words("b br d dr f fl g gr h k kl l m n p r s st t tr v w z"), _words("a e i o u ai ei ou")
    found: dict[str, None] = {}
    while len(found) < number:
        name = "".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(2)) + rng.choice(_words(endings))
        found[name.title()] = None
    return list(found)


_PLACES = _names(1, "ville burg stad mouth ton by rook den", 3_000)
# What the benchmark's topic asks for stands in about one text of fifteen.
_PLACES += _words("River Harbour Market") * 5
_PEOPLE = _names(2, "sen ez off ini ar man ski ova", 3_000)
_FIRST = _words(
    """
    Ada Ben Clara Dov Elif Finn Greta Hugo Ines Jon Kira Lev Mina Noor Otto Pia Rami Sara Tove Uma
    """
)
_ACTORS = _words(
    """
    ministry council union parliament railway hospital university museum orchestra airline bank court
    utility observatory fishery co-operative factory start-up regulator library theatre team coach laboratory
    newspaper archive festival port garrison embassy
    """
)
_VERBS = _words(
    """
    delays approves rejects opens closes questions doubles halves repairs buys sells explores restores inspects
    evacuates celebrates audits expands abandons tests publishes loses wins postpones defends investigates
    """
)
_THINGS = _words(
    """
    bridge budget treaty tunnel reactor satellite vaccine ferry contract stadium dam archive glacier orchard
    census tariff strike election merger harvest telescope comet painting manuscript pipeline battery engine
    song aqueduct lighthouse levy forecast
    """
)
_OF = _words(
    """
    city winter steel school water border island railway cancer mountain police stone garden
    church solar desert village cotton rescue prison museum forest signal coal hotel timber radio opium frost
    """
)
_KINDS = _words(
    """
    ageing new disputed historic northern shared secret cheap costly public private floating solar wooden
    forgotten joint digital medieval coastal rural urban record early late rare
    """
)
_DAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_NUMBERED = _words(
    "for {} million| by {} votes| after {} days| with {} partners| since {} weeks| ahead of {} rivals| in {} towns", "|"
)
_SUBJECTS = _words(
    """
    world business science sport culture technology weather health travel politics
    """
)


class Sentences:
    """Texts of sentences of which hardly any comes twice: as in the news, equal ones mean an equal text."""

    def headline(self, rng: random.Random) -> str:
        said = " ".join(_pick(rng, words) for words in (_PLACES, _ACTORS, _VERBS, _KINDS, _OF, _THINGS))
        return f"{said} {self._when(rng)}"

    def paragraph(self, rng: random.Random) -> str:
        return " ".join(self._sentence(rng) for _ in range(rng.randint(2, 6)))

    def name(self, rng: random.Random) -> str:
        return f"The {_pick(rng, _PLACES)} {_pick(rng, ['Courier', 'Observer', 'Review', 'Letter', 'Record'])}"

    def person(self, rng: random.Random) -> str:
        return f"{_pick(rng, _FIRST)} {_pick(rng, _PEOPLE)}"

    def subject(self, rng: random.Random) -> str:
        return _pick(rng, _SUBJECTS)

    def _when(self, rng: random.Random) -> str:
        if rng.random() < 0.3:
            return f"on {_pick(rng, _DAYS)}"
        return _pick(rng, _NUMBERED).format(rng.randint(2, 900))

    def _sentence(self, rng: random.Random) -> str:
        who = f"the {_pick(rng, _ACTORS)} of {_pick(rng, _PLACES)}"
        what = f"the {_pick(rng, _KINDS)} {_pick(rng, _OF)} {_pick(rng, _THINGS)}"
        match rng.randrange(4):
            case 0:
                return f"{who[0].upper()}{who[1:]} {_pick(rng, _VERBS)} {what} {self._when(rng)}."
            case 1:
                return f"According to {self.person(rng)}, {who} {_pick(rng, _VERBS)} {what}."
            case 2:
                return (
                    f"Near {_pick(rng, _PLACES)} {what} {_pick(rng, _VERBS)} {rng.randint(2, 900)} {_pick(rng, _OF)}s."
                )
            case _:
                return f"“{what[0].upper()}{what[1:]} is not what we need,” said {self.person(rng)} of {who}."


def _pick(rng: random.Random, words: list[str]) -> str:
    return words[int(rng.random() * len(words))]

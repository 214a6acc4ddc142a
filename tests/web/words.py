"""Sentences by the thousand, of no meaning, but with names, numbers and verbs as news have them."""

from __future__ import annotations

import random
from functools import lru_cache


def _words(text: str, between: str | None = None) -> list[str]:
    return [" ".join(word.split()) for word in text.split(between)]


_PLACES = _words(
    """
    Avonlea Bremmen Calder Dorvik Elmstad Farrow Gullport Harnby Ivelet Jorvale Kestrel Lunden Marrow Norrby
    Ostrava Penhale Quillon Ravensby Stavmoor Tarn Ullswick Varna Westerly Yarrow Zellin Aldmoor Brackley
    Corsham Dunlin Eskdale Fenwick Grantley
    """
)
_PEOPLE = _words(
    """
    Adair Bell Castro Dufour Engel Farouk Gupta Holm Ilves Jansen Kimura Lopez Moreau Novak Okafor Petrov Quist
    Rossi Silva Tanaka Ueda Vance Weiss Xu Young Zhang Almeida Brandt Costa Dietrich Evans Fischer
    """
)
_FIRST = _words(
    """
    Ada Ben Clara Dov Elif Finn Greta Hugo Ines Jon Kira Lev Mina Noor Otto Pia Rami Sara Tove Uma
    """
)
_ACTORS = _words(
    """
    ministry council union parliament harbour railway hospital university museum orchestra airline bank court
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
_KINDS = _words(
    """
    ageing new disputed historic northern shared secret cheap costly public private floating solar wooden
    forgotten joint digital medieval coastal rural urban record early late rare
    """
)
_TIMES = _words(
    """
    on Monday| before dawn| after a long debate| for the third time| by a narrow vote| without notice| this
    winter| within a year| despite warnings| at a cost of 40 million| in its first season| under a new law|
    after heavy rain| as prices rise| during repairs| ahead of the summit
    """,
    "|",
)
_SUBJECTS = _words(
    """
    world business science sport culture technology weather health travel politics
    """
)


class Sentences:
    """A stock of sentences, made once from a seed, from which every text is drawn."""

    def __init__(self, seed: int, stock: int = 6_000) -> None:
        rng = random.Random(seed)
        self._stock = [self._sentence(rng) for _ in range(stock)]

    def headline(self, rng: random.Random) -> str:
        return " ".join(_pick(rng, words) for words in (_PLACES, _ACTORS, _VERBS, _KINDS, _THINGS, _TIMES))

    def paragraph(self, rng: random.Random) -> str:
        return " ".join(_pick(rng, self._stock) for _ in range(rng.randint(2, 6)))

    def name(self, rng: random.Random) -> str:
        return f"The {_pick(rng, _PLACES)} {_pick(rng, ['Courier', 'Observer', 'Review', 'Letter', 'Record'])}"

    def person(self, rng: random.Random) -> str:
        return f"{_pick(rng, _FIRST)} {_pick(rng, _PEOPLE)}"

    def subject(self, rng: random.Random) -> str:
        return _pick(rng, _SUBJECTS)

    def _sentence(self, rng: random.Random) -> str:
        who = f"the {_pick(rng, _ACTORS)} of {_pick(rng, _PLACES)}"
        what = f"the {_pick(rng, _KINDS)} {_pick(rng, _THINGS)}"
        match rng.randrange(4):
            case 0:
                return f"{who[0].upper()}{who[1:]} {_pick(rng, _VERBS)} {what} {_pick(rng, _TIMES)}."
            case 1:
                return f"According to {self.person(rng)}, {who} {_pick(rng, _VERBS)} {what}."
            case 2:
                return f"About {rng.randint(2, 900)} people came to see {what} near {_pick(rng, _PLACES)}."
            case _:
                return f"“{what[0].upper()}{what[1:]} is not what we need,” said {self.person(rng)} of {who}."


@lru_cache(maxsize=4)
def sentences(seed: int) -> Sentences:
    """Give the stock of a seed; every server of a test run shares it."""
    return Sentences(seed)


def _pick(rng: random.Random, words: list[str]) -> str:
    return words[int(rng.random() * len(words))]

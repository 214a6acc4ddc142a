"""A small press of our own making: headlines and summaries on a few subjects, many of each, all different."""

from __future__ import annotations

import random

from aggregator.model.liking import Example

WORDS = {
    "floods": """flood river water dam rain levee rescue boats evacuated downpour basin banks sandbags swollen torrent
        drainage reservoir overflow inundated tide estuary stream gauge embankment soaked""",
    "chess": """chess grandmaster opening endgame bishop rook pawn tournament board sacrifice checkmate gambit queen
        draw blunder knight castling clock blitz rating federation stalemate defence exchange prodigy""",
    "trains": """railway train drivers strike union platform timetable commuters track signal carriage station delay
        fares locomotive ticket conductor tunnel freight junction sleeper passengers depot express gauge""",
    "bees": """bees hive honey pollen beekeeper swarm colony nectar mites flowers wax apiary orchard meadow sting
        pollinators larvae drone brood clover comb smoker forage blossom insect""",
    "space": """rocket launch orbit satellite booster crew capsule astronaut telescope lunar payload engine mission
        probe countdown spacecraft gravity module docking asteroid rover comet heatshield trajectory antenna""",
    "bread": """baker bread flour dough oven sourdough loaf yeast crust kneading rye wheat bakery starter crumb
        ferment gluten bran proving scoring baguette slice toast miller grain""",
}
_FILLER = """after before the over new says town week more again officials first plan near small large late early
    people could between during still many group report while since today should might others half several"""
SUBJECTS = tuple(WORDS)


def article(subject: str, number: int) -> Example:
    """Write one; the same number is always the same article."""
    chance = random.Random(f"{subject} {number}")
    words, filler = WORDS[subject].split(), _FILLER.split()

    def say(own: int, others: int) -> str:
        said = chance.sample(words, own) + chance.sample(filler, others)
        chance.shuffle(said)
        return " ".join(said)

    return Example(title=say(3, 3).capitalize(), text=say(7, 12).capitalize() + ".", name=f"{subject}-{number}")


def articles(subject: str, count: int, start: int = 0) -> tuple[Example, ...]:
    """Write several."""
    return tuple(article(subject, number) for number in range(start, start + count))


def mixed(each: int, start: int = 0, without: str = "") -> tuple[Example, ...]:
    """Write so many on each subject."""
    return tuple(one for subject in SUBJECTS if subject != without for one in articles(subject, each, start))

"""The same text in another place: equal headlines, or one text contained in another, with what speaks against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aggregator.model.entry import EntryKey
from aggregator.model.parsed import RawText
from aggregator.model.reason import Fact, Reason
from aggregator.model.story import TEXT_WINDOW, HeadlineUse, StoryPolicy
from aggregator.text.headlines import headline_key, headline_words, numbers
from aggregator.text.shingles import containment, fingerprint, shingles
from aggregator.text.stop_words import STOP_WORDS
from aggregator.text.tokens import tokens
from aggregator.text.visible import beginning_of

PRINTED_WORDS: Final = 120
"""So much of a text leaves fingerprints."""
_COMPARED_WORDS: Final = 300
_PRINTED_CHARS: Final = 1_000
_COMPARED_CHARS: Final = 2_500
_FEW_WORDS: Final = 40

LEAST_SHINGLES: Final = 9
_TEXT_SAYS_NOTHING: Final = 6
_HEADLINE_SHARE: Final = 0.1
_HEADLINE_RUNS: Final = 2
"""Under an equal headline five equal words in a row are enough: two texts by chance have none."""
_BARE_HEADLINE_WORDS: Final = 5
"""A headline that stands alone has to hold so many words that are no stop words: "Five things to watch" has three."""
_FEW_WORDS_SHARE: Final = 0.5
SERIES_AFTER: Final = timedelta(hours=20)
_SERIES_TIMES: Final = 3
_SURE_SHARE: Final = 0.7
_SHORT_TEXT: Final = 20
"""Of a text with fewer runs two sentences that many write are half; so much more of it has to be found again."""
_OWN_SHARE: Final = 0.9
_OWN_RUNS: Final = 40
"""Under another headline of the same owner a short text proves nothing: bulletins have the same one every hour."""
# They are stored with what was compared, so that a decision of today can be followed when they have changed.
_TEXT_THRESHOLDS: Final = {"sure_share": _SURE_SHARE, "own_share": _OWN_SHARE, "own_runs": _OWN_RUNS}
_HEADLINE_THRESHOLDS: Final = {
    "telling_runs": _TEXT_SAYS_NOTHING,
    "least_words_share": _FEW_WORDS_SHARE,
    "least_headline_words": _BARE_HEADLINE_WORDS,
    "least_shared_runs": _HEADLINE_RUNS,
}


@dataclass(slots=True, eq=False)
class Text:
    """An entry as copies see it. What takes time is found out when somebody asks.

    Attributes:
        root: The entry that it repeats, or its own key.
        headline: Key of the headline; None when it proves nothing.
        printed: How many fingerprints it has, also when they are not at hand.
        first_words: Those that the text begins with, once it was read or compared.
    """

    key: EntryKey
    story: EntryKey
    root: EntryKey
    at: datetime
    owner: str
    language: str
    title: str
    outlet: str
    markup: str
    plain: str
    words: tuple[str, ...] = ()
    headline: int | None = None
    prints: tuple[int, ...] = ()
    printed: int = 0
    first_words: tuple[str, ...] = ()
    _shingles: frozenset[str] | None = field(default=None, repr=False)

    def read(self) -> None:
        """Find what the entry is looked up by."""
        self.words = headline_words(self.title, self.outlet)
        self.headline = headline_key(self.words)
        beginning = tokens(self._beginning(_PRINTED_CHARS))
        self.first_words = beginning[:_FEW_WORDS]
        self.prints = fingerprint(beginning[:PRINTED_WORDS])
        self.printed = len(self.prints)

    @property
    def shingles(self) -> frozenset[str]:
        """All runs of four words of the text."""
        if self._shingles is None:
            words = tokens(self._beginning(_COMPARED_CHARS))
            self.first_words = words[:_FEW_WORDS]
            self._shingles = shingles(words[:_COMPARED_WORDS])
        return self._shingles

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the headline and of the beginning of the text."""
        return numbers(f"{self.title} {' '.join(self.first_words)}")

    def _beginning(self, limit: int) -> str:
        return (beginning_of(RawText(self.markup, "text/html"), limit) if self.markup else self.plain)[:limit]

    def forget(self) -> None:
        """Let go of what can be found out again."""
        self._shingles = None


class Headlines:
    """Which source used which headline, and when."""

    def __init__(self, uses: Iterable[HeadlineUse]) -> None:
        self._uses: defaultdict[int, dict[str, HeadlineUse]] = defaultdict(dict)
        self._of: dict[EntryKey, int] = {}
        self._noted: set[tuple[int, str]] = set()
        for use in uses:
            self._uses[use.headline][use.key.source] = use
            self._of[use.key] = use.headline

    def under(self, headline: int) -> Iterable[EntryKey]:
        """Name the last entry of each source that used a headline."""
        return [use.key for use in self._uses.get(headline, {}).values()]

    def of(self, key: EntryKey) -> int | None:
        """Say which of the headlines that were looked up an entry has."""
        return self._of.get(key)

    def returns(self, headline: int, source: str, again_at: datetime | None = None) -> bool:
        """Say whether a headline returns in a source again and again, and therefore says nothing.

        Args:
            headline: Its key.
            source: Whose.
            again_at: When the source is just using it once more.
        """
        use = self._uses.get(headline, {}).get(source)
        if use is None:
            return False
        return (again_at or use.last_at) - use.first_at >= SERIES_AFTER or use.times >= _SERIES_TIMES

    def note(self, headline: int, key: EntryKey, at: datetime) -> None:
        """Take note that a source used a headline."""
        uses = self._uses[headline]
        use = uses.get(key.source)
        first, times = (at, 0) if use is None else (use.first_at, use.times)
        uses[key.source] = HeadlineUse(headline=headline, key=key, first_at=first, last_at=at, times=times + 1)
        self._of[key] = headline
        self._noted.add((headline, key.source))

    def noted(self) -> tuple[HeadlineUse, ...]:
        """Give all uses that were noted here."""
        return tuple(self._uses[headline][source] for headline, source in sorted(self._noted))


@dataclass(frozen=True, slots=True)
class Copied:
    """The answer about one entry: of which text it is a copy, if any, and what decided."""

    original: Text | None
    reason: Reason


def find_original(text: Text, near: Sequence[Text], headlines: Headlines, policy: StoryPolicy) -> Copied | None:
    """Find the earlier entry that a text repeats; None when nothing is like it at all.

    Of several the one of which most is found again, then the oldest. When none holds, the reason is that of the
    nearest.
    """
    compared = ((other, _compare(text, other, headlines, policy)) for other in near if _comparable(text, other))
    answers = [(other, facts) for other, facts in compared if facts is not None]
    if not answers:
        return None
    other, facts = min(answers, key=lambda one: (not decide_copy(one[1]), -_share(one[1]), one[0].at, one[0].key))
    return Copied(other if decide_copy(facts) else None, _reason(other, facts))


def decide_copy(facts: Mapping[str, Fact]) -> bool:
    """Decide from what was compared whether an entry is a copy; a stored reason decides the same again."""
    share, threshold = _number(facts, "share"), _number(facts, "threshold")
    if facts["rule"] == "text":
        alike = share >= threshold and _number(facts, "runs") >= _number(facts, "least_runs")
        if not facts["same_owner"]:
            return alike and (bool(facts["numbers_meet"]) or share >= _number(facts, "sure_share"))
        # Notices and series of one publisher differ in a name and a number only.
        told_apart = not facts["numbers_equal"] or bool(facts["returns"])
        long_and_equal = share >= _number(facts, "own_share") and _number(facts, "runs") >= _number(facts, "own_runs")
        return alike and not told_apart and (bool(facts["headline_equal"]) or long_and_equal)
    if facts["returns"] or not facts["numbers_equal"] or facts["same_owner"]:
        return False
    if _number(facts, "hours") >= _number(facts, "window_hours"):
        return False
    if _number(facts, "runs") < _number(facts, "telling_runs"):
        agree = facts["words_share"] is None or _number(facts, "words_share") >= _number(facts, "least_words_share")
        return agree and _number(facts, "headline_words") >= _number(facts, "least_headline_words")
    return share >= threshold or _number(facts, "shared_runs") >= _number(facts, "least_shared_runs")


def _comparable(text: Text, other: Text) -> bool:
    near = text.at - other.at <= TEXT_WINDOW
    return (
        near and other.key != text.key and (not text.language or not other.language or text.language == other.language)
    )


def _compare(text: Text, other: Text, headlines: Headlines, policy: StoryPolicy) -> dict[str, Fact] | None:
    """Collect what decides about two entries, under the rule that applies; None when they have nothing in common."""
    equal = text.headline is not None and text.headline == other.headline
    smaller = min(len(text.shingles), len(other.shingles))
    share = containment(text.shingles, other.shingles)
    least = policy.text_share if smaller >= _SHORT_TEXT else max(policy.text_share, _SURE_SHARE)
    by_text = smaller >= LEAST_SHINGLES and share >= least
    if not equal and not share:
        return None
    facts: dict[str, Fact] = {
        "rule": "text" if by_text or not equal else "headline",
        "share": round(share, 4),
        "threshold": least,
        "runs": smaller,
        "shared_runs": round(share * smaller),
        "least_runs": LEAST_SHINGLES,
        "same_owner": text.owner == other.owner,
        "hours": round((text.at - other.at) / timedelta(hours=1), 2),
        "headline_equal": equal,
        "returns": _returns(text, other, headlines),
    }
    if facts["rule"] == "text":
        mine, theirs = set(text.numbers), set(other.numbers)
        meet = not mine or not theirs or bool(mine & theirs)
        return facts | {"numbers_equal": mine == theirs, "numbers_meet": meet} | _TEXT_THRESHOLDS
    return facts | {
        "threshold": _HEADLINE_SHARE,
        "numbers_equal": numbers(text.title) == numbers(other.title),
        "window_hours": policy.headline_window / timedelta(hours=1),
        "headline_words": _telling(text),
        "words_share": _words_share(text, other) if smaller < _TEXT_SAYS_NOTHING else None,
        **_HEADLINE_THRESHOLDS,
    }


def _telling(text: Text) -> int:
    """Count the words of a headline that are no numbers and not among those of every text."""
    passed_over = STOP_WORDS.get(text.language or "en", frozenset())
    return sum(word not in passed_over and not word[0].isdigit() for word in text.words)


def _words_share(text: Text, other: Text) -> float | None:
    """Say how much two texts of a few words have in common; None when one of them says nothing."""
    mine, theirs = set(text.first_words), set(other.first_words)
    return round(containment(mine, frozenset(theirs)), 4) if mine and theirs else None


def _returns(text: Text, other: Text, headlines: Headlines) -> bool:
    again = text.headline is not None and headlines.returns(text.headline, text.key.source, text.at)
    return again or (other.headline is not None and headlines.returns(other.headline, other.key.source))


def _reason(other: Text, facts: Mapping[str, Fact]) -> Reason:
    rule = str(facts["rule"])
    named = other.key.source
    evidence = (
        f"{named}, {facts['hours']} h earlier: {_number(facts, 'share'):.0%} of {facts['runs']} runs of four words"
    )
    if facts["headline_equal"]:
        evidence += ", equal headline"
    partner = {"partner_source": other.key.source, "partner_guid": other.key.guid}
    verdict = "copy" if decide_copy(facts) else "no copy"
    return Reason("copy", verdict, rule, evidence, tuple((dict(facts) | partner).items()))


def _share(facts: Mapping[str, Fact]) -> float:
    return _number(facts, "share")


def _number(facts: Mapping[str, Fact], name: str) -> float:
    value = facts[name]
    return float(value) if isinstance(value, int | float) else 0.0

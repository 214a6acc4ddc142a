"""An entry as queries see it: words with positions, whole values and numbers, each read when first asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.language import Recognised
from aggregator.model.story import StoryFacts
from aggregator.model.topic import NO_SENSES, Senses, Topic
from aggregator.text.folding import fold
from aggregator.text.tokens import FoldedText, Located, count_words, index_words, locate_words, piece_of
from aggregator.topics.fields import HAS_OF, PARTS_OF, VALUES_OF, declared_language
from aggregator.topics.tree import Node


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a field: ``parts[part][start:end]``, of the visible text for ``text``."""

    field: str
    part: int
    start: int
    end: int


class IndexedEntry:
    """One entry, indexed field by field and once for all queries.

    Fields of words are ``title``, ``summary``, ``text`` (what a reader sees of the content), ``author`` and
    ``category``; fields of values are those of ``VALUE_FIELDS``.

    Args:
        stored: The entry.
        source: Where it is from.
        now: At which time it is looked at; when it was first seen, unless said.
        story: What it is part of; None while it has no story.
        senses: What may be asked beside the entry itself.
    """

    def __init__(
        self,
        stored: StoredEntry,
        source: SourceFacts,
        now: datetime | None = None,
        story: StoryFacts | None = None,
        senses: Senses = NO_SENSES,
    ) -> None:
        self._stored = stored
        self._entry = stored.entry
        self._source = source
        self._now = now or stored.first_seen_at
        self._story = story
        self._senses = senses
        self._scores: dict[str, float] = {}
        self._parts: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, dict[str, list[int]]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._plain: dict[str, FoldedText] = {}
        self._places: dict[str, tuple[list[Located], Iterator[Located]]] = {}
        self._answers: dict[int, bool] = {}
        self._letters: str | None = None
        self._known: set[str] | None = None
        self._pieces: dict[str, set[str]] = {}
        self._written: dict[tuple[str, str, bool], Place | None] = {}
        self._values: dict[str, tuple[tuple[str, str], ...]] = {}

    @property
    def title(self) -> str:
        """Its headline."""
        return self._entry.title

    @property
    def summary(self) -> str:
        """The beginning of its text."""
        return self._entry.summary

    @property
    def moment(self) -> datetime:
        """When the entry is from: its date, or when it was first seen."""
        return self._entry.published_at or self._stored.first_seen_at

    @property
    def now(self) -> datetime:
        """At which time it is looked at."""
        return self._now

    @property
    def is_listened_to(self) -> bool:
        """Say whether its language would be recognised, were it clear."""
        return self._senses.recogniser is not None

    @cached_property
    def recognised(self) -> Recognised | None:
        """In which language it seems to be; None where one is declared, or where it is not clear."""
        recogniser = self._senses.recogniser
        if recogniser is None or declared_language(self._entry, self._source):
            return None
        return recogniser.recognise(f"{self.title}. {self.summary}")

    def learned(self, name: str) -> Topic | None:
        """Give the topic of a name, if it names examples."""
        return self._senses.learned.get(name)

    def score(self, topic: Topic) -> float:
        """Say how like the examples of a topic the entry is, which is found out once; 0 where nothing was learned."""
        found = self._scores.get(topic.slug)
        if found is None:
            found = self._scores[topic.slug] = topic.taste.score(self.title, self.summary) if topic.taste else 0.0
        return found

    def words(self, field: str) -> Mapping[str, list[int]]:
        """Give the words of a field, each with its rising positions."""
        found = self._words.get(field)
        if found is None:
            found = self._words[field] = index_words(self.parts(field))
        return found

    def pieces(self, field: str) -> set[str]:
        """Give what the words of a field are made of, without cutting it into words; see ``aggregator.text.tokens``."""
        found = self._pieces.get(field)
        if found is None:
            found = self._pieces[field] = self._folded(field).pieces()
        return found

    def lacks_everywhere(self, token: str) -> bool:
        """Say whether a token is surely no word of any field, where their pieces are known already."""
        if len(self._pieces) < len(PARTS_OF):
            return False
        if self._known is None:
            self._known = set().union(*self._pieces.values())
        return piece_of(token) not in self._known

    def lacks_letters_everywhere(self, letters: str) -> bool:
        """Say whether no word of any field can hold these folded letters, where all fields were folded already."""
        if len(self._plain) < len(PARTS_OF):
            return False
        if self._letters is None:
            self._letters = "\n".join(plain.folded for plain in self._plain.values())
        return letters not in self._letters

    def lacks(self, field: str, token: str) -> bool:
        """Say whether a token, whole, is surely no word of a field; mostly at the cost of a look."""
        known = self._pieces.get(field)
        return self.lacks_letters(field, token) if known is None else piece_of(token) not in known

    def lacks_letters(self, field: str, letters: str) -> bool:
        """Say whether no word of a field can hold these folded letters.

        Most words of most queries are nowhere in an entry, and to find that out is much cheaper than to index it.
        """
        if field in self._words:
            return False
        return not self._folded(field).holds(letters)

    def written(self, field: str, token: str, *, open_ended: bool = False) -> Place | None:
        """Find the first word of a field that a token, or its start, stands for; not for scripts without spaces.

        A field is not indexed for the sake of single words.
        """
        if not open_ended and field in self._pieces and self.lacks(field, token):
            return None
        key = (field, token, open_ended)
        if key not in self._written:
            span = self._folded(field).find(token, open_ended=open_ended)
            self._written[key] = None if span is None else self._within(field, *span)
        return self._written[key]

    def words_with(self, field: str, start: str) -> Iterator[str]:
        """Walk over the words of a field that start so."""
        ordered = self._sorted.get(field)
        if ordered is None:
            ordered = self._sorted[field] = sorted(self.words(field))
        for number in range(bisect_left(ordered, start), len(ordered)):
            if not ordered[number].startswith(start):
                return
            yield ordered[number]

    def values(self, field: str) -> tuple[tuple[str, str], ...]:
        """Give the values of a field, each folded and as it stands."""
        found = self._values.get(field)
        if found is None:
            raw = VALUES_OF[field](self._entry, self._source)
            if field == "lang" and not raw and self.recognised is not None:
                raw = (self.recognised.tag,)
            found = self._values[field] = tuple((" ".join(fold(value).split()), value) for value in raw)
        return found

    def parts(self, field: str) -> tuple[str, ...]:
        """Give a field as it is written: one text, or each author, category or value."""
        found = self._parts.get(field)
        if found is None:
            read = PARTS_OF.get(field)
            found = read(self._entry) if read else tuple(value for _, value in self.values(field))
            self._parts[field] = found
        return found

    def measure(self, name: str) -> float | None:
        """Give a number, seconds for ages; None when it cannot be known."""
        if name == "age":
            return (self._now - self.moment).total_seconds()
        if name == "words":
            return sum(map(count_words, self.parts("text"))) or sum(map(count_words, self.parts("summary")))
        if name == "weight":
            return self._source.weight
        story = self._story
        if story is None:
            return None
        if name == "story-age":
            return (self._now - story.first_at).total_seconds()
        return story.outlets if name == "outlets" else story.items

    def answers(self, query: Node, holds: Callable[[Node, IndexedEntry], bool]) -> bool:
        """Say whether a query holds that many topics ask, which is found out once."""
        known = self._answers.get(id(query))
        if known is None:
            known = self._answers[id(query)] = holds(query, self)
        return known

    def has(self, part: str) -> bool:
        """Say whether the entry has something, one of ``PARTS``."""
        return HAS_OF[part](self._entry)

    def place(self, field: str, position: int, width: int) -> Place | None:
        """Find what stands at ``width`` positions of a field."""
        beyond = position + width
        words = self._located(field, beyond)
        # The first word that ends behind the position, and the last one that begins before the end.
        begins = bisect_right(words, position, key=lambda word: word.position + word.width)
        ends = bisect_left(words, beyond, key=lambda word: word.position)
        if begins >= ends:
            return None
        first, last = words[begins], words[ends - 1]
        begin = first.start + position - first.position if _is_run(first) else first.start
        end = min(last.start + beyond - last.position, last.end) if _is_run(last) else last.end
        return Place(field, first.part, begin, end)

    def quote(self, place: Place) -> str:
        """Quote a place on one line, as it is written."""
        return " ".join(self.parts(place.field)[place.part][place.start : place.end].split())

    def _located(self, field: str, beyond: int) -> list[Located]:
        """Locate the words of a field as far as a position, and no further than was asked for."""
        if field not in self._places:
            self._places[field] = ([], locate_words(self.parts(field)))
        found, more = self._places[field]
        while not found or found[-1].position < beyond:
            word = next(more, None)
            if word is None:
                break
            found.append(word)
        return found

    def _within(self, field: str, start: int, end: int) -> Place:
        """Find a span of the joined parts of a field among them."""
        for number, part in enumerate(self.parts(field)):
            if start <= len(part):
                return Place(field, number, start, end)
            start, end = start - len(part) - 1, end - len(part) - 1
        raise IndexError(start)

    def _folded(self, field: str) -> FoldedText:
        found = self._plain.get(field)
        if found is None:
            found = self._plain[field] = FoldedText("\n".join(self.parts(field)))
        return found


def _is_run(word: Located) -> bool:
    # Without spaces each character is a position, and less than the whole word can be shown.
    return word.width > 1 and word.end - word.start == word.width

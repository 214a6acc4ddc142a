"""An entry as queries see it: words with positions and whole values, each field read when first asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from aggregator.model.entry import Entry, SourceFacts, StoredEntry
from aggregator.text.tokens import FoldedText, Located, fold, index_words, locate_words
from aggregator.text.visible import visible_text

# Articles are shorter; what is longer is a book or an attack.
MAX_TEXT_CHARACTERS = 200_000


class IndexedEntry:
    """One entry, indexed field by field and once for all queries.

    Fields of words are ``title``, ``summary``, ``text`` (what a reader sees of the content), ``author`` and
    ``category``; fields of values are those of ``VALUE_FIELDS``.
    """

    def __init__(self, stored: StoredEntry, source: SourceFacts) -> None:
        self._entry = stored.entry
        self._source = source
        self._parts: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, dict[str, list[int]]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._plain: dict[str, FoldedText] = {}
        self._written: dict[tuple[str, str], str | None] = {}
        self._values: dict[str, tuple[tuple[str, str], ...]] = {}

    @property
    def title(self) -> str:
        """Its headline."""
        return self._entry.title

    @property
    def summary(self) -> str:
        """The beginning of its text."""
        return self._entry.summary

    def words(self, field: str) -> Mapping[str, list[int]]:
        """Give the words of a field, each with its rising positions."""
        found = self._words.get(field)
        if found is None:
            found = self._words[field] = index_words(self._parts_of(field))
        return found

    def lacks(self, field: str, letters: str) -> bool:
        """Say whether no word of a field can hold these folded letters.

        Most words of most queries are nowhere in an entry, and to find that out is much cheaper than to index it.
        """
        if field in self._words:
            return False
        return not self._folded(field).holds(letters)

    def written(self, field: str, token: str) -> str | None:
        """Give the first word of a field that a token stands for, as it is written; not for scripts without spaces.

        A field is not indexed for the sake of single words.
        """
        if (field, token) not in self._written:
            self._written[field, token] = self._folded(field).find(token)
        return self._written[field, token]

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
            raw = _VALUES[field](self._entry, self._source)
            found = self._values[field] = tuple((" ".join(fold(value).split()), value) for value in raw)
        return found

    def quote(self, field: str, position: int, width: int) -> str:
        """Quote what stands at ``width`` positions of a field, as it is written."""
        parts = self._parts_of(field)
        beyond = position + width
        words = list(locate_words(parts, position, beyond))
        if not words:
            return ""
        first, last = words[0], words[-1]
        begin = first.start + position - first.position if _is_run(first) else first.start
        end = min(last.start + beyond - last.position, last.end) if _is_run(last) else last.end
        return " ".join(parts[first.part][begin:end].split())

    def _folded(self, field: str) -> FoldedText:
        found = self._plain.get(field)
        if found is None:
            found = self._plain[field] = FoldedText("\n".join(self._parts_of(field)))
        return found

    def _parts_of(self, field: str) -> tuple[str, ...]:
        found = self._parts.get(field)
        if found is None:
            found = self._parts[field] = _PARTS[field](self._entry)
        return found


def _is_run(word: Located) -> bool:
    # Without spaces each character is a position, and less than the whole word can be shown.
    return word.width > 1 and word.end - word.start == word.width


def _content(entry: Entry) -> tuple[str, ...]:
    return (visible_text(entry.content_html)[:MAX_TEXT_CHARACTERS],) if entry.content_html else ()


def _language(entry: Entry, source: SourceFacts) -> tuple[str, ...]:
    language = entry.language or source.language or source.profile.language
    return (language.replace("_", "-"),) if language else ()


def _domain(entry: Entry, _: SourceFacts) -> tuple[str, ...]:
    try:
        host = (urlsplit(entry.url or "").hostname or "").rstrip(".")
    except ValueError:
        return ()
    if "xn--" not in host:
        return (host,) if host else ()
    try:
        return (host, host.encode().decode("idna"))
    except UnicodeError:
        return (host,)


_PARTS: Mapping[str, Callable[[Entry], tuple[str, ...]]] = {
    "title": lambda entry: (entry.title,),
    "summary": lambda entry: (entry.summary,),
    "text": _content,
    "author": lambda entry: entry.authors,
    "category": lambda entry: entry.categories,
}
_VALUES: Mapping[str, Callable[[Entry, SourceFacts], tuple[str, ...]]] = {
    "source": lambda _, source: (source.id,),
    "group": lambda _, source: (source.group,) if source.group else (),
    "tag": lambda _, source: source.tags,
    "category": lambda entry, _: entry.categories,
    "domain": _domain,
    "lang": _language,
    "url": lambda entry, _: (entry.url,) if entry.url else (),
}

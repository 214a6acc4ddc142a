"""Words of a text, in the form in which they are compared: case, accents and width folded.

One rule for topics, stories and duplicates: ``fold`` a word, drop the ``'s`` of a genitive, and cut what is
written without spaces (Chinese, Japanese, Korean, Thai and their neighbours) into overlapping pairs of
characters. A word may answer to more names than one, all at the same position: ``C++`` also to ``c``,
``l'Irak`` also to ``irak``, each character of a pair to itself.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import NamedTuple

from aggregator.text.folding import INVISIBLE, fold, keeps_length

# Characters that stand inside of a word without being a letter: invisible ones, and marks of every script.
_MARK_BLOCKS = (range(0x300, 0x3100), range(0xA600, 0xAC00), range(0xFB1E, 0xFE30), range(0x10A00, 0x11F60))
_MARKS = "".join(c for c in map(chr, chain(*_MARK_BLOCKS)) if unicodedata.category(c).startswith("M"))
# A class with all marks is slow to ask: once a word, and only behind a cheap guard.
_LETTERS = rf"\w+(?:(?=[^\x00-\xac])[{INVISIBLE}{_MARKS}]+\w*)*"
_WORD = re.compile(
    rf"{_LETTERS}(?:['\u2019]{_LETTERS})?"
    # C++ (and C++20), C#, Disney+; but neither 1+1 nor 100+.
    r"(?:[+#](?<=[^\W\d_].)(?:(?<=\+)\+|(?![\w+#])))?"
    # A dot in front counts where nothing stands before it: .NET, but not asp.net.
    rf"|\.(?<![\w.]\.)(?=[^\W\d_]){_LETTERS}"
)

# Thai to Lao, Myanmar, Hangul letters, Khmer, kana and ideographs, Hangul, the supplementary ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"([{_UNSPACED}]+)")
_PIECE = re.compile(rf"[^\W_{_UNSPACED}]+")
_ASCII_PIECE = re.compile(r"[a-z0-9]+")

# There are hundreds of words, and a named tuple is made four times as fast without asking for its names.
_NEW = tuple.__new__

# French and Italian articles and the like that lean on the next word.
_ELIDED = frozenset("cdjlmnst") | {"qu", "jusqu", "lorsqu", "puisqu", "un", "dell", "all", "nell", "sull", "dall"}
_CACHED_CHARACTERS = 32
_CACHED_WORDS = 65_536
_GAP = 1000


class _Terms(NamedTuple):
    """What a written word is compared by.

    Attributes:
        placed: Offset and token, in order.
        indexed: Those and the word's other names, each with the offset of the token it stands for.
        width: Positions that the word takes up.
        tokens: Those of ``placed``.
    """

    placed: tuple[tuple[int, str], ...]
    indexed: tuple[tuple[int, str], ...]
    width: int
    tokens: tuple[str, ...]


class Located(NamedTuple):
    """A written word: the positions from ``position`` on, ``width`` of them, are ``parts[part][start:end]``."""

    position: int
    width: int
    part: int
    start: int
    end: int


def tokens(text: str) -> tuple[str, ...]:
    """Cut a text into the words that it is compared by, in order.

    >>> tokens("Iraq's café: “C++”, foo_bar & 東京都")
    ('iraq', 'cafe', 'c++', 'foo', 'bar', '東京', '京都')
    """
    return tuple(chain.from_iterable(map(_tokens_of, map(_TERMS.__getitem__, _WORD.findall(text)))))


def placed_tokens(text: str) -> tuple[tuple[int, str], ...]:
    """Cut a text into words, each with its position; the distances are those that ``index_words`` gives.

    >>> placed_tokens("東京都 C#")
    ((0, '東京'), (1, '京都'), (3, 'c#'))
    """
    placed: list[tuple[int, str]] = []
    position = 0
    for word in _WORD.findall(text):
        terms = _TERMS[word]
        placed.extend((position + offset, token) for offset, token in terms.placed)
        position += terms.width
    return tuple(placed)


def index_words(parts: Sequence[str]) -> dict[str, list[int]]:
    """Map every word, by each of its names, to the rising positions where it stands.

    Args:
        parts: Of one field; positions run on, with a gap between two parts, so that no phrase spans them.
    """
    index: dict[str, list[int]] = {}
    position = -_GAP
    for text in parts:
        position += _GAP
        for word in _WORD.findall(text):
            terms = _TERMS[word]
            for offset, term in terms.indexed:
                if term in index:
                    index[term].append(position + offset)
                else:
                    index[term] = [position + offset]
            position += terms.width
    return index


def locate_words(parts: Sequence[str], start: int = 0, stop: float = math.inf) -> Iterator[Located]:
    """Walk through the words of a field with the positions that ``index_words`` gives them.

    Args:
        parts: Of one field.
        start: Words that end before this position are passed over.
        stop: Words from this position on are, too.
    """
    after = -_GAP
    for number, text in enumerate(parts):
        after += _GAP
        for found in _WORD.finditer(text):
            position, width = after, _TERMS[found[0]].width
            if position >= stop:
                return
            after += width
            # A word of no width, such as a lone underscore, has no position of its own.
            if after > start and width:
                yield _NEW(Located, (position, width, number, found.start(), found.end()))


def count_words(text: str) -> int:
    """Count the words of a text; where words are written without spaces, the characters.

    >>> count_words("Iraq's café - 東京都")
    5
    """
    return sum(_TERMS[word].width for word in _WORD.findall(text))


class FoldedText:
    """A text beside its folded form, in which single words are found without an index of all of them.

    >>> FoldedText("the Café").find("cafe")
    (4, 8)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.folded = fold(text)

    def holds(self, letters: str) -> bool:
        """Say whether these folded letters stand anywhere, be it within a word."""
        return letters in self.folded

    def pieces(self) -> set[str]:
        """Give what every word is made of; see ``pieces``."""
        return pieces(self.folded)

    def find(self, name: str, *, open_ended: bool = False) -> tuple[int, int] | None:
        """Find the first word that ``index_words`` has under a name; it is ``text[start:end]``.

        Linear in the length of the text, and mostly far below: only words that hold the letters are looked at.

        Args:
            name: Folded; of a script that puts spaces between words.
            open_ended: The name only has to start so.
        """
        text, aligned = self._text, self._aligned
        at, done = self.folded.find(name), 0
        while at >= 0:
            begin = max(done, text.rfind(" ", done, at) + 1) if aligned else 0
            for found in _WORD.finditer(text, begin):
                done = found.end()
                names = _TERMS[found[0]].indexed
                if any(term.startswith(name) if open_ended else term == name for _, term in names):
                    return found.span()
                if aligned and done > at:
                    break
            else:
                return None
            at = self.folded.find(name, done)
        return None

    @cached_property
    def _aligned(self) -> bool:
        """Whether every character stands where its folded form does."""
        if len(self._text) != len(self.folded):
            return False
        return keeps_length(self._text)


def pieces(folded: str) -> set[str]:
    """Cut a folded text into what every word of it is made of: a quick look at which words may be in it.

    The ``piece_of`` every name of every word is among them, and a few that are no words.

    >>> sorted(pieces(fold("L'Irak, C++ 東京都")))
    ['c', 'irak', 'l', '京', '京都', '東', '東京', '都']
    """
    if folded.isascii():
        return set(_ASCII_PIECE.findall(folded))
    found = set(_PIECE.findall(folded))
    for run in _RUN.findall(folded):
        found.update(run)
        found.update(map("".join, pairwise(run)))
    return found


@lru_cache(maxsize=50_000)
def piece_of(token: str) -> str:
    """Give the longest piece of a token.

    >>> piece_of("o'neil"), piece_of("c++"), piece_of("東京")
    ('neil', 'c', '東京')
    """
    return token if is_unspaced(token) else max(_PIECE.findall(token), key=len, default=token)


def is_unspaced(character: str) -> bool:
    """Say whether a folded character belongs to a script that puts no spaces between words."""
    return _RUN.match(character) is not None


class _TermCache(dict[str, _Terms]):
    """Terms by word: a look-up in a dictionary costs a third of a call, and there are hundreds in an entry."""

    def __missing__(self, word: str) -> _Terms:
        terms = _terms(word)
        # Long words are sentences without spaces or noise: unlikely to return, and an attack on the cache.
        if len(word) <= _CACHED_CHARACTERS:
            if len(self) >= _CACHED_WORDS:
                self.clear()
            self[word] = terms
        return terms


def _terms(word: str) -> _Terms:
    placed: list[tuple[int, str]] = []
    indexed: list[tuple[int, str]] = []
    width = 0
    # Folding may give several words (½ is 1 and 2), and underscores join what is read apart.
    for found in _WORD.finditer(fold(word).replace("_", " ")):
        for piece in _RUN.split(found.group().removesuffix("'s")):
            if not (run := piece.strip("'")).strip("."):
                continue
            own, others, span = _pairs(run) if is_unspaced(run) else ((run,), _other_names(run), 1)
            placed.extend((width + offset, token) for offset, token in enumerate(own))
            indexed.extend((width + offset, token) for offset, token in enumerate(own))
            indexed.extend((width + offset, name) for offset, name in others)
            width += span
    return _Terms(tuple(placed), tuple(indexed), width, tuple(token for _, token in placed))


_TERMS = _TermCache()
_tokens_of = attrgetter("tokens")


def _pairs(run: str) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...], int]:
    if len(run) == 1:
        return (run,), (), 1
    return tuple(map("".join, pairwise(run))), tuple(enumerate(run)), len(run)


def _other_names(word: str) -> tuple[tuple[int, str], ...]:
    if bare := word.strip(".+#") if word[0] == "." or word[-1] in "+#" else "":
        return ((0, bare.removesuffix("'s")),)
    article, apostrophe, rest = word.partition("'")
    return ((0, rest),) if apostrophe and article in _ELIDED else ()

"""Ways to damage a document. Each is given a source of chance and another document, and gives other bytes.

The gentle ones leave most documents well-formed, so that they get as far as those that nobody damaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from tests.mutations.odd import (
    ADDRESSES,
    ATTRIBUTES,
    CONTROLS,
    DATES,
    DOCTYPES,
    ELEMENTS,
    ENCODINGS,
    JSON_VALUES,
    LABELS,
    NAMESPACES,
    REFERENCES,
    VALUES,
)

Mutator = Callable[[Random, bytes, bytes], bytes]

MAX_BYTES = 120_000

_TAG = re.compile(rb"<[^<>!?]{1,2000}>")
_TEXT = re.compile(rb">([^<>]{1,4000})<")
_ITEM = re.compile(rb"<(item|entry)\b.*?</\1>", re.DOTALL)
_SPACE = re.compile(rb"xmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"']*)[\"']")
_LABEL = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_JSON_VALUE = re.compile(rb":\s*(\"(?:[^\"\\]|\\.)*\"|[\w.+-]+)")


def _pick(chance: Random, pattern: re.Pattern[bytes], body: bytes) -> re.Match[bytes] | None:
    found = list(pattern.finditer(body))
    return chance.choice(found) if found else None


def _put(body: bytes, start: int, end: int, piece: bytes) -> bytes:
    return body[:start] + piece + body[end:]


def _range(chance: Random, body: bytes) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.choice((1, 10, 100, 1_000, 10_000)))


def _insert(chance: Random, body: bytes, piece: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    return _put(body, at, at, piece)


def flip_bits(chance: Random, body: bytes, _other: bytes) -> bytes:
    flipped = bytearray(body)
    for _ in range(chance.choice((1, 3, 20)) if flipped else 0):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def cut(chance: Random, body: bytes, _other: bytes) -> bytes:
    start, end = _range(chance, body)
    return chance.choice((body[:start], body[end:], body[:start] + body[end:]))


def double_block(chance: Random, body: bytes, _other: bytes) -> bytes:
    start, end = _range(chance, body)
    return _insert(chance, body, body[start:end])


def swap_blocks(chance: Random, body: bytes, _other: bytes) -> bytes:
    first, second, third, fourth = sorted(chance.randrange(len(body) + 1) for _ in range(4))
    return body[:first] + body[third:fourth] + body[second:third] + body[first:second] + body[fourth:]


def splice(chance: Random, body: bytes, other: bytes) -> bytes:
    start, end = _range(chance, other)
    return _insert(chance, body, other[start:end])


def join_documents(chance: Random, body: bytes, other: bytes) -> bytes:
    return chance.choice((body + other, other + body, body + body, body + b"\n<!-- " + other))


def mix_items(chance: Random, body: bytes, other: bytes) -> bytes:
    """Put an item of another document, often of another format, among those that are there."""
    here, there = _pick(chance, _ITEM, body), _pick(chance, _ITEM, other)
    return _put(body, here.start(), here.start(), there[0]) if here and there else body + other


def damage_entities(chance: Random, body: bytes, _other: bytes) -> bytes:
    return _within_texts(chance, body, REFERENCES)


def put_controls(chance: Random, body: bytes, _other: bytes) -> bytes:
    return _insert(chance, _within_texts(chance, body, CONTROLS), chance.choice(CONTROLS))


def _within_texts(chance: Random, body: bytes, pieces: Sequence[bytes]) -> bytes:
    for _ in range(chance.choice((1, 2, 5))):
        text = _pick(chance, _TEXT, body)
        at = chance.randint(*text.span(1)) if text else chance.randrange(len(body) + 1)
        body = _put(body, at, at, chance.choice(pieces))
    return body


def damage_namespaces(chance: Random, body: bytes, _other: bytes) -> bytes:
    found = _pick(chance, _SPACE, body)
    if not found:
        return body.replace(b">", b" xmlns:x='urn:x' xmlns='urn:y'>", 1)
    other = b'"' + chance.choice(NAMESPACES) + b'"'
    prefix = found[1] or b"x"
    return chance.choice(
        (
            _put(body, *found.span(), b""),
            _put(body, *found.span(), found[0].partition(b"=")[0] + b"=" + other),
            _put(body, *found.span(), b"xmlns:" + prefix + b"=" + other),
            body.replace(b"<" + prefix + b":", b"<q:").replace(b"</" + prefix + b":", b"</q:"),
            body.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</"),
        )
    )


def lie_about_encoding(chance: Random, body: bytes, _other: bytes) -> bytes:
    """Say one encoding and write another, or none, or two in one document."""
    label = chance.choice(LABELS).encode()
    said = _LABEL.search(body[:200])
    if chance.random() < 0.5:
        body = _put(body, *said.span(1), label) if said else b'<?xml version="1.0" encoding="' + label + b'"?>' + body
    half = len(body) // 2 if chance.random() < 0.2 else 0
    try:
        text = body[half:].decode("utf-8", "surrogateescape")
        return body[:half] + text.encode(chance.choice(ENCODINGS), chance.choice(("ignore", "replace")))
    except (UnicodeError, ValueError):
        return body


def nest(chance: Random, body: bytes, _other: bytes) -> bytes:
    name = chance.choice((b"div", b"a", b"b", b"table", b"item", b"entry", b"content", b"source", b"svg", b"x:y"))
    depth = chance.choice((2, 30, 300, 2_000))
    if body.lstrip()[:1] in {b"{", b"["}:
        return _put_json(chance, body, b"[" * depth + (b"]" * depth if chance.random() < 0.5 else b""))
    opened, closed = b"<" + name + b">", b"</" + name + b">"
    if chance.random() < 0.5:
        opened, closed = opened.replace(b"<", b"&lt;"), closed.replace(b"<", b"&lt;")
    text = _pick(chance, _TEXT, body)
    at = text.end(1) if text else len(body) // 2
    return _put(body, at, at, opened * depth + b"x" + closed * chance.choice((0, depth, depth + 1)))


def swell_attributes(chance: Random, body: bytes, _other: bytes) -> bytes:
    tag = _pick(chance, _TAG, body)
    if not tag:
        return body
    many = b"".join(b" a%d='%d'" % (number, number) for number in range(chance.choice((5, 60, 300))))
    huge = b" title='" + chance.choice((b"x", b"&", b"&#8217;", b"\xc3\xa9", b"<")) * 8_000 + b"'"
    end = tag.end() - 1
    return _put(body, end, end, chance.choice((many, huge)))


def break_tags(chance: Random, body: bytes, _other: bytes) -> bytes:
    for _ in range(chance.choice((1, 2, 6))):
        tag = _pick(chance, _TAG, body)
        if not tag:
            break
        name = tag[0].strip(b"</>").split()[:1] or [b"x"]
        piece = chance.choice(
            (
                b"",
                tag[0] * 2,
                tag[0][:-1],
                tag[0][1:],
                tag[0].upper(),
                tag[0][:-1] + b"/>",
                b"</" + name[0] + b">",
                b"<" + chance.choice(ELEMENTS) + b">",
                b"<" + chance.choice(ELEMENTS) + b"/>",
                b"<!" + tag[0][1:],
                b"<?" + tag[0][1:],
            )
        )
        body = _put(body, *tag.span(), piece)
    return body


def open_sections(chance: Random, body: bytes, _other: bytes) -> bytes:
    return _insert(
        chance, body, chance.choice((b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"<!", b"<![", b"--!>", b"<"))
    )


def declare_type(chance: Random, body: bytes, _other: bytes) -> bytes:
    declaration = re.match(rb"\s*<\?xml[^>]*\?>", body)
    at = declaration.end() if declaration else 0
    return damage_entities(chance, _put(body, at, at, chance.choice(DOCTYPES)), b"")


def add_elements(chance: Random, body: bytes, _other: bytes) -> bytes:
    """Put elements with odd attributes and values into an item."""
    for _ in range(chance.choice((1, 3))):
        tag = _pick(chance, _TAG, body)
        name, value = chance.choice(ELEMENTS), chance.choice(chance.choice((VALUES, ADDRESSES, DATES)))
        attributes = chance.choice((b"", b" " + chance.choice(ATTRIBUTES)))
        at = tag.end() if tag else len(body)
        body = _put(body, at, at, b"<" + name + attributes + b">" + value + b"</" + name + b">")
    return body


def put_values(chance: Random, body: bytes, _other: bytes) -> bytes:
    """Put odd values where the texts of elements stand."""
    for _ in range(chance.choice((1, 3, 8))):
        text = _pick(chance, _TEXT, body)
        if not text:
            return _put_json(chance, body, chance.choice(JSON_VALUES))
        body = _put(body, *text.span(1), chance.choice(chance.choice((VALUES, ADDRESSES, DATES))))
    return body


def put_attributes(chance: Random, body: bytes, _other: bytes) -> bytes:
    tag = _pick(chance, _TAG, body)
    if not tag or tag[0].startswith(b"</"):
        return body
    end = tag.end() - (2 if tag[0].endswith(b"/>") else 1)
    return _put(body, end, end, b" " + chance.choice(ATTRIBUTES))


def move_items(chance: Random, body: bytes, _other: bytes) -> bytes:
    """Double, drop or swap whole items, as publishers do from day to day."""
    items = list(_ITEM.finditer(body))
    if not items:
        return _put_json(chance, body, chance.choice(JSON_VALUES))
    one, two = chance.choice(items), chance.choice(items)
    return chance.choice(
        (
            _put(body, one.start(), one.start(), two[0]),
            _put(body, *one.span(), b""),
            _put(body, *one.span(), two[0]),
        )
    )


def put_json(chance: Random, body: bytes, _other: bytes) -> bytes:
    return _put_json(chance, body, chance.choice(JSON_VALUES))


def _put_json(chance: Random, body: bytes, piece: bytes) -> bytes:
    value = _pick(chance, _JSON_VALUE, body)
    return _put(body, *value.span(1), piece) if value else _insert(chance, body, piece)


GENTLE: tuple[Mutator, ...] = (add_elements, put_values, put_attributes, move_items, mix_items, damage_namespaces)
ROUGH: tuple[Mutator, ...] = (
    *(flip_bits, cut, double_block, swap_blocks, splice, join_documents, damage_entities, put_controls),
    *(lie_about_encoding, nest, swell_attributes, break_tags, open_sections, declare_type, put_json),
)

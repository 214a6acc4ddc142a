"""Nothing of a hostile feed is active when another parser of markup looks at what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import escape

import pytest

from aggregator.model.entry import Entry
from tests.e2e.corpora import needs_corpora
from tests.far_side import look
from tests.vectors import carried, vectors

_OWN = [
    "<a href='java\tscript:alert(1)'>x</a>",
    "<iframe src='https://www.youtube.com/embed/\"onload=alert(1)//'></iframe>",
    "<iframe src='https://www.youtube.com/embed/abcdefg' title='<script>alert(1)</script>'></iframe>",
    "<iframe src='https://w.soundcloud.com/player/?url=javascript:alert(1)'></iframe>",
    "<img data-src='javascript:alert(1)'><img srcset='javascript:alert(1) 2x'><img src=x data-src=y onerror=alert(1)>",
    "<img data-src='x\" onerror=\"alert(1)' alt='\"><script>alert(1)</script>'>",
    "<img title='<iframe src=https://player.vimeo.com/video/1></iframe>' src=https://a.example/ onload=alert(1)>",
    "<a href='https://a.example/?utm_source=x&quot; onclick=alert(1)//'>x</a>",
]


def urls(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Find every address in a value, by the names of the fields."""
    if is_dataclass(value):
        for field in fields(value):
            yield from urls(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for each in value:
            yield from urls(each, name)
    elif isinstance(value, str) and name.endswith("url"):
        yield name, value


def dangers(entry: Entry) -> list[str]:
    found = look(entry.content_html).dangers()
    found += [f"{name}={url}" for name, url in urls(entry) if not url.startswith(("https://", "http://"))]
    found += [url for _, url in urls(entry) if set(url) & set('"<> \n\t')]
    # Everything else is plain text: escaped it is nothing but text.
    texts = (entry.title, entry.summary, *entry.authors, *entry.categories, entry.rights or "")
    return found + [text for text in texts if look(f"<p>{escape(text)}</p>").elements != ("p",)]


@pytest.mark.parametrize("vector", _OWN)
def test_what_we_put_together_ourselves_lets_nothing_in(vector):
    assert [danger for entry in carried([vector]) for danger in dangers(entry)] == []


@needs_corpora
@pytest.mark.corpora
def test_no_vector_of_the_sanitizers_suites_is_active_in_any_field():
    entries = carried(vectors())
    assert len(entries) > 2_000
    assert sum(bool(look(vector).dangers()) for vector in vectors()) > 700
    assert [(entry.key.guid, danger) for entry in entries for danger in dangers(entry)] == []

"""Whole documents, to the byte.

``AGGREGATOR_WRITE_GOLDEN=1`` writes them anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aggregator.model.topic import FeedFormat
from aggregator.publish import render
from tests.publish.editions import EDITIONS, edition_of
from tests.publish.views import SITE

FOLDER = Path(__file__).parent.parent / "data" / "editions"
FILES = {FeedFormat.ATOM: "atom.xml", FeedFormat.RSS: "rss.xml", FeedFormat.JSON: "feed.json"}


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_an_edition_is_rendered_to_the_bytes_that_were_agreed(name: str) -> None:
    documents = {rendition.name: rendition.body for rendition in render(edition_of(name), SITE)}
    assert documents.keys() == {"world.atom", "world.rss", "world.json"}
    for form, file in FILES.items():
        path = FOLDER / name / file
        body = documents[f"world.{form.value}"]
        if os.environ.get("AGGREGATOR_WRITE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        assert body == path.read_bytes(), f"{path} differs"


def test_every_kept_edition_is_still_rendered() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EDITIONS)

"""Whatever stands in the file, the answer is settings or problems, never another exception."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from aggregator.errors import SettingsError
from tests.settings.configs import load

KEYS = (
    *("sources", "topics", "groups", "owners", "include", "site", "server", "network", "defaults", "data", "title"),
    *("url", "path", "id", "every", "timeout", "max-size", "keep", "weight", "tags", "auth", "headers", "language"),
    *("match", "from", "aliases", "output", "formats", "content", "listen", "base-url", "contact", "allow-private"),
    *("host-groups", "spacing", "ports", "news", "<<", "", "limit", "owner", "public", "policies"),
)
WORDS = (
    *("auto", "1h..2h", "5s", "5MB", "https://a.example/f", "//", "https://[", "http://u:p@h:1/", "x.xml", "../", "*"),
    *("a", "tag:a", "news", "${A}", "${B:-x}", "$${", "${", "${file:aggregator.yaml}", "basic a:b", "\0", "bad", "é\n"),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=6)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


def survives(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(SettingsError):
        load(Path(folder), text, environment={"A": "1"})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS[:11]), TREES, min_size=1, max_size=5))
def test_any_values_under_the_keys_that_there_are(tree):
    # JSON is YAML, but for the numbers that are none and the escapes that are no text.
    survives(json.dumps(tree, ensure_ascii=False).replace("NaN", "1").replace("Infinity", "1"))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([*KEYS, *WORDS, *":{}[],-&*|>'\"#!%@\n\t ", "\n  ", ": ", "- ", "&a ", "*a "]), max_size=30
    )
)
def test_any_letters_in_any_order(parts):
    survives("".join(parts))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text):
    survives(text)

"""The first minute of a newcomer: finished topics at once, without a network, in a real reader too."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
from collections import Counter

import feedparser
import pytest

from tests.e2e.daemons import free_port, get, running, wait_for

TOPICS = ("ardovia", "making", "listening")


@pytest.fixture(scope="module")
def demo():
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    with running("demo", "--listen", f"127.0.0.1:{port}"):
        for topic in TOPICS:
            wait_for(f"{base}/{topic}.atom", b"<entry>", seconds=15)
        yield base, time.monotonic() - started


def test_three_topics_in_three_formats_answer_with_entries_within_five_seconds(demo):
    base, took = demo
    assert took < 5
    for topic in TOPICS:
        atom = feedparser.parse(get(f"{base}/{topic}.atom")[2])
        rss = feedparser.parse(get(f"{base}/{topic}.rss")[2])
        items = json.loads(get(f"{base}/{topic}.json")[2])["items"]
        assert not atom.bozo
        assert not rss.bozo
        assert [e.id for e in atom.entries] == [e.id for e in rss.entries] == [i["id"] for i in items] != []


def test_the_pages_answer_under_a_strict_policy(demo):
    base, _ = demo
    for path in ("/", "/status", "/sources", "/ardovia"):
        status, headers, body = get(base + path)
        assert status == 200
        assert "default-src 'none'" in headers["content-security-policy"]
        assert b"<h1" in body


def test_one_event_told_by_five_outlets_is_one_entry_that_names_them_whatever_day_it_is(demo):
    base, _ = demo
    (told,) = json.loads(get(f"{base}/ardovia.json")[2])["items"]
    for outlet in ("Meridian Wire", "The Courier", "Morning Post", "Ardnews", "World in Links"):
        assert outlet in told["content_html"]


def test_a_second_look_costs_nothing(demo):
    base, _ = demo
    _, headers, _ = get(f"{base}/ardovia.atom")
    status, again, body = get(f"{base}/ardovia.atom", {"If-None-Match": headers["etag"]})
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])


def test_dates_that_cannot_be_believed_are_not_published(demo):
    base, _ = demo
    items = json.loads(get(f"{base}/making.json")[2])["items"]
    assert len(items) == 8
    assert not [item for item in items if item["date_published"].startswith("2066")]


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
def test_newsboat_lists_exactly_the_entries_of_one_atom_and_one_rss_feed(demo, tmp_path):
    base, _ = demo
    urls = tmp_path / "urls"
    urls.write_text(f"{base}/ardovia.atom\n{base}/making.rss\n", encoding="utf-8")
    (tmp_path / "config").write_text("", encoding="utf-8")
    cache = tmp_path / "cache.db"
    subprocess.run(
        ["newsboat", "-u", urls, "-c", cache, "-C", tmp_path / "config", "-x", "reload"],
        check=True,
        timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    with sqlite3.connect(cache) as database:
        listed = set(database.execute("select feedurl, guid, title from rss_item"))
    database.close()
    served = {
        (f"{base}/{name}", entry.id, entry.title)
        for name in ("ardovia.atom", "making.rss")
        for entry in feedparser.parse(get(f"{base}/{name}")[2]).entries
    }
    assert listed == served
    assert Counter(url.rpartition("/")[2] for url, _, _ in listed) == {"ardovia.atom": 1, "making.rss": 8}

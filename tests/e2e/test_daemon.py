"""The daemon as a process: signals, reload, control channel, one at a time, and what a crash leaves behind."""

from __future__ import annotations

import json
import signal
import time

import pytest

from tests.e2e.daemons import aggregator, free_port, get, running, wait_for

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
<description>d</description>%s</channel></rss>"""
ITEM = (
    "<item><title>%s</title><guid isPermaLink='false'>%s</guid><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>"
)

CONFIG = """\
server: {{listen: "127.0.0.1:{port}"}}
data: ./data
defaults: {{backfill: 50}}
sources:
  - {{id: news, path: news.xml}}
topics:
  all: {{}}
{more}"""


@pytest.fixture
def place(tmp_path):
    port = free_port()
    config = tmp_path / "aggregator.yaml"

    def write(more: str = "") -> None:
        config.write_text(CONFIG.format(port=port, more=more), encoding="utf-8")

    def publish(*titles: str) -> None:
        items = "".join(ITEM % (title, title) for title in titles)
        (tmp_path / "news.xml").write_text(RSS % items, encoding="utf-8")

    write()
    publish("one", "two")
    return config, f"http://127.0.0.1:{port}", write, publish


def test_sigterm_ends_it_in_order_within_ten_seconds(place):
    config, base, _, _ = place
    with running("-c", str(config), "run") as process:
        wait_for(f"{base}/all.atom", b"<entry>")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - started < 10


def test_sighup_takes_a_good_configuration_and_keeps_the_old_one_when_the_new_is_bad(place):
    config, base, write, _ = place
    with running("-c", str(config), "run") as process:
        wait_for(f"{base}/all.atom", b"<entry>")
        write("  only-one: {match: one}\n")
        process.send_signal(signal.SIGHUP)
        body = wait_for(f"{base}/only-one.json", b'"one"')
        assert len(json.loads(body)["items"]) == 1
        write("  broken: {mtach: one}\n")
        process.send_signal(signal.SIGHUP)
        wait_for(f"{base}/readyz", b"problem")
        assert get(f"{base}/only-one.json")[0] == 200
        assert get(f"{base}/broken.json")[0] == 404


def test_the_command_line_goes_through_the_daemon_that_holds_the_data(place):
    config, base, _, publish = place
    with running("-c", str(config), "run"):
        wait_for(f"{base}/all.atom", b"<entry>")
        publish("one", "two", "three")
        aggregator("-c", str(config), "poll", "news")
        wait_for(f"{base}/all.atom", b"three")
        second = aggregator("-c", str(config), "run", check=False)
        assert second.returncode == 1
        assert "already in use by process" in second.stderr
        assert aggregator("-c", str(config), "status", "--help").returncode == 0
        entries = aggregator("-c", str(config), "--json", "entries").stdout.splitlines()
        assert len(entries) == 3


def test_feeds_are_the_same_to_the_byte_after_a_restart(place):
    config, base, _, _ = place
    seen = []
    for _ in range(2):
        with running("-c", str(config), "run"):
            wait_for(f"{base}/all.atom", b"<entry>")
            seen.append([get(f"{base}/all.{form}")[2] for form in ("atom", "rss", "json")])
    assert seen[0] == seen[1]


def test_once_writes_the_whole_site_and_a_second_time_only_what_changed(place, tmp_path):
    config, _, _, _ = place
    out = tmp_path / "site"
    aggregator("-c", str(config), "run", "--once", "--out", str(out))
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"index.html", "all.html", "all.atom", "all.rss", "all.json", "topics.opml", "status.json"} <= names
    before = {path: path.stat().st_mtime_ns for path in out.glob("all.*")}
    aggregator("-c", str(config), "build", str(out))
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("all.*")}


def test_a_source_that_is_not_there_fails_partly_and_says_so(place):
    config, _, _, _ = place
    (config.parent / "news.xml").unlink()
    done = aggregator("-c", str(config), "poll", check=False)
    assert done.returncode == 3
    status = json.loads(aggregator("-c", str(config), "--json", "status").stdout)
    assert status["sources"][0]["state"] == "failing"
    assert "news.xml" in status["sources"][0]["error"]


def test_no_configuration_is_a_usage_error_with_a_hint(tmp_path):
    done = aggregator("status", check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert "aggregator init" in done.stderr


def test_a_broken_configuration_is_told_with_its_place(tmp_path):
    config = tmp_path / "aggregator.yaml"
    config.write_text("sources:\n  - {urll: https://a.example/}\ntopics: {a: {match: 'x AND'}}\n", encoding="utf-8")
    done = aggregator("-c", str(config), "check", check=False)
    assert done.returncode == 2
    assert "aggregator.yaml:2:6: error: sources.0.urll" in done.stderr
    assert "did you mean 'url'?" in done.stderr
    assert "aggregator.yaml:3:" in done.stderr

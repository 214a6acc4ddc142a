"""``discover`` and ``add`` as a user types them, against a web on loopback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from aggregator.bootstrap import read_settings
from aggregator.cli.main import main
from tests.e2e.daemons import free_port, running, wait_for

RSS = """<rss version="2.0"><channel><title>%s</title><item><title>One</title><guid>1</guid></item></channel></rss>"""
CONFIG = """\
# my configuration
server: {{listen: "127.0.0.1:{port}"}}
network: {{allow-private: [127.0.0.0/8], host-spacing: 0s}}
{include}
sources: [{{id: old, url: "{web}/old.xml", every: 1d}}]
topics: {{all: {{}}}}
"""


@pytest.fixture
def web(tmp_path):
    """A web of files, served by a process of its own."""
    folder = tmp_path / "web"
    folder.mkdir()
    for name in ("old", "new", "more"):
        (folder / f"{name}.xml").write_text(RSS % name.title(), encoding="utf-8")
    links = "".join(f'<link rel=alternate type=application/rss+xml href="/{name}.xml">' for name in ("new", "more"))
    (folder / "blog.html").write_text(f"<!doctype html><html>{links}</html>", encoding="utf-8")
    (folder / "bare.html").write_text("<!doctype html><html><p>nothing</html>", encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "-d", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/blog.html")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def config(tmp_path, web):
    def write(include: str = "include: [sources/*.yaml]") -> Path:
        path = tmp_path / "aggregator.yaml"
        path.write_text(CONFIG.format(web=web, include=include, port=free_port()), encoding="utf-8")
        return path

    return write


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


def aggregator(*arguments: str, check: bool = True) -> Said:
    """Carry out a command in this process."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as exit_:
            status = int(exit_.code or 0)
    assert not check or status == 0, err.getvalue()
    return Said(status, out.getvalue(), err.getvalue())


def test_discover_shows_what_is_there_and_how_it_was_found(web, config):
    path = config()
    shown = aggregator("-c", str(path), "discover", f"{web}/blog.html").stdout
    assert shown.startswith(f"{web}/new.xml\n  New\n  rss20, 1 entries; declared: link in the page's head\n  - One\n")
    found = json.loads(aggregator("-c", str(path), "--json", "discover", f"{web}/blog.html").stdout)
    assert [feed["url"] for feed in found["feeds"]] == [f"{web}/new.xml", f"{web}/more.xml"]
    assert found["requests"] == 3
    nothing = aggregator("-c", str(path), "discover", f"{web}/bare.html", check=False)
    assert nothing.returncode == 1
    assert "no feed was found" in nothing.stderr
    assert "offers no feed" in nothing.stderr


def test_add_writes_what_was_found_and_the_configuration_reads_it(web, config):
    path = config()
    added = path.parent / "sources" / "added.yaml"
    said = aggregator("-c", str(path), "add", f"{web}/blog.html", "--tag", "cats", "--title", "A: b")
    assert f"also there: {web}/more.xml" in said.stderr
    added.write_text(added.read_text(encoding="utf-8") + "    # a note of mine\n", encoding="utf-8")
    aggregator("-c", str(path), "add", f"{web}/blog.html", "--pick", "2", "--group", "blogs", "--page")
    settings = read_settings(path, {})
    assert [(source.url, source.group, source.tags, source.title, source.page) for source in settings.sources[1:]] == [
        (f"{web}/new.xml", "added", ("cats",), "A: b", False),
        (f"{web}/blog.html", "blogs", (), None, True),
    ]
    assert "    # a note of mine\n" in added.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("# my configuration\n")


def test_a_feed_that_is_a_source_already_is_refused_with_its_place(web, config):
    path = config()
    said = aggregator("-c", str(path), "add", f"{web}/old.xml?utm_source=x", check=False)
    assert said.returncode == 1
    assert "is a source already: old, at " in said.stderr
    assert not (path.parent / "sources").exists()


def test_a_file_that_no_include_covers_is_named_with_what_to_add(web, config):
    path = config(include="")
    said = aggregator("-c", str(path), "add", f"{web}/new.xml")
    assert "covers sources/added.yaml, so it is not read yet" in said.stderr
    assert "include: [sources/*.yaml]" in said.stderr
    assert len(read_settings(path, {}).sources) == 1


def test_what_the_configuration_does_not_bear_is_undone(web, config):
    path = config()
    said = aggregator("-c", str(path), "add", f"{web}/new.xml", "--id", "old", check=False)
    assert said.returncode == 2
    assert "the id 'old' is taken" in said.stderr
    assert not (path.parent / "sources" / "added.yaml").exists()


def test_while_a_daemon_runs_it_does_the_searching_at_its_pace(web, config):
    path = config()
    port = path.read_text(encoding="utf-8").partition("127.0.0.1:")[2].partition('"')[0]
    with running("-c", str(path), "run"):
        wait_for(f"http://127.0.0.1:{port}/readyz")
        found = json.loads(aggregator("-c", str(path), "--json", "discover", f"{web}/blog.html").stdout)
        assert len(found["feeds"]) == 2
        aggregator("-c", str(path), "add", f"{web}/blog.html")
        assert "+1 -0 sources" in aggregator("-c", str(path), "reload").stdout

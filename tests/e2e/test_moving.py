"""``import`` and ``export`` as a user types them."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from aggregator.bootstrap import read_settings
from aggregator.cli.main import main


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


def aggregator(*arguments: str) -> Said:
    """Carry out a command in this process."""
    out, err, status = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as exit_:
            status = int(exit_.code or 0)
    out.seek(0)
    return Said(status, out.read(), err.getvalue())


OPML = """<opml version="2.0"><body><outline text="News, all"><outline text="Wires">
<outline text="A &amp; B" xmlUrl="https://a.example/f" language="de_AT"/></outline>
<outline xmlUrl="https://known.example/f?utm_source=x"/></outline>
<outline text="C" xmlUrl="https://c.example/f"/><outline text="again" xmlUrl="https://c.example/f"/>
<outline xmlUrl="gopher://d.example/"/></body></opml>"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "aggregator.yaml").write_text(
        "include: [sources/*.yaml]\nsources: ['https://known.example/f?utm_source=x']\ntopics: {all: {}}\n",
        encoding="utf-8",
    )
    (tmp_path / "My Feeds.opml").write_text(OPML, encoding="utf-8")
    return tmp_path


def test_a_list_becomes_a_file_of_sources_that_the_configuration_reads(place):
    config = str(place / "aggregator.yaml")
    said = aggregator("-c", config, "--json", "import", str(place / "My Feeds.opml"))
    assert said.returncode == 0, said.stderr
    report = json.loads(said.stdout)
    assert report["groups"] == {"News all": 1, "my-feeds": 1}
    assert report["known"] == ["https://known.example/f?utm_source=x", "https://c.example/f"]
    assert report["lost"] == [
        {"what": "gopher://d.example/", "why": "'gopher' is no scheme that can be polled (http and https are)"}
    ]
    sources = read_settings(place / "aggregator.yaml", {}).sources[1:]
    assert [(one.url, one.group, one.title, one.tags, one.language) for one in sources] == [
        ("https://a.example/f", "News all", "A & B", ("Wires",), "de-AT"),
        ("https://c.example/f", "my-feeds", "C", (), None),
    ]
    again = aggregator("-c", config, "import", str(place / "My Feeds.opml"))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert aggregator("-c", config, "import", str(place / "My Feeds.opml"), "--force").returncode == 0


def test_a_dry_run_prints_and_writes_nothing(place):
    said = aggregator(
        "-c", str(place / "aggregator.yaml"), "import", str(place / "My Feeds.opml"), "--dry-run", "--name", "x"
    )
    assert said.stdout.startswith("# From My Feeds.opml (OPML).\nsources:\n")
    assert "gopher://d.example/: 'gopher' is no scheme" in said.stderr
    assert not (place / "sources").exists()


def test_what_is_no_list_is_refused_with_its_name(place):
    (place / "junk").write_bytes(b"\x00\x01")
    said = aggregator("-c", str(place / "aggregator.yaml"), "import", str(place / "junk"))
    assert (said.returncode, "junk: this is no list of feeds" in said.stderr) == (1, True)


def test_what_is_exported_comes_back_as_it_was(place):
    config = str(place / "aggregator.yaml")
    aggregator("-c", config, "import", str(place / "My Feeds.opml"))
    exported = aggregator("-c", config, "export")
    assert exported.stdout.count("xmlUrl=") == 3
    (place / "other").mkdir()
    (place / "other" / "aggregator.yaml").write_text("include: [sources/*.yaml]\ntopics: {all: {}}\n", encoding="utf-8")
    (place / "back.opml").write_text(exported.stdout, encoding="utf-8")
    aggregator("-c", str(place / "other" / "aggregator.yaml"), "import", str(place / "back.opml"))

    def facts(folder):
        return {(s.url, s.tags, s.language) for s in read_settings(folder / "aggregator.yaml", {}).sources}

    assert facts(place / "other") == facts(place)


def test_a_topic_is_printed_as_it_is_served(place):
    config = place / "aggregator.yaml"
    (place / "a.xml").write_text(
        "<rss version='2.0'><channel><title>A</title><item><guid>1</guid><title>Ferry *aground*</title>"
        "<link>https://a.example/1</link></item></channel></rss>",
        encoding="utf-8",
    )
    config.write_text("sources: [{path: a.xml, id: a}]\ntopics: {cats: {}, dogs: {match: dog}}\n", encoding="utf-8")

    def export(*options: str) -> Said:
        return aggregator("-c", str(config), *options)

    assert "has announced nothing yet" in export("export", "--topic", "cats").stderr
    assert export("run", "--once", "--out", str(place / "out")).returncode == 0
    served = {name: (place / "out" / f"cats.{name}").read_text(encoding="utf-8") for name in ("md", "atom", "json")}
    assert export("export", "--topic", "cats").stdout == served["md"]
    assert "Ferry \\*aground\\*" in served["md"]
    assert export("export", "--topic", "cats", "--format", "atom").stdout == served["atom"]
    assert export("--json", "export", "--topic", "cats").stdout == served["json"]
    target = place / "dogs.md"
    assert export("export", "--topic", "dogs", "-o", str(target)).returncode == 0
    assert target.read_bytes() == (place / "out" / "dogs.md").read_bytes()
    for wrong, said in (
        (("--topic", "cat"), "did you mean 'cats'?"),
        (("--topic", "cats", "--acts"), "choose one"),
        (("--format", "atom"), "name one"),
    ):
        failed = export("export", *wrong)
        assert (failed.returncode, said in failed.stderr) == (2, True)


def test_sources_that_stay_at_home_are_counted_and_topics_can_be_subscribed_to(place):
    config = place / "aggregator.yaml"
    config.write_text(
        "sources: ['https://a.example/f', {page: 'https://b.example/'}, 'https://me:pw@c.example/f']\n"
        "topics: {cats: {}}\n",
        encoding="utf-8",
    )
    said = aggregator("-c", str(config), "export")
    assert said.stdout.count("xmlUrl=") == 1
    assert "2 sources stay at home" in said.stderr
    target = place / "topics.opml"
    assert aggregator("-c", str(config), "export", "--topics", "-o", str(target)).returncode == 0
    assert 'xmlUrl="http://127.0.0.1:8080/cats.atom"' in target.read_text(encoding="utf-8")

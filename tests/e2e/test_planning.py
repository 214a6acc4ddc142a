"""``plan``, ``preview`` and the bound of a reload, as a user meets them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from aggregator.cli.main import main
from tests.e2e.daemons import aggregator, free_port, get, running, wait_for

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description>%s</channel></rss>"""
ITEM = "<item><title>%s</title><guid isPermaLink='false'>%s</guid></item>"
TITLES = ("Ferry reopens", "Ferry aground off Malta", "Storm over Oslo", "Budget passes", "Election called")
CONFIG = """\
server: {{listen: "127.0.0.1:{port}"}}
defaults: {{backfill: 50}}
sources: [{{id: wire, path: wire.xml}}]
topics:
{topics}
"""
BEFORE = "  ships: {match: ferry}\n  all: {}"


class Place:
    """A folder with a feed and a configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = str(folder / "aggregator.yaml")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        items = "".join(ITEM % (title, title) for title in TITLES)
        (folder / "wire.xml").write_text(RSS % items, encoding="utf-8")
        self.write(BEFORE)

    def write(self, topics: str, name: str = "aggregator.yaml") -> str:
        path = self.folder / name
        path.write_text(CONFIG.format(port=self.port, topics=topics), encoding="utf-8")
        return str(path)


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Said]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Give a function that runs a command in this process, which is quicker than another one."""

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        printed = capsys.readouterr()
        return Said(int(left.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("planning"))
    aggregator("-c", place.config, "-q", "run", "--once")
    return place


def test_a_plan_needs_something_that_is_stored(place: Place, command: Command):
    done = command("-c", place.config, "plan")
    assert done.returncode == 1
    assert "nothing is stored yet" in done.stderr
    assert command("-c", place.config, "preview", "ships").returncode == 1


def test_a_plan_tells_what_another_configuration_would_do_and_does_nothing(polled: Place, command: Command):
    new = polled.write("  ships: {match: ferry OR storm}\n  everything: {}", "new.yaml")
    told = command("-c", polled.config, "plan", "--config", new, "--samples", "1").stdout.splitlines()
    assert told[0] == "ships  changed: 2 → 3 entries in 30 days, 1.0 → 2.0 items a day; 50% of what it had changes"
    assert told[1] == "  + 1 entry enters: 1 silently"
    assert told[2].endswith('wire  Storm over Oslo  (silent)  [match] title: "Storm"')
    assert "  is it everything now? With `aliases: [all]` there its readers go on, nothing comes twice" in told
    assert told[-2] == "3 topics change, 0 unchanged; nothing has been done"
    assert told[-1].startswith("a reload refuses this: all changes by 100%")
    assert command("-c", polled.config, "plan").stdout == "0 topics change, 2 unchanged; nothing has been done\n"


def test_a_plan_can_fail_in_a_pipeline_and_be_read_by_a_program(polled: Place, command: Command):
    new = polled.write("  ships: {match: storm}\n  all: {}", "new.yaml")
    assert command("-c", polled.config, "plan", "--config", new).returncode == 0
    done = command("-c", polled.config, "--json", "plan", "--config", new, "--strict")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["bound"], told["beyond"], told["unchanged"], told["days"]) == (0.5, ["ships"], 1, 30)
    (ships,) = told["topics"]
    assert ships["entries"] == {"before": 2, "after": 1}
    assert (ships["moved"], ships["announced"], ships["stays"]) == (1.5, 0, 0)
    assert {name: value for name, value in ships["leaves"].items() if name != "samples"} == {
        "count": 2,
        "kept": 2,
        "gone": 0,
    }
    assert ships["leaves"]["samples"][0]["evidence"] == "no storm"
    assert ships["shared"] == [{"topic": "all", "entries": 1, "share": 1.0}]


def test_a_plan_of_a_configuration_with_a_mistake_says_where(polled: Place, command: Command):
    new = polled.write("  ships: {mtach: storm}", "new.yaml")
    done = command("-c", polled.config, "plan", "--config", new)
    assert done.returncode == 2
    assert "did you mean 'match'?" in done.stderr


def test_a_preview_marks_what_enters_leaves_and_stays_with_the_reason(polled: Place, command: Command):
    told = command("-c", polled.config, "preview", "ships", "--match", "storm OR reopens").stdout.splitlines()
    assert sorted(line[0] for line in told[:3]) == ["+", "-", "="]
    assert next(line for line in told if line[0] == "-").endswith("(kept)  [match] none of storm OR reopens")
    assert told[3].startswith("+1 -1 =1  2 → 2 entries in 7 days, 1.0 → 2.0 items a day")
    lines = command("-c", polled.config, "--json", "preview", "ships", "--match", "storm").stdout.splitlines()
    assert {(one["mark"], one["title"]) for one in map(json.loads, lines)} == {
        ("+", "Storm over Oslo"),
        ("-", "Ferry reopens"),
        ("-", "Ferry aground off Malta"),
    }


def test_a_preview_tries_a_topic_that_is_not_there_yet_and_knows_what_was_meant(polled: Place, command: Command):
    told = command("-c", polled.config, "preview", "weather", "--match", "storm").stdout.splitlines()
    assert told[0].endswith('wire  Storm over Oslo  (announced)  [match] title: "Storm"')
    wrong = command("-c", polled.config, "preview", "ship")
    assert (wrong.returncode, "did you mean 'ships'?" in wrong.stderr) == (2, True)
    wrong = command("-c", polled.config, "preview", "ships", "--match", "titel:storm")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("--match:1:1: error:")
    assert "did you mean title:?" in wrong.stderr


def test_a_reload_beyond_the_bound_is_refused_and_the_old_configuration_serves_on(place: Place):
    config, base = place.config, place.base
    with running("-c", config, "run") as process:
        before = wait_for(f"{base}/ships.atom", b"Ferry aground", 30.0)
        place.write("  ships: {match: storm}\n  all: {}")
        assert get(f"{base}/ships.atom")[2] == before, "a changed file alone changes nothing"
        done = aggregator("-c", config, "reload", check=False)
        assert done.returncode == 1
        assert "topic ships would change by 150%, from 2 to 1 entries" in done.stderr
        assert "policies.reload-bound (50%)" in done.stderr
        assert "aggregator reload --accept" in done.stderr
        process.send_signal(signal.SIGHUP)
        wait_for(f"{base}/readyz", b"would change by 150%", 30.0)
        assert get(f"{base}/ships.atom")[2] == before
        assert "1 topics changed (ships)" in aggregator("-c", config, "reload", "--accept").stdout
        wait_for(f"{base}/readyz", b"as last loaded", 30.0)
        assert get(f"{base}/ships.atom")[2] == before, "what was announced stays, and nothing old is announced"
        entries = aggregator("-c", config, "--json", "entries", "--topic", "ships").stdout.splitlines()
        assert "Storm over Oslo" in {json.loads(line)["title"] for line in entries}


def test_a_topic_that_is_taken_out_is_refused_unasked_and_then_gone_and_a_renamed_one_leads_on(place: Place):
    config, base = place.config, place.base
    with running("-c", config, "run"):
        wait_for(f"{base}/ships.atom", b"Ferry aground", 30.0)
        place.write("  boats: {match: ferry}")
        done = aggregator("-c", config, "reload", check=False)
        assert "topic all would be gone with its 5 entries" in done.stderr
        assert get(f"{base}/all.atom")[0] == 200
        place.write("  boats: {match: ferry, aliases: [ships]}\npolicies: {reload-bound: 100%}")
        aggregator("-c", config, "reload")
        assert get(f"{base}/all.atom")[0] == 410
        assert get(f"{base}/boats.atom")[2].count(b"<entry>") == 1
        assert b"boats" in get(f"{base}/ships")[2]

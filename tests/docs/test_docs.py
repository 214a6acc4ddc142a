"""The documentation says what the program does: commands, keys, addresses and examples are held against the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from aggregator.bootstrap import read_settings
from aggregator.cli.main import cli
from aggregator.model.edition import SiteFacts
from aggregator.model.fetching import Failure
from aggregator.model.source import SourceCondition
from aggregator.service.rounds import GOOD_OUTCOMES
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.gate import Gate
from aggregator.service.web.shelf import Shelf
from aggregator.settings import json_schema, show_source
from aggregator.topics.evaluate import holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import parse_query
from aggregator.topics.tree import FIELDS, MEASURES, PARTS
from aggregator.topics.wording import in_words
from tests.builders import make_facts, make_stored
from tests.service.web.visits import FakeOperator, Insides, Readiness

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
GUIDES = sorted(page.name for page in DOCS.glob("*.md"))

# Written small because they are words of the shell, not commands of ours.
_CALL = re.compile(
    r"(?<![\w./-])(?:\.venv/bin/)?aggregator(?: (?:--json|-[vq]|-c \S+))* (?!aggregator\b)([a-z][a-z-]*)"
)
_FENCE = re.compile(r"^```([\w ]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
# The shells' and supervisors' own words that stand before the name of the service or image.
_OTHERS = re.compile(r"(?:systemctl|journalctl|docker)[^\n]*")


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def fences(text: str) -> Iterator[tuple[str, str]]:
    for found in _FENCE.finditer(text):
        yield found[1], found[2]


def code(text: str) -> Iterator[str]:
    """Give what is written as code, but not YAML and JSON: what a reader may type."""
    yield from (body for language, body in fences(text) if language in {"", "sh", "text"})
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """Name the headings of a page as its renderers do."""
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def section(text: str, head: str) -> str:
    found = re.search(rf"^## {head}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {head}"
    return found[1]


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options(command: click.Command) -> list[str]:
    named = [one for one in command.params if isinstance(one, click.Option)]
    return [name for one in named for name in one.opts]


def properties(node: Any) -> Iterator[str]:
    """Walk over the keys that a configuration may hold."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield from node["properties"]
        for inner in node.values():
            yield from properties(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from properties(inner)


def choices(node: Any) -> Iterator[str]:
    """Walk over the words that a key may be set to."""
    if isinstance(node, dict):
        yield from node.get("enum", ())
        for inner in node.values():
            yield from choices(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from choices(inner)


def configurations() -> list[tuple[str, str]]:
    """Give every example that is a whole configuration, with where it stands."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
    return [
        (f"{name}:{text.count(chr(10), 0, fence.start()) + 1}", fence[2])
        for name, text in texts.items()
        for fence in _FENCE.finditer(text)
        if fence[1] == "yaml" and re.search(r"^(sources|topics):", fence[2], re.MULTILINE)
    ]


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_command_has_its_section_in_the_order_of_the_help():
    heads = re.findall(r"^## (.+)$", read("commands.md"), re.MULTILINE)
    assert heads == list(commands())


@pytest.mark.parametrize("name", list(commands()))
def test_a_commands_section_tells_its_options_and_arguments(name):
    text, command = section(read("commands.md"), name), commands()[name]
    (usage, *_) = re.findall(r"^`aggregator ([^`]+)`", text, re.MULTILINE)
    assert usage.split()[0] == name
    assert [option for option in options(command) if f"`{option}`" not in text] == []
    arguments = [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    assert [argument for argument in arguments if argument not in usage] == []


@pytest.mark.parametrize("name", list(commands()))
def test_a_commands_section_tells_no_option_that_is_not_there(name):
    told = set(re.findall(r"--[a-z][a-z-]*", section(read("commands.md"), name)))
    assert told - set(options(commands()[name])) - {"--json", "--once", "--no-poll"} == set()


def test_the_options_of_every_command_stand_above_them():
    head = read("commands.md").partition("\n## ")[0]
    known = [*options(cli), "-h", "--help"]
    assert [option for option in known if f"`{option}`" not in head and f"`{option} " not in head] == []


@pytest.mark.parametrize("name", NAMES)
def test_only_commands_that_exist_are_told_of(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    told = {call for body in code(text) for call in _CALL.findall(_OTHERS.sub("", body))}
    assert told - set(commands()) == set()


@pytest.mark.parametrize("name", NAMES)
def test_only_targets_of_make_that_exist_are_told_of(name):
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = (ROOT / name).read_text(encoding="utf-8")
    assert {target for body in code(text) for target in re.findall(r"^make ([a-z]+)", body, re.MULTILINE)} <= known


def test_every_key_of_the_configuration_is_explained_and_no_other():
    told = set()
    for cells in rows(read("configuration.md").partition("## Top level")[2]):
        told |= set(re.findall(r"`([a-z0-9-]+)`", cells[0].partition("(")[0]))
    assert told == set(properties(json.loads(json_schema())))


def test_every_word_that_a_key_may_be_set_to_is_told():
    text = read("configuration.md")
    assert [word for word in choices(json.loads(json_schema())) if f"`{word}`" not in text] == []


def test_the_defaults_told_of_sources_are_those_that_are_built_in(tmp_path):
    path = tmp_path / "aggregator.yaml"
    path.write_text("sources: [https://example.org/feed]\ntopics: {all: {}}\n", encoding="utf-8")
    shown = dict(line.split()[:2] for line in show_source(read_settings(path, {}), "example.org")[1:])
    told = {cells[0].strip("`"): cells[3].strip("`") for cells in rows(read("configuration.md")) if len(cells) == 6}
    names = ("every", "timeout", "max-size", "keep", "backfill", "content", "weight")
    assert {name: told[name] for name in names} == {name: shown[name] for name in names}


@pytest.mark.parametrize(("place", "text"), [pytest.param(*one, id=one[0]) for one in configurations()])
def test_an_example_of_a_configuration_loads(place, text, tmp_path):
    path = tmp_path / "aggregator.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_settings(path, {"HOME": str(tmp_path)}).topics, place


def test_every_field_of_the_query_language_is_explained():
    told = {cells[0].strip("`") for cells in rows(section(read("queries.md"), "Fields"))}
    assert told == {f"{field}:" for field in FIELDS}


def test_every_measure_and_part_of_the_query_language_is_explained():
    text = section(read("queries.md"), "Numbers, ages and parts")
    told = [cells[0] for cells in rows(text)]
    assert [name for name in MEASURES if not any(cell.startswith(f"`{name}") for cell in told)] == []
    assert [part for part in PARTS if not re.search(rf"\b{part}\b", text)] == []


def test_the_queries_to_try_hold_for_the_one_title_and_not_for_the_other():
    (table,) = (body for language, body in fences(read("queries.md")) if language == "text match")
    lines = [re.split(r"\s+\|\s*", line) for line in table.splitlines()]
    assert len(lines) > 10
    for written, title, other in lines:
        query = parse_query(written)
        assert holds(query.root, IndexedEntry(make_stored(title=title), make_facts())), written
        assert not other or not holds(query.root, IndexedEntry(make_stored(title=other), make_facts())), written


def test_every_query_of_the_page_can_be_read():
    page = read("queries.md")
    (examples,) = (body for language, body in fences(section(page, "Examples")) if language == "text")
    written = [line[:50] for line in examples.splitlines()]
    for head in ("The language", "Numbers, ages and parts"):
        written += [span for cells in rows(section(page, head)) for span in re.findall(r"`([^`]+)`", cells[0])]
    assert len(written) > 25
    for query in written:
        assert in_words(parse_query(f"x {query}" if query.startswith(("-", "NOT")) else query))


def test_every_outcome_and_state_is_explained():
    told = {word for cells in rows(read("when-something-is-wrong.md")) for word in re.findall(r"`(\w+)`", cells[0])}
    assert set(Failure) | GOOD_OUTCOMES | set(SourceCondition) <= told


def test_every_address_of_the_web_is_told():
    site = SiteFacts(title="t", base_url="http://127.0.0.1", language="en", contact=None, generator="g")
    behind = Behind(inside=Insides(), checks=Readiness(), operator=FakeOperator(), gate=Gate("", "", "", lambda: 0.0))
    app: Any = make_app(Shelf(), site, behind)
    paths = [_told(route.path) for route in app._rest.routes if not route.path.startswith("/-/")]
    assert len(paths) > 5
    assert [path for path in paths if f"`{path}`" not in read("http.md")] == []


def _told(path: str) -> str:
    short = path.startswith(("/e/", "/s/", "/admin/s/"))
    return path.replace("{name}", "ID" if short else "TOPIC").replace("{form}", "FORM").replace("{month}", "YYYY-MM")


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    lost = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(link)
    assert lost == []


def test_the_index_names_every_page():
    links = set(_LINK.findall(read("README.md")))
    assert [name for name in GUIDES if name != "README.md" and name not in links] == []

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from aggregator.errors import AggregatorError, SettingsError
from aggregator.settings.writing import quoted, read_text, source_item, sources_file, with_source, write_text
from tests.settings.configs import problems

FILE = Path("sources/added.yaml")
NEW = "https://new.example/feed"


def added(text: str, group: str = "") -> str:
    return with_source(FILE, text, {"url": NEW}, group)


@pytest.mark.parametrize(
    ("before", "group", "after"),
    [
        ("", "", "sources:\n  added:\n    - https://new.example/feed\n"),
        ("# mine\n", "", "# mine\nsources:\n  added:\n    - https://new.example/feed\n"),
        ("sources:\n", "news", "sources:\n  news:\n    - https://new.example/feed\n"),
        ("sources:  # empty\n", "", "sources:  # empty\n  added:\n    - https://new.example/feed\n"),
        ("sources: null\n", "", "sources:\n  added:\n    - https://new.example/feed\n"),
        ("groups: {}", "", "groups: {}\nsources:\n  added:\n    - https://new.example/feed\n"),
        ("sources:\n- a # one\n# end\n", "", "sources:\n- a # one\n- https://new.example/feed\n# end\n"),
        ("sources:\n  - a", "", "sources:\n  - a\n  - https://new.example/feed\n"),
        ("sources: [a]\n", "", "sources: [a, https://new.example/feed]\n"),
        ("sources: []\n", "", "sources: [https://new.example/feed]\n"),
        ("sources: [ a, ]  # x\n", "", "sources: [ a, https://new.example/feed]  # x\n"),
        ("sources: [\n  a # one\n]\n", "", "sources: [\n  a # one\n, https://new.example/feed]\n"),
        (
            "sources:\n  news:\n    - a\n    # between\n  blogs: [b]\ntopics: {}\n",
            "news",
            "sources:\n  news:\n    - a\n    - https://new.example/feed\n    # between\n  blogs: [b]\ntopics: {}\n",
        ),
        (
            "sources:\n  blogs:\n    - {url: b,\n       title: B}\n\ntopics: {}\n",
            "my news",
            "sources:\n  blogs:\n    - {url: b,\n       title: B}\n" + f'  "my news":\n    - {NEW}\n\ntopics: {{}}\n',
        ),
        ("sources: {news: [a]}\n", "x", "sources: {news: [a], x: [https://new.example/feed]}\n"),
        ("sources:\n  added:\n", "", "sources:\n  added:\n    - https://new.example/feed\n"),
        ("sources:\r\n- a\r\n", "", "sources:\r\n- a\r\n- https://new.example/feed\r\n"),
        (
            "sources:\n- url: a\n  title: |\n    A\n# end\n",
            "",
            "sources:\n- url: a\n  title: |\n    A\n- https://new.example/feed\n# end\n",
        ),
    ],
)
def test_a_source_comes_behind_the_others_and_nothing_else_moves(before, group, after):
    assert (
        added(before, group).removeprefix("# Sources that were added by command. Edit it as you like: comments stay.\n")
        == after
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [a]\n", "plain list without groups"),
        ("sources: word\n", "neither a list nor a mapping"),
        ("sources: {news: word}\n", "is no list"),
        ("- a\n", "no `key: value` lines"),
    ],
)
def test_a_file_of_another_form_is_left_alone_with_the_reason(text, message):
    with pytest.raises(AggregatorError, match=message):
        added(text, "news")


def test_a_file_that_is_no_yaml_is_complained_about_with_its_line():
    with pytest.raises(SettingsError, match=r"added.yaml:2:"):
        added("sources:\n\t- a\n")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_every_text_is_read_back_as_it_was_written(text):
    read = yaml.load(f"{{a: {quoted(text)}}}", yaml.BaseLoader)["a"] if text.isprintable() else text  # noqa: S506
    assert read.replace("$${", "${") == text.replace("$${", "${")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["https://a.example/1", "{url: x}", "[bad", "#"]), max_size=4), st.booleans())
def test_whatever_the_form_the_old_sources_stay_and_one_comes(items, flow):
    good = [item for item in items if item not in {"[bad", "#"}]
    text = f"sources: [{', '.join(good)}]\n" if flow else "sources:\n" + "".join(f"  - {item}\n" for item in good)
    before = yaml.load(text, yaml.BaseLoader)["sources"]  # noqa: S506
    after = yaml.load(added(text), yaml.BaseLoader)["sources"]  # noqa: S506
    plain = after["added"] if isinstance(after, dict) else after
    assert plain == [*(before or []), NEW]


def test_a_written_file_is_a_good_configuration(tmp_path):
    groups = {
        "news & views": [
            {"url": "https://a.example/f?x=1#y", "title": 'A "b" \\ ${HOME} é'},
            {"page": "https://b.example/", "tags": ["one", "two"]},
        ],
        "": [{"url": "https://c.example/"}],
    }
    text = sources_file(groups, head="From somewhere.\n\nTwo lines.")
    assert problems(tmp_path, text + "topics: {a: {}}\n") == ()


def test_a_bare_address_is_written_bare_only_where_yaml_reads_it_back():
    assert source_item({"url": "https://a.example/f"}) == "https://a.example/f"
    for odd in ("https://a.example/f,g", "https://a.example/#", "https://a.example/:", "https://a.example/{x}"):
        assert source_item({"url": odd}) == f'{{url: "{odd}"}}'


def test_files_are_replaced_at_once_and_keep_their_mode(tmp_path):
    path = tmp_path / "sources" / "added.yaml"
    assert read_text(path) == ""
    write_text(path, "sources: []\r\n")
    path.chmod(0o600)
    write_text(path, "sources: [é]\n")
    assert (read_text(path), path.stat().st_mode & 0o777) == ("sources: [é]\n", 0o600)
    assert [each.name for each in path.parent.iterdir()] == ["added.yaml"]
    path.write_bytes(b"\xff")
    with pytest.raises(AggregatorError, match="not UTF-8"):
        read_text(path)
    with pytest.raises(AggregatorError, match="cannot be written"):
        write_text(path / "below.yaml", "")

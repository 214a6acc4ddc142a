"""Files that name other files."""

from __future__ import annotations

from aggregator.errors import FormatError
from aggregator.model.outline import Outline
from tests.settings.configs import load, problems, told


def test_an_included_file_adds_sources_groups_owners_and_topics(tmp_path):
    files = {
        "sources/a.yaml": "sources: {news: [{id: a, url: https://a.example}]}\nowners: {x: [a]}\n",
        "sources/b.yml": "groups: {news: {weight: 2}}\nsources: [https://b.example]\n",
        "topics/t.yaml": "topics: {t: {from: [news]}}\n",
        "sources/empty.yaml": "# nothing yet\n",
    }
    settings = load(tmp_path, "include: [sources/*.y*ml, topics/*.yaml]\n", files)
    assert [(s.id, s.group, s.weight, s.owner) for s in settings.sources] == [
        ("a", "news", 2.0, "x"),
        ("b.example", "", 1.0, None),
    ]
    assert settings.topics[0].place.endswith("topics/t.yaml:1")
    assert settings.warnings == ()


def test_a_file_that_several_patterns_name_is_read_once(tmp_path):
    settings = load(tmp_path, "include: [a.yaml, 'a.*', ./a.yaml]\n", {"a.yaml": "sources: [https://a.example]\n"})
    assert [source.id for source in settings.sources] == ["a.example"]


def test_an_included_file_includes_relative_to_itself_but_never_in_a_loop(tmp_path):
    files = {
        "x/a.yaml": "include: b.yaml\n",
        "x/b.yaml": "include: [c.yaml, a.yaml]\n",
        "x/c.yaml": "sources: [https://c.example]\n",
    }
    assert told(problems(tmp_path, "include: x/a.yaml\n", files), tmp_path) == [
        f"x/b.yaml:1:19: include.1: {tmp_path}/x/a.yaml includes itself (name other files)"
    ]


def test_what_belongs_in_the_main_file_is_refused_elsewhere(tmp_path):
    lines = told(
        problems(tmp_path, "include: a.yaml\n", {"a.yaml": "defaults: {}\npolicies: {}\nsite: {}\n"}), tmp_path
    )
    assert lines == [
        "a.yaml:1:1: defaults: 'defaults' cannot stand in an included file (say it in the main file)",
        "a.yaml:2:1: policies: 'policies' cannot stand in an included file (say it in the main file)",
        "a.yaml:3:1: site: 'site' cannot stand in an included file (say it in the main file)",
    ]


def test_what_two_files_define_is_named_with_both_places(tmp_path):
    text = """\
        include: a.yaml
        groups: {g: {}}
        sources: {g: [{id: x, url: https://x.example}]}
        topics: {t: {}}
        """
    again = "groups: {g: {}}\nsources: [{id: x, url: https://x.example}]\ntopics: {t: {}}\n"
    main = f"{tmp_path}/aggregator.yaml"
    assert told(problems(tmp_path, text, {"a.yaml": again}), tmp_path) == [
        f"a.yaml:1:10: groups.g: this group is defined twice (the first is at {main}:2)",
        f"a.yaml:2:16: sources.0.id: the id 'x' is taken (the first is at {main}:3)",
        f"a.yaml:2:24: sources.0: this source is listed already (the first is at {main}:3:28)",
        f"a.yaml:3:10: topics.t: this topic is defined twice (the first is at {main}:4)",
    ]


def test_the_outer_outlines_of_an_opml_file_are_groups(tmp_path):
    outlines = (
        Outline(url="https://a.example/rss", title=" The\nA ", groups=("News", "Europe")),
        Outline(url="https://b.example/rss"),
    )
    settings = load(
        tmp_path,
        "include: [subs.opml]\ngroups: {News: {weight: 3}}\ntopics: {t: {from: [News]}}\n",
        {"subs.opml": "<opml/>"},
        read_opml=lambda content: outlines if content == b"<opml/>" else (),
    )
    assert [(s.id, s.title, s.group, s.weight) for s in settings.sources] == [
        ("a.example", "The A", "News", 3.0),
        ("b.example", None, "", 1.0),
    ]
    assert settings.warnings == ()


def test_what_is_wrong_in_an_opml_list_is_left_out_with_a_warning(tmp_path):
    outlines = tuple(
        Outline(url=url) for url in ("https://a.example/", "ftp://b", "https://c.example", "https://c.example/")
    )
    text = "include: subs.opml\nsources: [https://a.example]\ntopics: {t: }\n"
    settings = load(tmp_path, text, {"subs.opml": "<opml/>"}, read_opml=lambda _: outlines)
    assert [source.url for source in settings.sources] == ["https://a.example", "https://c.example"]
    assert [f"{problem.path}: {problem.what}" for problem in settings.warnings] == [
        "outline.0: https://a.example/ is listed already",
        "outline.1.url: left out: 'ftp' is no scheme that can be polled",
        "outline.3: https://c.example/ is listed already",
    ]


def test_a_file_that_is_no_opml_is_one_problem(tmp_path):
    def refuse(content: bytes):
        raise FormatError("no outline in it")

    lines = told(problems(tmp_path, "include: subs.opml\n", {"subs.opml": "x"}, read_opml=refuse), tmp_path)
    assert lines == ["subs.opml:0:0: : this is no OPML: no outline in it ()"]

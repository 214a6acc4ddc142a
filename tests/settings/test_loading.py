"""What good configurations say."""

from __future__ import annotations

import base64
import contextlib
from datetime import timedelta

import pytest

from aggregator.model.overrides import DateSource, FutureDates, Identity, Ignored, Overrides, TextType
from aggregator.model.source import AUTO, ContentPolicy, Every, Source
from aggregator.model.topic import Attribution, FeedFormat, Output, Retroactive, Shown, TopicMode
from aggregator.settings import Network, Server, Site
from aggregator.settings.values import HostGroup
from aggregator.topics import parse_query
from tests.settings.configs import load, write

MINIMAL = """\
title: My river
sources:
  blogs: [https://simonwillison.net/atom/everything/, https://jvns.ca/atom.xml]
  news:  [https://lobste.rs/rss, https://feeds.arstechnica.com/arstechnica/index]
topics:
  everything: {}
  python:
    match: python OR django OR "free threading"
  calm:
    from: [blogs]
"""


def one(folder, text) -> Source:
    (source,) = load(folder, text).sources
    return source


def warned(settings) -> list[str]:
    return [f"{problem.line}:{problem.column}: {problem.path}: {problem.what}" for problem in settings.warnings]


def test_ten_lines_are_enough(tmp_path):
    settings = load(tmp_path, MINIMAL)
    assert settings.warnings == ()
    assert settings.site == Site(title="My river")
    assert settings.server == Server(host="127.0.0.1", port=8080)
    assert settings.network == Network()
    assert settings.data == str(tmp_path / "data")
    assert [(s.id, s.group, s.pace_key, s.id_given) for s in settings.sources] == [
        ("simonwillison.net-everything", "blogs", "simonwillison.net", False),
        ("jvns.ca", "blogs", "jvns.ca", False),
        ("lobste.rs", "news", "lobste.rs", False),
        ("feeds.arstechnica.com-arstechnica", "news", "feeds.arstechnica.com", False),
    ]
    everything, python, calm = settings.topics
    assert (everything.slug, everything.title, everything.match, everything.selectors) == (
        "everything",
        "Everything",
        None,
        (),
    )
    assert python.match == 'python OR django OR "free threading"'
    assert python.place.endswith("aggregator.yaml:7")
    assert calm.selectors == ("blogs",)


def test_everything_that_can_be_said_is_taken(tmp_path):
    text = """\
        site: {title: River, base-url: "https://feeds.example.org/x/", contact: me@example.org, language: de}
        server: {listen: "[::1]:0"}
        data: ../state
        network:
          allow-private: [127.0.0.0/8, rsshub.lan]
          host-spacing: 2s
          host-groups: {"*.tumblr.com": {spacing: 5s}, "*.blog": {}}
          max-connections: 8
          ports: [80, 443, 81]
        policies: {reload-bound: 120%}
        sources:
          - id: lwn
            url: https://www.lwn.net/rss
            title: LWN
            every: 2h
            timeout: 5s
            max-size: 500KB
            keep: 1y
            backfill: 0
            content: summary
            weight: 1.5
            language: en-GB
            tags: [linux, 2026]
            owner: eklektix
            headers: {Accept-Language: en}
        topics:
          linux-only:
            title: Linux
            description: All about it.
            from: [lwn, "tag:2026"]
            match: "  linux "
            mode: entries
            limit: 20
            aliases: [tux]
            retroactive: none
            output:
              {content: summary, attribution: title, formats: [json, atom, json], hub: "https://hub.example", why: true}
        """
    settings = load(tmp_path, text)
    assert settings.site == Site(
        title="River", base_url="https://feeds.example.org/x", contact="mailto:me@example.org", language="de"
    )
    assert settings.server == Server(host="::1", port=0)
    assert settings.data == str(tmp_path.parent / "state")
    assert settings.network == Network(
        allow_private=("127.0.0.0/8", "rsshub.lan"),
        ports=(80, 443, 81),
        max_connections=8,
        host_spacing=timedelta(seconds=2),
        host_groups=(
            HostGroup(pattern="*.tumblr.com", spacing=timedelta(seconds=5)),
            HostGroup(pattern="*.blog", spacing=timedelta(seconds=2)),
        ),
    )
    assert settings.sources == (
        Source(
            id="lwn",
            id_given=True,
            url="https://www.lwn.net/rss",
            title="LWN",
            tags=("linux", "2026"),
            weight=1.5,
            owner="eklektix",
            language="en-GB",
            every=Every(shortest=timedelta(hours=2), longest=timedelta(hours=2), adaptive=False),
            timeout=timedelta(seconds=5),
            max_bytes=500_000,
            keep=timedelta(days=365),
            backfill=0,
            content=ContentPolicy.SUMMARY,
            headers=(("Accept-Language", "en"),),
            pace_key="www.lwn.net",
            spacing=timedelta(seconds=2),
        ),
    )
    (topic,) = settings.topics
    assert (topic.title, topic.description, topic.selectors) == ("Linux", "All about it.", ("lwn", "tag:2026"))
    assert (topic.match, topic.mode, topic.limit, topic.aliases) == ("linux", TopicMode.ENTRIES, 20, ("tux",))
    assert topic.retroactive is Retroactive.NONE
    assert settings.reload_bound == 1.2
    assert topic.output == Output(
        content=Shown.SUMMARY,
        attribution=Attribution.TITLE,
        formats=(FeedFormat.JSON, FeedFormat.ATOM),
        hub="https://hub.example",
        why=True,
    )


def test_how_documents_are_read_can_be_said_at_every_level(tmp_path):
    text = """\
        defaults: {future-dates: now, strip-title: " | All"}
        groups: {odd: {identity: link, ignore: [guid, updated], drop: "title:/^Ad/"}}
        sources:
          odd:
            - {url: https://a.example/, title-type: html, name-type: text, content-type: text, base: https://b.example/}
            - {url: https://c.example/, ignore: language, dates: seen, strip-title: [X, Y], drop: good}
          plain: [https://d.example/]
        """
    a, c, d = load(tmp_path, text).sources
    assert a.overrides == Overrides(
        identity=Identity.LINK,
        future_dates=FutureDates.NOW,
        title_type=TextType.HTML,
        name_type=TextType.TEXT,
        content_type=TextType.TEXT,
        base="https://b.example/",
        strip_title=("| All",),
        ignore=(Ignored.GUID, Ignored.UPDATED),
    )
    assert (a.drop, c.drop, d.drop) == ("title:/^Ad/", "good", None)
    assert (c.overrides.ignore, c.overrides.dates) == ((Ignored.LANGUAGE,), DateSource.SEEN)
    assert c.overrides.strip_title == ("X", "Y")
    assert d.overrides == Overrides(future_dates=FutureDates.NOW, strip_title=("| All",))


def test_a_source_overrides_its_group_which_overrides_the_defaults(tmp_path):
    text = """\
        defaults: {keep: 30d, backfill: 1, tags: [all], timeout: 5s}
        groups: {papers: {every: 6h..1d, backfill: 2, tags: [paper]}}
        sources:
          papers: [{url: https://a.example/, backfill: 3}, https://b.example/]
          other: [https://c.example/]
        """
    a, b, c = load(tmp_path, text).sources
    assert [source.backfill for source in (a, b, c)] == [3, 2, 1]
    assert [source.tags for source in (a, b, c)] == [("paper",), ("paper",), ("all",)]
    assert a.every == Every(shortest=timedelta(hours=6), longest=timedelta(days=1), adaptive=True)
    assert c.every == AUTO
    assert {source.keep.days for source in (a, b, c)} == {30}


def test_yaml_is_read_as_version_1_2_reads_it(tmp_path):
    text = """\
        title: 12:30
        sources:
          no: [{url: https://a.example/, title: on, language: no, id: 007, tags: [2026-01-01, 1e3, 0x1f, 1_000, yes]}]
        """
    settings = load(tmp_path, text)
    (source,) = settings.sources
    assert settings.site.title == "12:30"
    assert (source.group, source.title, source.language, source.id) == ("no", "on", "no", "007")
    assert source.tags == ("2026-01-01", "1e3", "0x1f", "1_000", "yes")


def test_anchors_and_merge_keys_spare_repetition_and_what_is_said_beside_them_is_stronger(tmp_path):
    text = """\
        groups:
          a: &slow {every: 6h, keep: 10d}
          b: {<<: *slow, keep: 20d}
          c: {<<: [{keep: 5d}, *slow]}
        sources: {a: [https://a.example], b: [https://b.example], c: [https://c.example]}
        """
    settings = load(tmp_path, text)
    assert [source.keep.days for source in settings.sources] == [10, 20, 5]
    assert {source.every.shortest for source in settings.sources} == {timedelta(hours=6)}


def test_variables_come_from_the_environment_and_from_files(tmp_path):
    text = """\
        title: "$${A} is ${A}, ${B:-nothing}"
        network: {max-connections: "${N}"}
        defaults:
          backfill: ${N}
        sources:
          - {url: "${BASE}/feed", auth: "basic ${file:user.txt}:${A}", title: "${C:-}x",
             public: "${P:-true}", id: "${N}"}
        """
    environment = {"A": "alpha", "N": "07", "BASE": "https://a.example", "B": ""}
    settings = load(tmp_path, text, {"user.txt": "ann\n"}, environment=environment)
    (source,) = settings.sources
    assert settings.site.title == "${A} is alpha, nothing"
    assert (settings.network.max_connections, source.backfill, source.id) == (7, 7, "07")
    assert (source.url, source.title, source.private) == ("https://a.example/feed", "x", False)
    assert source.authorization == "Basic " + base64.b64encode(b"ann:alpha").decode()


@pytest.mark.parametrize("written", ['{contact: "${CONTACT:-}"}', "\n  contact: ${CONTACT:-}"])
def test_an_empty_variable_counts_as_absent(tmp_path, written):
    settings = load(tmp_path, f"site: {written}\nsources: [https://a.example]\ntopics: {{a: }}\n")
    assert settings.site.contact is None
    assert settings.warnings == ()


@pytest.mark.parametrize(
    ("said", "authorization", "private"),
    [
        ("auth: basic ann:p:w", "Basic " + base64.b64encode(b"ann:p:w").decode(), True),
        ("auth: Bearer abc", "Bearer abc", True),
        ("headers: {X-Auth-Token: abc}", None, True),
        ("headers: {Cookie: abc}", None, True),
        ("headers: {Accept-Language: en}", None, False),
        ("auth: bearer abc, public: true", "Bearer abc", False),
    ],
)
def test_a_source_with_credentials_is_private_unless_it_says_public(tmp_path, said, authorization, private):
    source = one(tmp_path, f"sources: [{{url: https://a.example/, {said}}}]\n")
    assert (source.authorization, source.private) == (authorization, private)


def test_credentials_in_an_address_are_taken_out_of_it(tmp_path):
    source = one(tmp_path, 'sources: ["https://ann:p%40ss@A.example:8443/f?x=1#top"]\n')
    assert source.url == "https://A.example:8443/f?x=1"
    assert source.authorization == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert (source.private, source.pace_key) == (True, "a.example")


def test_hosts_of_a_group_share_a_pace_and_its_spacing(tmp_path):
    text = """\
        network: {host-groups: {"*.tumblr.com": {spacing: 5s}}}
        sources: [https://A.tumblr.com/rss, https://b.tumblr.com/rss, https://tumblr.com/rss]
        """
    paces = [(source.pace_key, source.spacing.seconds) for source in load(tmp_path, text).sources]
    assert paces == [("*.tumblr.com", 5), ("*.tumblr.com", 5), ("tumblr.com", 1)]


def test_paths_become_file_addresses_relative_to_the_file_that_names_them(tmp_path):
    files = dict.fromkeys(("samples/wire 1.xml", "more/near.xml", "more/sub/far.json", "example.org"), "x")
    files["more/list.yaml"] = "sources: [./near.xml, sub/far.json]\n"
    text = "include: [more/*.yaml]\nsources: [{path: more/../samples/wire 1.xml}, example.org]\ntopics: {a: }\n"
    settings = load(tmp_path, text, files)
    base = tmp_path.as_uri()
    assert settings.warnings == ()
    assert [source.url.removeprefix(base) for source in settings.sources] == [
        "/samples/wire%201.xml",
        "/example.org",
        "/more/near.xml",
        "/more/sub/far.json",
    ]
    assert {(source.pace_key, source.spacing) for source in settings.sources} == {("file", timedelta())}


def test_the_data_folder_is_the_state_directory_unless_the_file_says_otherwise(tmp_path):
    environment = {"STATE_DIRECTORY": "/var/lib/aggregator:/var/lib/other", "HOME": "/home/ann"}
    assert load(tmp_path, "sources: []\n", environment=environment).data == "/var/lib/aggregator"
    assert load(tmp_path, "data: x/../y\n", environment=environment).data == str(tmp_path / "y")
    assert load(tmp_path, "data: ~/feeds\n", environment=environment).data == "/home/ann/feeds"


def test_owners_count_several_sources_as_one_outlet(tmp_path):
    text = """\
        owners: {state: [tass, rt]}
        sources: [{id: tass, url: https://a.example}, {id: rt, url: https://b.example}, https://c.example]
        """
    assert [source.owner for source in load(tmp_path, text).sources] == ["state", "state", None]


def test_a_path_is_shown_from_the_current_folder_when_the_file_is_below_it(tmp_path):
    write(tmp_path, "sources: [https://a.example]\ntopics: {a: {}}\n")
    with contextlib.chdir(tmp_path.parent):
        settings = load(tmp_path, "sources: [https://a.example]\ntopics: {a: {}}\n")
    assert settings.file == f"{tmp_path.name}/aggregator.yaml"
    assert settings.topics[0].place == f"{tmp_path.name}/aggregator.yaml:2"


def test_a_group_may_have_the_name_of_a_topic(tmp_path):
    settings = load(tmp_path, "sources: {world: [https://a.example]}\ntopics: {world: {from: [world]}}\n")
    assert settings.topics[0].selectors == ("world",)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("title: x\ntopics: {a: {}}\n", "0:0: : there are no sources"),
        ("sources: [https://a.example]\n", "0:0: : there are no topics: nothing is published"),
        ("include: [no/*.yaml]\n", "1:11: include.0: nothing matches 'no/*.yaml'"),
        (
            "sources: [{url: https://a.example, every: 30m}]\n",
            "1:43: sources.0.every: asks a server up to 48 times a day",
        ),
        (
            "defaults: {every: 5m..1h}\nsources: [https://a.example, https://b.example]\n",
            "1:19: defaults.every: asks a",
        ),
        ("sources: [{url: https://a.example, auth: bearer x}]\n", "1:17: sources.0: this source has credentials"),
        ("sources: ['http://127.0.0.1:8000/f']\n", "1:11: sources.0: this will not be polled: 127.0.0.1 is not a"),
        ("sources: ['http://a.example:8000/f']\n", "1:11: sources.0: this will not be polled: port 8000"),
        ("sources: [./nope.xml]\n", "1:11: sources.0: there is no such file"),
        ("sources: [http://a.example, https://www.a.example]\n", "1:29: sources.1: this looks like"),
        ("groups: {paper: {}}\nsources: {papers: [https://a.example]}\n", "1:10: groups.paper: no source is in this"),
        ("owners: {x: [b]}\nsources: [https://a.example]\n", "1:14: owners.x.0: no source has the id 'b'"),
        ("site: {title: }\n", "1:8: site.title: no value, so it counts as absent"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(tmp_path, text, warning):
    settings = load(tmp_path, text)
    assert [line for line in warned(settings) if line.startswith(warning)], warned(settings)


def test_a_warning_about_the_defaults_is_told_once_for_all_sources(tmp_path):
    settings = load(
        tmp_path, "defaults: {every: 10m}\nsources: [https://a.example, https://b.example]\ntopics: {a: }\n"
    )
    assert len(settings.warnings) == 1


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8", "localhost", "*.lan"])
def test_what_is_allowed_although_private_is_no_warning(tmp_path, allowed):
    host = {"localhost": "localhost", "*.lan": "hub.lan"}.get(allowed, "127.0.0.1")
    text = f"network: {{allow-private: '{allowed}'}}\nsources: ['http://{host}:9999/']\ntopics: {{a: }}\n"
    assert load(tmp_path, text).warnings == ()


def test_remarks_on_a_query_are_warnings_at_their_place(tmp_path):
    class Remark:
        what, column, hint = "a small or", 3, "OR"

    class Checked:
        warnings = (Remark(),)
        names = ()
        likes = ()

    text = "sources: [https://a.example]\ntopics: {t: {match: a or b}}\n"
    settings = load(tmp_path, text, check_query=lambda _: Checked())
    assert warned(settings) == ["2:23: topics.t.match: a small or"]


def test_names_in_a_query_that_are_not_there_are_warnings_at_their_place(tmp_path):
    text = """\
        sources: {news: [{id: ap, url: "https://ap.example/f.xml", tags: [World]}]}
        topics:
          a: {match: "group:nws OR tag:world OR source:app OR Source:AP OR source:x*"}
        """
    warnings = load(tmp_path, text, check_query=parse_query).warnings
    assert [(one.column, one.what, one.hint) for one in warnings] == [
        (15, "there is no group 'nws': this is never true", "did you mean 'group:news'?"),
        (41, "there is no source 'app': this is never true", "did you mean 'source:ap'?"),
    ]


def test_examples_are_read_with_their_places(tmp_path):
    text = """\
        sources: ["https://ap.example/f.xml"]
        topics:
          a:
            examples: {in: [One, "https://ap.example/1"], out: Two}
        """
    (topic,) = load(tmp_path, text).topics
    assert [(one.text, one.wanted, one.at[1:], one.path) for one in topic.trials] == [
        ("One", True, (4, 21), "in.0"),
        ("https://ap.example/1", True, (4, 26), "in.1"),
        ("Two", False, (4, 56), "out.0"),
    ]
    assert "examples" not in topic.rule_digest

"""Broken configurations: where the complaint points, and what it says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.errors import SettingsError
from aggregator.settings import load_settings
from tests.settings.configs import any_query, no_lists, problems, told

SOURCE = "sources: [{url: https://a.example/f, %s}]\n"
TOPIC = "sources: {news: [{id: a, url: https://a.example/f, tags: [x]}]}\ntopics: {t: {%s}}\n"

BROKEN = [
    # What is no YAML, or no mapping
    ("", "0:0", ": the file is empty (`aggregator init`"),
    ("# nothing yet\n", "0:0", ": the file is empty"),
    ("- a\n", "1:1", "expected 'key: value' lines, but this is a list"),
    ("just text\n", "1:1", "but this is a single value"),
    ("sources:\n\t- a\n", "2:1", "a tab in the indentation (YAML wants spaces)"),
    ('sources: []\ntitle: "a" b\n', "2:12", "text behind a value"),
    ("title: a: b\n", "1:9", "a ': ' where no key can stand (quote the value"),
    ("title: 'a\n", "1:8", "a quote that is never closed"),
    ("sources: [a, b\ntitle: x\n", "2:6", "a bracket or a comma is missing"),
    ("site: {title: ${A}}\n", "1:16", 'a variable among brackets without quotes (write "${NAME}")'),
    ("sources: [${A}]\n", "1:12", "a variable among brackets without quotes"),
    ("title: @x\n", "1:8", "a value cannot start with this character (quote the value)"),
    ("title: *x\n", "1:8", "an alias to an anchor that is not there"),
    ("network: {host-groups: {*.x.org: {spacing: 1s}}}\n", "1:25", "an unquoted * starts an alias"),
    ("title: x\nsite\n", "2:1", "a line that is neither 'key: value' nor '- item'"),
    ("title: x\n---\ntitle: y\n", "2:1", "a second YAML document"),
    ("title: x\x07\n", "1:9", "U+0007 cannot stand in YAML"),
    ("title: " + "[" * 70 + "]" * 70 + "\n", "1:66", "nested deeper than 60 levels"),
    ("title: !!int 5\n", "1:8", "title: tags such as !!int are not used here"),
    ("title: !!python/name:os.system x\n", "1:8", "tags such as !!int are not used here"),
    ("? [a]\n: b\n", "1:3", "a key must be plain text"),
    ("title: a\nsite: {}\ntitle: b\n", "3:1", ": duplicate key 'title' (the first one would be silently lost)"),
    ("topics:\n  t: {}\n  t: {}\n", "3:3", "topics: duplicate key 't'"),
    ("sources: &s [*s]\n", "1:10", "sources.0: this alias stands inside of what it names"),
    ("groups: {a: &a {<<: *a}}\n", "1:17", "groups.a: << takes a mapping"),
    ("groups: {a: {<<: 5}}\n", "1:14", "groups.a: << takes a mapping"),
    ("sources: [https://a.example/f, ]\ninclude: [, a]\n", "2:11", "a bracket or a comma is missing"),
    ("sources:\n  -\n", "2:4", "sources.0: an item without a value"),
    # Variables
    (
        'sources: [{url: "${KEY}"}]\n',
        "1:18",
        "environment variable KEY is not set (set it, or give a default: ${KEY:-value})",
    ),
    ("title: a ${B} ${C}\n", "1:15", "environment variable C is not set"),
    ("title: x${B\n", "1:9", "this is no variable (write ${NAME}"),
    ("title: ${file:nope.txt}\n", "1:8", "nope.txt: No such file or directory"),
    # Keys
    ("titel: x\n", "1:1", "titel: unknown key 'titel' (did you mean 'title'?)"),
    ("timeout: 5s\n", "1:1", "timeout: unknown key 'timeout' (it belongs below 'defaults:')"),
    ("feeds: []\n", "1:1", "unknown key 'feeds' (did you mean 'sources'?)"),
    ("zzz: 1\n", "1:1", "unknown key 'zzz' (known here: include, groups,"),
    ("policies: {clean: []}\n", "1:12", "policies.clean: 'clean' cannot be used (not available in this version yet)"),
    ("policies: {stories: {grain: fine}}\n", "1:22", "unknown key 'grain' (known here: granularity, aliases)"),
    ("policies: {stories: {granularity: coarse}}\n", "1:35", "expected one of fine, normal, broad, off"),
    ("policies: {duplicates: {text: 50}}\n", "1:31", "must be between 0.2 and 1"),
    ("policies: {duplicates: {text: half}}\n", "1:31", "expected a number"),
    ("policies: {duplicates: {headline: 48}}\n", "1:35", "did you mean 48h?"),
    ("policies: {duplicates: {link: false}}\n", "1:25", "unknown key 'link'"),
    ("server: {admin-token: [x]}\n", "1:23", "server.admin-token: expected text, but this is a list"),
    ("site: {timezone: london}\n", "1:18", "did you mean 'Europe/London'?"),
    (
        "network: {respect-robots: true}\n",
        "1:11",
        "network.respect-robots: 'respect-robots' cannot be used (not available in this version yet)",
    ),
    ("network: {proxy: 'socks5://a.lan:1080'}\n", "1:18", "network.proxy: expected the address of an http proxy"),
    ("network: {proxy: 'http://a.lan:1/x'}\n", "1:18", "network.proxy: the address of a proxy holds a host and a port"),
    ("proxy: 'http://a.lan:3128'\n", "1:1", "proxy: unknown key 'proxy' (it belongs below 'network:')"),
    ("titel:\n", "1:1", "unknown key 'titel'"),
    ("defaults: {updates: loud}\n", "1:21", "expected one of silent, bump-if-substantive, ignore"),
    ("defaults: {settle: 1h}\n", "1:12", "not available in this version yet"),
    ("defaults: {auth: 'basic a:b'}\n", "1:12", "unknown key 'auth' (say it in a group or a source"),
    ("sources: [{page: blog.html}]\n", "1:18", "sources.0.page: this is no address"),
    ("sources: [{url: https://a.example, page: https://b.example}]\n", "1:36", "both url and page"),
    ("sources: [{link: https://a.example}]\n", "1:12", "unknown key 'link' (did you mean 'url'?)"),
    (SOURCE % "interval: 1h", "1:38", "unknown key 'interval' (did you mean 'every'?)"),
    (TOPIC % "like: {}", "2:20", "topics.t.like.entries: there are no examples (list 5 or more addresses or ids of"),
    (TOPIC % "like: {entries: []}", "2:30", "topics.t.like.entries: there are no examples"),
    (TOPIC % "like: {entries: [a], at-least: 0}", "2:45", "topics.t.like.at-least: must be above 0 and at most 1"),
    (TOPIC % "like: {entries: [a], at-least: x}", "2:45", "topics.t.like.at-least: expected a number, but this is"),
    (TOPIC % "like: {entrys: [a]}", "2:21", "topics.t.like.entrys: unknown key 'entrys' (did you mean 'entries'?)"),
    (TOPIC % "budget: 20", "2:22", "expected a rate such as 20/day (did you mean 20/day?)"),
    (TOPIC % "per-source: 3/fortnight", "2:26", "'fortnight' is no period (did you mean 3/day?)"),
    (TOPIC % "budget: 0/day", "2:22", "must be between 1 and 100000"),
    (TOPIC % "quiet: nights", "2:21", "expected hours such as 22:00-07:00"),
    (TOPIC % 'quiet: "22:00-22:00"', "2:21", "the quiet hours end where they begin"),
    (TOPIC % 'quiet: "22:00-25:00"', "2:21", "that is no time of day"),
    (TOPIC % "digest: at seven", "2:22", "expected a time such as daily at 07:00 Europe/London"),
    (TOPIC % "settle: 3d", "2:22", "must be between 0s and 2d"),
    (TOPIC % "unless-in: [x]", "2:26", "no topic is named 'x'"),
    (TOPIC % "unless-in: [t]", "2:26", "a topic cannot wait for itself"),
    (TOPIC % "weights: {nobody: 2}", "2:24", "no source, group or tag is named 'nobody'"),
    (TOPIC % "min-outlets: 2, mode: entries", "2:27", "an entry has one outlet"),
    (
        "sources: [https://a.example/f]\ntopics: {a: {unless-in: [b]}, b: {unless-in: [a]}}\n",
        "2:25",
        "topics wait for each other in a circle: a → b → a",
    ),
    (TOPIC % "output: {hub: x}", "2:28", "topics.t.output.hub: this is no address"),
    (
        TOPIC % "access: token, output: {hub: 'https://a.example/'}",
        "2:43",
        "topics.t.output.hub: a topic with access: token names no hub",
    ),
    (TOPIC % "access: friends", "2:22", "topics.t.access: expected one of public, token"),
    # Kinds of values
    ("title: [a]\n", "1:8", "title: expected text, but this is a list"),
    ("title: true\n", "1:8", "title: expected text, but this is true or false (quote it)"),
    ('title: ""\n', "1:8", "title: expected text, but this is empty"),
    ('title: "a\\0b"\n', "1:8", "title: a control character in the text"),
    ('title: "${file:a\\0b}"\n', "1:9", "this is no name of a file"),
    ("data: [x]\n", "1:7", "data: expected text, but this is a list"),
    ("site: nice\n", "1:7", "site: expected a mapping, but this is text"),
    ("sources: {news: https://a.example/f}\n", "1:17", "sources.news: expected a list, but this is text"),
    ("sources: [[a]]\n", "1:11", "sources.0: expected a mapping, but this is a list"),
    ("topics: [a]\n", "1:9", "topics: expected a mapping, but this is a list"),
    (SOURCE % "timeout: 20", "1:47", "expected a duration such as 90s, 30m, 2h, 1d or 1h30m (did you mean 20s?)"),
    (SOURCE % "timeout: 20m", "1:47", "must be between 1s and 10m"),
    (SOURCE % "every: 30 minutes", "1:45", "a range such as 6h..1d, or auto (did you mean 30m?)"),
    (SOURCE % "every: 60", "1:45", "(did you mean 60m?)"),
    (SOURCE % "every: 1m", "1:45", "sources.0.every: more often than every 5m"),
    (SOURCE % "every: 1d..6h", "1:45", "the range runs backwards (did you mean 6h..1d?)"),
    (SOURCE % "keep: 90", "1:44", "(did you mean 90d?)"),
    (SOURCE % "keep: 999999y", "1:44", "longer than 100 years"),
    (SOURCE % "max-size: 5", "1:48", "expected a size such as 500KB or 5MB (did you mean 5MB?)"),
    (SOURCE % "max-size: 9GB", "1:48", "must be between 1KB and 1GB"),
    (SOURCE % "weight: 0", "1:46", "must be above 0"),
    (SOURCE % "weight: heavy", "1:46", "expected a number, but this is text"),
    (SOURCE % "backfill: many", "1:48", "expected a whole number, but this is text"),
    (SOURCE % "backfill: true", "1:48", "expected a whole number, but this is true or false"),
    (SOURCE % "content: ful", "1:47", "expected one of feed, full-text, summary, title"),
    (SOURCE % "identity: url", "1:48", "expected one of auto, guid, link, title"),
    (SOURCE % "dates: first", "1:45", "expected one of feed, seen"),
    (SOURCE % "future-dates: drop", "1:52", "expected one of distrust, now, believe"),
    (SOURCE % "title-type: markup", "1:50", "expected one of auto, text, html"),
    (SOURCE % "base: x", "1:44", "expected auto, feed, entry or an address (an address begins with https://"),
    (SOURCE % "ignore: [guids]", "1:47", "expected one of guid, link, published, updated"),
    (SOURCE % "drop: good bad", "1:49", "sources.0.drop: a bad word (use a good one)"),
    (SOURCE % "drop: [a, b]", "1:44", "expected a query, but this is a list (quote the whole query)"),
    ("defaults: {drop: bad}\n", "1:18", "defaults.drop: a bad word"),
    ("groups: {g: {drop: bad}}\nsources: {g: [https://a.example/]}\n", "1:20", "groups.g.drop: a bad word"),
    (SOURCE % "public: yes", "1:46", "expected true or false (did you mean true?)"),
    (SOURCE % "language: en_GB", "1:48", "expected a language tag such as en or en-GB (did you mean 'en-GB'?)"),
    (SOURCE % "tags: 'a, b'", "1:44", "a tag holds no comma (write a list: [one, two])"),
    (SOURCE % "id: A b", "1:42", "an id is made of a-z, 0-9, '.', '_' and '-' (did you mean 'a-b'?)"),
    (SOURCE % "auth: digest x", "1:44", 'expected "basic USER:PASSWORD" or "bearer TOKEN"'),
    (SOURCE % "auth: basic x", "1:44", "basic takes USER:PASSWORD (the colon is missing)"),
    (SOURCE % "auth: 'bearer a b'", "1:44", "bearer takes one TOKEN"),
    (SOURCE % "headers: {Host: b}", "1:48", "sources.0.headers.Host: 'Host' is set by the aggregator itself"),
    (SOURCE % "headers: {a b: c}", "1:48", "this is no name of a header"),
    (SOURCE % 'headers: {A: "b\\nc"}', "1:51", "a line break or another character that no header can carry"),
    ("server: {listen: 8080}\n", "1:18", "expected HOST:PORT, such as 127.0.0.1:8080 (did you mean 127.0.0.1:8080?)"),
    ("server: {listen: ':8080'}\n", "1:18", "0.0.0.0:8080 listens on every address"),
    ("server: {listen: '::1:8080'}\n", "1:18", "an IPv6 address stands in brackets: [::1]:8080"),
    ("server: {listen: 'localhost:99999'}\n", "1:18", "a port is a number up to 65535"),
    ("site: {base-url: feeds.example.org}\n", "1:18", "this is no address (did you mean https://feeds.example.org?)"),
    ("site: {base-url: 'https://a.example/?x=1'}\n", "1:18", "a base address holds a host and a path only"),
    ("site: {contact: me}\n", "1:17", "expected an address such as mailto:me@example.org"),
    ("title: a\nsite: {title: b}\n", "1:1", "title: the title is said twice (site.title is at"),
    ("network: {allow-private: [10.0.0.0/99]}\n", "1:27", "this is no network (write it like 10.0.0.0/8)"),
    ("network: {allow-private: ['http://x.lan/']}\n", "1:27", "but this is an address (did you mean x.lan?)"),
    ("network: {allow-private: ['x.lan:8000']}\n", "1:27", "a host is listed without its port (did you mean x.lan?)"),
    ("network: {ports: [80, 0]}\n", "1:23", "network.ports.1: must be between 1 and 65535"),
    ("network: {max-connections: 0}\n", "1:28", "must be between 1 and 1000"),
    (
        "network: {host-groups: {'*.x.org': {spacing: 5}}}\n",
        "1:46",
        "network.host-groups.*.x.org.spacing: expected a duration",
    ),
    # Sources
    ("sources: [{title: x}]\n", "1:11", "sources.0: missing required key 'url' (or path: for a local file)"),
    ("sources: [{url: https://a.example/f, path: x}]\n", "1:38", "sources.0.path: both url and path"),
    ("sources: [a.example/feed.xml]\n", "1:11", "this is no address (did you mean https://a.example/feed.xml?)"),
    ("sources: [something]\n", "1:11", "sources.0: this is no address (it starts with https://)"),
    (
        "sources: ['feed://a.example/f']\n",
        "1:11",
        "'feed' is no scheme that can be polled (did you mean https://a.example/f?)",
    ),
    ("sources: ['ftp://a.example/f']\n", "1:11", "'ftp' is no scheme that can be polled"),
    ("sources: [{url: 'file:///etc/passwd'}]\n", "1:17", "local documents are listed with path:"),
    (
        "sources: [{path: 'https://a.example/f'}]\n",
        "1:18",
        "expected a path, but this is an address (write url: instead)",
    ),
    ("sources: ['http:///a.example']\n", "1:11", "the address names no host (did you mean http://a.example?)"),
    ("sources: ['https://a.example/a b']\n", "1:11", "an address holds no spaces"),
    ("sources: ['https://a.example:99999/']\n", "1:11", "this is no address (is a bracket or the port wrong?)"),
    ("sources: ['https://a..example/']\n", "1:11", "this is no host name"),
    ("sources: ['https://[::zz]/']\n", "1:11", "this is no"),
    (
        "sources: [https://a.example, 'https://A.example:443/#x']\n",
        "1:30",
        "this source is listed already (the first is at",
    ),
    ("sources: [{id: x, url: https://a.example}, {id: x, url: https://b.example}]\n", "1:49", "the id 'x' is taken"),
    ("sources: {'tag:x': [https://a.example]}\n", "1:11", "this is no name for a group"),
    (
        "sources: [{url: 'https://u:p@a.example', auth: 'basic u:p'}]\n",
        "1:42",
        "sources.0.auth: credentials stand in the address, too",
    ),
    (
        "sources: [{url: https://a.example, auth: basic u:p, headers: {authorization: x}}]\n",
        "1:17",
        "an Authorization header is set beside other credentials",
    ),
    (
        "sources: [{id: a, url: https://a.example, owner: x}]\nowners: {y: [a]}\n",
        "1:50",
        "sources.0.owner: owned by 'y', too",
    ),
    ("sources: [{id: a, url: https://a.example}]\nowners: {x: [a], y: [a]}\n", "2:22", "'a' is owned twice"),
    # Topics
    ("topics: {A b: {}}\n", "1:10", "topics.A b: a slug is made of a-z, 0-9 and '-' (did you mean 'a-b'?)"),
    ("topics: {status: {}}\n", "1:10", "'status' is an address of the aggregator itself"),
    (TOPIC % "match: good bad", "2:26", "topics.t.match: a bad word (use a good one)"),
    (TOPIC % "match: 'it''s bad'", "2:28", "topics.t.match: a bad word"),
    (TOPIC % 'match: "\\"x\\" \\u0041 bad"', "2:35", "topics.t.match: a bad word"),
    (TOPIC % 'match: "${V:-xy} bad"', "2:31", "topics.t.match: a bad word"),
    (
        "topics:\n  t:\n    match: >\n      good\n      bad\n",
        "3:12",
        "topics.t.match: column 6 of the query: a bad word",
    ),
    (TOPIC % "match: [a, b]", "2:21", "expected a query, but this is a list (quote the whole query)"),
    (TOPIC % "from: [newz]", "2:21", "no group, source or topic is named 'newz' (did you mean 'news'?)"),
    (TOPIC % "from: newz", "2:20", "(did you mean 'news'?)"),
    (TOPIC % "from: ['tag:y']", "2:21", "no source has the tag 'y'"),
    (TOPIC % "from: [x]", "2:21", "(did you mean 'tag:x'?)"),
    (TOPIC % "from: ['group:news']", "2:21", "(write it plainly: news)"),
    (TOPIC % "from: [t]", "2:21", "a topic cannot draw from itself"),
    (
        "topics: {c: {from: [a]}, a: {from: [b]}, b: {from: [c]}}\nsources: [https://a.example]\n",
        "1:36",
        "topics.a.from: topics draw from each other in a circle: a → b → c → a",
    ),
    (TOPIC % "limit: 0", "2:21", "topics.t.limit: must be between 1 and 1000"),
    (TOPIC % "limit: 1001", "2:21", "must be between 1 and 1000"),
    (TOPIC % "mode: story", "2:20", "expected one of stories, entries (did you mean 'stories'?)"),
    (TOPIC % "output: {content: ful}", "2:32", "expected one of full, summary (did you mean 'full'?)"),
    (TOPIC % "output: {formats: [atm]}", "2:33", "topics.t.output.formats.0: expected one of atom, rss, json"),
    (TOPIC % "output: {formats: []}", "2:32", "a topic needs a format"),
    (TOPIC % "aliases: [t]", "2:24", "'t' is the slug of a topic"),
    (TOPIC % "aliases: [o, o]", "2:27", "'o' is an alias already"),
    (TOPIC % "aliases: [api]", "2:24", "'api' is an address of the aggregator itself"),
    (TOPIC % "aliases: [A]", "2:24", "a slug is made of a-z, 0-9 and '-' (did you mean 'a'?)"),
    # Includes
    ("include: [aggregator.yaml]\n", "1:11", "include.0: "),
    ("include: [notes.txt]\n", "1:11", "is neither .yaml nor .opml"),
]


@pytest.mark.parametrize(("text", "place", "message"), BROKEN)
def test_a_broken_configuration_is_complained_about_once_where_it_is_broken(tmp_path, text, place, message):
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    environment = {"B": "bee"} if "${C}" in text else {}
    lines = told(problems(tmp_path, text, environment=environment), tmp_path)
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"aggregator.yaml:{place}: ")
    assert message in lines[0]


def test_every_problem_is_told_in_one_go_by_file_and_line(tmp_path):
    text = """\
        include: [more/*.yaml]
        sources:
          news:
            - {url: https://a.example/f, evry: 1h}
            - {url: "${UNSET}"}
            - {url: https://b.example/f, timeout: 5}
        topics:
          t: {match: bad, from: [news, sports]}
        """
    files = {"more/a.yaml": "topics: {status: {}}\n", "more/b.yaml": "topics: [\n"}
    assert [line.partition(" (")[0] for line in told(problems(tmp_path, text, files), tmp_path)] == [
        "aggregator.yaml:4:34: sources.news.0.evry: unknown key 'evry'",
        "aggregator.yaml:5:14: sources.news.1.url: environment variable UNSET is not set",
        "aggregator.yaml:6:43: sources.news.2.timeout: expected a duration such as 90s, 30m, 2h, 1d or 1h30m",
        "aggregator.yaml:8:14: topics.t.match: a bad word",
        "more/a.yaml:1:10: topics.status: 'status' is an address of the aggregator itself",
        "more/b.yaml:2:1: : a bracket or a comma is missing",
    ]


def test_a_name_is_not_called_unknown_when_it_may_be_that_of_a_broken_source(tmp_path):
    text = "sources: [{id: A, url: https://a.example}]\ntopics: {t: {from: [a]}}\n"
    assert [problem.path for problem in problems(tmp_path, text)] == ["sources.0.id"]


def test_a_problem_quotes_the_line_with_a_caret_under_the_place(tmp_path):
    (problem,) = problems(tmp_path, "title: x\nsources: [{titel: 1, url: https://a.example}]\n")
    assert str(problem).splitlines()[1:] == [
        "     2 | sources: [{titel: 1, url: https://a.example}]",
        "       |            ^ did you mean 'title'?",
    ]


@pytest.mark.parametrize(("make", "why"), [(Path.mkdir, "Is a directory"), (lambda _path: None, "No such file")])
def test_a_file_that_cannot_be_read_is_one_problem_that_names_it(tmp_path, make, why):
    make(tmp_path / "aggregator.yaml")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "aggregator.yaml", environment={}, read_opml=no_lists, check_query=any_query)
    (line,) = told(caught.value.problems, tmp_path)
    assert line.startswith(f"aggregator.yaml:0:0: : cannot read this file: {why}")
    assert "`aggregator init`" in line


def test_bytes_that_are_not_utf_8_are_pointed_at(tmp_path):
    (tmp_path / "aggregator.yaml").write_bytes(b"title: x\nsite: {title: caf\xe9}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "aggregator.yaml", environment={}, read_opml=no_lists, check_query=any_query)
    (line,) = told(caught.value.problems, tmp_path)
    assert line == "aggregator.yaml:2:18: : this file is not UTF-8 (save the file as UTF-8)"


def test_aliases_that_make_a_small_file_huge_are_refused(tmp_path):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in pairwise("abcdefgh")]
    (line,) = told(problems(tmp_path, "\n".join(lines)), tmp_path)
    assert "the aliases of this file make more than 100,000 copies" in line


def test_brackets_without_end_are_refused_and_do_not_end_the_process(tmp_path):
    (line,) = told(problems(tmp_path, "a: " + "[" * 100_000), tmp_path)
    assert "nested deeper than 60 levels" in line

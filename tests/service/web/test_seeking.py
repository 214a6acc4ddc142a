"""Search over HTTP: what is found and marked, what is wrong with a query, and what is never found."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml

from aggregator.errors import StoreError
from aggregator.model.liking import Example, Like, Likeness
from aggregator.model.reason import Reason
from aggregator.model.searching import Found, SearchHit
from aggregator.model.topic import Access
from aggregator.pages.searching import topic_yaml
from aggregator.service.insight import Insight
from aggregator.service.web.app import Behind, make_app
from tests.builders import NOON, make_entry, make_facts, make_source, make_stored, make_topic
from tests.contract.steps import bring, deciding, new
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.pages.samples import SITE
from tests.pages.test_render import Page
from tests.service.web.visits import Insides, Readiness, ask, build, filled_shelf

pytestmark = pytest.mark.anyio


def found(*hits: SearchHit, before: str | None = None) -> Insides:
    inside = Insides()
    inside.found = Found(hits=hits, before=before, looked_at=len(hits), waiting=0)
    return inside


def hit() -> SearchHit:
    stored = make_stored("1", title="A <b>ferry</b> leaves", summary="The ferry is late.", topics=("harbour", "secret"))
    facts = (("at", "title:0:5:10@1-6 summary:0:4:9@1-6 text:0:4:9@1-6 title:0:90:99@1-2 author:0:1:2@1-2"),)
    reason = Reason("search", "found", "query", 'title: "ferry"', facts)
    return SearchHit(stored=stored, source=make_facts("lwn", title="Wire"), story="", reason=reason)


async def test_before_anything_is_asked_it_is_told_how():
    answer = await ask(build(), "/search")
    assert answer.status_code == 200
    assert "in the language of topics" in answer.text
    assert "Save as topic" not in answer.text
    assert (await ask(build(), "/search.json")).json()["hits"] == []


async def test_what_was_found_is_marked_where_it_stands():
    inside = found(hit(), before="abc")
    answer = await ask(build(inside=inside), "/search?q=ferry+late")
    page = Page(answer.text)
    assert [one["value"] for one in page.all("input")] == ["ferry late"]
    assert "A &lt;b&gt;<mark>ferry</mark>&lt;/b&gt; leaves" in answer.text
    assert "The <mark>ferry</mark> is late." in answer.text
    assert "../secret" not in page.hrefs()
    assert "secret" not in answer.text
    assert "harbour" in page.hrefs()
    assert "search?q=ferry%20late&before=abc" in [one.replace("&amp;", "&").replace("+", "%20") for one in page.hrefs()]
    assert inside.sought == [("ferry late", "")]
    assert answer.headers["x-robots-tag"] == "noindex"
    told = (await ask(build(inside=inside), "/search.json?q=ferry&before=xyz")).json()
    assert [one["topics"] for one in told["hits"]] == [["harbour"]]
    assert (told["before"], told["query"], told["said"] != "") == ("abc", "ferry", True)
    assert inside.sought[-1] == ("ferry", "xyz")


@pytest.mark.parametrize(
    ("query", "column"),
    [("(ferry", 1), ("title:", 1), ("ferry)", 6), ("<script>(", 9), ("x" * 1001, 1001)],
)
async def test_what_cannot_be_read_is_shown_with_its_column(query: str, column: int):
    app = build()
    told = await ask(app, f"/search.json?q={query}")
    assert (told.status_code, told.json()["error"]["column"]) == (400, column)
    page = await ask(app, f"/search?q={query}")
    assert (page.status_code, f"at column {column}:" in page.text) == (400, True)
    assert "<script>(" not in page.text


async def test_what_was_perhaps_meant_otherwise_is_told():
    told = (await ask(build(), "/search.json?q=ferry+or+boat")).json()
    assert [one["column"] for one in told["warnings"]] == [7]
    assert "Column 7" in (await ask(build(), "/search?q=ferry+or+boat")).text


@pytest.mark.parametrize(
    "text",
    ["ferry", '"a b" OR x', 'title:"a: b" #c', "läßt\u2028grüßen", "'", "\\", "{x: [y]}", "search", "!!", "-sport"],
)
async def test_a_query_can_be_saved_as_the_topic_that_it_would_make(text: str):
    written = topic_yaml(text, {"ferry", "search"})
    ((slug, topic),) = yaml.safe_load(written)["topics"].items()
    assert topic == {"match": text}
    assert slug not in {"ferry", "search"}
    assert json.dumps(slug).strip('"').replace("-", "a").isalnum()


async def test_while_the_store_fails_search_says_so():
    inside = found()
    inside.failing = StoreError("at /secret")
    for path in ("/search?q=x", "/search.json?q=x"):
        answer = await ask(build(inside=inside), path)
        assert (answer.status_code, "/secret" in answer.text) == (503, False)


class LikesAll:
    """Finds everything alike."""

    digest = "all"

    def score(self, title: str, text: str) -> float:
        return 1.0

    def likeness(self, title: str, text: str) -> Likeness:
        return Likeness(score=1.0, nearest=Example(title="x"))


async def test_entries_of_private_sources_are_never_found():
    store = FakeStore()
    await store.sync_sources([make_source("open"), make_source("letters", private=True)], NOON)
    for source in ("open", "letters"):
        entry = replace(make_entry("1", source=source, title=f"Ferry of {source}"), summary="ferry")
        await bring(store, new(entry), source_id=source)
    await store.curate(9, deciding("harbour"))

    secret = make_topic("secret", like=Like(entries=("x",)), taste=LikesAll(), access=Access.TOKEN)

    class Engine:
        plan = SimpleNamespace(topics=(secret, replace(secret, slug="known", access=Access.PUBLIC)))

        async def status(self):
            return Insides().answer

        def counts(self):
            return Insides().counts()

    inside = Insight(store, FakeClock(), Engine())
    app = make_app(filled_shelf(), SITE, Behind(inside=inside, checks=Readiness()))
    for path in ("/search?q=ferry", "/search.json?q=ferry", "/search?q=source:letters", "/search?q=-nothing+ferry"):
        answer = await ask(app, path)
        assert answer.status_code == 200
        assert "Ferry of letters" not in answer.text
    assert "Ferry of open" in (await ask(app, "/search.json?q=ferry")).text
    assert "Ferry of open" in (await ask(app, "/search.json?q=like:known")).text
    assert "Ferry" not in (await ask(app, "/search.json?q=like:secret")).text, "what it learned is nobody's business"

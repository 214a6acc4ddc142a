"""Every page in a real browser: light and dark, on a phone and on a desk, without scripts and by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from aggregator.model.editing import ActKind, DoneAct
from aggregator.model.entry import Enclosure
from aggregator.model.reason import Reason
from aggregator.model.searching import Found, SearchHit
from aggregator.model.source import FeedProfile
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.gate import Gate
from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from tests.builders import NOON, make_facts
from tests.pages.samples import (
    SITE,
    make_also,
    make_edition,
    make_edition_entry,
    make_failing,
    make_revision,
    make_source_status,
    make_status,
    make_story,
    make_view,
)
from tests.service.web.axe import needs_axe, violations
from tests.service.web.browser import needs_chromium
from tests.service.web.devtools import Tab, browsing
from tests.service.web.visits import FakeOperator, Readiness, fill, make_proposal

pytestmark = [pytest.mark.anyio, needs_chromium]

LOOKS = [(360, False), (360, True), (1280, False), (1280, True)]
MARKUP = (
    "<h1>Big</h1><p>Text with <a href='https://a.example/'>a link</a> and <code>code</code>.</p>"
    "<ul>loose<li>one</li></ul><li>alone</li><img src='https://a.example/1.png'><a href='https://a.example/2'><img src='https://a.example/2.png'></a>"
    "<table><tr><th>a</th><td>1</td></tr></table><pre>" + "wide " * 60 + "</pre><main><header>x</header></main>"
    "<p lang='klingon language'>tlh</p><dt>term</dt><blockquote>quoted</blockquote>"
)


FOUND = Reason("search", "found", "query", 'title: "ferry"', (("at", "title:0:0:5@1-6"),))


@dataclass
class Place:
    """A server with something on every page, and a browser."""

    tab: Tab
    base: str
    operator: FakeOperator

    @property
    def pages(self) -> tuple[str, ...]:
        """Every kind of page."""
        story = next(iter(self.operator.stories))
        return (
            *(
                "",
                "harbour",
                "harbour.atom",
                "empty",
                "sources",
                "status",
                "search",
                "search?q=ferry+or+boat",
                "search?q=(ferry",
                f"e/{story}",
                f"e/{story}?pictures",
                f"s/{story}",
            ),
            *("nothing/here", "admin", f"admin/s/{story}", "admin/plan", "admin/plan?topic=harbour"),
        )


@asynccontextmanager
async def opened(tmp_path: Path, operator: FakeOperator, shelf: Shelf) -> AsyncIterator[Place]:
    gate = Gate("", "", "127.0.0.1", lambda: 0.0)
    operator.proposed = make_proposal(tmp_path)
    app = make_app(shelf, SITE, Behind(inside=operator, checks=Readiness(), operator=operator, gate=gate))
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    try:
        async with browsing(tmp_path / "profile") as tab:
            yield Place(tab, server.url, operator)
    finally:
        await server.stop()


def full() -> tuple[FakeOperator, Shelf]:
    """Put something on every page."""
    shelf = Shelf()
    sound = Enclosure(url="https://a.example/1.mp3", media_type="audio/mpeg", length=2_500_000)
    first = make_view(1, content_html=MARKUP, enclosures=(sound,), revisions=(make_revision(),), revision=1)
    story = make_story(first, make_view(2), make_view(3, duplicate_of=first.stored.entry.key))
    operator = FakeOperator()
    operator.hold(story)
    hits = tuple(SearchHit(stored=one.stored, source=one.source, story="", reason=FOUND) for one in story.members)
    operator.found = Found(hits=hits, before="abc", looked_at=3, waiting=0)
    operator.answer = make_status(make_source_status(), make_failing())
    operator.journal = (
        DoneAct(number=1, kind=ActKind.MERGE, at=NOON, who="ann", why="one", story="a", others=("b",), entries=()),
    )
    entries = [make_edition_entry(number, also=(make_also(), make_also("Post"))) for number in range(1, 6)]
    fill(shelf, make_edition(entries=tuple(entries)))
    fill(shelf, make_edition("empty", size=0))
    return operator, shelf


async def test_every_page_fits_a_phone_and_a_desk_and_nothing_is_forbidden(tmp_path: Path):
    async with opened(tmp_path, *full()) as place:
        for width, dark in LOOKS:
            await place.tab.look(width=width, dark=dark)
            for path in place.pages:
                await place.tab.show(place.base + path)
                where = (path, width, dark)
                assert await place.tab.evaluate("document.documentElement.scrollWidth") <= width, where
                assert await place.tab.evaluate("document.querySelectorAll('h1').length") == 1, where
                paper = await place.tab.evaluate("getComputedStyle(document.body).backgroundColor")
                assert paper == ("rgb(19, 23, 22)" if dark else "rgb(251, 250, 248)"), where
                assert place.tab.complaints == [], where


@needs_axe
async def test_no_page_is_hard_to_use_for_people_who_cannot_see_or_point(tmp_path: Path):
    async with opened(tmp_path, *full()) as place:
        for width, dark, pages in ((360, False, place.pages), (1280, True, place.pages[::3])):
            await place.tab.look(width=width, dark=dark)
            for path in pages:
                await place.tab.show(place.base + path)
                await place.tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                assert await violations(place.tab) == [], (path, width, dark)


async def test_a_keyboard_reaches_everything_that_can_be_used_and_sees_where_it_is(tmp_path: Path):
    async with opened(tmp_path, *full()) as place:
        await place.tab.look(width=1280)
        for path in ("", "harbour", f"e/{next(iter(place.operator.stories))}", "admin"):
            await place.tab.show(place.base + path)
            usable = "a[href], button:not([hidden]), input:not([type=hidden]), select, summary, audio[controls]"
            wanted = await place.tab.evaluate(
                f"[...document.querySelectorAll('{usable}')].filter(one => one.checkVisibility()).length"
            )
            await place.tab.evaluate("window.met = new Set(); window.unseen = []")
            for number in range(wanted + 40):
                await place.tab.press("Tab", 9)
                await place.tab.evaluate(
                    "((one) => { met.add(one); if (getComputedStyle(one).outlineStyle === 'none'"
                    " && !one.matches('audio, body')) unseen.push(one.outerHTML) })(document.activeElement)"
                )
                if number == 0:
                    assert await place.tab.evaluate("document.activeElement.className") == "skip"
            missed = await place.tab.evaluate(
                f"[...document.querySelectorAll('{usable}')].filter(one => one.checkVisibility() && !met.has(one))"
                ".map(one => one.outerHTML)"
            )
            assert (missed, await place.tab.evaluate("unseen")) == ([], []), path


async def test_everything_can_be_done_without_scripts(tmp_path: Path):
    async with opened(tmp_path, *full()) as place:
        await place.tab.call("Emulation.setScriptExecutionDisabled", value=True)
        await place.tab.show(f"{place.base}harbour")
        assert await place.tab.evaluate("document.querySelector('button[data-copy]').hidden"), "it could do nothing"
        assert "https://feeds.example.org/harbour.atom" in await place.tab.evaluate("document.body.innerText")
        await place.tab.evaluate("document.querySelector('summary').click()")
        assert await place.tab.evaluate("document.querySelector('details').open")
        await place.tab.show(f"{place.base}admin")
        await place.tab.follow("document.querySelector('form[action=\"admin/poll\"] button').click()")
        assert place.operator.told == [("poll", {"all": False, "sources": []})]
        assert "Polled." in await place.tab.evaluate("document.body.innerText")
        await place.tab.show(f"{place.base}admin/s/{next(iter(place.operator.stories))}")
        await place.tab.follow("document.querySelector('button[formaction]').click()")
        assert place.operator.told[1][1]["kind"] == "hide"


HOSTILE = tuple(
    form.format(f"window.taken={number}")
    for number, form in enumerate(
        one
        for one in (
            "<script>{}</script>",
            "<img src=x onerror={}>",
            "<svg onload={}>",
            '"><script>{}</script>',
            "'><script>{}</script>",
            "</title><script>{}</script>",
            "</textarea><script>{}</script>",
            "</style><script>{}</script>",
            "--><script>{}</script>",
            "]]><script>{}</script>",
            "javascript:{}",
            "JaVaScRiPt:{}",
            " javascript:{}",
            "java\tscript:{}",
            "java\nscript:{}",
            "java&#x09;script:{}",
            "data:text/html,<script>{}</script>",
            "vbscript:{}",
            '" onmouseover={} x="',
            "' onfocus={} autofocus x='",
            "` onload={} `",
            "<a href=javascript:{}>x</a>",
            "<iframe srcdoc='<script>{}</script>'></iframe>",
            "<iframe src=javascript:{}></iframe>",
            "<object data=javascript:{}></object>",
            "<embed src=javascript:{}>",
            "<form action=javascript:{}><button autofocus>x</button></form>",
            "<button formaction=javascript:{}>x</button>",
            "<input autofocus onfocus={}>",
            "<details open ontoggle={}>",
            "<video><source onerror={}></video>",
            "<audio src=x onerror={}>",
            "<body onload={}>",
            "<marquee onstart={}>",
            "<math><mi xlink:href=javascript:{}>x</mi></math>",
            "<svg><script>{}</script></svg>",
            "<svg><animate onbegin={} attributeName=x>",
            "<svg><a xlink:href=javascript:{}><text>x</text></a></svg>",
            "<link rel=stylesheet href=javascript:{}>",
            "<meta http-equiv=refresh content='0;url=javascript:{}'>",
            "<base href=javascript:{}//>",
            "<style>@import 'javascript:{}'</style>",
            "<p style=background:url(javascript:{})>",
            "<noscript><p title='</noscript><img src=x onerror={}>'>",
            "<template><script>{}</script></template>",
            "<xmp><p title='</xmp><img src=x onerror={}>'>",
            "<!--><img src=x onerror={}>-->",
            "<![CDATA[<script>{}</script>]]>",
            "{{{{ {} }}}}",
            "{{% set x = {} %}}",
        )
        for one in (one, one.upper().replace("{}", "{0}"), one + "\u2028", "\u202e" + one)
    )
)


async def test_two_hundred_hostile_strings_in_every_field_run_nothing(tmp_path: Path):
    assert len(HOSTILE) == 200
    shelf, operator = Shelf(), FakeOperator()
    views = []
    for number, text in enumerate(HOSTILE, 1):
        facts = make_facts(f"s{number}", title=text, url=text, profile=FeedProfile(site_url=text, title=text))
        why = Reason(text, text, text, text)
        changes = {"title": text, "url": text, "summary": text, "content_html": text, "authors": (text,)}
        past = make_revision(**changes)
        sound = Enclosure(url=text, media_type="audio/mpeg", title=text)
        views.append(
            make_view(
                number,
                source=facts,
                **changes,
                language=text,
                categories=(text,),
                enclosures=(sound,),
                image_url=text,
                comments_url=text,
                reasons=(why, Reason("story", text, text, text)),
                topics=(("harbour", why),),
                revisions=(past,),
            )
        )
    story = make_story(*views)
    operator.hold(story)
    sources = [make_failing(f"s{number}", title=text, url=text) for number, text in enumerate(HOSTILE, 1)]
    operator.answer = make_status(*sources)
    operator.journal = tuple(
        DoneAct(number=number, kind=ActKind.MERGE, at=NOON, who=text, why=text, story=text, others=(text,), entries=())
        for number, text in enumerate(HOSTILE, 1)
    )
    operator.found = Found(
        hits=tuple(
            SearchHit(stored=one.stored, source=one.source, story="", reason=Reason(text, text, text, text))
            for one, text in zip(views, HOSTILE, strict=True)
        ),
        before=HOSTILE[0],
        looked_at=9,
        waiting=0,
    )
    entries = tuple(
        make_edition_entry(
            number,
            title=text,
            url=text,
            summary=text,
            content_html=text,
            authors=(text,),
            language=text,
            source=make_facts("x", title=text, profile=FeedProfile(site_url=text)),
            also=(make_also(text, url=text, title=text),),
            reasons=(Reason(text, text, text, text),),
        )
        for number, text in enumerate(HOSTILE, 1)
    )
    fill(shelf, make_edition(title=HOSTILE[0], description=HOSTILE[1], language=HOSTILE[18], entries=entries))
    story_page, admin_page = f"s/{story.id}", f"admin/s/{story.id}"
    async with opened(tmp_path, operator, shelf) as place:
        pages = ["", "harbour", "harbour.rss", "sources", "status", story_page, "admin", admin_page]
        pages += [f"e/{one.stored.entry.key.short}?pictures" for one in views[::8]]
        pages += [f"search?q={quote(text)}" for text in HOSTILE[::20]]
        pages += [quote(text, safe="") for text in HOSTILE[:3]] + [f"admin?find={quote(text)}" for text in HOSTILE[:3]]
        for path in pages:
            await place.tab.show(place.base + path)
            shown = await place.tab.evaluate("document.body.innerText.length")
            taken = await place.tab.evaluate("[window.taken ?? null, window.TAKEN ?? null, document.location.pathname]")
            assert taken[:2] == [None, None], path
            assert shown > 100, path
            assert place.tab.complaints == [], path

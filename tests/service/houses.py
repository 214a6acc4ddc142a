"""A house in which everything is fake but what a test brings."""

from __future__ import annotations

from aggregator.pipeline.ports import Store
from aggregator.publish import Painter
from aggregator.service.house import House
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher
from tests.fakes.mailer import FakeMailer
from tests.fakes.poster import FakePoster
from tests.fakes.reader import FakeReader


def house_on(store: Store, *, fetcher: FakeFetcher | None = None, clock: FakeClock | None = None) -> House:
    """Put the parts together around a store."""
    return House(
        store=store,
        fetcher=fetcher or FakeFetcher(),
        poster=FakePoster(),
        mailer=FakeMailer(),
        reader=FakeReader(),
        clock=clock or FakeClock(),
        user_agent="aggregator/test",
        render=lambda _edition, _site: (),
        render_archive=Painter().render_archive,
        documents=lambda _plan: (),
        close=store.close,
    )

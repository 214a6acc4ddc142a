"""Requests that are no polls, within what their hosts allow."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from aggregator.errors import StoreError
from aggregator.model.fetching import Failure, FetchFailed, FetchOutcome, FetchRequest
from aggregator.model.pace import Errand, HostSeen, Pace as Known
from aggregator.pipeline.ports import Clock, Fetcher, PaceStore
from aggregator.schedule import EVIDENCE_FOR, Leave, ask_leave, weigh_errand
from aggregator.service.turns import Pace
from aggregator.text.domains import family_of

logger = logging.getLogger(__name__)


class BudgetedFetcher:
    """The port ``Fetcher`` for whoever does not poll: hosts that are held or have their pause are not asked.

    What they answer is learned from as from polls, so that a page that is refused slows down the polls of its host,
    too.
    """

    def __init__(self, fetcher: Fetcher, store: PaceStore, clock: Clock, pace: Pace) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._pace = pace

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do.

        A host that may not be asked now is a failure of the kind ``rate_limited``, with the time to wait.

        Raises:
            StoreError: What is known of the host could not be read or written; nothing was sent then.
        """
        host, spacing = self._pace(request.url)
        errand = Errand(host=host, family=family_of(request.url, host), at=self._clock.now())
        leave = await self._leave(errand, spacing)
        if leave.wait is not None:
            return FetchFailed(
                kind=Failure.RATE_LIMITED, detail=leave.why, url=request.url, retry_after=leave.wait, asked=False
            )
        outcome = await self._fetcher.fetch(request)
        await self._learn(replace(errand, at=self._clock.now()), spacing, outcome)
        return outcome

    async def _leave(self, errand: Errand, spacing: timedelta) -> Leave:
        leave = Leave()

        def decide(seen: HostSeen) -> Known | None:
            nonlocal leave
            leave = ask_leave(errand, seen, spacing)
            return leave.pace

        await self._store.run_errand(errand, decide)
        return leave

    async def _learn(self, errand: Errand, spacing: timedelta, outcome: FetchOutcome) -> None:
        since = errand.at - EVIDENCE_FOR if isinstance(outcome, FetchFailed) else None
        try:
            await self._store.run_errand(
                replace(errand, sightings_since=since), lambda seen: weigh_errand(errand, outcome, seen, spacing)
            )
        except StoreError as error:
            # The answer is here; what it teaches will be taught again.
            logger.warning("%s: what was learned of it is lost: %s", errand.host, error)

"""Who may read private feeds: whoever knows an address with a token in it, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from aggregator.pipeline.ports import AccessStore, Clock

TOKEN_BYTES = 24
_MOST_CHARS = 200


class Doors:
    """Lets in, and makes and revokes tokens.

    Args:
        store: Keeps the hashes.
        clock: Says when.
    """

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._topics: Mapping[str, str] = {}

    async def load(self) -> None:
        """Learn which tokens hold."""
        self._topics = await self._store.tokens()

    def topic_of(self, token: str) -> str | None:
        """Say which topic a token lets in to.

        It is looked up by its hash: how long that takes tells nothing of the tokens that there are.
        """
        return self._topics.get(_hash(token)) if len(token) <= _MOST_CHARS else None

    async def open(self, slug: str) -> str:
        """Make a token for a topic, beside those that there are; it is given out this once."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._store.add_token(slug, _hash(token), self._clock.now())
        await self.load()
        return token

    async def close(self, slug: str) -> int:
        """Let no token of a topic hold any longer; say how many did."""
        revoked = await self._store.revoke_tokens(slug, self._clock.now())
        await self.load()
        return revoked


def _hash(token: str) -> str:
    """Hash a token; it is random and long, so that nobody guesses it from the hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

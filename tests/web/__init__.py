"""The scripted web: one server program for tests, benchmarks and simulations."""

from tests.web.exchange import Asked, Reply, Script, document
from tests.web.feeds import FeedFactory, Recipe
from tests.web.loopback import feed_address
from tests.web.server import ScriptedWeb

__all__ = ["Asked", "FeedFactory", "Recipe", "Reply", "Script", "ScriptedWeb", "document", "feed_address"]

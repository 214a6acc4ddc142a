"""Which entries tell the same story. Pure."""

from aggregator.stories.placing import place

__all__ = ["place"]

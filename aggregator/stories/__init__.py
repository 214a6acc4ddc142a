"""Which entries are copies of others, and which tell the same story. Pure but for what is learned on the way."""

from aggregator.stories.copies import Text
from aggregator.stories.memory import StoryMemory
from aggregator.stories.placing import place, read_texts, traces

__all__ = ["StoryMemory", "Text", "place", "read_texts", "traces"]

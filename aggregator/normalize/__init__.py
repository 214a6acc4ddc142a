"""A parsed document to clean entries with their candidate keys. Pure."""

from aggregator.normalize.document import normalize

__all__ = ["normalize"]

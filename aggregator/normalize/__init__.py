"""A parsed document to clean entries with their candidate keys. Pure."""

from aggregator.normalize.document import normalize
from aggregator.normalize.markup import clean_markup

__all__ = ["clean_markup", "normalize"]

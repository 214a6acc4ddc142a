"""The one place that names concrete parts and puts them together."""

from aggregator.bootstrap.edges import build_site, make_push, make_web, search_feeds
from aggregator.bootstrap.parts import (
    can_read_articles,
    database_path,
    open_house,
    open_store,
    open_store_for_reading,
    opened,
    run,
    schooled,
)
from aggregator.bootstrap.plans import authority, listening, make_plan, read_settings, site_facts

__all__ = [
    "authority",
    "build_site",
    "can_read_articles",
    "database_path",
    "listening",
    "make_plan",
    "make_push",
    "make_web",
    "open_house",
    "open_store",
    "open_store_for_reading",
    "opened",
    "read_settings",
    "run",
    "schooled",
    "search_feeds",
    "site_facts",
]

"""Requests on the wire. I/O."""

from aggregator.fetch.files import FileFetcher
from aggregator.fetch.guard import AddressGuard, BlockedAddress, forbidden
from aggregator.fetch.http_fetcher import HttpFetcher
from aggregator.fetch.routing import RoutingFetcher
from aggregator.fetch.visits import Visits

__all__ = ["AddressGuard", "BlockedAddress", "FileFetcher", "HttpFetcher", "RoutingFetcher", "Visits", "forbidden"]

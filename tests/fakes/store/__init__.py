"""A store in memory: plain dictionaries, one module a port, and a commit that can be told to fail."""

from tests.fakes.store.store import FakeStore

__all__ = ["FakeStore"]

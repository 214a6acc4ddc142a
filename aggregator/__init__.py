"""Many feeds in, a few good ones out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("aggregator")
except PackageNotFoundError:  # run from a tree that was never installed
    __version__ = "0+unknown"

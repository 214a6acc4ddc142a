"""The command line, one file a command; each imports what it needs when it is called."""

from aggregator.cli.main import main

__all__ = ["main"]

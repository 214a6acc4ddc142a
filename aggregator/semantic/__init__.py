"""Meaning: texts as vectors, for topics that learn from examples. Optional, and the one place that loads a model."""

from aggregator.semantic.encoder import is_installed, load_meaning

__all__ = ["is_installed", "load_meaning"]

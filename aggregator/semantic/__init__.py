"""What models tell of texts: their meaning as vectors, and their language. Optional; no other room loads models."""

from aggregator.semantic.encoder import is_installed, load_meaning
from aggregator.semantic.recogniser import can_recognise, load_recogniser

__all__ = ["can_recognise", "is_installed", "load_meaning", "load_recogniser"]

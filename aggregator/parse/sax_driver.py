"""A SAX driver that hands over text in one piece.

The one of the standard library calls for every line and every reference, a dozen characters on average,
which is where feedparser spends its time. feedparser finds this module by its name.
"""

from __future__ import annotations

from xml.sax.expatreader import ExpatParser

_BUFFER_BYTES = 1 << 20


class BufferedExpatParser(ExpatParser):
    """An expat parser with a buffer for text."""

    def reset(self) -> None:
        """Start anew, with the buffer in place."""
        super().reset()
        parser = self._parser  # type: ignore[attr-defined]  # the standard library offers no door to it
        # The size can only be set while nothing is buffered.
        parser.buffer_size = _BUFFER_BYTES
        parser.buffer_text = True


def create_parser() -> BufferedExpatParser:
    """Make a parser; the name is the protocol of ``xml.sax.make_parser``."""
    return BufferedExpatParser()

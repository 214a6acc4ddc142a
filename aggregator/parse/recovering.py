"""An XML parser that makes the best of broken documents, and lets nothing in from outside of them."""

from __future__ import annotations

from lxml import etree

from aggregator.parse.halves import join_halves


def parse_xml(content: bytes, encoding: str | None = None) -> etree._Element | None:
    """Parse XML as far as it goes; None when nothing of it can be read.

    Args:
        content: May declare an encoding.
        encoding: Is believed before what is declared.
    """
    parser = etree.XMLParser(
        encoding=encoding,
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        # A reference to half a character would be taken in, and could not be got out again.
        root: etree._Element | None = etree.fromstring(join_halves(content.lstrip()), parser)
    except (etree.LxmlError, ValueError):
        return None
    return root

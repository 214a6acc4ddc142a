"""From matches to an edition to bytes."""

from aggregator.publish.compose import compose
from aggregator.publish.files import WrittenSite, write_site
from aggregator.publish.opml import OPML_MEDIA_TYPE, render_sources_opml, render_topics_opml
from aggregator.publish.renditions import Painter, render, rendition

__all__ = [
    "OPML_MEDIA_TYPE",
    "Painter",
    "WrittenSite",
    "compose",
    "render",
    "render_sources_opml",
    "render_topics_opml",
    "rendition",
    "write_site",
]

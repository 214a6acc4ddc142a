"""From matches to an edition to bytes."""

from aggregator.publish.compose import compose
from aggregator.publish.events import events_edition
from aggregator.publish.files import WrittenSite, files_of, write_site
from aggregator.publish.letters import letter
from aggregator.publish.markdown import render_markdown
from aggregator.publish.opml import OPML_MEDIA_TYPE, render_sources_opml, render_topics_opml
from aggregator.publish.outgoing import with_messages
from aggregator.publish.posts import ping, post
from aggregator.publish.renditions import Painter, render, rendition

__all__ = [
    "OPML_MEDIA_TYPE",
    "Painter",
    "WrittenSite",
    "compose",
    "events_edition",
    "files_of",
    "letter",
    "ping",
    "post",
    "render",
    "render_markdown",
    "render_sources_opml",
    "render_topics_opml",
    "rendition",
    "with_messages",
    "write_site",
]

"""The configuration that ``init`` writes."""

from __future__ import annotations

STARTER = """\
# yaml-language-server: $schema=aggregator.schema.json
#
# Sources come in, topics go out. `aggregator check` says what is wrong and where; `aggregator reload` takes a
# changed file without a restart.

site:
  title: My river
  # base-url: "https://feeds.example.org"   # the public address; set it before you tell anybody
  # contact: "mailto:you@example.org"       # sent to publishers with every request, so that they can reach you

server: {listen: "127.0.0.1:8080"}
data: ./data                                # the database, relative to this file

defaults:                                   # every source starts from these
  every: auto                               # between 1h and 1d, as often as the source really changes
  keep: 90d
  backfill: 5                               # a new source announces at most 5 of its old entries

groups:
  papers: {every: 6h..1d, weight: 0.5}      # what holds for all sources of a group

sources:                                    # group -> list of addresses
  blogs:
    - https://simonwillison.net/atom/everything/
    - https://jvns.ca/atom.xml
    - {id: lwn, url: "https://lwn.net/headlines/rss", title: LWN, tags: [linux]}
  news:
    - https://feeds.bbci.co.uk/news/world/rss.xml
    # - {url: "https://example.com/feed", auth: "basic ${NEWS_USER}:${NEWS_PASSWORD}"}   # from the environment
  papers:
    - https://export.arxiv.org/rss/cs.DC

# include: [sources/*.yaml, sources/*.opml] # more sources; an OPML file from another reader will do

topics:                                     # slug -> rule; each becomes /SLUG.atom, .rss, .json and a page
  everything: {}                            # no rule: all of it
  python:
    title: Python, without the snakes
    match: python (django OR "free threading" OR release*) -snake
  linux:
    from: [news, tag:linux]                 # groups, source ids, tags or other topics
"""


def starter_config() -> str:
    """Give a commented configuration to begin with."""
    return STARTER

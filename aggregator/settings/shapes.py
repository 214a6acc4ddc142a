"""The shape of a configuration file, for pydantic: which keys there are, and what kind of value each takes.

A key without a value counts as absent. Nothing here is required: what is missing is seen where the sources and
topics are put together, after groups and defaults had their say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue

from aggregator.model.source import ContentPolicy
from aggregator.model.story import Granularity
from aggregator.model.topic import Access, Attribution, FeedFormat, Retroactive, Shown, TopicMode
from aggregator.settings.kinds import (
    AdminToken,
    Auth,
    Backfill,
    BaseUrl,
    Connections,
    Contact,
    EveryValue,
    Flag,
    HeaderName,
    HeaderValue,
    HeadlineWindow,
    HubUrl,
    Keep,
    Language,
    Languages,
    Likeness,
    Limit,
    Line,
    Lines,
    Listen,
    Percent,
    Port,
    Proxy,
    Queries,
    Query,
    Reaches,
    Size,
    SourceId,
    Spacing,
    Tags,
    TextShare,
    Timeout,
    Weight,
    Zone,
)
from aggregator.settings.rates import DigestValue, HalfLife, Outlets, QuietValue, RateValue, Score, Settle
from aggregator.settings.reading import ReadingSection
from aggregator.settings.section import Section
from aggregator.settings.sending import MailSection, SendSection


class SiteSection(Section):
    """Who publishes."""

    title: Line | None = Field(default=None, description="Name of the whole site.")
    base_url: BaseUrl | None = Field(default=None, description="Public address, such as https://feeds.example.org.")
    contact: Contact | None = Field(default=None, description="mailto: or https: address that publishers can write to.")
    language: Language | None = Field(default=None, description="Language of the pages; default en.")
    timezone: Zone | None = Field(default=None, description="Zone of times of day, as Europe/London; default UTC.")


class ServerSection(Section):
    """Where the pages and feeds are served."""

    listen: Listen | None = Field(default=None, description="HOST:PORT; default 127.0.0.1:8080.")
    admin_token: AdminToken | None = Field(
        default=None, description="Word that opens /admin; without one only the computer itself is let in."
    )


class HostGroupSection(Section):
    """Hosts that are asked as if they were one."""

    spacing: Spacing | None = Field(default=None, description="Pause between two requests to any of them.")


class NetworkSection(Section):
    """How sources are reached."""

    allow_private: Reaches | None = Field(
        default=None, description="CIDRs and hosts that may be polled although private."
    )
    host_spacing: Spacing | None = Field(
        default=None, description="Pause between two requests to one host; default 1s."
    )
    host_groups: dict[str, HostGroupSection | None] | None = Field(
        default=None, description="Glob over host names -> spacing; hosts of one group are asked one after another."
    )
    max_connections: Connections | None = Field(default=None, description="Requests at the same time; default 64.")
    ports: list[Port | None] | None = Field(
        default=None, description="Ports that are polled; default 80, 443, 8080, 8443."
    )
    deltas: Flag | None = Field(default=None, description="Ask for new entries only (RFC 3229); default true.")
    proxy: Proxy | None = Field(default=None, description="http proxy that all requests go through; default none.")
    websub: Flag | None = Field(
        default=None, description="Let hubs push what is new, where there is a public https base-url; default true."
    )
    websub_sha1: Flag | None = Field(
        default=None,
        description="Take what hubs sign with sha1 for content, too; default false: it only causes a poll.",
    )


class DefaultsSection(ReadingSection):
    """What every source starts from."""

    every: EveryValue | None = Field(
        default=None, description="auto (between 1h and 1d), a duration, or a range such as 6h..1d."
    )
    timeout: Timeout | None = Field(default=None, description="Deadline of a whole request; default 20s.")
    max_size: Size | None = Field(default=None, description="Cap on the size of a document; default 5MB.")
    keep: Keep | None = Field(default=None, description="How long entries are kept; default 90d.")
    backfill: Backfill | None = Field(
        default=None, description="How many old entries a new source announces; default 5."
    )
    content: ContentPolicy | None = Field(
        default=None, description="How much of an entry's text is kept; default feed."
    )
    weight: Weight | None = Field(default=None, description="The heavier source leads a story; default 1.")
    language: Language | None = Field(
        default=None, description="Language of the entries, where the feed does not say it."
    )
    tags: Tags | None = Field(default=None, description="Names that topics select by, as tag:NAME.")


class GroupSection(DefaultsSection):
    """What the sources of a group start from; stronger than the defaults."""

    owner: Line | None = Field(default=None, description="Sources of one owner count as one outlet.")
    auth: Auth | None = Field(default=None, description='"basic USER:PASSWORD" or "bearer TOKEN".')
    headers: dict[HeaderName, HeaderValue] | None = Field(default=None, description="Further request headers.")
    proxy: Proxy | None = Field(
        default=None, description="http proxy of these sources, or none; default network.proxy."
    )
    public: Flag | None = Field(
        default=None, description="Entries may reach public topics although credentials are sent."
    )


class SourceSection(GroupSection):
    """One feed. An address alone is enough."""

    id: SourceId | None = Field(default=None, description="Short name; made from the address when it is left out.")
    url: Line | None = Field(default=None, description="Address of the feed.")
    page: Line | None = Field(default=None, description="Address of a web page, on which the feed is found.")
    path: Line | None = Field(default=None, description="A local file instead of an address, relative to this file.")
    title: Line | None = Field(default=None, description="Name; default is what the feed says.")

    @model_validator(mode="before")
    @classmethod
    def from_address(cls, value: Any) -> Any:
        """Take a bare address for a source that says nothing else."""
        return {"url": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the bare address, too."""
        return {"anyOf": [{"type": "string"}, handler(core)]}


class DuplicatesSection(Section):
    """What counts as a copy of an entry of another source."""

    url: Flag | None = Field(default=None, description="Entries with one link are copies; default true.")
    headline: HeadlineWindow | None = Field(
        default=None, description="So far apart an equal headline still makes a copy; 0s: never; default 48h."
    )
    text: TextShare | None = Field(
        default=None, description="Share of the shorter text that makes a copy; default 0.5."
    )
    keep: Literal["weight"] | None = Field(
        default=None, description="Who leads a group: the heaviest source, then the earliest, then the most complete."
    )


class StoriesSection(Section):
    """What counts as one story."""

    granularity: Granularity | None = Field(
        default=None, description="How much is one story: fine, normal (default), broad; off: copies only."
    )
    aliases: dict[str, Line | None] | None = Field(
        default=None, description="Word in headlines -> what it stands for, beside the built-in ones."
    )


class PoliciesSection(Section):
    """How entries of all sources are brought together."""

    reload_bound: Percent | None = Field(
        default=None, description="A reload that changes a topic by a larger share is refused; default 50%."
    )
    duplicates: DuplicatesSection | None = None
    stories: StoriesSection | None = None
    mute: Queries | None = Field(default=None, description="Queries; entries that one holds for enter no topic.")
    semantic: Flag | None = Field(
        default=None, description="Topics learn by meaning, too, where the extra is installed; default true."
    )
    languages: Flag | None = Field(
        default=None, description="Recognise languages that nobody declares, with the extra for it; default true."
    )


class OutputSection(Section):
    """How a topic is rendered."""

    content: Shown | None = Field(default=None, description="How much text an item carries; default full.")
    attribution: Attribution | None = Field(default=None, description="How an item names its source; default footer.")
    formats: list[FeedFormat | None] | None = Field(default=None, description="Default atom, rss and json.")
    hub: HubUrl | None = Field(default=None, description="Address of a WebSub hub that the feeds name.")
    why: Flag | None = Field(default=None, description="Say under each item why it is here; default false.")


class LikeSection(Section):
    """Examples that the entries of a topic have to be like."""

    entries: Lines | None = Field(
        default=None, description="Addresses or ids of entries, or headlines in your own words; five or more."
    )
    at_least: Likeness | None = Field(
        default=None, description="From 0 to 1; at 0.5 (default) is the line that the examples draw."
    )


class ExamplesSection(Section):
    """What a topic has to let in and keep out; `check` tries it."""

    in_: Lines | None = Field(default=None, description="Headlines, or addresses or ids of entries, that are let in.")
    out: Lines | None = Field(default=None, description="The same of what is kept out.")


class TopicSection(Section):
    """A curated feed. An empty one takes everything."""

    title: Line | None = Field(default=None, description="Name of the feed; made from the slug when it is left out.")
    description: Line | None = Field(default=None, description="A sentence under the title.")
    from_: Lines | None = Field(default=None, description="Groups, source ids, tag:NAME and topics; all when left out.")
    match: Query | None = Field(default=None, description="Query; everything when left out.")
    examples: ExamplesSection | None = None
    like: LikeSection | None = None
    mode: TopicMode | None = Field(default=None, description="stories: one item a story (default); entries: each one.")
    limit: Limit | None = Field(default=None, description="Items in the feed; default 60.")
    aliases: Lines | None = Field(default=None, description="Old slugs, answered with a redirect.")
    lang: Languages | None = Field(default=None, description="Languages that it takes; all when left out.")
    budget: RateValue | None = Field(default=None, description="At most so many stories, evenly: 20/day.")
    per_source: RateValue | None = Field(default=None, description="At most so many stories that one source tells.")
    min_outlets: Outlets | None = Field(default=None, description="So many outlets have to tell a story; default 1.")
    settle: Settle | None = Field(default=None, description="A story waits so long for other outlets; default 0s.")
    quiet: QuietValue | None = Field(default=None, description="Hours in which nothing is announced: 22:00-07:00.")
    digest: DigestValue | None = Field(
        default=None, description="All that waits becomes one item: daily at 07:00 Europe/London."
    )
    unless_in: Lines | None = Field(default=None, description="Topics whose stories are not announced here.")
    weights: dict[str, Weight | None] | None = Field(
        default=None, description="Source, tag:NAME or group -> its weight in this topic."
    )
    half_life: HalfLife | None = Field(default=None, description="After so long a story is worth half; default 1d.")
    least_score: Score | None = Field(default=None, description="What is worth less waits; default 0.")
    access: Access | None = Field(default=None, description="public (default), or token: only who has its address.")
    retroactive: Retroactive | None = Field(
        default=None,
        description="What becomes of older entries that a changed rule lets in: silent (default: kept, not announced) "
        "or none (not taken).",
    )
    output: OutputSection | None = None
    send: list[SendSection | None] | None = Field(default=None, description="Hooks and mailboxes that are told.")


def _grouped(value: object) -> object:
    """Turn a plain list of sources into one group without a name."""
    return {"": value} if isinstance(value, list) else value


SourceList = list[SourceSection | None]


class IncludedFile(Section):
    """What a file that is included may say."""

    include: Lines | None = Field(default=None, description="Globs of .yaml and .opml files, relative to this file.")
    groups: dict[str, GroupSection | None] | None = None
    sources: Annotated[dict[str, SourceList | None], BeforeValidator(_grouped)] | None = Field(
        default=None, description="A list of feeds, or group -> list."
    )
    owners: dict[str, Lines | None] | None = Field(
        default=None, description="Owner -> ids of the sources that it owns."
    )
    topics: dict[str, TopicSection | None] | None = Field(default=None, description="Slug -> topic.")


class MainFile(IncludedFile):
    """What the main file may say."""

    title: Line | None = Field(default=None, description="Short for site.title.")
    site: SiteSection | None = None
    server: ServerSection | None = None
    data: Line | None = Field(
        default=None, description="Folder of the database, relative to this file; default ./data."
    )
    network: NetworkSection | None = None
    defaults: DefaultsSection | None = None
    mail: MailSection | None = None
    policies: PoliciesSection | None = Field(default=None, description="What counts as a copy, and as one story.")

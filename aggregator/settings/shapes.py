"""The shape of a configuration file, for pydantic: which keys there are, and what kind of value each takes.

A key without a value counts as absent. Nothing here is required: what is missing is seen where the sources and
topics are put together, after groups and defaults had their say.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue

from aggregator.model.source import ContentPolicy
from aggregator.model.topic import Attribution, FeedFormat, Shown, TopicMode
from aggregator.settings.kinds import (
    Auth,
    Backfill,
    BaseUrl,
    Connections,
    Contact,
    EveryValue,
    Flag,
    HeaderName,
    HeaderValue,
    Keep,
    Language,
    Limit,
    Line,
    Lines,
    Listen,
    Port,
    Query,
    Reaches,
    Size,
    SourceId,
    Spacing,
    Tags,
    Timeout,
    Weight,
)


def kebab(name: str) -> str:
    """Write the name of a field as the key in the file."""
    return name.rstrip("_").replace("_", "-")


class Section(BaseModel):
    """A mapping of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=kebab, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def without_empty_keys(cls, value: Any) -> Any:
        """Let a key without a value count as absent."""
        if isinstance(value, dict):
            known = {field.alias for field in cls.model_fields.values()}
            return {key: inner for key, inner in value.items() if inner is not None or key not in known}
        return {} if value is None else value


class SiteSection(Section):
    """Who publishes."""

    title: Line | None = Field(default=None, description="Name of the whole site.")
    base_url: BaseUrl | None = Field(default=None, description="Public address, such as https://feeds.example.org.")
    contact: Contact | None = Field(default=None, description="mailto: or https: address that publishers can write to.")
    language: Language | None = Field(default=None, description="Language of the pages; default en.")


class ServerSection(Section):
    """Where the pages and feeds are served."""

    listen: Listen | None = Field(default=None, description="HOST:PORT; default 127.0.0.1:8080.")


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


class DefaultsSection(Section):
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


class OutputSection(Section):
    """How a topic is rendered."""

    content: Shown | None = Field(default=None, description="How much text an item carries; default full.")
    attribution: Attribution | None = Field(default=None, description="How an item names its source; default footer.")
    formats: list[FeedFormat | None] | None = Field(default=None, description="Default atom, rss and json.")


class TopicSection(Section):
    """A curated feed. An empty one takes everything."""

    title: Line | None = Field(default=None, description="Name of the feed; made from the slug when it is left out.")
    description: Line | None = Field(default=None, description="A sentence under the title.")
    from_: Lines | None = Field(default=None, description="Groups, source ids, tag:NAME and topics; all when left out.")
    match: Query | None = Field(default=None, description="Query; everything when left out.")
    mode: TopicMode | None = Field(default=None, description="stories: one item a story (default); entries: each one.")
    limit: Limit | None = Field(default=None, description="Items in the feed; default 60.")
    aliases: Lines | None = Field(default=None, description="Old slugs, answered with a redirect.")
    output: OutputSection | None = None


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

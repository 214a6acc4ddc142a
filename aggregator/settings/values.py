"""The settings, read and found good."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.errors import Problem
from aggregator.model.language import Recogniser
from aggregator.model.sending import MailServer
from aggregator.model.source import Source
from aggregator.model.story import StoryPolicy
from aggregator.model.topic import Topic

RELOAD_BOUND = 0.5
"""A reload that changes a topic by a larger share of what it has is refused, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who publishes.

    Attributes:
        base_url: Public address without a trailing slash; None when it was not said.
        contact: ``mailto:…`` or ``https://…``.
        timezone: Name of the zone that times of day are in.
    """

    title: str = "Aggregator"
    base_url: str | None = None
    contact: str | None = None
    language: str = "en"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where we listen; ``host`` is written without brackets, port 0 is any that is free.

    Attributes:
        admin_token: What opens the operator's pages, a secret; empty lets in the computer itself and nobody else.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    admin_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostGroup:
    """Hosts that are asked as if they were one: ``pattern`` is a glob over host names."""

    pattern: str
    spacing: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How we go out.

    Attributes:
        allow_private: CIDRs, addresses, host names and ``*.suffix`` that may be polled although they are not public.
        ports: Those that may be dialled elsewhere.
        host_spacing: From the end of one request to the start of the next, for each host.
        host_groups: In the order in which they are asked; the first that matches a host holds.
        deltas: Whether servers may answer with no more than what is new (RFC 3229).
        proxy: Address of the http proxy, a secret where it holds credentials; empty for none.
        websub: Whether hubs are asked to push.
        websub_sha1: Whether what is signed with sha1 counts as signed.
    """

    allow_private: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    max_connections: int = 64
    host_spacing: timedelta = timedelta(seconds=1)
    host_groups: tuple[HostGroup, ...] = ()
    deltas: bool = True
    proxy: str = ""
    websub: bool = True
    websub_sha1: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One of the places that a source takes its settings from.

    Attributes:
        name: ``the source``, ``groups.NAME`` or ``defaults``.
        places: Key and ``file:line``, for each key that is said there.
    """

    name: str
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the settings of a source come from.

    Attributes:
        place: ``file:line`` of the source.
        layers: The strongest first; what none of them says is built in.
        url: The address as it may be shown: variables by their names, no credentials.
    """

    source_id: str
    place: str
    layers: tuple[Layer, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that the configuration says, merged.

    Attributes:
        file: Path of the main file as the user would write it.
        data: Absolute path of the data folder.
        stories: What counts as a copy and as one story; the ``policies``.
        reload_bound: A reload that changes a topic by a larger share of what it has is refused.
        semantic: Whether topics learn from examples by meaning, too, where the extra for it is installed.
        languages: Whether languages are recognised that nobody declares, where the extra for it is installed.
        recogniser: Does it; None where it is not to be, or cannot be.
        mail: The server that takes our mail; None sends none.
        warnings: By file and line.
        origins: One for each source, in the same order.
    """

    file: str
    site: Site
    server: Server
    data: str
    network: Network
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    warnings: tuple[Problem, ...] = ()
    origins: tuple[Origin, ...] = ()
    stories: StoryPolicy = StoryPolicy()
    reload_bound: float = RELOAD_BOUND
    semantic: bool = True
    mail: MailServer | None = None
    languages: bool = True
    recogniser: Recogniser | None = None

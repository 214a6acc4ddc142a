"""From a file to a configuration in force."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator import __version__
from aggregator.model.edition import SiteFacts
from aggregator.parse import read_opml
from aggregator.semantic import load_recogniser
from aggregator.settings import Settings, load_settings
from aggregator.topics import languages_of, parse_query

if TYPE_CHECKING:  # only the daemon pays for importing these
    from aggregator.service.house import Plan

GENERATOR = f"aggregator {__version__}"


def read_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Load the configuration with everything that checking it takes.

    Raises:
        SettingsError: With every problem.
    """
    settings = load_settings(
        path,
        environment=os.environ if environment is None else environment,
        read_opml=read_opml,
        check_query=parse_query,
    )
    return listening(settings)


def listening(settings: Settings) -> Settings:
    """Let languages be recognised among those that topics and the site name, where the extra for it is installed."""
    expected = {settings.site.language, *languages_of(settings.topics)}
    recogniser = load_recogniser(expected) if settings.languages else None
    if recogniser is None:
        return settings
    topics = tuple(replace(topic, recogniser=recogniser) for topic in settings.topics)
    return replace(settings, topics=topics, recogniser=recogniser)


def make_plan(settings: Settings) -> Plan:
    """Put a configuration into the form that the service works with."""
    from aggregator.service.house import Plan

    return Plan(settings=settings, site=site_facts(settings), sources=settings.sources, topics=settings.topics)


def site_facts(settings: Settings) -> SiteFacts:
    """Say as what and where we publish; without a ``base-url`` it is the address that we listen on."""
    server = settings.server
    host = f"[{server.host}]" if ":" in server.host else server.host
    local = "127.0.0.1" if server.host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    base_url = settings.site.base_url or f"http://{local}:{server.port}"
    return SiteFacts(
        title=settings.site.title,
        base_url=base_url,
        language=settings.site.language,
        contact=settings.site.contact,
        generator=GENERATOR,
        icon_url=f"{base_url}/-/icon.svg",
    )


def authority(settings: Settings) -> str:
    """Name who mints our ids (RFC 4151): the host of the ``base-url``, a domain name and no address."""
    host = urlsplit(settings.site.base_url or "").hostname or ""
    return host if any(letter.isalpha() for letter in host) and ":" not in host else "localhost"

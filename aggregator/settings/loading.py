"""Load the configuration: read, check, merge; every problem is told in one go."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from aggregator.errors import SettingsError
from aggregator.model.outline import Outline
from aggregator.model.story import StoryPolicy
from aggregator.model.topic import Topic
from aggregator.settings.addresses import is_public_base
from aggregator.settings.files import Library
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.known import near
from aggregator.settings.layers import Groups
from aggregator.settings.queries import QueryCheck, check_drops, check_mutes
from aggregator.settings.sending import read_mail_server
from aggregator.settings.shapes import (
    DefaultsSection,
    DuplicatesSection,
    HostGroupSection,
    MainFile,
    NetworkSection,
    PoliciesSection,
    ServerSection,
    SiteSection,
    StoriesSection,
)
from aggregator.settings.sources import Names, SourceList
from aggregator.settings.topics import TopicList
from aggregator.settings.tree import Tree
from aggregator.settings.values import RELOAD_BOUND, HostGroup, Network, Server, Settings, Site

# Keys whose value may be left empty: nothing is in them yet.
_CONTAINERS = frozenset(
    (
        *("sources", "topics", "groups", "owners", "include", "tags", "headers", "aliases", "output", "weights"),
        *("site", "server", "network", "defaults", "host-groups", "allow-private"),
        *("policies", "duplicates", "stories", "like", "send", "mail"),
    )
)
# Below these stand names that users choose; a name alone says enough.
_NAMED = frozenset(("topics", "groups", "owners", "sources"))
_NAME_DEPTH = 2


def load_settings(
    path: Path,
    *,
    environment: Mapping[str, str],
    read_opml: Callable[[bytes], tuple[Outline, ...]],
    check_query: QueryCheck,
) -> Settings:
    """Load the main file and all that it includes.

    Args:
        path: The main file; paths within it are relative to its folder.
        environment: Values of variables, ``STATE_DIRECTORY`` and ``HOME``.
        read_opml: Reads an OPML document; raises ``FormatError``.
        check_query: Reads a query; raises ``QueryError``.

    Raises:
        SettingsError: With every error, by file and line.
    """
    findings = Findings()
    library = Library(environment=environment, read_opml=read_opml, findings=findings, cwd=Path.cwd())
    path = path.absolute()
    main = library.read_main(path)
    if main is None:
        raise SettingsError(findings.of("error"))
    settings = _merged(main, library, check_query)
    if errors := findings.of("error"):
        raise SettingsError(errors)
    return replace(settings, warnings=findings.of("warning"))


def _merged(main: MainFile, library: Library, check_query: QueryCheck) -> Settings:
    """Put together all that was read; what does not fit together is noted."""
    findings, file = library.findings, library.parts[0].tree.file
    network = _network(main.network or NetworkSection())
    groups = Groups(library.parts, main.defaults or DefaultsSection(), findings)
    listed = SourceList(groups, network, findings)
    for part in library.parts:
        listed.add_part(part)
    for subscriptions in library.lists:
        listed.add_list(subscriptions)
    sources, origins = listed.finish(library.parts)
    names = listed.names
    names.lost |= library.incomplete or any(_loses_a_name(loc) for part in library.parts for loc in part.tree.damaged)
    check_drops(check_query, library.parts, findings)
    site = _site(main, library.parts[0].tree, findings)
    mail = read_mail_server(main.mail, library.parts[0].tree, findings)
    zone, mails = site.timezone, main.mail is not None
    topics = TopicList(names, check_query, findings, mail_server=mails, zone=zone).read(library.parts)
    policies = main.policies or PoliciesSection()
    mutes = check_mutes(check_query, policies.mute, topics, library.parts[0].tree, findings)
    _remark(library, groups, names, {source.group for source in sources})
    site = _site(main, library.parts[0].tree, findings)
    _remark_hubs(topics, site, Spot(library.parts[0].tree.file), findings)
    return Settings(
        file=file.shown,
        site=site,
        server=_server(main.server or ServerSection()),
        data=_data(main, file.path.parent, library.environment),
        network=network,
        sources=sources,
        topics=tuple(replace(topic, mutes=mutes) for topic in topics),
        origins=origins,
        stories=_stories(policies),
        reload_bound=_bound(policies),
        semantic=policies.semantic is not False,
        languages=policies.languages is not False,
        mail=mail,
    )


def _site(main: MainFile, tree: Tree, findings: Findings) -> Site:
    site = main.site or SiteSection()
    if main.title and site.title:
        spot = tree.key_spot(("title",))
        findings.error(spot, ("title",), "the title is said twice", f"site.title is at {tree.spot(('site', 'title'))}")
    built_in = Site()
    return Site(
        title=site.title or main.title or built_in.title,
        base_url=site.base_url,
        contact=site.contact,
        language=site.language or built_in.language,
        timezone=site.timezone or built_in.timezone,
    )


def _server(section: ServerSection) -> Server:
    host, port = section.listen or (Server().host, Server().port)
    return Server(host=host, port=port, admin_token=section.admin_token or "")


def _network(section: NetworkSection) -> Network:
    built_in = Network()
    spacing = built_in.host_spacing if section.host_spacing is None else section.host_spacing
    host_groups = (
        (pattern, (inner or HostGroupSection()).spacing) for pattern, inner in (section.host_groups or {}).items()
    )
    return Network(
        allow_private=tuple(text for text in section.allow_private or () if text),
        ports=tuple(port for port in section.ports if port) if section.ports is not None else built_in.ports,
        max_connections=section.max_connections or built_in.max_connections,
        host_spacing=spacing,
        proxy=section.proxy or built_in.proxy,
        websub=built_in.websub if section.websub is None else section.websub,
        websub_sha1=built_in.websub_sha1 if section.websub_sha1 is None else section.websub_sha1,
        host_groups=tuple(
            HostGroup(pattern=pattern, spacing=spacing if own is None else own) for pattern, own in host_groups
        ),
        deltas=built_in.deltas if section.deltas is None else section.deltas,
    )


def _stories(section: PoliciesSection) -> StoryPolicy:
    copies, stories = section.duplicates or DuplicatesSection(), section.stories or StoriesSection()
    built_in = StoryPolicy()
    return StoryPolicy(
        granularity=stories.granularity or built_in.granularity,
        same_link=built_in.same_link if copies.url is None else copies.url,
        headline_window=built_in.headline_window if copies.headline is None else copies.headline,
        text_share=built_in.text_share if copies.text is None else copies.text,
        equivalents=tuple((word, meant) for word, meant in (stories.aliases or {}).items() if meant),
    )


def _bound(section: PoliciesSection) -> float:
    return RELOAD_BOUND if section.reload_bound is None else section.reload_bound


def _data(main: MainFile, base: Path, environment: Mapping[str, str]) -> str:
    """Find the data folder; systemd may name several state directories, the first is ours."""
    state = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    said = main.data or state or "data"
    home = environment.get("HOME", "")
    if home and (said == "~" or said.startswith("~/")):
        said = home + said[1:]
    return os.path.normpath(base / said)


def _loses_a_name(loc: Loc) -> bool:
    """Say whether something that was taken out may have been what a topic's ``from`` names."""
    if loc[0] == "sources":
        return isinstance(loc[-1], int) or len(loc) <= _NAME_DEPTH or loc[-1] in {"id", "url", "path", "tags"}
    if loc[0] in {"groups", "defaults"}:
        return len(loc) <= _NAME_DEPTH or "tags" in loc
    return loc[0] in {"topics", "include"} and len(loc) <= _NAME_DEPTH


def _remark(library: Library, groups: Groups, names: Names, used: set[str]) -> None:
    """Note what is no error and yet probably not meant."""
    findings = library.findings
    for part in library.parts:
        for loc in part.tree.empty:
            if loc[-1] not in _CONTAINERS and not (len(loc) == _NAME_DEPTH and loc[0] in _NAMED):
                findings.warning(part.tree.key_spot(loc), loc, "no value, so it counts as absent", "take it out")
    for name, (spot, loc) in groups.spots.items():
        if name not in used and not names.lost:
            findings.warning(spot, loc, "no source is in this group", near(name, used - {""} - set(groups.spots)))
    whole = Spot(library.parts[0].tree.file)
    if not used and not names.lost:
        findings.warning(whole, "", "there are no sources", "list addresses of feeds below `sources:`")
    if not any(part.shape.topics for part in library.parts):
        findings.warning(whole, "", "there are no topics: nothing is published", "`topics: {everything: {}}`")


def _remark_hubs(topics: tuple[Topic, ...], site: Site, whole: Spot, findings: Findings) -> None:
    """Note that no hub can fetch what is not public."""
    first = next((topic for topic in topics if topic.output.hub is not None), None)
    if first is not None and not (site.base_url and is_public_base(site.base_url)):
        what = "a hub fetches the feeds where the public can, and there is no public site.base-url"
        findings.warning(whole, f"topics.{first.slug}.output.hub", what, "say site.base-url, https and a public name")

"""Sources: the sections of all files, merged with their groups and the defaults, and checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aggregator.model.source import HOUR, Source
from aggregator.settings.addresses import is_allowed
from aggregator.settings.credentials import is_secret
from aggregator.settings.files import Part, Subscriptions
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.ids import Naming, source_ids
from aggregator.settings.layers import Groups, Layers, settle
from aggregator.settings.pacing import pace_of
from aggregator.settings.places import SourcePlace, find_place
from aggregator.settings.reading import overrides_of
from aggregator.settings.shapes import SourceSection
from aggregator.settings.tree import Tree
from aggregator.settings.values import Layer, Network, Origin
from aggregator.text.link_keys import canonical_link

_DAY_SECONDS = 86_400
# Values that a source takes over as they are, by the names of the fields; without one the model's own default holds.
_PLAIN = (
    *("every", "timeout", "keep", "backfill", "content", "weight", "language", "title", "owner", "proxy"),
    *("drop", "updates"),
)


@dataclass(slots=True)
class Draft:
    """A source that has no id yet."""

    place: SourcePlace
    tree: Tree
    loc: Loc
    given: str | None
    values: dict[str, Any]
    layers: tuple[Layer, ...]

    @property
    def naming(self) -> Naming:
        """Say what an id can be made of."""
        return Naming(self.given, self.place.host, self.place.named_path, self.place.identity)


@dataclass(slots=True)
class Names:
    """What a topic's ``from`` can name.

    Attributes:
        lost: Something was wrong with a source, so that a name that is missing may be its.
    """

    ids: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    lost: bool = False


class SourceList:
    """Gathers the sources of all files."""

    def __init__(self, groups: Groups, network: Network, findings: Findings) -> None:
        self.drafts: list[Draft] = []
        self.names = Names(groups=set(groups.spots))
        self._groups = groups
        self._network = network
        self._findings = findings
        self._by_identity: dict[str, Draft] = {}
        self._by_link: dict[str, Draft] = {}
        self._given: dict[str, Spot] = {}
        self._paces: dict[str, tuple[str, timedelta]] = {}

    def add_part(self, part: Part) -> None:
        """Add the sources of a YAML file."""
        plain = isinstance(part.tree.root.get("sources"), list)
        for group, sections in (part.shape.sources or {}).items():
            at: Loc = ("sources",) if plain else ("sources", group)
            if not plain:
                self._check_group(group, part.tree, at)
            for number, section in enumerate(sections or ()):
                if section is not None:
                    self._add(section, part.tree, (*at, number), group)

    def add_list(self, listed: Subscriptions) -> None:
        """Add the feeds of an OPML file; what is wrong there is a warning, for other programs write these."""
        tree, lenient = Tree(listed.file), Findings()
        for number, outline in enumerate(listed.outlines):
            loc: Loc = ("outline", number)
            title = " ".join((outline.title or "").split()) or None
            group = " ".join(outline.groups[0].split()) if outline.groups else ""
            tags = [tag.replace(",", " ") for tag in (*outline.groups[1:], *outline.tags)]
            section = SourceSection.model_construct(
                {"url", "title", *(("tags",) if tags else ())}, url=outline.url, title=title, tags=tags or None
            )
            tree.places[*loc, "url"] = Spot(listed.file)
            place = find_place(section, tree, loc, lenient)
            if place is None:
                continue
            first = self._by_identity.get(place.identity)
            if first:
                what = f"{place.shown} is listed already"
                self._findings.warning(Spot(listed.file), loc, what, f"the one at {first.place.spot} is kept")
                continue
            self._keep(section, Draft(place, tree, loc, None, {}, ()), group)
        for problem in lenient.of("error"):
            self._findings.warning(Spot(listed.file), problem.path, f"left out: {problem.what}", problem.hint)

    def _check_group(self, group: str, tree: Tree, loc: Loc) -> None:
        if not group.strip() or group.startswith(("tag:", "${")):
            what, hint = "this is no name for a group", "choose a word, such as news"
            self._findings.error(tree.key_spot(loc), loc, what, hint)

    def _add(self, section: SourceSection, tree: Tree, loc: Loc, group: str) -> None:
        place = find_place(section, tree, loc, self._findings)
        self._note_id(section, tree, loc)
        if place is None:
            own = settle("the source", section, tree, loc)
            self.names.tags.update(filter(None, self._groups.layers(own, group).get("tags", ())))
            self.names.groups.add(group)
            self.names.lost |= section.id is None
            return
        first = self._by_identity.get(place.identity)
        if first:
            what, hint = (
                "this source is listed already",
                f"the first is at {first.place.spot}:{first.place.spot.column}",
            )
            self._findings.error(place.spot, loc, what, hint)
        self._keep(section, Draft(place, tree, loc, section.id, {}, ()), group)

    def _note_id(self, section: SourceSection, tree: Tree, loc: Loc) -> None:
        if section.id is None:
            return
        spot = tree.spot((*loc, "id"))
        if section.id in self._given:
            hint = f"the first is at {self._given[section.id]}"
            self._findings.error(spot, (*loc, "id"), f"the id '{section.id}' is taken", hint)
        self._given.setdefault(section.id, spot)
        self.names.ids.add(section.id)

    def _keep(self, section: SourceSection, draft: Draft, group: str) -> None:
        own = settle("the source", section, draft.tree, draft.loc)
        layers = self._groups.layers(own, group)
        place = draft.place
        draft.layers = tuple(settled.layer for settled in layers.chain if settled.layer.places)
        draft.values = {name: layers.get(name) for name in _PLAIN if layers.get(name) is not None}
        draft.values["group"] = group
        draft.values["page"] = place.page
        draft.values["tags"] = tuple(dict.fromkeys(filter(None, layers.get("tags", ()))))
        if layers.get("max_size") is not None:
            draft.values["max_bytes"] = layers.get("max_size")
        draft.values["overrides"] = overrides_of(layers.get)
        draft.values |= self._credentials(layers, draft)
        draft.values["pace_key"], draft.values["spacing"] = self._pace(place.host)
        draft.values["deltas"] = self._network.deltas
        self.names.groups.add(group)
        self.names.tags.update(draft.values["tags"])
        self._warn(draft, layers)
        self._by_identity.setdefault(place.identity, draft)
        self.drafts.append(draft)

    def _credentials(self, layers: Layers, draft: Draft) -> dict[str, Any]:
        headers = tuple(layers.get("headers", {}).items())
        said = layers.saying("auth")
        own = said is not None and said.loc == draft.loc and said.tree is draft.tree
        authorization = draft.place.authorization
        if authorization and own:
            what, hint = "credentials stand in the address, too", "keep one of them"
            self._findings.error(draft.tree.key_spot((*draft.loc, "auth")), (*draft.loc, "auth"), what, hint)
        if draft.place.host:
            authorization = authorization or layers.get("auth")
        if authorization and any(name.lower() == "authorization" for name, _ in headers):
            what, hint = "an Authorization header is set beside other credentials", "keep one of them"
            self._findings.error(draft.place.spot, draft.loc, what, hint)
        secret = authorization is not None or any(is_secret(name) for name, _ in headers)
        private = bool(draft.place.host) and secret and not layers.get("public", built_in=False)
        return {"authorization": authorization, "headers": headers, "private": private}

    def _pace(self, host: str) -> tuple[str, timedelta]:
        if host not in self._paces:
            self._paces[host] = pace_of(host, self._network)
        return self._paces[host]

    def _warn(self, draft: Draft, layers: Layers) -> None:
        place, findings = draft.place, self._findings
        if not place.host:
            return
        network = self._network
        why = is_allowed(place.host, place.port, allow_private=network.allow_private, ports=network.ports)
        if why:
            remedy = "network.ports" if why.startswith("port") else "network.allow-private"
            findings.warning(place.spot, draft.loc, f"this will not be polled: {why}", f"list it in {remedy}")
        said, every = layers.saying("every"), draft.values.get("every")
        if said and every and every.shortest < HOUR:
            times = int(_DAY_SECONDS / every.shortest.total_seconds())
            spot = said.spot("every") or place.spot
            what = f"asks a server up to {times} times a day for each source"
            findings.warning(spot, (*said.loc, "every"), what, "many block readers that ask more than hourly; try auto")
        if draft.values["private"]:
            what = "this source has credentials: its entries reach no public topic"
            findings.warning(place.spot, draft.loc, what, "`public: true` lets them out")
        alike = self._by_link.setdefault(canonical_link(place.url), draft)
        if alike is not draft and alike.place.identity != place.identity:
            what = "this looks like a source that is listed already"
            findings.warning(place.spot, draft.loc, what, f"compare {alike.place.spot}")

    def finish(self, parts: Sequence[Part]) -> tuple[tuple[Source, ...], tuple[Origin, ...]]:
        """Name the sources, and give each its owner."""
        ids = source_ids([draft.naming for draft in self.drafts])
        self.names.ids |= set(ids)
        owners = self._owners(parts)
        sources, origins = [], []
        for source_id, draft in zip(ids, self.drafts, strict=True):
            if source_id in owners:
                self._check_owner(draft, owners[source_id])
                draft.values["owner"] = owners[source_id]
            sources.append(Source(id=source_id, id_given=draft.given is not None, url=draft.place.url, **draft.values))
            place = draft.place
            origins.append(Origin(source_id=source_id, place=str(place.spot), layers=draft.layers, url=place.shown))
        return tuple(sources), tuple(origins)

    def _check_owner(self, draft: Draft, owner: str) -> None:
        if draft.values.get("owner", owner) != owner:
            what, hint = f"owned by '{owner}', too", "say it in one place"
            self._findings.error(draft.tree.spot((*draft.loc, "owner")), (*draft.loc, "owner"), what, hint)

    def _owners(self, parts: Sequence[Part]) -> dict[str, str]:
        found: dict[str, str] = {}
        for tree, loc, owner, name in _owned(parts):
            if name not in self.names.ids:
                self._findings.warning(tree.spot(loc), loc, f"no source has the id '{name}'", "is it spelled right?")
            elif found.setdefault(name, owner) != owner:
                self._findings.error(tree.spot(loc), loc, f"'{name}' is owned twice", f"also by '{found[name]}'")
        return found


def _owned(parts: Sequence[Part]) -> Iterator[tuple[Tree, Loc, str, str]]:
    for part in parts:
        for owner, names in (part.shape.owners or {}).items():
            for number, name in enumerate(names or ()):
                if name:
                    yield part.tree, ("owners", owner, number), owner, name

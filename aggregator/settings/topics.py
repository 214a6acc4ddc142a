"""Topics: their slugs, queries and what they draw from, checked against each other and against the sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aggregator.model.topic import Access, Output, Topic
from aggregator.settings.files import Part
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.known import RESERVED, near
from aggregator.settings.likes import read_like
from aggregator.settings.queries import Checked, QueryCheck, check_names, check_text, note_wrong, wrong_likes
from aggregator.settings.sending import Targets
from aggregator.settings.shapes import OutputSection, TopicSection
from aggregator.settings.shaping import ShapeCheck, circles, shape_of
from aggregator.settings.sources import Names
from aggregator.settings.tree import Tree
from aggregator.settings.trials import read_trials

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_QUALIFIERS = ("group:", "source:", "topic:", "id:")
_SLUG_RULE = "a slug is made of a-z, 0-9 and '-'"


class TopicList:
    """Gathers the topics of all files."""

    def __init__(
        self, names: Names, check_query: QueryCheck, findings: Findings, *, mail_server: bool = False, zone: str = "UTC"
    ) -> None:
        self._zone = zone
        self.topics: list[Topic] = []
        self._names = names
        self._check_query = check_query
        self._findings = findings
        self._mail_server = mail_server
        self._slugs: dict[str, Spot] = {}
        self._aliases: dict[str, Spot] = {}
        self._from: dict[str, tuple[Tree, Loc]] = {}
        self._matches: dict[str, Checked | None] = {}

    def read(self, parts: Sequence[Part]) -> tuple[Topic, ...]:
        """Read every topic; what is wrong is noted."""
        for part in parts:
            for slug in part.shape.topics or {}:
                self._note_slug(slug, part.tree, ("topics", slug))
        for part in parts:
            for slug, section in (part.shape.topics or {}).items():
                self._add(slug, section or TopicSection(), part.tree)
        self._check_circles()
        self._check_likes()
        shapes = ShapeCheck(self._names, self._slugs, self._findings)
        trees = {slug: tree for slug, (tree, _) in self._from.items()}
        for topic in self.topics:
            shapes.check(topic, trees[topic.slug])
        shapes.check_circles(self.topics, trees)
        return tuple(self.topics)

    def _note_slug(self, slug: str, tree: Tree, loc: Loc) -> None:
        spot = tree.key_spot(loc)
        if slug in self._slugs:
            self._findings.error(spot, loc, "this topic is defined twice", f"the first is at {self._slugs[slug]}")
        elif slug in RESERVED:
            hint = "choose another, such as " + f"{slug}-news"
            self._findings.error(spot, loc, f"'{slug}' is an address of the aggregator itself", hint)
        elif not _SLUG.fullmatch(slug):
            self._findings.error(spot, loc, _SLUG_RULE, _meant(slug))
        self._slugs.setdefault(slug, spot)

    def _add(self, slug: str, section: TopicSection, tree: Tree) -> None:
        loc: Loc = ("topics", slug)
        if section.access is Access.TOKEN and section.output and section.output.hub:
            here: Loc = (*loc, "output", "hub")
            what = "a topic with access: token names no hub: a hub hands on what it gets"
            self._findings.error(tree.spot(here), here, what, "leave out the hub, or make the topic public")
        self._from[slug] = (tree, (*loc, "from"))
        checked = check_text(self._check_query, section.match, tree, (*loc, "match"), self._findings)
        check_names(checked, self._names, tree, (*loc, "match"), self._findings)
        self._matches[slug] = checked
        self._check_from(slug, section, tree)
        self._check_aliases(section, tree, (*loc, "aliases"))
        said: dict[str, Any] = {
            name: getattr(section, name)
            for name in ("description", "mode", "limit", "access", "retroactive")
            if getattr(section, name)
        }
        self.topics.append(
            Topic(
                slug=slug,
                title=section.title or slug.replace("-", " ").capitalize(),
                selectors=_present(section.from_),
                match=section.match.strip() if section.match else None,
                aliases=_present(section.aliases),
                output=self._output(section.output or OutputSection(), tree, (*loc, "output")),
                shape=shape_of(section, self._zone),
                languages=_present(section.lang),
                place=str(tree.key_spot(loc)),
                like=read_like(section.like, tree, (*loc, "like"), self._findings),
                sending=Targets(tree, self._findings, mail_server=self._mail_server).read(section.send, (*loc, "send")),
                trials=tuple(read_trials(section.examples, tree, (*loc, "examples"))),
                **said,
            )
        )

    def _output(self, section: OutputSection, tree: Tree, loc: Loc) -> Output:
        if section.formats is not None and not _present(section.formats) and not tree.damaged:
            what, hint = "a topic needs a format", "leave the key out for atom, rss and json"
            self._findings.error(tree.spot((*loc, "formats")), (*loc, "formats"), what, hint)
        said: dict[str, Any] = {
            name: value for name in ("content", "attribution", "hub", "why") if (value := getattr(section, name))
        }
        if formats := tuple(dict.fromkeys(_present(section.formats))):
            said["formats"] = formats
        return Output(**said)

    def _check_from(self, slug: str, section: TopicSection, tree: Tree) -> None:
        for number, name in enumerate(section.from_ or ()):
            loc: Loc = ("topics", slug, "from", number)
            if name is None or self._is_known(name, slug):
                continue
            if name == slug:
                self._findings.error(tree.spot(loc), loc, "a topic cannot draw from itself", "name a group or a source")
            elif not self._names.lost:
                what, hint = self._unknown(name)
                self._findings.error(tree.spot(loc), loc, what, hint)

    def _is_known(self, name: str, slug: str) -> bool:
        if name.startswith("tag:"):
            return name.removeprefix("tag:") in self._names.tags
        return bool(name) and (
            name in self._names.groups or name in self._names.ids or (name in self._slugs and name != slug)
        )

    def _unknown(self, name: str) -> tuple[str, str]:
        if name.startswith("tag:"):
            tag = name.removeprefix("tag:")
            return f"no source has the tag '{tag}'", near(tag, self._names.tags).replace("'", "'tag:", 1)
        known = {*self._names.groups, *self._names.ids, *self._slugs} - {""}
        what = f"no group, source or topic is named '{name}'"
        qualifier = next((one for one in _QUALIFIERS if name.startswith(one)), "")
        bare = name.removeprefix(qualifier)
        if qualifier and bare in known:
            return what, f"write it plainly: {bare}"
        if name in self._names.tags:
            return what, f"did you mean 'tag:{name}'?"
        return what, near(bare, known)

    def _check_aliases(self, section: TopicSection, tree: Tree, loc: Loc) -> None:
        for number, alias in enumerate(section.aliases or ()):
            here, spot = (*loc, number), tree.spot((*loc, number))
            if alias is None:
                continue
            if alias in self._slugs:
                self._findings.error(spot, here, f"'{alias}' is the slug of a topic", f"see {self._slugs[alias]}")
            elif alias in self._aliases:
                self._findings.error(spot, here, f"'{alias}' is an alias already", f"see {self._aliases[alias]}")
            elif alias in RESERVED:
                self._findings.error(spot, here, f"'{alias}' is an address of the aggregator itself", "leave it out")
            elif not _SLUG.fullmatch(alias):
                self._findings.error(spot, here, _SLUG_RULE, _meant(alias))
            self._aliases.setdefault(alias, spot)

    def _check_likes(self) -> None:
        by_slug = {topic.slug: topic for topic in self.topics}
        for topic in self.topics:
            wrong = wrong_likes(self._matches[topic.slug], by_slug, topic.access)
            loc: Loc = ("topics", topic.slug, "match")
            note_wrong(wrong, self._from[topic.slug][0], loc, self._findings)

    def _check_circles(self) -> None:
        feeders = {
            topic.slug: {name for name in topic.selectors if name in self._slugs and name != topic.slug}
            for topic in self.topics
        }
        for circle in circles(feeders):
            tree, loc = self._from[circle[0]]
            what = "topics draw from each other in a circle: " + " → ".join(circle)
            self._findings.error(tree.spot(loc), loc, what, "take one of them out of the other's from")


def _present(values: Sequence[Any] | None) -> tuple[Any, ...]:
    return tuple(value for value in values or () if value is not None)


def _meant(slug: str) -> str:
    fits = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-")[:64]
    return f"did you mean '{fits}'?" if fits else ""

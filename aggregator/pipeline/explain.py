"""Explain: why a source is polled then, and why an entry is where it is. Reads what was stored; asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model.editing import PINNED
from aggregator.model.habits import QuirkKind
from aggregator.model.overrides import Identity
from aggregator.model.pace import Pace
from aggregator.model.reason import Reason
from aggregator.model.shape import Fate
from aggregator.model.source import Source
from aggregator.model.status import EntryView, Explanation, SourceView
from aggregator.model.topic import Topic
from aggregator.model.verdict import PollRecord
from aggregator.pages.json_shapes import instant
from aggregator.pages.secrecy import view_without_secrets
from aggregator.pages.words import count, span
from aggregator.pipeline.ports import ReadStore
from aggregator.topics import TopicSet

_WEAKENS = frozenset({QuirkKind.RANDOM_GUIDS, QuirkKind.REUSED_GUIDS, QuirkKind.SHARED_LINKS, QuirkKind.REDATED})


async def explain_source(store: ReadStore, source_id: str, now: datetime) -> Explanation | None:
    """Explain when a source is polled: what it is asked under, what holds it, what its last polls brought."""
    found = await store.source_view(source_id, now)
    if found is None:
        return None
    view = view_without_secrets(found)
    source, state = view.status.source, view.status.state
    return Explanation(
        kind="source",
        id=source.id,
        url=source.url,
        title=source.title or state.profile.title or source.id,
        state=state.condition.value,
        records=tuple(_of_source(view)),
    )


async def explain_entry(
    store: ReadStore, topics: Sequence[Topic], wanted: str, topic: str | None, now: datetime
) -> tuple[Explanation, ...]:
    """Explain the entries that bear a short id or lead to an address, one explanation for each.

    Args:
        store: Where they are kept.
        topics: As configured.
        wanted: The short id or the address.
        topic: Slug of the one topic that is asked about, entered or not; None for all that were entered.
        now: At which time, for topics that ask for it.
    """
    rules = TopicSet.compile(topics) if topic is not None else None
    by_slug = {one.slug: one for one in topics}
    return tuple(_of_entry(view, by_slug, rules, topic, now) for view in await store.entry_views(wanted))


def reasons_in(topic: str, view: EntryView, rules: TopicSet, now: datetime) -> tuple[Reason, ...]:
    """Say step by step why an entry is in a topic, or where it is stopped."""
    at, telling = (now, view.telling) if topic in rules.restless else (None, None)
    return rules.explain(topic, view.stored, view.source, at, telling)


def _of_source(view: SourceView) -> Iterator[Reason]:
    source, state = view.status.source, view.status.state
    yield _settings(source)
    yield _pace(view)
    yield from _limits(view.pace, view.at)
    if state.hold_until is not None and state.hold_until > view.at:
        yield Reason("hold", f"until {instant(state.hold_until)}", "source", state.last_error or "")
    held = (("ETag", state.validators.etag), ("Last-Modified", state.validators.last_modified))
    validators = ", ".join(f"{name} {value}" for name, value in held if value)
    if validators and state.documents:
        yield Reason("request", "conditional", "validators", validators)
    else:
        yield Reason("request", "unconditional", "validators", "none are held")
    if state.redirect_to:
        seen = count(state.redirect_count, "time", "times")
        yield Reason("redirect", "permanent", "redirect", f"to {state.redirect_to}, seen {seen} in a row")
    yield Reason("schedule", f"next poll at {instant(state.next_poll_at)}", "interval", state.next_poll_why)
    yield from _identity(view)
    yield from map(_poll, view.status.polls)


def _settings(source: Source) -> Reason:
    every = source.every
    if every.adaptive:
        return Reason("settings", f"{span(every.shortest)} to {span(every.longest)}", "every", "follows what comes")
    return Reason("settings", span(every.shortest), "every", "as configured")


def _pace(view: SourceView) -> Reason:
    """Say under which key a source is asked, how that was found, and with whom it shares its turns."""
    source, pace = view.status.source, view.pace
    if pace.merged:
        rule, how = "shared", f"the hosts of {pace.key} were seen to share a limit"
    elif view.family == source.pace_key and view.family not in source.url:
        rule, how = "group", "a group of the settings"
    else:
        rule, how = "host", "the host by itself"
    others = len(view.sharing) - 1
    spacing = max(pace.spacing or source.spacing, source.spacing)
    evidence = f"{how}; {count(others, 'other source', 'other sources')}; one request at a time, {span(spacing)} apart"
    return Reason("pace", pace.key, rule, evidence)


def _limits(pace: Pace, now: datetime) -> Iterator[Reason]:
    if pace.trouble_since is not None:
        evidence = f"{pace.trouble} since {instant(pace.trouble_since)}; next probe at {instant(pace.next_at)}"
        yield Reason("limit", "nobody is served", "outage", evidence)
    if pace.spacing is not None:
        known = "stated by the server" if pace.told else f"{pace.served} served since {instant(pace.set_at)}"
        tried = "" if pace.told else f"; a shorter pause is tried once it has stood for {span(pace.patience)}"
        yield Reason("limit", f"one request every {span(pace.spacing)}", "learned", f"{known}{tried}")
    if pace.hold_until is not None and pace.hold_until > now:
        yield Reason("hold", f"until {instant(pace.hold_until)}", "pace", f"nothing under {pace.key} is asked before")
    for one in pace.findings:
        yield Reason("evidence", one.scope.value, one.rule, f"{instant(one.at)} {one.source_id}: {one.evidence}")


def _identity(view: SourceView) -> Iterator[Reason]:
    """Say by what entries are recognised, what was learned of how they are named, and what waits."""
    source, habits = view.status.source, view.habits
    forced = source.overrides.identity
    if forced is Identity.AUTO:
        weak = ", ".join(
            sorted({quirk.kind.value for quirk in habits.quirks if quirk.stands and quirk.kind in _WEAKENS})
        )
        evidence = f"weaker for: {weak}" if weak else "all keys are believed"
        yield Reason("identity", "guid, link, title and day", "auto", evidence)
    else:
        yield Reason("identity", forced.value, "settings", "set by hand")
    yield Reason("identity", f"updates: {source.updates.value}", "settings", "what readers see of edits")
    for quirk in habits.quirks:
        about = f" {quirk.value!r}" if quirk.value else ""
        told = f"{quirk.evidence}; first {instant(quirk.first_at)}, last {instant(quirk.last_at)}"
        yield Reason("quirk", f"{quirk.kind.value}{about}", "believed" if quirk.stands else "seen once", told)
    if view.held:
        until = instant(habits.held_until)
        yield Reason("hold", count(view.held, "entry", "entries"), "flood", f"announced by {until} at the latest")


def _poll(poll: PollRecord) -> Reason:
    sent = f"sent {poll.sent}" if poll.sent else "sent no condition"
    body = f"{poll.new} new, {poll.revised} revised, {poll.bytes} bytes" if poll.bytes or poll.new else "no body"
    came = f"came {poll.came}; {body}" if poll.came else body
    told = f" ({poll.detail})" if poll.detail else ""
    following = f"; next at {instant(poll.next_poll_at)}: {poll.next_poll_why}" if poll.next_poll_at else ""
    status = str(poll.status) if poll.status is not None else "no answer"
    return Reason("poll", poll.outcome, status, f"{instant(poll.at)}: {sent}; {came}{told}{following}")


def _of_entry(
    view: EntryView, topics: Mapping[str, Topic], rules: TopicSet | None, topic: str | None, now: datetime
) -> Explanation:
    entry = view.stored.entry
    if rules is not None and topic is not None:
        matched = [(topic, reason) for reason in reasons_in(topic, view, rules, now)]
        kept = dict(view.topics).get(topic)
        if kept is not None and kept.rule == PINNED:
            matched.append((topic, kept))
    else:
        matched = list(view.topics)
    story = f"story {view.story}" if view.story else "not curated yet"
    return Explanation(
        kind="entry",
        id=entry.key.short,
        url=entry.url,
        title=entry.title,
        state=f"{entry.key.source}, {story}",
        records=(
            *view.reasons,
            *(_in_topic(slug, reason, topics.get(slug)) for slug, reason in matched),
            *(_fate(*one) for one in view.fates if topic in {None, one[0]}),
        ),
    )


def _in_topic(slug: str, reason: Reason, topic: Topic | None) -> Reason:
    """Tell a match, or why there is none, with where the rule stands."""
    place = f" ({topic.place})" if topic is not None and topic.place and reason.rule != PINNED else ""
    return replace(reason, verdict=f"{reason.verdict} {slug}", evidence=f"{reason.evidence}{place}".strip())


def _fate(slug: str, reason: Reason, again_at: datetime | None) -> Reason:
    """Tell what keeps, or kept, a subject out of a topic that it matches, and until when at the least."""
    until = f" until {instant(again_at)}" if again_at is not None else ""
    words = {Fate.ANNOUNCED: "announced in", Fate.WAITS: "waits in", Fate.CUT: "left out of"}
    return replace(reason, verdict=f"{words[Fate(reason.verdict)]} {slug}{until}")

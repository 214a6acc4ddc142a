"""Compose a topic's edition from its matches and the ledger. Pure: the same view gives the same edition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial

from aggregator.model.editing import PINNED, Mark, Scope
from aggregator.model.edition import (
    Candidate,
    Composed,
    Edition,
    EditionEntry,
    LedgerRow,
    Member,
    SiteFacts,
    TopicView,
)
from aggregator.model.entry import EntryKey
from aggregator.model.extras import NO_EXTRAS
from aggregator.model.reason import Reason
from aggregator.model.shape import Digest
from aggregator.model.topic import Topic, TopicMode
from aggregator.publish.clean import language_tag, line, web_url
from aggregator.publish.digest import digest_entry, make_digest
from aggregator.publish.hands import Hands
from aggregator.publish.ids import apart, choose_id
from aggregator.publish.item import MAX_SUMMARY_CHARS, Told, make_item
from aggregator.publish.lead import MAX_TITLE_CHARS, also_covered, choose_lead, open_members
from aggregator.publish.shape import Shaped, shape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A candidate that is shown, with everything decided but its id; ``pin`` is the editor's, if any."""

    candidate: Candidate
    members: tuple[Member, ...]
    lead: Member
    announced_at: datetime
    pin: Mark | None

    @property
    def on_top(self) -> bool:
        """Whether an editor wants it first: a source that is pinned fills no feed for ever."""
        return self.pin is not None and self.pin.scope is not Scope.SOURCE


@dataclass(frozen=True, slots=True)
class _Placed:
    """Something that an edition may show: where it stands, who speaks in it, and how it is made."""

    place: tuple[bool, datetime, datetime]
    atom_id: str
    speaks: EntryKey | None
    make: Callable[[], EditionEntry]


def compose(view: TopicView, now: datetime, site: SiteFacts, *, own_links: bool = True) -> Composed:
    """Compose the edition of a topic.

    Subjects that this topic has not announced are announced now, unless the topic's shape or an editor keeps them; also
    those for which the edition has no room: they are in the ledger, and a flood is not dealt out over days. The edition
    shows what an editor pinned, then the newest, ``topic.limit`` in all; what is hidden is not in it. Composing again
    with the ledger of the first time gives the same edition. What is announced, and who speaks, does not depend on the
    texts of the members, only on their lengths.

    Args:
        view: All that may be known; a public topic passes over members of private sources.
        now: To the second in everything that comes of it.
        site: Where we publish; part of the digest, since every format names it.
        own_links: No two items are announced under one link: the later one gets a fragment of its own.
    """
    now = now.replace(microsecond=0)
    hands = Hands(view.marks)
    shaped = shape(view, hands, now)
    told = shaped.released | set(shaped.digested)
    subjects = [one for candidate in view.candidates if (one := _subject(view, candidate, hands, told, now))]
    rows = _new_rows(view, subjects, now, own_links=own_links)
    by_subject = {one.candidate.subject: one for one in subjects}
    listed = [by_subject[key] for key in shaped.digested]
    digest = _digest_of(view, shaped, listed, now, site)
    alone = [one for one in subjects if one.candidate.subject not in shaped.digested]
    shown = _in_order(view, alone, rows, digest, site)
    room = shown[: view.topic.limit]
    entries = tuple(one.make() for one in room)
    return Composed(
        edition=_edition(view, entries, now, site, _older(view, shown)),
        new_rows=rows,
        announced=tuple(sorted(told)),
        leads=(
            *(one.speaks for one in room if one.speaks is not None),
            *(one.lead.stored.entry.key for one in listed),
        ),
        decisions=shaped.decisions,
        rhythm=shaped.rhythm,
        digest=digest,
        digested=shaped.digested,
        due_at=shaped.due_at,
    )


def _digest_of(
    view: TopicView, shaped: Shaped, listed: Sequence[_Subject], now: datetime, site: SiteFacts
) -> Digest | None:
    """Write the digest that is due, if anything is in it."""
    if not listed or shaped.rhythm.digested_at is None:
        return None
    return make_digest(view, shaped.rhythm.digested_at, now, [(one.lead, one.members) for one in listed], site)


def _in_order(
    view: TopicView, subjects: Sequence[_Subject], rows: Sequence[LedgerRow], digest: Digest | None, site: SiteFacts
) -> list[_Placed]:
    """Give all that the edition may show, in the order in which it does."""
    ledger = {row.subject: row for row in rows}
    placed = [_placed(one, one.candidate.ledger or ledger[one.candidate.subject], view.topic) for one in subjects]
    for one in (*((digest,) if digest else ()), *view.digests):
        place = (False, one.made_at, one.at)
        placed.append(_Placed(place, one.atom_id, None, partial(digest_entry, one, view, site)))
    # Sorting is stable: the id decides what the two dates leave open.
    placed.sort(key=lambda one: one.atom_id)
    placed.sort(key=lambda one: one.place, reverse=True)
    return placed


def _placed(one: _Subject, row: LedgerRow, topic: Topic) -> _Placed:
    place = (one.on_top, one.announced_at, row.published_at)
    return _Placed(place, row.atom_id, one.lead.stored.entry.key, partial(_item, one, row, topic))


def _subject(
    view: TopicView, candidate: Candidate, hands: Hands, told: Collection[EntryKey], now: datetime
) -> _Subject | None:
    announced_at = candidate.announced_at
    if announced_at is None and candidate.subject not in told:
        return None
    members = hands.seen(candidate, open_members(candidate, view.topic.access))
    if not members:
        return None
    return _Subject(
        candidate=candidate,
        members=members,
        lead=choose_lead(members, candidate, view.topic.shape),
        announced_at=(announced_at or now).replace(microsecond=0),
        pin=hands.pins(members),
    )


def _new_rows(
    view: TopicView, subjects: Sequence[_Subject], now: datetime, *, own_links: bool
) -> tuple[LedgerRow, ...]:
    """Write the ledger rows of subjects that no topic has announced, the oldest first, so that it gets a shared id."""
    linked = {*view.taken_urls}
    taken = {*view.taken_ids, *(one.candidate.ledger.atom_id for one in subjects if one.candidate.ledger)}
    fresh = [(*_dates(one.lead), one) for one in subjects if one.candidate.ledger is None]
    rows: list[LedgerRow] = []
    for published_at, updated_at, one in sorted(fresh, key=lambda it: (it[0], it[2].candidate.subject)):
        lead, subject = one.lead.stored.entry, one.candidate.subject
        # What comes from behind a password names neither its guid nor its address to those who have none.
        secret = one.lead.source.private
        atom_id = choose_id(lead.key, subject, view.authority, taken, ours=secret)
        taken.add(atom_id)
        url = None if secret else web_url(lead.url)
        if own_links and url is not None and url in linked:
            url = apart(url, subject.short)
        linked.update(filter(None, (url,)))
        rows.append(
            LedgerRow(
                subject=subject,
                atom_id=atom_id,
                url=url,
                published_at=published_at,
                updated_at=updated_at,
                lead=lead.key,
                first_announced_at=now,
            )
        )
    return tuple(rows)


def _dates(lead: Member) -> tuple[datetime, datetime]:
    entry = lead.stored.entry
    published_at = (entry.published_at or lead.stored.first_seen_at).replace(microsecond=0)
    updated_at = (entry.updated_at or published_at).replace(microsecond=0)
    return published_at, max(published_at, updated_at)


def _item(one: _Subject, row: LedgerRow, topic: Topic) -> EditionEntry:
    lead = one.lead.stored.entry
    if topic.mode is TopicMode.ENTRIES and row.lead != lead.key:
        # A story topic announced this subject first and let another entry speak: its link would be somebody else's.
        row = replace(row, url=lead.url)
    elif row.url is None and (one.lead.source.private or row.lead != lead.key):
        row = replace(row, url=lead.url)
    bumped_at = one.lead.stored.bumped_at
    if bumped_at is not None and bumped_at > row.updated_at:
        row = replace(row, updated_at=bumped_at.replace(microsecond=0))
    told = Told(row=row, announced_at=one.announced_at, also=also_covered(one.members, one.lead), why=_reasons(one))
    return make_item(one.lead, told, topic.output)


def _reasons(one: _Subject) -> tuple[Reason, ...]:
    """Say why the subject is here: an editor, or the lead's own reason, else that of the first member that has one."""
    if one.pin is not None:
        return (Reason("editor", "pinned", PINNED, one.pin.signature),)
    if one.lead.reason is not None:
        return (one.lead.reason,)
    return next(((member.reason,) for member in one.members if member.reason is not None), ())


def _older(view: TopicView, shown: Sequence[_Placed]) -> str | None:
    """Name the month of the newest item that has no room in the edition."""
    beyond = shown[view.topic.limit : view.topic.limit + 1]
    at = beyond[0].place[1] if beyond else view.older_at
    return None if at is None else f"{at:%Y-%m}"


def _edition(
    view: TopicView, entries: tuple[EditionEntry, ...], now: datetime, site: SiteFacts, older: str | None
) -> Edition:
    topic = view.topic
    title = line(topic.title, MAX_TITLE_CHARS) or topic.slug
    description = line(topic.description, MAX_SUMMARY_CHARS)
    language = language_tag(site.language)
    hub = topic.output.hub
    frame = (topic.slug, title, description, view.feed_id, language, hub, older, topic.access.value)
    facts = (*frame, site.base_url, site.generator, site.icon_url)
    digest = _digest(facts, entries)
    changed_at = _changed_at(view, digest, now)
    return Edition(
        slug=topic.slug,
        title=title,
        description=description,
        feed_id=view.feed_id,
        language=language,
        output=topic.output,
        # Without entries there is no date but that of the last change, which the digest therefore must not hold.
        updated_at=max((entry.updated_at for entry in entries), default=changed_at),
        changed_at=changed_at,
        digest=digest,
        entries=entries,
        access=topic.access,
        older=older,
    )


def _changed_at(view: TopicView, digest: str, now: datetime) -> datetime:
    if view.last_changed_at is None:
        return now
    return view.last_changed_at if digest == view.last_digest else max(now, view.last_changed_at)


def _digest(facts: tuple[str | None, ...], entries: Sequence[EditionEntry]) -> str:
    """Hash everything that a format shows, and nothing else: equal digests mean equal bytes."""
    shown = json.dumps([facts, [_shown(entry) for entry in entries]], ensure_ascii=True)
    return hashlib.blake2b(shown.encode("ascii"), digest_size=16).hexdigest()


def _shown(entry: EditionEntry) -> list[object]:
    source, profile = entry.source, entry.source.profile
    return [
        [entry.id, entry.short_id, entry.story_id, entry.title, entry.url, entry.summary, entry.content_html],
        [entry.published_at.isoformat(), entry.updated_at.isoformat()],
        [entry.image_url, entry.comments_url, entry.language, entry.rights, entry.authors, entry.categories],
        [(one.url, one.media_type, one.length, one.duration_seconds, one.title) for one in entry.enclosures],
        [source.id, source.title, source.url, source.tags, profile.feed_id, profile.site_url, profile.rights],
        asdict(entry.extras) if entry.extras is not NO_EXTRAS else None,
        [(one.title, one.url, one.source_title, one.source_id) for one in entry.also],
        [(one.stage, one.verdict, one.rule, one.evidence) for one in entry.reasons],
    ]

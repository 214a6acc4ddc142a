"""What a reload changes: in a line, and whether it is more than may happen unasked."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model.planned import Change, PlannedTopic, Proposed
from aggregator.pipeline.plan import Question, plan
from aggregator.service.house import House, Plan
from aggregator.settings import Settings

LOOK_BACK = timedelta(days=30)


async def too_much(house: House, old: Plan, new: Plan) -> str:
    """Say which topics a configuration changes by more than its ``policies.reload-bound``; empty when none.

    Nothing is tried out when neither the topics nor the sources differ.
    """
    if _deciding(old.settings) == _deciding(new.settings):
        return ""
    meaning = house.meaning if new.settings.semantic else None
    proposed = Proposed(sources=new.sources, topics=new.topics, site=new.site, meaning=meaning)
    before = {topic.slug: topic for topic in old.settings.topics}
    differing = frozenset(topic.slug for topic in new.topics if before.get(topic.slug) != topic)
    planned = await plan(house.store, proposed, house.clock, Question(since=LOOK_BACK, only=differing, shown=0))
    bound = new.settings.reload_bound
    beyond = planned.beyond(bound)
    if not beyond:
        return ""
    told = "; ".join(map(_told, beyond))
    return (
        f"{told}: that is more than policies.reload-bound ({bound:.0%}) of what the last {LOOK_BACK.days} days "
        "brought, so the configuration of before goes on. `aggregator plan` shows what would change, "
        "`aggregator reload --accept` takes it"
    )


def _deciding(settings: Settings) -> tuple[object, ...]:
    """Give what the members of topics depend on."""
    return (settings.topics, settings.sources, settings.semantic, settings.recogniser)


def _told(one: PlannedTopic) -> str:
    if one.change is Change.REMOVED:
        return f"topic {one.slug} would be gone with its {one.before} entries"
    was = f" (was {one.was})" if one.change is Change.RENAMED else ""
    entries = f"from {one.before} to {one.after} entries"
    announced = f", {one.announced} items announced at once" if one.announced else ""
    return f"topic {one.slug}{was} would change by {one.moved:.0%}, {entries}{announced}"


def difference(old: Plan, new: Plan) -> str:
    """Say what a reload changed, in a line."""
    before, after = {s.url for s in old.sources}, {s.url for s in new.sources}
    topics_before = {topic.slug: topic for topic in old.topics}
    topics_after = {topic.slug: topic for topic in new.topics}
    changed = sorted(
        slug for slug in topics_before.keys() & topics_after.keys() if topics_before[slug] != topics_after[slug]
    )
    parts = [
        f"+{len(after - before)} -{len(before - after)} sources",
        f"+{len(topics_after.keys() - topics_before.keys())} -{len(topics_before.keys() - topics_after.keys())} topics",
        f"{len(changed)} topics changed" + (f" ({', '.join(changed[:5])})" if changed else ""),
    ]
    return ", ".join(parts)

"""Which keys of a source prove something by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.habits import NO_HABITS, Habits, IdentityPolicy, QuirkKind
from aggregator.model.overrides import Identity


@dataclass(frozen=True, slots=True)
class Trust:
    """Which keys of a source prove something by themselves."""

    policy: IdentityPolicy
    habits: Habits = NO_HABITS
    forced: Identity = Identity.AUTO
    document_affixes: tuple[str, ...] = ()

    @property
    def guids(self) -> bool:
        """Say whether a guid is enough."""
        if self.forced is Identity.GUID or not self.policy.health:
            return True
        return not self.habits.has(QuirkKind.REUSED_GUIDS)

    @property
    def lasting_guids(self) -> bool:
        """Say whether an entry may be expected to come under its guid again."""
        return self.forced is Identity.GUID or not (
            self.policy.health and (self.habits.has(QuirkKind.RANDOM_GUIDS) or self.habits.has(QuirkKind.REUSED_GUIDS))
        )

    @property
    def links(self) -> bool:
        """Say whether a link is enough."""
        return self.policy.link and not (self.policy.health and self.habits.has(QuirkKind.SHARED_LINKS))

    @property
    def affixes(self) -> tuple[str, ...]:
        """Give what does not count in headlines."""
        return (*self.habits.values(QuirkKind.AFFIX), *self.document_affixes)

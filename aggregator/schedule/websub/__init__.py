"""Push instead of polling: what is offered, subscribing, and what pushes are worth. Pure."""

from aggregator.schedule.websub.keys import token_hash
from aggregator.schedule.websub.pushing import after_push, believed, follow, nudge, welcome
from aggregator.schedule.websub.subscribing import KEPT_ENDED, Tending, Us, form, refused, tend
from aggregator.schedule.websub.verifying import Verified, concerns, verify

__all__ = [
    "KEPT_ENDED",
    "Tending",
    "Us",
    "Verified",
    "after_push",
    "believed",
    "concerns",
    "follow",
    "form",
    "nudge",
    "refused",
    "tend",
    "token_hash",
    "verify",
    "welcome",
]

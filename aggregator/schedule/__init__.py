"""What to send, what an answer means, when to come back and why. Pure."""

from aggregator.schedule.budgets import Weighed, retimed, weigh
from aggregator.schedule.conclude import Conclusion, conclude
from aggregator.schedule.evidence import EVIDENCE_FOR, Asked
from aggregator.schedule.requests import plan_request, user_agent

__all__ = [
    "EVIDENCE_FOR",
    "Asked",
    "Conclusion",
    "Weighed",
    "conclude",
    "plan_request",
    "retimed",
    "user_agent",
    "weigh",
]

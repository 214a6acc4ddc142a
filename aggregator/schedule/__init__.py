"""What to send, what an answer means, when to come back and why. Pure."""

from aggregator.schedule.budgets import Weighed, retimed, weigh
from aggregator.schedule.conclude import Conclusion, conclude
from aggregator.schedule.errands import Leave, ask_leave, weigh_errand
from aggregator.schedule.evidence import EVIDENCE_FOR, Asked
from aggregator.schedule.moves import permanent_target
from aggregator.schedule.requests import ACCEPT_PAGE, counting, host_of, plan_request, user_agent
from aggregator.schedule.spreading import spread
from aggregator.schedule.turns import sort_out

__all__ = [
    "ACCEPT_PAGE",
    "EVIDENCE_FOR",
    "Asked",
    "Conclusion",
    "Leave",
    "Weighed",
    "ask_leave",
    "conclude",
    "counting",
    "host_of",
    "permanent_target",
    "plan_request",
    "retimed",
    "sort_out",
    "spread",
    "user_agent",
    "weigh",
    "weigh_errand",
]

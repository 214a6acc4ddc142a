"""What to send, what an answer means, when to come back and why. Pure."""

from aggregator.schedule.conclude import Conclusion, conclude
from aggregator.schedule.requests import plan_request, user_agent

__all__ = ["Conclusion", "conclude", "plan_request", "user_agent"]

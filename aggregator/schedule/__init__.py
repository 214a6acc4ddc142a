"""What to send, what an answer means, when to come back and why. Pure."""

from aggregator.schedule.conclude import Conclusion, conclude
from aggregator.schedule.requests import host_of, plan_request, user_agent
from aggregator.schedule.spreading import spread

__all__ = ["Conclusion", "conclude", "host_of", "plan_request", "spread", "user_agent"]

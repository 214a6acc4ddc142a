"""What a status means that brings nothing."""

from __future__ import annotations

from http import HTTPStatus

from aggregator.fetch.wire import Answer
from aggregator.model.fetching import Failure

REDIRECTS = frozenset((301, 302, 303, 307, 308))
RETRY_AFTER = frozenset((429, 503))


def header(answer: Answer, wanted: str) -> str:
    """Give the value of a header; empty where it was not sent."""
    for name, value in answer.headers:
        if name == wanted:
            return value
    return ""


def refusal(status: int) -> tuple[Failure, str]:
    """Name the kind of a refusal, and say it for people."""
    what = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else str(status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure.RATE_LIMITED, what
    if status == HTTPStatus.GONE:
        return Failure.GONE, what
    if status in REDIRECTS:
        return Failure.REDIRECTED, f"{what} without saying where to"
    match status // 100:
        case 4:
            return Failure.HTTP_4XX, what
        case 5:
            return Failure.HTTP_5XX, what
        case _:
            return Failure.BAD_BODY, f"{what}, which is not what was asked for"

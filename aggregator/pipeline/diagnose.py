"""Diagnose: all that is known to be wrong with a source, from its last document and its last polls. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from aggregator.model.finding import Finding, Flaw
from aggregator.model.source import SourceCondition
from aggregator.model.status import SourceStatus
from aggregator.model.verdict import PollRecord

_GOOD = frozenset({"new", "revised", "unchanged", "not_modified"})
_FEW = 3
"""So many polls make a habit."""
_NO_CONDITION = "no condition"
_THE_SAME = "the last document again, to the byte"


def diagnose(status: SourceStatus) -> tuple[Finding, ...]:
    """Name what is wrong with a source: what its polls show first, then what its last document showed.

    Args:
        status: With as many polls as are kept.
    """
    return (*_of_polls(status), *(status.state.findings or ()))


def _of_polls(status: SourceStatus) -> Iterator[Finding]:
    polls, state = status.polls, status.state
    failed = [poll for poll in polls if poll.outcome not in _GOOD]
    if state.condition not in {SourceCondition.OK, SourceCondition.MOVED}:
        yield Finding(flaw=Flaw.NOT_REACHABLE, count=state.errors, sample=state.last_error or "")
    elif len(failed) >= _FEW:
        yield Finding(flaw=Flaw.OFTEN_UNREACHABLE, count=len(failed), of=len(polls), sample=failed[0].detail[:100])
    moved_to = None if status.source.page else state.moved_to or state.redirect_to
    if moved_to:
        yield Finding(flaw=Flaw.MOVED, count=state.redirect_count, sample=moved_to)
    whole = [poll for poll in polls if poll.status == HTTPStatus.OK and poll.outcome in _GOOD]
    asked = [poll for poll in whole if _is_conditional(poll)]
    ignored = [poll for poll in asked if _THE_SAME in poll.detail]
    if len(ignored) >= _FEW:
        yield Finding(flaw=Flaw.VALIDATORS_IGNORED, count=len(ignored), of=len(polls), sample=ignored[0].sent)
    churned = [
        poll for poll in whole if poll.outcome == "unchanged" and _THE_SAME not in poll.detail and _is_conditional(poll)
    ]
    if len(churned) >= _FEW:
        yield Finding(flaw=Flaw.CHANGES_FOR_NOTHING, count=len(churned), of=len(polls))
    edited = [poll for poll in whole if _only_edits(poll)]
    if len(edited) >= _FEW and 2 * len(edited) >= len(polls):
        yield Finding(flaw=Flaw.ALWAYS_EDITED, count=len(edited), of=len(polls))


def _is_conditional(poll: PollRecord) -> bool:
    return bool(poll.sent) and not poll.sent.startswith(_NO_CONDITION)


def _only_edits(poll: PollRecord) -> bool:
    return bool(poll.revised) and not poll.new

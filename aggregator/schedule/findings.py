"""What was learned of a host, and from what: few findings, one of a kind."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.pace import Finding, Pace, Scope
from aggregator.schedule.evidence import Asked

KEPT_FINDINGS = 12


def found(pace: Pace, asked: Asked, scope: Scope, rule: str, evidence: str) -> Pace:
    """Remember what this request showed, in the place of the last finding of its kind."""
    return noted(pace, Finding(asked.at, asked.source.id, scope, rule, evidence))


def noted(pace: Pace, finding: Finding) -> Pace:
    """Remember a finding in the place of the last one of its kind."""
    others = (one for one in pace.findings if _kind(one) != _kind(finding))
    return replace(pace, findings=(finding, *others)[:KEPT_FINDINGS])


def _kind(finding: Finding) -> tuple[str, str]:
    """Tell findings apart that are kept beside each other: refusals are told for each source."""
    of_one = finding.rule in {"refused", "shared", "alone"}
    return finding.rule, finding.source_id if of_one else ""


def scope_of(pace: Pace) -> Scope:
    """Say how far what is known of a pace key reaches."""
    return Scope.DOMAIN if pace.merged else Scope.HOST

"""What is wrong with a feed, in words for its publisher, with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aggregator.model.finding import Finding, Flaw


@dataclass(frozen=True, slots=True)
class Advice:
    """The words for a flaw; ``weight`` is 9 for what loses entries, 3 for what costs, 1 for what would be nice."""

    weight: int
    what: str
    remedy: str


_LOSES, _COSTS, _NICE = 9, 3, 1

ADVICE: Mapping[Flaw, Advice] = MappingProxyType(
    {
        Flaw.NOT_REACHABLE: Advice(
            _LOSES, "The feed cannot be read at the moment", "Please see why; readers have no news from you until then."
        ),
        Flaw.NOT_WELL_FORMED: Advice(
            _LOSES,
            "The document is not well-formed XML",
            "Escape & and < in texts, and let a program write the XML; many readers refuse the whole feed.",
        ),
        Flaw.BROKEN_ENCODING: Advice(
            _LOSES, "The document holds bytes that are not of its encoding", "Write the whole document in UTF-8."
        ),
        Flaw.ENCODINGS_DISAGREE: Advice(
            _LOSES,
            "The Content-Type header and the document name different encodings",
            "Name the same one in both, best UTF-8.",
        ),
        Flaw.NO_ID: Advice(
            _LOSES,
            "Entries have no guid or id",
            "Give each entry an id that never changes; without one, an edited title makes a new entry.",
        ),
        Flaw.REPEATED_ID: Advice(
            _LOSES, "Several entries share one id", "Give each entry an id of its own; readers show only one of them."
        ),
        Flaw.SAME_DATE: Advice(
            _LOSES,
            "All entries carry the same date",
            "Give each entry the date of its publication, not that of the build; else old ones come up as new.",
        ),
        Flaw.ALWAYS_EDITED: Advice(
            _LOSES,
            "Entries change at nearly every request though nothing is new",
            "Let dates and texts of old entries alone; readers may show them as new.",
        ),
        Flaw.OFTEN_UNREACHABLE: Advice(
            _COSTS, "Requests fail often", "Please look at the logs of the server, and at rules against robots."
        ),
        Flaw.NO_DATE: Advice(_COSTS, "Entries have no date", "Add pubDate (RSS) or updated (Atom)."),
        Flaw.UNREADABLE_DATE: Advice(
            _COSTS,
            "Dates cannot be read",
            "Write them like Mon, 23 Nov 2026 10:00:00 GMT (RSS) or 2026-11-23T10:00:00Z (Atom).",
        ),
        Flaw.FUTURE_DATE: Advice(
            _COSTS,
            "Entries are dated more than a day ahead",
            "Publish an entry when its time has come, or correct the year.",
        ),
        Flaw.EARLY_DATE: Advice(
            _COSTS,
            "Entries are dated before there were feeds",
            "Leave out a date that is not known instead of writing 1970.",
        ),
        Flaw.UNUSUAL_DATE: Advice(
            _NICE,
            "Dates are in an unusual form",
            "Write them like Mon, 23 Nov 2026 10:00:00 GMT (RSS) or 2026-11-23T10:00:00Z (Atom).",
        ),
        Flaw.NO_LINK: Advice(_COSTS, "Entries have no link", "Add the address of the page."),
        Flaw.NO_TITLE: Advice(_NICE, "Entries have no title", "Add one; readers list entries by their titles."),
        Flaw.MARKUP_IN_TITLE: Advice(
            _NICE, "Titles hold markup or doubly escaped characters", "Write titles as plain text, escaped once."
        ),
        Flaw.NO_TEXT: Advice(_NICE, "Entries have no text", "Add at least a summary."),
        Flaw.RELATIVE_LINKS: Advice(
            _COSTS,
            "Texts hold relative addresses",
            "Write links and images with the whole address; readers do not know where they begin.",
        ),
        Flaw.SCRIPT: Advice(_NICE, "Texts hold scripts", "Leave them out; every reader takes them away."),
        Flaw.NO_FEED_TITLE: Advice(_COSTS, "The feed has no title", "Add one."),
        Flaw.NO_SELF_LINK: Advice(
            _NICE, "The feed does not name its own address", 'Add <atom:link rel="self" href="…"/>.'
        ),
        Flaw.WRONG_CONTENT_TYPE: Advice(
            _COSTS,
            "The Content-Type is not that of a feed",
            "Send application/rss+xml, application/atom+xml or application/feed+json.",
        ),
        Flaw.NO_VALIDATORS: Advice(
            _COSTS,
            "Answers carry neither ETag nor Last-Modified",
            "Send one of them and answer 304 Not Modified; that saves nearly all the traffic of the feed.",
        ),
        Flaw.VALIDATORS_IGNORED: Advice(
            _COSTS,
            "Conditional requests are answered with the whole document although it is the same",
            "Answer 304 Not Modified when If-None-Match or If-Modified-Since fit.",
        ),
        Flaw.CHANGES_FOR_NOTHING: Advice(
            _COSTS,
            "The document changes at every request though nothing is new",
            "Leave lastBuildDate and counters alone until an entry changes.",
        ),
        Flaw.CACHING_FORBIDDEN: Advice(
            _COSTS, "Cache-Control forbids to keep the feed", "Send a max-age, such as 3600, instead of no-store."
        ),
        Flaw.NO_LIFETIME: Advice(
            _NICE,
            "Answers do not say for how long they hold",
            "Send Cache-Control: max-age=3600, or what fits; good readers keep to it.",
        ),
        Flaw.COOKIE: Advice(_NICE, "A cookie is set with the feed", "Send none; it keeps caches from working."),
        Flaw.NOT_COMPRESSED: Advice(
            _NICE, "The document is sent uncompressed", "Switch gzip on for feeds; it makes them five times smaller."
        ),
        Flaw.TOO_LARGE: Advice(_COSTS, "The document is very large", "Keep the newest twenty or so entries in it."),
        Flaw.NOT_SECURE: Advice(_NICE, "The feed is sent without TLS", "Serve it by https, too."),
        Flaw.MOVED: Advice(
            _COSTS,
            "The address redirects for good",
            "Nothing for the publisher to do: put the new address into the configuration.",
        ),
    }
)


def weight(findings: Sequence[Finding]) -> int:
    """Weigh findings, for the worst first."""
    return sum(ADVICE[finding.flaw].weight for finding in findings)


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Order findings, the gravest first."""
    return sorted(findings, key=lambda finding: -ADVICE[finding.flaw].weight)


def sentence(finding: Finding) -> str:
    """Tell a finding: what, how often, and what was seen.

    >>> sentence(Finding(flaw=Flaw.NO_ID, count=2, of=10, sample="A title"))
    'Entries have no guid or id (2 of 10; for example: A title)'
    """
    seen = []
    if finding.count:
        seen.append(f"{finding.count} of {finding.of}" if finding.of else f"{finding.count} times")
    if finding.sample:
        seen.append(f"for example: {finding.sample}" if finding.of else finding.sample)
    return ADVICE[finding.flaw].what + (f" ({'; '.join(seen)})" if seen else "")


def letter(url: str, title: str, findings: Sequence[Finding]) -> str:
    """Write to a publisher what is to be mended; empty when there is nothing."""
    told = [finding for finding in by_weight(findings) if finding.flaw is not Flaw.MOVED]
    if not told:
        return ""
    lines = ["Hello,", "", f"thank you for the feed of {title}:", f"  {url}", "", "A reader of it noticed:", ""]
    for number, finding in enumerate(told, 1):
        lines += [f"{number}. {sentence(finding)}.", f"   {ADVICE[finding.flaw].remedy}"]
    return "\n".join([*lines, "", "Kind regards"])


def finding_json(finding: Finding) -> dict[str, Any]:
    """Shape a finding."""
    advice = ADVICE[finding.flaw]
    return {
        "flaw": finding.flaw.value,
        "weight": advice.weight,
        "count": finding.count,
        "of": finding.of,
        "sample": finding.sample,
        "what": advice.what,
        "remedy": advice.remedy,
    }

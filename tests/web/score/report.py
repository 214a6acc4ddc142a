"""The verdict, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.web.score.judge import Score
from tests.web.score.verdicts import MEANINGS, Kind

_EVIDENCE = 3


def as_table(scores: Mapping[str, Score], *, evidence: int = _EVIDENCE) -> str:
    """Lay the readers side by side, a criterion a line; below it the first offending requests of each kind."""
    columns = [[""], ["sources asked"], ["requests"], ["polls a source and day"], ["answered 304"]]
    columns += [["whole documents, most a source"], ["faults"]]
    seen = [kind for kind in Kind if any(kind in score.counts for score in scores.values())]
    columns += [[kind.value] for kind in seen]
    for reader, score in scores.items():
        cells = [reader, f"{score.sources}", f"{score.requests:,}", f"{score.polls_a_day:.1f}", _share(score)]
        cells += [f"{score.unconditional}", f"{len(score.faults):,}"]
        cells += [f"{score.counts.get(kind, 0):,}" for kind in seen]
        for line, cell in zip(columns, cells, strict=True):
            line.append(cell)
    return _aligned(columns) + "".join(_evidence(reader, score, evidence) for reader, score in scores.items())


def as_json(scores: Mapping[str, Score], *, evidence: int = _EVIDENCE) -> str:
    """Write everything that the table says, for programs."""
    return json.dumps({reader: _plain(score, evidence) for reader, score in scores.items()}, indent=1) + "\n"


def _plain(score: Score, evidence: int) -> dict[str, object]:
    return {
        "sources": score.sources,
        "requests": score.requests,
        "not_modified": score.not_modified,
        "unconditional": score.unconditional,
        "excused": score.excused,
        "days": score.span.total_seconds() / 86_400,
        "faults": {kind.value: count for kind, count in score.counts.items()},
        "evidence": [
            {"kind": kind.value, "means": MEANINGS[kind], "request": line, "detail": detail}
            for kind, line, detail in _first(score, evidence)
        ],
    }


def _share(score: Score) -> str:
    return f"{100 * score.not_modified / max(score.requests, 1):.0f} %"


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "".join(
        f"{first:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        + "\n"
        for first, *cells in lines
    )


def _evidence(reader: str, score: Score, evidence: int) -> str:
    said = ""
    last: Kind | None = None
    for kind, line, detail in _first(score, evidence):
        said += "" if kind is last else f"\n{reader}: {kind}: {MEANINGS[kind]}\n"
        said += f"  {line}\n    {detail}\n"
        last = kind
    return said


def _first(score: Score, evidence: int) -> list[tuple[Kind, str, str]]:
    return [
        (kind, fault.exchange.line(), fault.detail)
        for kind in score.counts
        for fault in [one for one in score.faults if one.kind is kind][:evidence]
    ]

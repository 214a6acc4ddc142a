"""Zones and months as publishers write them."""

from __future__ import annotations

from typing import Final

_HOUR = 3_600

# Seconds east of Greenwich. Where a name has several meanings: CST, EST and AST are American, IST is Indian,
# BST is British summer time.
ZONES: Final = {
    name: round(hours * _HOUR)
    for hours, names in (
        (-10, "HST"),
        (-9, "AKST"),
        (-8, "PST AKDT"),
        (-7, "MST PDT"),
        (-6, "CST MDT"),
        (-5, "EST CDT COT PET"),
        (-4, "EDT AST CLT"),
        (-3.5, "NST"),
        (-3, "ADT BRT ART CLST"),
        (-2.5, "NDT"),
        (0, "Z UT UTC GMT WET"),
        (1, "CET MET BST WEST WAT"),
        (2, "CEST MEST EET SAST CAT IDT"),
        (3, "EEST MSK EAT TRT"),
        (4, "GST MSD"),
        (5, "PKT"),
        (5.5, "IST"),
        (5.75, "NPT"),
        (7, "ICT WIB"),
        (8, "HKT SGT PHT AWST MYT"),
        (9, "JST KST"),
        (9.5, "ACST"),
        (10, "AEST"),
        (10.5, "ACDT"),
        (11, "AEDT"),
        (12, "NZST"),
        (13, "NZDT"),
    )
    for name in names.split()
}

_MONTHS: Final = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan gen ene oca sty янв",
            "feb fev sub lut фев",
            "mar maa mrz mrt мар",
            "apr avr abr nis kwi апр",
            "may mai mei mag maj маи мая",
            "jun juin giu haz cze июн",
            "jul juil lug tem lip июл",
            "aug aou ago agu sie авг",
            "sep set eyl wrz сен",
            "oct okt ott out eki paz окт",
            "nov kas lis ноя",
            "dec dez dic des ara gru дек",
        ),
        start=1,
    )
    for beginning in beginnings.split()
}


def month_number(folded_name: str) -> int | None:
    """Say which month a name or its beginning means, 1 to 12, in English and a dozen other languages of Europe.

    >>> month_number("november"), month_number("juil"), month_number("brumaire")
    (11, 7, None)
    """
    return _MONTHS.get(folded_name[:4]) or _MONTHS.get(folded_name[:3])

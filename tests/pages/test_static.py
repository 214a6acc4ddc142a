"""Style and script, as far as text can tell."""

from __future__ import annotations

import re

from aggregator.pages.assets import asset_version, assets


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def schemes() -> list[dict[str, str]]:
    style = assets()["style.css"].decode()
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    return [light, light | dark]


def test_text_has_contrast_in_both_schemes():
    assert len(schemes()[0]) == 10
    for scheme in schemes():
        for ink in ("ink", "soft", "accent", "bad", "warn", "good"):
            for paper in ("paper", "raised", "tint"):
                assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper, scheme)


def test_the_static_files_are_small_and_fetch_nothing_from_elsewhere():
    assert set(assets()) == {"style.css", "app.js", "icon.svg"}
    assert len(assets()["style.css"]) < 16_000
    assert len(assets()["app.js"]) < 2_500
    for name in ("style.css", "app.js"):
        assert b"://" not in assets()[name]
        assert b"@import" not in assets()[name]


def test_a_version_is_a_digest_of_the_content():
    assert re.fullmatch(r"[0-9a-f]{8}", asset_version("style.css"))
    assert asset_version("style.css") != asset_version("app.js")

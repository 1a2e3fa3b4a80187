"""The contrast of the colours in `tokens.css`, computed as in WCAG 2.2, in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "site" / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")

GROUNDS = ("paper", "sheet", "moss-quiet")
TEXT = [
    *[(colour, ground) for ground in (*GROUNDS, "moss") for colour in ("ink", "pine", "pine-deep")],
    *[(colour, ground) for ground in GROUNDS for colour in ("ink-quiet", "lingon", "amber", "sky")],
    *[("ink", wash) for wash in ("lingon-wash", "amber-wash", "sky-wash", "found")],
    ("ink-quiet", "moss"),
    ("pine", "found"),
    ("lingon", "lingon-wash"),
    ("amber", "amber-wash"),
    ("sky", "sky-wash"),
    ("on-pine", "pine"),
    ("on-pine", "pine-deep"),
    ("paper", "lingon"),
    ("paper", "sky"),
]
EDGES = [(colour, ground) for ground in GROUNDS for colour in ("edge", "rule", "pine")]


def schemes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.read_text().split("prefers-color-scheme: dark", 1)
    plain = dict(COLOUR.findall(light))
    return {"light": plain, "dark": plain | dict(COLOUR.findall(dark.split("@media print")[0]))}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges and focus"])
def test_every_pair_of_colours_has_enough_contrast(
    scheme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    colours = schemes()[scheme]
    measured = {f"{one} on {other}": contrast(colours[one], colours[other]) for one, other in pairs}
    assert {pair: round(value, 2) for pair, value in measured.items() if value < least} == {}


def test_the_dark_scheme_redefines_every_colour() -> None:
    light, dark = schemes().values()
    assert {name for name in light if light[name] == dark[name]} == set()


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#777777", "#777777") == 1.0

"""Curves as SVG: sound XML that asks for nothing, and the same picture as in letters."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.plot import Best, Curve, Points, Request, chart
from finetop.plot.svg import sheet, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
STEPS = [*range(1, 101)]


def request(values: list[float], name: str = "train", **more: Any) -> Request:
    return replace(Request([Curve(Points(STEPS[: len(values)], values), "train", name)]), **more)


def drawn(picture: str, role: str, kind: str = "line") -> list[str]:
    """The paths of a role."""
    return [path.attrib["d"] for path in ET.fromstring(picture).iter(f"{NAMESPACE}path")
            if path.get("class") == f"{kind} {role}"]  # fmt: skip


def words(picture: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(picture).iter(f"{NAMESPACE}text")]


@given(
    values=st.lists(NUMBERS, max_size=100),
    name=st.text(max_size=20),
    smoothing=st.sampled_from(["off", "low", "mid", "high"]),
    log=st.booleans(),
)
def test_whatever_was_measured_it_is_sound(
    values: list[float], name: str, smoothing: str, *, log: bool
) -> None:
    """No value and no name breaks it, and no number that is none gets into a path."""
    asked = request(
        values, "".join(char for char in name if char.isprintable()), smoothing=smoothing, log=log
    )
    picture = svg(asked, title="<&>")
    root = ET.fromstring(picture)
    assert root.tag == f"{NAMESPACE}svg"
    assert {element.tag.removeprefix(NAMESPACE) for element in root.iter()} <= {
        "svg", "title", "style", "rect", "text", "path",
    }  # fmt: skip
    assert "url(" not in picture
    assert picture == svg(asked, title="<&>")
    for path in drawn(picture, "train") + drawn(picture, "train", "raw"):
        assert "nan" not in path
        assert "inf" not in path


def test_a_gap_stays_a_gap() -> None:
    """The line ends before a value that is none, and begins anew behind it."""
    values = [1.0, 0.9, 0.8, math.nan, 0.7, 0.6]
    (line,) = drawn(svg(request(values, smoothing="off")), "train")
    assert line.count("M") == 2
    assert line.count("L") == 3
    (line,) = drawn(svg(request([1.0, math.nan, 0.5, 0.4])), "train")
    assert line.startswith("M")
    assert "h.1M" in line, "a point alone is a dot"


@pytest.mark.parametrize("window", [None, (20.0, 60.0)])
def test_it_has_the_axes_of_the_chart(window: tuple[float, float] | None) -> None:
    """The same range and the same words at it."""
    values = [2 / step for step in STEPS]
    asked = request(values, best=Best(50, 0.04, worse_since=False), window=window, checkpoints=(50, 100))
    said = words(svg(asked, width=720))
    letters = ["".join(part for part, _ in line) for line in chart(asked, 90, 17).lines]
    assert any(said[-1] in line for line in letters), "the name, with the last value that is shown"
    assert any(("train 0.033" if window else "train 0.020") in line for line in letters)
    for label in (line.split()[0] for line in letters[:-1] if line[:1] == " " and line[1:2].isdigit()):
        assert label in said, label
    kept = [
        path for path in ET.fromstring(svg(asked)).iter(f"{NAMESPACE}path") if path.get("class") == "kept"
    ]
    assert len(kept) == (1 if window else 2)
    assert "best 0.040 at 50" in svg(asked)


def test_time_and_decades_are_told_as_on_the_screen() -> None:
    """Hours below the axis, powers of ten beside it; what is outside of the window is cut off."""
    hours = [step * 360.0 for step in STEPS]
    curves = [Curve(Points(hours, [10.0 ** -(step / 25) for step in STEPS]), "train", "train", raw=False)]
    asked = Request(curves, log=True, x_unit="seconds", x_name="", best=Best(3600, 0.4, worse_since=False))
    said = words(svg(asked))
    assert {"2 h", "10 h", "0.01", "0.001"} <= {*said}
    assert "best 0.400 at 1 h" in svg(asked)
    (inner,) = [box for box in ET.fromstring(svg(asked)).iter(f"{NAMESPACE}svg") if box.get("x")]
    assert (
        inner.get("viewBox")
        == f"{inner.get('x')} {inner.get('y')} {inner.get('width')} {inner.get('height')}"
    )
    shown = svg(replace(asked, window=(0.0, 1800.0)))
    assert "10 h" not in words(shown)
    assert words(shown)[-1] == "train 0.631", "the last value in sight"


def test_steps_stand_below_each_other() -> None:
    """Whatever the lines of each chart are called."""
    charts = [(name, request([1.0, 0.5], name)) for name in ("loss", "a much longer name")]
    plots = [box for box in ET.fromstring(sheet(charts)).iter(f"{NAMESPACE}svg") if box.get("viewBox")][1:]
    assert len({box.get("width") for box in plots if box.get("x")}) == 1


def test_jobs_are_told_apart_without_colours() -> None:
    """Each line has its own dashes and its letter, and no letter stands upon another."""
    curves = [Curve(Points(STEPS, [1.0] * 100), f"run{place}", "ABCDEFGH"[place]) for place in range(8)]
    picture = svg(Request(curves))
    root = ET.fromstring(picture)
    lines = [path for path in root.iter(f"{NAMESPACE}path") if (path.get("class") or "").startswith("line")]
    assert len({path.get("stroke-dasharray") for path in lines}) == 8
    rows = [text.get("y") for text in root.iter(f"{NAMESPACE}text") if (text.get("class") or "")[:3] == "run"]
    assert len({*rows}) == 8

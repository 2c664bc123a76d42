"""Curves in files: every number in full, in any of the forms."""

from __future__ import annotations

import csv
import io
import json
import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.errors import BadInput
from finetop.plot import Curve, Points, Request
from finetop.report.curve_file import Exported, format_of, written
from finetop.store import Series
from finetop.tui.panes.curve_export import other_endings

NUMBERS = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=30)


def exported(values: list[float], name: str = "train_loss") -> Exported:
    series = Series(tuple(range(1, len(values) + 1)), tuple(values))
    chart = Request([Curve(Points(series.steps, series.values), "train", "train")])
    return Exported([(name, series), ("valid_loss", Series((2,), (0.5,)))], [("Loss", chart)])


@given(values=NUMBERS)
def test_numbers_come_back_as_they_were(values: list[float]) -> None:
    """To the last digit; what is no number says so, what was not measured is empty or not there."""
    head, *rows = csv.reader(io.StringIO(written(exported(values), "csv")))
    assert head == ["step", "train_loss", "valid_loss"]
    assert [repr(float(row[1])) for row in rows[: len(values)]] == [*map(repr, values)]
    assert [row[2] for row in rows] == ["0.5" if row[0] == "2" else "" for row in rows]
    told = json.loads(written(exported(values), "json"))
    for value, step in zip(values, told, strict=False):
        assert step["train_loss"] == value if math.isfinite(value) else isinstance(step["train_loss"], str)
        assert ("valid_loss" in step) == (step["step"] == 2)


def test_pictures_of_what_is_shown() -> None:
    curves = exported([1.0, 0.5, 0.25])
    root = ET.fromstring(written(curves, "svg"))
    assert "Loss" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    said = written(curves, "text").splitlines()
    assert said[0] == "Loss"
    assert any("train 0.250" in line for line in said)


def test_no_spreadsheet_takes_a_head_for_a_formula() -> None:
    assert written(exported([1.0], "=cmd()"), "csv").splitlines()[0] == "step,'=cmd(),valid_loss"


def test_endings_tell_how() -> None:
    assert [format_of(path) for path in ("a.csv", "a.JSON", "b/c.svg", "a.txt")] == [
        "csv",
        "json",
        "svg",
        "text",
    ]
    with pytest.raises(BadInput, match="does not tell how"):
        format_of("a.png")
    assert [offer.value for offer in other_endings("./a.csv")] == ["./a.json", "./a.txt", "./a.svg"]
    assert [offer.label for offer in other_endings("./a")] == [".svg", ".csv", ".json", ".txt"]
    assert other_endings("") == []

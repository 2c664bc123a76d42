"""Views are kept under their names, and a file that makes no sense harms nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetop.tui.panes.job_columns import USUAL, Layout
from finetop.tui.saved_views import FILE, SavedView, SavedViews, put, renamed
from finetop.views import FAILED, Sort
from stage import HOSTILE

WEEK = SavedView(
    "week", "age<7d", FAILED, Sort("loss", reverse=True), Layout(("name", "cost")).sized("name", 20)
)


def test_what_is_saved_is_there_again(tmp_path: Path) -> None:
    views = SavedViews(tmp_path / "state")
    assert views.read() == []
    views.write([WEEK, SavedView("plain")])
    assert views.read() == [WEEK, SavedView("plain")]
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o077 == 0


def test_a_name_has_one_view() -> None:
    two = put(put([], WEEK), SavedView("b"))
    assert [view.name for view in put(two, SavedView("week", "x"))] == ["week", "b"]
    assert put(two, SavedView("week", "x"))[0].filter == "x"
    assert renamed(two, "week", "month") == [SavedView("month", *_rest(WEEK)), SavedView("b")]
    assert [view.name for view in renamed(two, "week", "b")] == ["b"]


def _rest(view: SavedView) -> tuple[str, str, Sort, Layout]:
    return view.filter, view.only, view.sort, view.layout


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nothing",
        "[]",
        '{"version": 99, "views": []}',
        '{"version": 1, "views": 3}',
        '{"version": 1, "views": [3, {}, {"name": ""}]}',
        "[" * 5_000,
    ],
)
def test_what_makes_no_sense_is_no_view(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(0o600)
    assert SavedViews(tmp_path).read() == []


def test_what_makes_sense_of_a_view_is_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        '{"version": 1, "views": [{"name": "a", "filter": 3, "only": "x", "sort": "loss"}]}'
    )
    (tmp_path / FILE).chmod(0o600)
    assert SavedViews(tmp_path).read() == [SavedView("a", sort=Sort("loss"), layout=USUAL)]


def test_a_name_that_somebody_wrote_into_the_file_can_be_drawn() -> None:
    assert SavedView.of({"name": HOSTILE, "columns": {"names": [f"metadata.{HOSTILE}"]}}).name.isprintable()

"""What tests of the screen need: an app of one widget, its text, and the bytes it would write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from textual.app import App

from finetop.store.rows import JobKey, JobRow
from finetop.tui.theme import DEFAULT_VARIABLES, THEMES, styles_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.widget import Widget

    from finetop.tui.panes.jobs import JobsPane
    from finetop.views import View

NOW = 1_795_262_591.0
HOSTILE = "a\x1b[31mred\x1b]52;c;aGk=\x07b\x9b1mc\x1b]8;;http://evil\x1b\\d\u202ee\u2066f[/]g[bold]h\x00i\u200bj\ud800"


class Stage(App[None]):
    """An app that shows the widgets it was given."""

    CSS_PATH = [styles_dir() / "panes.tcss"]  # noqa: RUF012 - Textual's own spelling

    def __init__(self, *widgets: Widget, theme: str = "finetop-dark") -> None:
        super().__init__()
        self.animation_level = "none"
        self.widgets = widgets
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Roles that a foreign theme does not name."""
        return DEFAULT_VARIABLES

    def compose(self) -> ComposeResult:
        """The widgets."""
        yield from self.widgets


def picture(app: App[None]) -> list[str]:
    """The screen's lines as plain text."""
    return [
        "".join(segment.text for segment in strip).rstrip()
        for strip in app.screen._compositor.render_strips()
    ]


def written(app: App[None]) -> str:
    """Everything a truecolour terminal would get for the whole screen."""
    console = Console(color_system="truecolor", force_terminal=True, legacy_windows=False, _environ={})
    return "\n".join(strip.render(console) for strip in app.screen._compositor.render_strips())


def strange(painted: str) -> list[str]:
    """The control, bidi and zero-width characters in text that should have none."""
    return [char for char in painted if not char.isprintable()]


class Repaints:
    """Counts what a widget asks to have painted again."""

    def __init__(self, widget: Widget) -> None:
        self.regions: list[Region] = []
        self.whole = 0
        original = widget.refresh

        def refresh(
            *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
        ) -> Widget:
            if regions:
                self.regions += regions
            elif repaint:
                self.whole += 1
            return original(*regions, repaint=repaint, layout=layout, recompose=recompose)

        widget.refresh = refresh  # type: ignore[method-assign]

    @property
    def lines(self) -> set[int]:
        """The screen lines asked for."""
        return {region.y for region in self.regions}

    def clear(self) -> None:
        """Forget what was."""
        self.regions.clear()
        self.whole = 0


_RANKS = {"running": 0, "stopping": 0, "checking": 1, "queued": 2, "paused": 3}


class Rows:
    """Jobs to show, without a store."""

    is_whole = True

    def __init__(self) -> None:
        self._rows: list[JobRow] = []
        self.news: set[JobKey] = set()

    def take(self, rows: Sequence[JobRow]) -> None:
        """These jobs and no others, active ones first and then the newest."""
        self._rows = sorted(
            rows, key=lambda row: (_RANKS.get(row.status, 4), -(row.created_at or 0.0), row.key)
        )

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def total(self) -> int:
        return len(self._rows)

    @property
    def has_ends(self) -> bool:
        return any(row.ends_at is not None for row in self._rows)

    async def show(self, view: View, first: Callable[[], None] = lambda: None) -> bool:
        return True

    def row(self, place: int) -> JobRow:
        return self._rows[place]

    def prepare(self, first: int, last: int) -> None:
        pass

    def first_rows(self) -> Sequence[JobRow]:
        return self._rows

    def place(self, key: JobKey) -> int | None:
        return next((at for at, row in enumerate(self._rows) if row.key == key), None)

    def keys(self, first: int, last: int) -> list[JobKey]:
        return [row.key for row in self._rows[first : last + 1]]

    def get(self, key: JobKey) -> JobRow | None:
        return next((row for row in self._rows if row.key == key), None)

    def extra(self, key: JobKey, column: str) -> object:
        return None

    def trend(self, row: JobRow) -> Sequence[float]:
        return ()

    def is_news(self, row: JobRow) -> bool:
        return row.turned > 0


def show(pane: JobsPane, rows: Sequence[JobRow], *, now: float = NOW) -> None:
    """Have a pane show these jobs."""
    jobs = pane._jobs
    if isinstance(jobs, Rows):
        jobs.take(rows)
        pane.news(now=now)
    else:
        jobs = Rows()
        jobs.take(rows)
        pane.open(jobs, now=now)


def job(number: int, status: str = "succeeded", **fields: object) -> JobRow:
    """A job of a given state, an hour apart from the next."""
    given: dict[str, object] = {
        "profile": "openai",
        "raw_status": status,
        "name": f"job-{number}",
        "model": "tiny-bytes-1",
        "method": "sft",
        "created_at": NOW - 3600 * number,
        "seq": number,
        "key": JobKey(1, f"ftjob-{number}"),
    }
    return JobRow(status=status, **(given | fields))  # type: ignore[arg-type]

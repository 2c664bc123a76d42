"""The smallest honest Textual screen: what finetop's start is measured against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Minimal(App[None]):
    """A header, a table of 100 jobs by 8 columns, a footer."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012 - Textual's own idiom

    def compose(self) -> ComposeResult:
        """Nothing but Textual's own widgets."""
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table in one call."""
        table = self.query_one(DataTable)
        table.add_columns("STATUS", "NAME", "MODEL", "METHOD", "PROGRESS", "LOSS", "ETA", "AGE")
        table.add_rows(
            (
                "running", f"job-{number}", "tiny-bytes-1", "sft", f"{number} %", "0.482", "4 m", "12 m",
            )
            for number in range(100)
        )  # fmt: skip


if __name__ == "__main__":
    Minimal().run()

"""The first screen of a new user: how to start. Asked once, by an app of its own, before any session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from finetop import text
from finetop.tui.base import BaseApp
from finetop.tui.screens.dialog import Paper
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from finetop.config import FoundKey

WIDTH = 76


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to start."""

    name: str
    """key, local, both or demo."""
    title: str
    says: tuple[str, ...]


def choices(found: FoundKey | None) -> list[Choice]:
    """The ways to start with what was found; the recommended one first."""
    local = Choice(
        "local",
        "Use the local engine, without an account",
        (
            "Trains a tiny model on this machine to rehearse a job.",
            "Costs nothing; nothing leaves this machine.",
        ),
    )
    demo = Choice(
        "demo",
        "Look at the demo",
        (
            "Eleven jobs on a server of its own, two of them training.",
            "Everything is deleted when you leave.",
        ),
    )
    if found is None:
        return [local, demo]
    host = text.shorten_middle(text.clean(found.host), 48)
    places = [
        f"{what} {text.shorten_middle(text.clean(value), 24)}"
        for what, value in (("organisation", found.organization), ("project", found.project))
        if value
    ]
    where = ", ".join(places) or "the key's own organisation and project"
    key = Choice(
        "key",
        f"Use the key in {found.key_env}",
        (f"Sent to {host}, {where}.", "It is read each time; only the variable's name is remembered."),
    )
    both = Choice("both", "Use both", (f"{host} and the local engine side by side.",))
    return [both, key, local, demo]


class Choices(LineView):
    """The ways to start, one below the other; digits choose at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose", "Start", id="first.start", tooltip="Start this way"),
        *(
            Binding(
                str(number), f"choose({number})", show=False, id=f"first.{number}", tooltip="Start this way"
            )
            for number in range(1, 5)
        ),
    ]

    def __init__(self, ways: list[Choice]) -> None:
        super().__init__()
        self.ways = ways
        self.chosen = 0

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        for place, way in enumerate(self.ways):
            here = place == self.chosen
            bar = (f"{self.glyphs.cursor} " if here else "  ", "accent")
            lines.append(Line((bar, (f"{place + 1}  ", "key"), (way.title, "bright" if here else "text"))))
            lines += [Line((("     ", "text"), (words, "muted"))) for words in way.says]
            lines.append(Line())
        return lines

    def body_count(self) -> int:
        """All lines."""
        return len(self._lines())

    def body_line(self, index: int, width: int) -> Line:  # noqa: ARG002 - the lines know their width
        """One of them."""
        return self._lines()[index]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as above
        """As high as its lines."""
        return self.body_count()

    def action_step(self, lines: int) -> None:
        """The next or the previous way."""
        self.chosen = max(0, min(len(self.ways) - 1, self.chosen + lines))
        self.redraw()

    def action_edge(self, side: int) -> None:
        """The first or the last way."""
        self.action_step(side * len(self.ways))

    def action_choose(self, number: int = 0) -> None:
        """Start this way."""
        place = (number or self.chosen + 1) - 1
        if place < len(self.ways):
            self.app.exit(self.ways[place].name)

    def on_click(self, event: events.Click) -> None:
        """The mouse moves to a way; a second click takes it."""
        lines = 0
        for place, way in enumerate(self.ways):
            lines += len(way.says) + 2
            if event.y + self.top < lines:
                if place == self.chosen:
                    self.action_choose()
                self.chosen = place
                self.redraw()
                return


class FirstRun(BaseApp[str]):
    """Returns `key`, `local`, `both` or `demo`; None when the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "Quit", id="app.quit", tooltip="Leave; nothing is remembered"),
    ]

    def __init__(self, found: FoundKey | None) -> None:
        super().__init__()
        self._ways = choices(found)

    def compose(self) -> ComposeResult:
        """A block in the middle between the two bars."""
        yield Paper([[(" finetop", "key")]], ground="bar", id="first-title")
        with Container(id="first"), Vertical():
            yield Paper(_welcome(), ground="", id="welcome")
            yield Choices(self._ways)
        keys: list[Run] = [
            (f" 1-{len(self._ways)}", "key"), (" Choose   ", "muted"), ("enter", "key"),
            (" Start   ", "muted"), ("q", "key"), (" Quit", "muted"),
        ]  # fmt: skip
        yield Paper([keys], ground="bar", id="first-keys")

    def on_mount(self) -> None:
        """The arrows move at once."""
        for sheet in self.query(LineView):
            sheet.glyphs = self.glyphs
        self.query_one(Choices).focus()


def _welcome() -> list[list[Run]]:
    return [
        [("finetop", "bright"), ("  top for fine-tuning jobs", "muted")],
        [],
        [("How do you want to start?", "bright"), ("  This is asked once.", "faint")],
        [],
    ]

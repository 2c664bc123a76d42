"""The first screen of a new user: how to start. Asked once, by an app of its own, before any session."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from finetop import text
from finetop.tui.base import BaseApp
from finetop.tui.screens import welcome
from finetop.tui.screens.dialog import Paper
from finetop.tui.widgets.ends import Ends, key_runs
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line, width_of

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from finetop.config import FoundKey

LEAD = 2
"""The cursor bar stands before the block."""
LONGEST = 200
"""No sentence here is wider."""
ROOM_FOR_CURVE = 80
INDENT = 3
"""The words of a choice stand behind its number."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to start."""

    name: str
    """key, local, both, demo, or the variable of the one key that is to be used."""
    title: str
    says: tuple[str, ...]


def choices(found: tuple[FoundKey, ...]) -> list[Choice]:
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
            "Fifteen jobs on a server of its own, two of them training.",
            "Everything is deleted when you leave.",
        ),
    )
    if not found:
        return [local, demo]
    read = "It is read each time; only the variable's name is remembered."
    if len(found) > 1:
        places = tuple(f"{key.key_env} is sent to {_where(key)}" for key in found)
        read = read.replace("It is", "They are").replace("variable's name is", "variables' names are")
        every = Choice("both", "Use all keys that were found, and the local engine", (*places, read))
        return [every, *(Choice(key.key_env, f"Use only {key.key_env}", ()) for key in found), local, demo]
    (only,) = found
    host = _shown(only.host, 48)
    key = Choice("key", f"Use the key in {only.key_env}", (f"Sent to {_where(only)}", read))
    both = Choice("both", "Use both", (f"{host} and the local engine side by side.",))
    return [both, key, local, demo]


def _where(key: FoundKey) -> str:
    """Who gets to see a key."""
    places = [
        f"{what} {_shown(value, 24)}"
        for what, value in (("organisation", key.organization), ("project", key.project))
        if value
    ]
    own = "" if key.key_header else ", the key's own organisation and project"
    return f"{_shown(key.host, 48)}{', ' + ', '.join(places) if places else own}."


def _shown(value: str, width: int) -> str:
    return text.shorten_middle(text.clean(value), width)


class Choices(LineView):
    """The ways to start, one below the other; digits choose at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose", "Start", id="first.start", tooltip="Start this way"),
        *(
            Binding(
                str(number), f"choose({number})", show=False, id=f"first.{number}", tooltip="Start this way"
            )
            for number in range(1, 8)
        ),
    ]

    def __init__(self, ways: list[Choice]) -> None:
        super().__init__()
        self.ways = ways
        self.chosen = 0
        self.spaced = True

    def lay_out(self, width: int) -> list[tuple[int, Line]]:
        """Each line with the place of its choice."""
        lines: list[tuple[int, Line]] = []
        lead = (" " * (LEAD + INDENT), "text")
        for place, way in enumerate(self.ways):
            here = place == self.chosen
            bar = ((self.glyphs.cursor if here else "").ljust(LEAD), "accent")
            if place and self.spaced:
                lines.append((place - 1, Line()))
            number = (str(place + 1).ljust(INDENT), "key")
            lines.append((place, Line((bar, number, (way.title, "bright" if here else "text")))))
            for words in way.says:
                lines += [(place, Line((lead, (part, "muted")))) for part in _wrapped(words, width)]
        return lines

    def body_count(self) -> int:
        """All lines."""
        return len(self.lay_out(self.size.width))

    def body_line(self, index: int, width: int) -> Line:
        """One of them."""
        return self.lay_out(width)[index][1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as above
        """As high as its lines."""
        return len(self.lay_out(width))

    def action_step(self, lines: int) -> None:
        """The next or the previous way."""
        self._move_to(self.chosen + lines)

    def action_page(self, pages: int) -> None:
        """As the edges: a page holds all ways."""
        self.action_edge(pages)

    def action_edge(self, side: int) -> None:
        """The first or the last way."""
        self._move_to(side * len(self.ways))

    def _move_to(self, place: int) -> None:
        self.chosen = max(0, min(len(self.ways) - 1, place))
        mine = [at for at, (way, _) in enumerate(self.lay_out(self.size.width)) if way == self.chosen]
        if mine[0] < self.top:
            self.scroll_to_line(mine[0])
        elif mine[-1] >= self.top + self.body_height:
            self.scroll_to_line(mine[-1] + 1 - self.body_height)
        self.redraw()

    def action_choose(self, number: int = 0) -> None:
        """Start this way."""
        place = (number or self.chosen + 1) - 1
        if place < len(self.ways):
            self.app.exit(self.ways[place].name)

    def on_click(self, event: events.Click) -> None:
        """The mouse moves to a way; a second click takes it."""
        lines = self.lay_out(self.size.width)
        if not 0 <= event.y + self.top < len(lines):
            return
        place = lines[event.y + self.top][0]
        if place == self.chosen:
            self.action_choose()
        self._move_to(place)


class FirstRun(BaseApp[str]):
    """Returns `key`, `local`, `both`, `demo` or one key's variable; None when the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "Quit", id="app.quit", tooltip="Leave; nothing is remembered"),
    ]

    def __init__(self, found: tuple[FoundKey, ...]) -> None:
        super().__init__()
        self._ways = choices(found)

    def compose(self) -> ComposeResult:
        """A block in the middle between the two bars."""
        yield Ends([("finetop", "key")], [("no profile yet", "muted")], id="first-title")
        with Container(id="first"), Vertical():
            yield Paper(ground="", id="welcome")
            yield Choices(self._ways)
        keys = key_runs(((f"1-{len(self._ways)}", "Choose"), ("enter", "Start")))
        yield Ends(keys, key_runs((("q", "Quit"),)), id="first-keys")

    def on_mount(self) -> None:
        """The arrows move at once."""
        for sheet in self.query(LineView):
            sheet.glyphs = self.glyphs
        self.query_one(Choices).focus()
        self._arrange(self.size)

    def on_resize(self, event: events.Resize) -> None:
        """What does not fit leaves: the curve, then the words, then the blank lines."""
        if self.query(Choices):
            self._arrange(event.size)

    def _arrange(self, size: Size) -> None:
        choices, room = self.query_one(Choices), size.height - 2
        choices.spaced = True
        widest = max(width_of(line.runs) for _, line in choices.lay_out(LONGEST))
        heads = [welcome.plain(), welcome.short()]
        if self.glyphs.plot != "ascii" and size.width >= ROOM_FOR_CURVE:
            heads.insert(0, welcome.tall(self.glyphs))
        for head in heads:
            width = min(max(widest, *(LEAD + width_of(line) for line in head)), size.width - 1)
            if len(head) + len(choices.lay_out(width)) <= room:
                break
        else:
            choices.spaced = False
        choices.styles.max_height = room - len(head)
        block = self.query_one("#first Vertical")
        block.styles.width = width
        self.query_one("#welcome", Paper).write([[(" " * LEAD, "text"), *line] for line in head])
        choices.refresh(layout=True)


def _wrapped(words: str, width: int) -> list[str]:
    return wrap(words, max(20, width - LEAD - INDENT), break_on_hyphens=False)

"""The footer: at most eight keys that work here and now, help and quit at the right.

It reads the live bindings of the focused chain. `ORDER` says which ids stand in which order for which
pane (by its `foot`, else its widget id); a pane that is not named there shows what its bindings ask to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetop.text import UNICODE, Glyphs, clean
from finetop.text.keys import key_word
from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import Run, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.screen import Screen

AT_MOST: Final = 8
RIGHT: Final = ("app.help", "screen.leave", "app.quit")
ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs": (
        "job.create",
        "job.clone",
        "job.cancel",
        "job.pause",
        "job.resume",
        "job.delete",
        "job.take_back",
        "list.filter",
        "list.sort",
        "job.compare",
        "job.try",
        "app.copy",
        "pane.full",
        "pane.next",
    ),
    "jobs marked": (
        "job.cancel",
        "job.pause",
        "job.resume",
        "job.delete",
        "job.compare",
        "app.copy",
        "list.mark",
        "list.clear_marks",
        "pane.full",
    ),
    "detail": (
        "tab.previous",
        "tab.next",
        "detail.open",
        "detail.unfold",
        "detail.fold",
        "text.find",
        "text.next",
        "text.previous",
        "app.copy",
        "app.browse",
        "app.editor",
        "pane.full",
        "pane.next",
    ),
    "curves": (
        "curve.back",
        "curve.forward",
        "curve.zoom_in",
        "curve.zoom_out",
        "curve.best",
        "curve.table",
        "pane.full",
        "curve.measure",
        "curve.axis",
        "curve.smooth",
        "curve.log",
        "curve.export",
        "tab.previous",
        "tab.next",
        "pane.next",
    ),
    "files": (
        "move.pick",
        "data.export",
        "files.send",
        "files.delete",
        "list.filter",
        "list.sort",
        "app.copy",
        "list.mark",
    ),
    "files marked": ("data.export", "files.delete", "app.copy", "list.clear_marks"),
    "models marked": ("models.delete", "app.copy", "list.clear_marks"),
    "models": (
        "move.pick",
        "models.own",
        "models.delete",
        "list.filter",
        "list.sort",
        "app.copy",
        "list.mark",
    ),
    "differences": ("compare.same", "compare.contents", "app.copy", "pane.full", "pane.next"),
    "records": (
        "move.pick",
        "record.previous",
        "record.next",
        "record.split",
        "text.find",
        "text.next",
        "text.previous",
        "data.export",
        "app.copy",
        "pane.next",
    ),
    "record": (
        "record.previous",
        "record.next",
        "record.split",
        "text.find",
        "text.next",
        "text.previous",
        "data.export",
        "app.copy",
        "pane.next",
    ),
    "events": (
        "events.follow",
        "text.find",
        "text.next",
        "text.previous",
        "text.filter",
        "events.wrap",
        "events.time",
        "events.level",
        "events.previous",
        "events.next",
        "events.save",
        "pane.full",
        "pane.next",
    ),
}
_LEAVES_FIRST: Final = (
    "job.clone",
    "list.sort",
    "job.compare",
    "app.browse",
    "app.editor",
    "app.copy",
    "pane.full",
    "curve.smooth",
    "events.time",
)


class Item(NamedTuple):
    """One word of the footer with the keys that do it."""

    keys: str
    word: str
    id: str


def items(screen: Screen[Any]) -> tuple[list[Item], list[Item]]:
    """The footer's items of a screen: those of the left in order, then help and quit."""
    found: dict[str, Item] = {}
    shown: list[str] = []
    word_of = getattr(screen, "word_of", None)
    for key, active in screen.active_bindings.items():
        binding = active.binding
        name = binding.id or binding.action
        if not active.enabled or not binding.description or name in found:
            continue
        word = binding.description if word_of is None else word_of(name, binding.description)
        found[name] = Item(binding.key_display or key_word(key), clean(word), name)
        if binding.show and not binding.system:
            shown.append(name)
    focused = screen.focused
    order = ORDER.get(getattr(focused, "foot", "") or focused.id or "") if focused is not None else None
    names = [name for name in order or shown if name in found and name not in RIGHT]
    left: list[Item] = []
    for name in names:
        item = found[name]
        if left and left[-1].word == item.word:
            left[-1] = Item(f"{left[-1].keys} {item.keys}", item.word, left[-1].id)
        else:
            left.append(item)
    return left[:AT_MOST], [found[name] for name in RIGHT if name in found]


class Foot(OneLine):
    """Follows the bindings; nothing is painted while they stay the same."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = "foot") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._left: list[Item] = []
        self._right: list[Item] = []

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        super().on_mount()
        self._take(self.screen)
        self.screen.bindings_updated_signal.subscribe(self, self._take)

    def on_unmount(self) -> None:
        """Follow no more."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _take(self, screen: Screen[Any]) -> None:
        if screen.is_attached and screen is self.screen:
            self._left, self._right = items(screen)
            self.redraw()

    def line_runs(self, width: int) -> list[Run]:
        """As many items as fit; the less needed leave first."""
        gap = "  " if width < 100 else "   "
        right = _item_runs(self._right, gap)
        left = list(self._left)
        while left and width_of(_item_runs(left, gap)) + width_of(right) + 2 + len(gap) > width:
            left.remove(_least(left))
        runs = _item_runs(left, gap)
        room = width - 2 - width_of(runs) - width_of(right)
        return [(" ", "text"), *runs, (" " * max(0, room), "muted"), *right, (" ", "muted")]


def _least(left: Sequence[Item]) -> Item:
    for name in _LEAVES_FIRST:
        for item in left:
            if item.id == name:
                return item
    return left[-1]


def _item_runs(shown: Sequence[Item], gap: str) -> list[Run]:
    runs: list[Run] = []
    for item in shown:
        runs += [(gap if runs else "", "muted"), (item.keys, "key"), (f" {item.word}", "muted")]
    return runs

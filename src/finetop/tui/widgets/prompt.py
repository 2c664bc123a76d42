"""One line over the footer to type into: a filter, words to find, a path.

    prompt = await Prompt.ask(screen, "Filter", done=..., changed=..., left=..., complete=...)
    prompt.say("there is no field statuss")     what is wrong with it so far, at its right

It lies on the layer of the notice, so that opening it moves nothing, and is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from finetop import text
from finetop.tui.screens.fields import Entry
from finetop.tui.widgets.oneline import OneLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen
    from textual.widget import Widget

    from finetop.tui.widgets.runs import Run

HISTORY: Final = 50
"""Lines of one kind that the arrows bring back."""


class Completion(NamedTuple):
    """One way to go on from what was typed."""

    value: str
    """The whole line as it would be."""
    label: str
    """What is shown of it."""


Heard = Callable[[str], object]
Complete = Callable[[str], Sequence[Completion]]


class _Asked(NamedTuple):
    """What the line is for, and who hears of it."""

    label: str
    done: Heard
    changed: Heard | None
    left: Callable[[], object] | None
    complete: Complete | None


class _Beside(OneLine):
    """What is wrong with the line, else how it may go on."""

    problem = ""
    offers: Sequence[Completion] = ()

    def line_runs(self, width: int) -> list[Run]:
        """At the right end, as much as fits."""
        if self.problem:
            words = text.shorten_end(f"! {text.clean(self.problem)}", width - 1, self.glyphs.ellipsis)
            return [(" " * (width - 1 - text.cells(words)), "text"), (words, "bad")]
        labels: list[str] = []
        for offer in self.offers:
            label = text.clean(offer.label)
            if sum(text.cells(shown) + 2 for shown in labels) + text.cells(label) + 6 > width:
                break
            labels.append(label)
        if not labels:
            return []
        taken = sum(text.cells(label) + 2 for label in labels) + 4
        rest: list[Run] = [(f"  {label}", "faint") for label in labels[1:]]
        lead: list[Run] = [(" " * max(0, width - taken), "text"), ("tab ", "key")]
        return [*lead, (labels[0], "muted"), *rest, (" ", "text")]


class PromptLine(Entry):
    """What is typed into."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take", id="prompt.take", tooltip="Take the line as it is"),
    ]


class Prompt(Horizontal):
    """A label, what is typed, and what there is to say about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="prompt.complete", tooltip="Go on as offered"),
        Binding("escape", "leave", "Leave", id="prompt.leave", tooltip="Leave this line as it was before"),
        Binding(
            "up", "recall(1)", "Earlier", show=False, id="prompt.earlier", tooltip="What was typed before"
        ),
        Binding("down", "recall(-1)", "Later", show=False, id="prompt.later", tooltip="What was typed after"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._label = Static(classes="label")
        self._entry = PromptLine(id="prompt-line")
        self._beside: _Beside | None = None
        self._asked: _Asked | None = None
        self._before: Widget | None = None
        self._history: dict[str, list[str]] = {}
        self._recalled = 0

    def compose(self) -> ComposeResult:
        """Label, field, and the place beside it."""
        self._beside = _Beside(glyphs=getattr(self.app, "glyphs", text.UNICODE), id=None)
        yield self._label
        yield self._entry
        yield self._beside

    # --- asking -----------------------------------------------------------------------------------------

    @classmethod
    async def ask(
        cls,
        screen: Screen[Any],
        label: str,
        value: str = "",
        *,
        done: Heard,
        changed: Heard | None = None,
        left: Callable[[], object] | None = None,
        complete: Complete | None = None,
    ) -> Prompt:
        """Open the line; the focus returns where it was before `done` or `left` is called.

        `changed` hears each change while one types, `left` that the line was left with esc; lines that
        were done are brought back by the arrows, for each label its own.
        """
        found = screen.query(cls)
        prompt = found.first() if found else cls()
        if not found:
            await screen.mount(prompt)
        prompt._open(_Asked(label, done, changed, left, complete), value)  # noqa: SLF001 - our own
        return prompt

    @property
    def is_modal(self) -> bool:
        """What the screen below does by a key waits until the line is closed."""
        return True

    @property
    def is_open(self) -> bool:
        """True while it takes what is typed."""
        return self.has_class("-shown")

    @property
    def value(self) -> str:
        """What stands in the line."""
        return self._entry.value

    def say(self, problem: str) -> None:
        """What is wrong with the line so far; empty where nothing is."""
        if self._beside is not None:
            self._beside.problem = problem
            self.set_class(bool(problem), "-wrong")
            self._beside.redraw()

    def _open(self, asked: _Asked, value: str) -> None:
        self._asked, self._recalled = asked, 0
        if not self.is_open:
            self._before = self.screen.focused
        self._label.update(Content(text.clean(asked.label)))
        with self.prevent(Input.Changed):
            self._entry.value = value
        self._entry.cursor_position = len(value)
        self.say("")
        self.offer()
        self.add_class("-shown")
        self.screen.set_focus(self._entry, scroll_visible=False)

    def _close(self) -> None:
        self.remove_class("-shown")
        self.screen.set_focus(self._before, scroll_visible=False)

    # --- typing -----------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open or self._asked is None:
            return
        self.say("")
        self.offer()
        if self._asked.changed is not None:
            self._asked.changed(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.is_open or self._asked is None:
            return
        known = self._known()
        if event.value and event.value in known:
            known.remove(event.value)
        if event.value:
            known.insert(0, event.value)
            del known[HISTORY:]
        self._close()
        self._asked.done(event.value)

    def action_leave(self) -> None:
        """As it was before."""
        self._close()
        if self._asked is not None and self._asked.left is not None:
            self._asked.left()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """Nothing can be completed where nothing is offered."""
        return self._is_offered if action == "complete" else True

    @property
    def _is_offered(self) -> bool:
        return self._beside is not None and bool(self._beside.offers)

    def action_complete(self) -> None:
        """Take the first offer."""
        if self._beside is not None and self._beside.offers:
            self._put(self._beside.offers[0].value)

    def action_recall(self, step: int) -> None:
        """Bring back what was done before."""
        known = self._known()
        self._recalled = max(0, min(self._recalled + step, len(known)))
        self._put(known[self._recalled - 1] if self._recalled else "")

    def _known(self) -> list[str]:
        """What was typed before for the same purpose, newest first."""
        return self._history.setdefault(self._asked.label if self._asked is not None else "", [])

    def _put(self, value: str) -> None:
        self._entry.value = value
        self._entry.cursor_position = len(value)

    def offer(self) -> None:
        """Show how the line may go on, as far as that is known now."""
        if self._beside is not None:
            complete = self._asked.complete if self._asked is not None else None
            before = self._is_offered
            self._beside.offers = () if complete is None else complete(self._entry.value)
            self._beside.redraw()
            if self._is_offered != before:
                self.refresh_bindings()

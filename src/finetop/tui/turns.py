"""What is typed, in turn: one key is done before the next is looked at.

Textual hands each key at once to the widget that has the focus then; one that nobody wants there climbs to
the app, whose bindings may move the focus. Over a slow line keys come several in one piece, and what follows
a tab would be typed into the field before it.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual import events
from textual.app import App
from textual.message import Message

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

Result = TypeVar("Result")

LOST_S = 0.5
"""A widget that goes before it passes on what is sent behind a key must not swallow the keys to come."""


class InTurn(App[Result]):
    """An app that takes keys and pastes one after the other."""

    class Done(Message):
        """Sent behind a key, along the same way: once it is here, so was the key."""

        def __init__(self, turn: int, screen: Screen[Any]) -> None:
            super().__init__()
            self.turn = turn
            self.screen = screen

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._typed: deque[events.Key | events.Paste] = deque()
        self._turn = 0
        self._is_busy = False

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed while something else is being done; all other events pass."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded or not self.screen_stack:
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._is_busy:
            self.set_timer(LOST_S, partial(self._give_up, self._turn))
        else:
            await self._take()

    async def _take(self) -> None:
        """Look at what was typed next."""
        self._is_busy = bool(self._typed)
        if self._is_busy:
            target = self.focused or self.screen
            screen = self.screen
            await super().on_event(self._typed.popleft())
            self._follow(target, screen)

    def _follow(self, target: Widget, screen: Screen[Any]) -> None:
        self._turn += 1
        target.post_message(self.Done(self._turn, screen))

    async def on_in_turn_done(self, message: Done) -> None:
        """The next one's turn; where a screen has come or gone, once the one now seen is ready."""
        message.stop()
        if message.turn != self._turn:
            return
        if self.screen is message.screen:
            await self._take()
        else:
            self._follow(self.focused or self.screen, self.screen)

    async def _give_up(self, turn: int) -> None:
        if turn == self._turn and self._is_busy:
            await self._take()

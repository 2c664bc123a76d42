"""One prompt put to the base and the tuned model, the answers side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.screens.dialog import Dialog
from finetop.tui.screens.fields import Entry

if TYPE_CHECKING:
    from textual.widget import Widget

MOST_SHOWN = 4_000
"""Characters of an answer; the rest would only be scrolled past."""


class TryPrompt(Dialog[None]):
    """`chat(model, prompt)` answers for both; a refusal stands where the answer would.

    `example` is offered as the first prompt unless something was typed before it came.
    """

    def __init__(
        self, base: str, tuned: str, chat: Callable[[str, str], Awaitable[str]], example: Future[str]
    ) -> None:
        super().__init__()
        self._models = (base, tuned)
        self._chat = chat
        self._example = example

    @property
    def question(self) -> str:
        """What this is."""
        return "Try a prompt"

    def content(self) -> Iterable[Widget]:
        """The prompt, then two columns."""
        yield Entry(placeholder="Type a prompt, then enter", id="prompt")
        yield Horizontal(*(self._column(side) for side in range(2)), id="answers")

    def _column(self, side: int) -> Widget:
        name = text.clean(self._models[side])
        return VerticalScroll(
            Static(Content("Base model" if side == 0 else "Tuned model"), classes="heading"),
            Static(Content(name), classes="model"),
            Static(id=f"answer-{side}", classes="answer"),
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Type at once, or take the question that the model was taught first."""
        self.query_one(Input).focus()
        self._offer()

    @work(exit_on_error=False)
    async def _offer(self) -> None:
        try:
            example = text.clean(await asyncio.wrap_future(self._example))
        except FinetopError:
            return  # the prompt itself will tell what is wrong
        field = self.query_one(Input)
        if not field.value:
            field.value = example
            field.action_end()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._ask(event.value)

    @work(exclusive=True, group="chat", exit_on_error=False)
    async def _ask(self, prompt: str) -> None:
        """Both are asked at once; a second prompt replaces the first."""
        for side in range(2):
            self._say(side, "asking", role="-waiting")
        await asyncio.gather(*(self._answer(side, prompt) for side in range(2)))

    async def _answer(self, side: int, prompt: str) -> None:
        try:
            answer = await self._chat(self._models[side], prompt)
        except FinetopError as error:
            self._say(side, f"{error.message}\n{error.advice}", role="-refused")
            return
        self._say(side, answer[:MOST_SHOWN] or "(it answered nothing)")

    def _say(self, side: int, words: str, *, role: str = "") -> None:
        place = self.query_one(f"#answer-{side}", Static)
        for name in ("-waiting", "-refused"):
            place.set_class(name == role, name)
        place.update(Content("\n".join(text.clean_lines(words))))

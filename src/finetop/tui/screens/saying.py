"""A screen that says what happened, in the line over the footer."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from textual import on

from finetop.errors import FinetopError
from finetop.tui.messages import Said
from finetop.tui.widgets.calm import CalmScreen
from finetop.tui.widgets.notice import Notice

Answer = TypeVar("Answer")


class Saying(CalmScreen[None]):
    """The part of a screen that has a notice; whoever is on the screen posts `Said`."""

    @on(Said)
    def _say(self, event: Said) -> None:
        event.stop()
        self.query_one(Notice).show(event.sentence, event.hint, role=event.role)

    def clear_notice(self) -> None:
        """The next key was pressed."""
        if self.is_mounted:
            self.query_one(Notice).clear()

    async def _told(self, future: Future[Answer], done: str) -> Answer | None:
        """Wait for an answer and say how it went; None when it was no."""
        try:
            answer = await asyncio.wrap_future(future)
        except FinetopError as error:
            self.post_message(Said.of(error))
            return None
        if done:
            self.post_message(Said(done))
        return answer

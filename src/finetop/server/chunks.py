"""An answer of a model as a stream of chunks, one for each piece of its text."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from finetop.server import wire
from finetop.server.faults import ApiFault
from finetop.server.generating import pieces
from finetop.server.streams import DONE, EventStream, told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from finetop.server.services import Services


def usage(reply: dict[str, Any]) -> dict[str, int]:
    """What an answer took, in tokens."""
    return {
        "prompt_tokens": reply["prompt_tokens"],
        "completion_tokens": reply["completion_tokens"],
        "total_tokens": reply["prompt_tokens"] + reply["completion_tokens"],
    }


class Form(Protocol):
    """How the chunks of one kind of answer look."""

    def envelope(self) -> dict[str, Any]:
        """What all chunks of this answer have in common."""

    def opening(self) -> list[dict[str, Any]]:
        """The choice before any text, where this kind has one."""

    def piece(self, text: str) -> dict[str, Any]:
        """The choice with a piece of the text."""

    def closing(self, reason: str) -> dict[str, Any]:
        """The choice that says why the answer ended."""


@dataclass(frozen=True)
class Chat:
    """Chunks of a chat.completion."""

    model: str
    id: str = field(default_factory=lambda: wire.new_id("chatcmpl-"))
    created: int = field(default_factory=lambda: int(time.time()))

    def envelope(self) -> dict[str, Any]:
        """What all chunks of this answer have in common."""
        return {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
        }

    def opening(self) -> list[dict[str, Any]]:
        """Who speaks."""
        return [self._choice({"role": "assistant", "content": ""})]

    def piece(self, text: str) -> dict[str, Any]:
        """What is added to the content."""
        return self._choice({"content": text})

    def closing(self, reason: str) -> dict[str, Any]:
        """Nothing more is added."""
        return self._choice({}, reason)

    @staticmethod
    def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


@dataclass(frozen=True)
class Text:
    """Chunks of a text_completion."""

    model: str
    id: str = field(default_factory=lambda: wire.new_id("cmpl-"))
    created: int = field(default_factory=lambda: int(time.time()))

    def envelope(self) -> dict[str, Any]:
        """What all chunks of this answer have in common."""
        return {"id": self.id, "object": "text_completion", "created": self.created, "model": self.model}

    def opening(self) -> list[dict[str, Any]]:
        """Nothing: it begins with its text."""
        return []

    def piece(self, text: str) -> dict[str, Any]:
        """What is added to the text."""
        return self._choice(text)

    def closing(self, reason: str) -> dict[str, Any]:
        """Nothing more is added."""
        return self._choice("", reason)

    @staticmethod
    def _choice(text: str, reason: str | None = None) -> dict[str, Any]:
        return {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}


async def streamed(here: Services, asked: dict[str, Any], form: Form, *, usage_wanted: bool) -> EventStream:
    """The answer as a stream; what goes wrong before its first piece is raised as an ApiFault."""
    lines = pieces(here, {**asked, "stream": True})
    try:
        first = await anext(lines)
    except BaseException:
        await lines.aclose()
        raise
    return EventStream(_events(first, lines, form, usage_wanted=usage_wanted), lines.aclose)


async def _events(
    first: dict[str, Any], rest: AsyncGenerator[dict[str, Any]], form: Form, *, usage_wanted: bool
) -> AsyncGenerator[str]:
    empty = {"usage": None} if usage_wanted else {}

    def chunk(choice: dict[str, Any]) -> str:
        return told({**form.envelope(), "choices": [choice], **empty})

    for choice in form.opening():
        yield chunk(choice)
    async with contextlib.aclosing(rest):
        line = first
        try:
            while "finish_reason" not in line:
                yield chunk(form.piece(line["text"]))
                line = await anext(rest)
        except ApiFault as fault:
            yield told(fault.envelope())
            return
        except StopAsyncIteration:
            cut = ApiFault(500, "The model stopped in the middle of its answer.", kind="server_error")
            yield told(cut.envelope())
            return
    yield chunk(form.closing(line["finish_reason"]))
    if usage_wanted:
        yield told({**form.envelope(), "choices": [], "usage": usage(line)})
    yield DONE

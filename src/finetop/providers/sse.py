"""Server-sent events: from the lines of a stream to its messages. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MOST_CHARACTERS = 4 << 20
"""Of one message; a longer one is no log line."""


class TooLongError(ValueError):
    """A message that does not end."""


@dataclass(frozen=True, slots=True)
class Message:
    """What stood between two blank lines."""

    data: str
    kind: str = ""
    """The `event:` field; empty means the usual kind."""

    @property
    def is_last(self) -> bool:
        """True for the word with which OpenAI's streams end."""
        return self.data.strip() == "[DONE]"


class Messages:
    """Gathers lines into messages; comments, and fields that are not ours, are left out."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._kind = ""
        self._characters = 0
        self.is_stream = True
        """False once a line was JSON or HTML outside of every field: then this is another kind of answer."""

    def feed(self, line: str) -> Message | None:
        """The message that this line ends. Raises TooLongError."""
        if not line:
            return self._ended()
        if line[0] in "{[<":
            self.is_stream = False
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._characters += len(value)
            if self._characters > MOST_CHARACTERS:
                raise TooLongError("a message that does not end")
        elif name == "event":
            self._kind = value
        return None

    def end(self) -> Message | None:
        """The last message: `[DONE]` alone counts without its blank line, for anything else may be torn."""
        last = self._ended()
        return last if last is not None and last.is_last else None

    def _ended(self) -> Message | None:
        data, kind = self._data, self._kind
        self._data, self._kind, self._characters = [], "", 0
        return Message("\n".join(data), kind) if data else None

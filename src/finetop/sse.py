"""Server-sent events: bytes as they come, cut anywhere, to lines and from lines to messages. Pure."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

MOST_CHARACTERS = 4 << 20
"""Of one line, and of one message; a longer one is no log line."""


class TooLongError(ValueError):
    """A line or a message that does not end."""


class Lines:
    """Cuts a stream into lines as the format says: at CR, LF and CRLF, and nowhere else.

    `str.splitlines` would also cut at U+2028 and its like, which stand unescaped inside JSON.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._begun = False
        self._after_return = False

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that this chunk completes. Raises TooLongError."""
        return self._cut(self._decoder.decode(chunk))

    def end(self) -> list[str]:
        """The line that no line end followed, where there is one."""
        lines = self._cut(self._decoder.decode(b"", final=True))
        rest, self._rest = self._rest, ""
        return [*lines, rest] if rest else lines

    def _cut(self, text: str) -> list[str]:
        if not text:
            return []
        if not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        if self._after_return:  # the other half of a CRLF
            text = text.removeprefix("\n")
            self._after_return = False
        self._after_return = text.endswith("\r")
        *lines, rest = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = rest
        if len(rest) > MOST_CHARACTERS:
            raise TooLongError("a line that does not end")
        return lines


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

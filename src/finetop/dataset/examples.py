"""What one line of a training file says: who says what, in the order it is said. Pure.

Every form that providers take is read (chat, preferences, prompts and completions, graded answers); whatever
else a line holds is kept beside it by its name, and a line that is none of them is told as its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_ALSO_CALLED: Final = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}
_MEDIA: Final = ("image_url", "input_image", "image", "input_audio", "audio", "file", "input_file", "video")
_ONE_OF: Final = ("text", "input_text", "output_text", "refusal")


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that is said, called or added."""

    who: str
    """system, user, assistant, tool, preferred, rejected, or the name of a field."""
    words: str
    note: str = ""
    """What else is to know of it: a weight, a name, the call that is answered."""
    is_field: bool = False
    """True for what is not said by anybody."""


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a training file."""

    turns: tuple[Turn, ...]
    problem: str = ""
    """Why the line is no example; its text is then its only turn."""

    @property
    def asked(self) -> str:
        """What is asked first, in brief."""
        return next((turn.words for turn in self.turns if turn.who in ("user", "prompt")), self._first)

    @property
    def answered(self) -> str:
        """What shall be answered last, in brief."""
        answers = ("assistant", "completion", "preferred")
        return next((turn.words for turn in reversed(self.turns) if turn.who in answers), "")

    @property
    def _first(self) -> str:
        return self.turns[0].words if self.turns else ""


def example_of(line: bytes) -> Example:
    """A line as it is meant; never raises."""
    text = line.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        value = json.loads(text)
    except ValueError as error:
        reason = getattr(error, "msg", "")
        return Example(
            (Turn("line", text, is_field=True),), f"not JSON{f': {reason.lower()}' if reason else ''}"
        )
    except RecursionError:
        return Example((Turn("line", text, is_field=True),), "brackets too deep")
    if not isinstance(value, dict):
        return Example((Turn("value", _shown(value), is_field=True),), "not a JSON object")
    return Example(tuple(_turns(value)))


def _turns(value: Mapping[str, Any]) -> Iterator[Turn]:
    rest = dict(value)
    for name in ("input", "messages", "conversations", "prompt", "completion"):
        if name == "input" and isinstance(rest.get(name), dict):
            yield from _turns(rest.pop(name))
        elif name in ("messages", "conversations") and isinstance(rest.get(name), list):
            yield from _said(rest.pop(name))
        elif name in ("prompt", "completion") and isinstance(rest.get(name), str):
            yield Turn(name, rest.pop(name))
    for name, who in (("preferred_output", "preferred"), ("non_preferred_output", "rejected")):
        if isinstance(rest.get(name), list):
            yield from _said(rest.pop(name), instead=who)
    for name, kept in rest.items():
        if name in ("tools", "functions") and isinstance(kept, list):
            yield Turn(name, ", ".join(_tool_names(kept)), is_field=True)
        else:
            yield Turn(str(name), _shown(kept), is_field=True)


def _said(messages: Iterable[Any], *, instead: str = "") -> Iterator[Turn]:
    """The turns of a list of messages; `instead` stands for the assistant's name."""
    for message in messages:
        if not isinstance(message, dict):
            yield Turn("message", _shown(message), is_field=True)
            continue
        role = message.get("role", message.get("from"))
        who = _ALSO_CALLED.get(role, role) if isinstance(role, str) else "message"
        who = instead if instead and who == "assistant" else who
        content = message.get("content", message.get("value"))
        calls = list(_calls(message))
        words = "\n".join(_parts(content))
        if words or not calls:
            yield Turn(who, words, _note(message))
        yield from (Turn(who, call, "calls") for call in calls)


def _parts(content: Any) -> Iterator[str]:
    """What a content says; pictures and sounds are named."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from _part(part)
    elif content is not None:
        yield _shown(content)


def _part(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
        return
    if not isinstance(part, dict):
        yield _shown(part)
        return
    kind = part.get("type")
    said = next((part[name] for name in _ONE_OF if isinstance(part.get(name), str)), None)
    media = next((name for name in _MEDIA if name in part), kind if kind in _MEDIA else None)
    if said is not None:
        yield said
    elif media is not None:
        yield _medium(str(media), part.get(media))
    else:
        yield _shown(part)


def _medium(name: str, held: Any) -> str:
    """A picture, a sound or a file in words: what it is, where it is or how large."""
    word = "image" if "image" in name else "sound" if "audio" in name else name.removeprefix("input_")
    about = held if isinstance(held, dict) else {"url": held}
    detail = f", detail {about['detail']}" if isinstance(about.get("detail"), str) else ""
    for key in ("url", "data", "file_data", "file_id"):
        found = about.get(key)
        if not isinstance(found, str):
            continue
        if key == "url" and not found.startswith("data:"):
            return f"[{word} at {found}{detail}]"
        if key == "file_id":
            return f"[{word} {found}{detail}]"
        kind = found[5:].split(";")[0].split(",")[0] if found.startswith("data:") else about.get("format", "")
        packed = found.rpartition(",")[2]
        return f"[{word}, {kind or 'unknown'}, {len(packed) * 3 // 4:,} bytes{detail}]"
    return f"[{word}]"


def _calls(message: Mapping[str, Any]) -> Iterator[str]:
    """What the assistant calls, as one would write it down."""
    called = message.get("tool_calls")
    single = message.get("function_call")
    for call in [*(called if isinstance(called, list) else []), *([single] if single else [])]:
        function = call.get("function", call) if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            given = function.get("arguments", "")
            yield f"{function['name']}({given if isinstance(given, str) else _shown(given)})"
        else:
            yield _shown(call)


def _note(message: Mapping[str, Any]) -> str:
    said = [f"{message[name]}" for name in ("name", "tool_call_id") if isinstance(message.get(name), str)]
    if message.get("weight") is not None:
        said.append("not learned" if message["weight"] == 0 else f"weight {message['weight']}")
    return ", ".join(said)


def _tool_names(tools: Iterable[Any]) -> Iterator[str]:
    for tool in tools:
        function = tool.get("function", tool) if isinstance(tool, dict) else tool
        name = function.get("name") if isinstance(function, dict) else None
        yield name if isinstance(name, str) else _shown(tool)


def _shown(value: Any) -> str:
    """A value as text: strings as they are, all else as JSON that is laid out where it is long."""
    if isinstance(value, str):
        return value
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= 80 else json.dumps(value, ensure_ascii=False, indent=2)

"""A log in a file: text to read, or JSON lines where the name ends in `.json` or `.jsonl`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop import text
from finetop.errors import BadInput
from finetop.store.log import MODERATION, MODERATION_WORD

if TYPE_CHECKING:
    from finetop.store import JobKey
    from finetop.store.log import Log, LogQuery

JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
_PART = ".part"


class IsThere(BadInput):
    """There is a file of this name already."""


def file_name(name: str) -> str:
    """What a log is called where nobody has said otherwise."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in text.clean(name))
    return f"{plain.strip('-.')[:60] or 'job'}-events.txt"


def save(log: Log, query: LogQuery, names: Mapping[JobKey, str], path: Path, *, replace: bool) -> int:
    """Write the lines that a query means; how many they were. Raises IsThere, or BadInput where it cannot be.

    The file is there once it is whole.
    """
    path = path.expanduser()
    if not path.name or path.is_dir():
        raise BadInput(f"{path} is a folder", hint="Add the name of a file.")
    if path.exists() and not replace:
        raise IsThere(f"{path} is there already")
    part = path.with_name(path.name + _PART)
    try:
        with part.open("w", encoding="utf-8") as file:
            count = 0
            for line in lines(log, query, names, as_json=path.suffix.lower() in JSON_ENDINGS):
                file.write(line + "\n")
                count += 1
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(f"{path} cannot be written: {error.strerror}", hint="Choose another path.") from error
    return count


def lines(log: Log, query: LogQuery, names: Mapping[JobKey, str], *, as_json: bool) -> Iterator[str]:
    """The lines of the file."""
    found = log.whole(query, wanted=lambda: True)
    by_id = {key.id: name for key, name in names.items()} if query.by_time else {}
    for told in log.told(found.lines) if found is not None else ():
        yield json.dumps(told, ensure_ascii=False) if as_json else _readable(told, by_id)


def _readable(told: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One line of text: time with its zone, whose it is, level, message."""
    at = told["created_at"]
    moment = time.strftime("%Y-%m-%d %H:%M:%S%z", time.localtime(at)) if at is not None else " " * 24
    message = text.clean(told["message"])
    if told["type"] == MODERATION:
        message = f"{MODERATION_WORD} {message}"
    whose = [text.clean(names[told["job"]])] if names else []
    return "  ".join([moment, *whose, f"{text.clean(told['level']):5}", message])

"""A log in a file: text to read, or JSON lines where the name ends in `.json` or `.jsonl`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from finetop import text
from finetop.errors import BadInput
from finetop.store.log import MODERATION, MODERATION_WORD

if TYPE_CHECKING:
    from finetop.store import JobKey
    from finetop.store.log import Lines, Log, LogQuery

JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
OPENED = 5_000
"""Lines that an editor is given at once."""
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
    ids = found.lines if found is not None else ()
    if as_json:
        return (json.dumps(told, ensure_ascii=False) for told in log.told(ids))
    return readable(log, ids, names)


def readable(log: Log, ids: Sequence[int] | Lines, names: Mapping[JobKey, str]) -> Iterator[str]:
    """Lines of text: time with its zone, whose it is where there are several, level, message."""
    whose = {key.id: f"{text.clean(name)}  " for key, name in names.items()} if len(names) > 1 else {}
    for told in log.told(ids):
        at = told["created_at"]
        moment = time.strftime("%Y-%m-%d %H:%M:%S%z", time.localtime(at)) if at is not None else " " * 24
        tag = f"{MODERATION_WORD} " if told["type"] == MODERATION else ""
        level = text.clean(told["level"])
        yield f"{moment}  {whose.get(told['job'], '')}{level:5}  {tag}{text.clean(told['message'])}"


def newest(log: Log, query: LogQuery, names: Mapping[JobKey, str]) -> str:
    """The end of a log as text; what is missing is said first."""
    found = log.newest(query, within=OPENED)
    lead = [] if found.is_whole else ["(older events are left out; saving the log keeps all)"]
    return "\n".join([*lead, *readable(log, found.lines, names)]) + "\n"

"""What stands in the rows of the log of actions, and the facts of one of them; pure."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.plain_cells import name_cell, plain_cell, widest, words_cell
from finetop.tui.screens.dialog import facts
from finetop.tui.widgets.table import Column, Draw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from finetop.exchange import Exchange
    from finetop.store import Asked
    from finetop.tui.widgets.runs import Run

COLUMNS: Final = (
    Column("when", "WHEN", (8, 8, 12, 12), fits=True),
    Column("profile", "PROFILE", (0, 8, 8, 8), leaves=6, fits=True),
    Column("asked", "ASKED", (18, 18, 18, 18), share=55, most=60),
    Column("answer", "ANSWER", (10, 10, 10, 10), share=45, most=60),
    Column("took", "TOOK", (0, 0, 6, 6), align="right", leaves=5),
    Column("request", "REQUEST", (0, 0, 14, 24), leaves=4),
    Column("by", "BY", (0, 0, 0, 16), leaves=3),
)
_THING: Final = r"/(?:fine_tuning/jobs|fine-tunes)/([^/]+)"
_WORDS: Final = tuple(
    (method, re.compile(path + "$"), words)
    for method, path, words in (
        ("POST", r"/(?:fine_tuning/jobs|fine-tunes)", "create a job"),
        ("POST", _THING + "/(cancel|pause|resume)", "{2} {1}"),
        ("DELETE", _THING, "delete {1}"),
        ("POST", "/files", "upload a file"),
        ("POST", "/uploads", "begin an upload in parts"),
        ("POST", r"/uploads/[^/]+/parts", "upload a part"),
        ("POST", r"/uploads/[^/]+/complete", "end an upload in parts"),
        ("POST", r"/uploads/[^/]+/cancel", "give up an upload in parts"),
        ("DELETE", r"/files/([^/]+)", "delete the file {1}"),
        ("DELETE", r"/models/(.+)", "delete the model {1}"),
        ("POST", "/(?:chat/)?completions", "try a prompt"),
        ("POST", r"/fine_tuning/alpha/graders/(run|validate)", "{1} a grader"),
        ("POST", r"/fine_tuning/checkpoints/([^/]+)/permissions", "share the checkpoint {1}"),
        ("DELETE", r"/fine_tuning/checkpoints/([^/]+)/permissions/[^/]+", "share {1} no more"),
    )
)
_OF_JOBS: Final = ("{2} {1}", "delete {1}")
"""Words whose first part is the id of a job."""


def asked_words(exchange: Exchange, name_of: Callable[[str], str] = str) -> str:
    """What was asked, in words; `name_of` tells the name of a job. A question stands as it was sent."""
    for method, path, words in _WORDS:
        found = path.match(exchange.path) if method == exchange.method else None
        if found is not None:
            parts = [found[0], *found.groups()]
            if words in _OF_JOBS:
                parts[1] = name_of(parts[1])
            return text.clean(words.format(*parts))
    return text.clean(f"{exchange.method} {exchange.path}")


def answer_words(exchange: Exchange) -> tuple[str, str]:
    """How it was answered, and in which role."""
    if exchange.status is None:
        return text.clean(exchange.said) or "no answer", "warn"
    if exchange.said:
        return f"{exchange.status}: {text.clean(exchange.said)}", "bad"
    return f"{exchange.status}", "muted"


def took_words(exchange: Exchange) -> str:
    """Seconds, in hundredths while they are few."""
    seconds = max(0.0, exchange.took_s)
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def cells(
    asked: Asked, now: float, glyphs: text.Glyphs, *, profile: str, name_of: Callable[[str], str]
) -> Mapping[str, Draw]:
    """One row."""
    exchange = asked.exchange
    answer, role = answer_words(exchange)
    return {
        "when": plain_cell(text.clock(exchange.at, now), "faint"),
        "profile": name_cell(text.clean(profile), "muted", glyphs),
        "asked": words_cell(
            asked_words(exchange, name_of), "muted" if exchange.is_question else "text", glyphs
        ),
        "answer": words_cell(answer, role, glyphs),
        "took": plain_cell(took_words(exchange), "muted"),
        "request": name_cell(text.clean(exchange.request_id), "muted", glyphs),
        "by": name_cell(text.clean(asked.who), "faint", glyphs),
    }


def longest(
    shown: Sequence[Asked], now: float, *, profile_of: Callable[[int], str], name_of: Callable[[str], str]
) -> dict[str, int]:
    """The cells of the widest value of each column that gives way to its content."""
    return {
        "when": widest(text.clock(one.exchange.at, now) for one in shown),
        "profile": widest(text.clean(profile_of(one.account)) for one in shown),
        "asked": widest(asked_words(one.exchange, name_of) for one in shown),
        "answer": widest(answer_words(one.exchange)[0] for one in shown),
        "took": widest(took_words(one.exchange) for one in shown),
        "request": widest(one.exchange.request_id for one in shown),
        "by": widest(one.who for one in shown),
    }


def whole(
    asked: Asked, *, profile: str, name_of: Callable[[str], str], room: int = 0
) -> list[tuple[Run, ...]]:
    """Everything that is known of one exchange."""
    exchange = asked.exchange
    answer, role = answer_words(exchange)
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(exchange.at))
    pairs: tuple[tuple[str, tuple[str, str]], ...] = (
        ("When", (moment, "text")),
        ("Profile", (profile, "text")),
        ("Asked", (asked_words(exchange, name_of), "bright")),
        ("Request", (f"{exchange.method} {exchange.path}", "text")),
        ("Answer", (answer, role if role != "muted" else "text")),
        ("Request id", (exchange.request_id or "none was sent", "text" if exchange.request_id else "faint")),
        ("Took", (took_words(exchange), "text")),
        ("By", (asked.who, "text")),
    )
    shown = ((label, ((text.clean(words), role),)) for label, (words, role) in pairs)
    return facts(shown, width=12, room=room)

"""What the text of an event tells beside its sentence: place in line, price, epoch, why a job failed.

The legacy API has no fields for these. Its wording differs between servers and years, so a word that is
not understood tells nothing; it is never guessed at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.models.events import Event

_PLACE = re.compile(r"\bqueue (number|position|place)\b\s*(?:is|:|=|#)?\s*#?(\d{1,9})\b", re.IGNORECASE)
_COST = re.compile(r"\b(?:costs?|price|priced at|charged?|total)\b", re.IGNORECASE)
_DOLLARS = re.compile(
    r"(?<![A-Za-z$])(?:US\s?)?\$\s?(\d[\d,]*(?:\.\d+)?)(?![\d.,]*\d)"
    r"|\bUSD\s?(\d[\d,]*(?:\.\d+)?)(?![\d.,]*\d)"
    r"|(?<![\d.,$€£¥])(\d[\d,]*(?:\.\d+)?)\s?(?:USD\b|(?:US )?dollars?\b)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_COUNTED = r"epoch\s*:?\s*#?(\d{1,6})(?:\s*(?:/|of|out of)\s*(\d{1,6}))?"
_EPOCH = re.compile(
    rf"\b(?:completed|finished|done with)\s+{_COUNTED}"
    rf"|\b{_COUNTED}\s*(?:is |was )?(?:completed?|finished|done)\b",
    re.IGNORECASE,
)
_JOB = r"(?:fine[- ]?tun(?:e|ing)(?: job)?|job|training)"
_STARTED = re.compile(rf"\b{_JOB}\s+(?:has\s+)?started\b", re.IGNORECASE)
_MODEL = re.compile(r"\b(?:uploaded|created|new fine-tuned) model\s*(?:created)?:\s*(\S+)", re.IGNORECASE)
_FAILED = re.compile(
    rf"^\s*(?:the\s+)?{_JOB}(?:\s+[\w-]*\d[\w-]*)?\s+(?:has\s+)?failed\b"
    r"[\s.:;,–—-]*(?:(?:reason|because|due to|with(?: the)? error|error)\b[\s:]*)?",
    re.IGNORECASE,
)
_ERROR = frozenset({"error", "critical", "fatal"})


@dataclass(frozen=True, slots=True)
class Said:
    """What one message, or all of them so far, told; what was not said is None."""

    place: int | None = None
    """Place in line, from 1."""
    cost: float | None = None
    """US dollars."""
    epoch: int | None = None
    """The last epoch that is complete."""
    epochs: int | None = None
    epoch_at: float | None = None
    """When that epoch was complete, in Unix seconds."""
    has_started: bool = False
    model: str | None = None
    """The name of the tuned model."""
    reason: str | None = None
    """Why the job failed."""

    @classmethod
    def from_json(cls, words: str) -> Said:
        """What `to_json` wrote."""
        return cls(**json.loads(words))

    def to_json(self) -> str:
        """What was said, by name."""
        return json.dumps({name: value for name, value in asdict(self).items() if _is_told(value)})

    def then(self, later: Said) -> Said:
        """Both, where the later word counts."""
        if later == NOTHING:  # nearly every event of a log
            return self
        news = {name: value for name, value in asdict(later).items() if _is_told(value)}
        both = replace(self, **news)
        return replace(both, place=None) if later.has_started or later.epoch is not None else both


NOTHING = Said()


def said(event: Event) -> Said:
    """What this event's text tells."""
    words = event.message
    epoch, epochs = _epoch(words)
    model = _MODEL.search(words)
    return Said(
        place=_place(words),
        cost=dollars(words) if _COST.search(words) else None,
        epoch=epoch,
        epochs=epochs,
        epoch_at=event.created_at if epoch is not None else None,
        has_started=_STARTED.search(words) is not None,
        model=model[1] if model else None,
        reason=_reason(event),
    )


def said_by_all(events: Iterable[Event]) -> Said:
    """What a log tells that is given oldest first: the last word on each thing."""
    told = NOTHING
    for event in events:
        told = told.then(said(event))
    return told


def _is_told(value: object) -> bool:
    return value is not None and value is not False


def dollars(words: str) -> float | None:
    """A sum of US dollars; None where there is none, where there are two, or where it cannot be read."""
    found = [next(filter(None, groups)) for groups in _DOLLARS.findall(words)]
    if len(found) != 1 or not _GROUPED.fullmatch(found[0]):
        return None
    return float(found[0].replace(",", ""))


def _place(words: str) -> int | None:
    """A place is counted from 1; the number of the legacy queue is that of the jobs before this one."""
    found = _PLACE.search(words)
    if found is None:
        return None
    number = int(found[2])
    return number + 1 if found[1].lower() == "number" else number or None


def _epoch(words: str) -> tuple[int | None, int | None]:
    found = _EPOCH.search(words)
    if found is None:
        return None, None
    number, total = (int(part) if part else None for part in (found[1] or found[3], found[2] or found[4]))
    if number is None or (total is not None and number > total):
        return None, None
    return number, total


def _reason(event: Event) -> str | None:
    """What stands after `failed`; of an error without that word the whole of it."""
    words = event.message.strip()
    failed = _FAILED.match(words)
    if failed is not None:
        return words[failed.end() :].strip() or None
    return words or None if event.level.lower() in _ERROR else None

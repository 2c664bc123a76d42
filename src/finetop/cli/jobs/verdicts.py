"""What the overfit watch says of a job, for a person and for programs: by what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from finetop import overfit

if TYPE_CHECKING:
    from finetop.models import Checkpoint
    from finetop.overfit import Verdict
    from finetop.store import JobKey, Store


def verdict_of(store: Store, key: JobKey) -> Verdict | None:
    """The verdict as it is kept with the job."""
    return overfit.of_told(store.jobs.overfit(key))


def facts(verdict: Verdict | None) -> list[tuple[str, str]]:
    """The lines below a job."""
    if verdict is None:
        return []
    said = [("Overfit watch", overfit.words(verdict)), ("Why", verdict.why)]
    kept = verdict.checkpoint
    if kept is None:
        return said
    model = f": {kept.model}" if kept.model else ""
    return [*said, ("Advice", f"{overfit.advice(verdict)}{model}")]


def advised(points: Sequence[Checkpoint], verdict: Verdict | None) -> Checkpoint | None:
    """The checkpoint to use; None where validation has not turned, or nobody can be sure."""
    if verdict is None or verdict.checkpoint is None or not verdict.is_told:
        return None
    return next((point for point in points if point.step_number == verdict.checkpoint.step), None)


_TEXT = {"type": ["string", "null"]}
_WHOLE = {"type": ["integer", "null"]}
SCHEMA: dict[str, Any] = {
    "type": ["object", "null"],
    "description": "Whether validation has turned, by all that is known of it; null where it has not.",
    "properties": {
        "sureness": {"enum": ["sure", "likely", "unsure"]},
        "turned_step": {"type": "integer", "description": "The last step before it became worse."},
        "epoch": {**_WHOLE, "description": "In which it turned, from 1."},
        "judged": {"type": "string", "description": "What was judged, such as validation loss."},
        "higher_is_better": {"type": "boolean"},
        "best": {"type": "number"},
        "best_step": {"type": "number"},
        "last": {"type": "number"},
        "last_step": {"type": "number", "description": "Until when it was judged."},
        "checks_since": {"type": "integer", "description": "Checks since the best one."},
        "why": {"type": "string", "description": "One sentence for a person."},
        "checkpoint": {
            "type": ["object", "null"],
            "description": "The one to use: the nearest before the turn.",
            "properties": {"step": {"type": "integer"}, "model": _TEXT},
        },
        "is_after": {"type": "boolean", "description": "True where no checkpoint is from before the turn."},
    },
}

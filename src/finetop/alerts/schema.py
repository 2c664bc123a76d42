"""What programs are told: the JSON that a webhook gets, a command reads and `finetop alerts list` prints."""

from __future__ import annotations

from typing import Any, Final

_HEAD: Final = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
_TEXT: Final = {"type": ["string", "null"]}
_WHOLE: Final = {"type": ["integer", "null"]}
_NUMBER: Final = {"type": ["number", "null"]}
_MOMENT: Final = {**_TEXT, "format": "date-time"}
_EVENTS: Final = ["done", "failed", "cancelled", "silent", "rising", "overfit", "shutdown"]
_JOB: Final = {
    "type": ["object", "null"],
    "description": "The job as it was then; a shutdown and a test have none.",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "description": "Its suffix, or what stands for it; untrusted."},
        "status": {"type": "string"},
        "model": {"type": "string"},
        "fine_tuned_model": _TEXT,
        "reason": {**_TEXT, "description": "Why it failed, in the provider's words; untrusted."},
        "created_at": _MOMENT,
        "ended_at": _MOMENT,
        "step": _WHOLE,
        "total_steps": _WHOLE,
        "train_loss": _NUMBER,
        "valid_loss": _NUMBER,
    },
}
_DELIVERY: Final = {
    "type": "object",
    "properties": {
        "way": {
            "type": "string",
            "description": "bell, notify, webhook or command, of a rule with its title.",
        },
        "state": {"enum": ["told", "due", "sending", "delivered", "failed"]},
        "tries": {"type": "integer"},
        "said": {"type": "string", "description": "What came of the last try."},
        "next_at": {**_NUMBER, "description": "When it is tried again, in Unix seconds."},
    },
}
ALERT: Final[dict[str, Any]] = {
    **_HEAD,
    "title": "Alert",
    "properties": {
        "event": {"enum": [*_EVENTS, "test"]},
        "text": {"type": "string", "description": "One sentence for a person."},
        "content": {"type": "string", "description": "The same; only of what is posted."},
        "profile": {"type": "string"},
        "job": _JOB,
        "silent_s": {"type": "integer", "description": "Of silent."},
        "last_news_at": {**_MOMENT, "description": "Of silent."},
        "best_step": {"type": "integer", "description": "Of rising and overfit, as the next two are."},
        "best": {"type": "number"},
        "last": {"type": "number"},
        "checks": {"type": "integer", "description": "Of rising: how many times in a row."},
        "sureness": {"enum": ["sure", "likely"], "description": "Of overfit, as the next three are."},
        "turned_step": {"type": "integer"},
        "why": {"type": "string"},
        "checkpoint": {
            "type": ["object", "null"],
            "description": "The one to use.",
            "properties": {"step": {"type": "integer"}, "model": _TEXT},
        },
        "models": {"type": "array", "items": {"type": "string"}, "description": "Of shutdown."},
        "ends_on": {**_MOMENT, "description": "Of shutdown, as the next one is."},
        "days_left": {"type": "integer"},
        "raised_at": {"type": "number", "description": "Unix seconds; only where alerts are listed."},
        "deliveries": {"type": "array", "items": _DELIVERY, "description": "Only where alerts are listed."},
    },
    "required": ["event", "text", "profile"],
}
NEWS: Final[dict[str, Any]] = {
    **_HEAD,
    "title": "News",
    "properties": {
        "event": {"enum": _EVENTS},
        "profile": {"type": "string"},
        "job": {**_TEXT, "description": "Its id; a shutdown has none."},
        "name": {"type": "string"},
        "said": {"type": "string", "description": "What there is to say beside the name."},
        "noticed_at": {"type": "number", "description": "Unix seconds."},
    },
    "required": ["event", "profile", "job", "name", "said", "noticed_at"],
}

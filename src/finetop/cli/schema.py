"""`finetop schema`: what the JSON of the other commands holds, as JSON Schema."""

from __future__ import annotations

from typing import Any

import click

from finetop.cli import output

SCHEMAS = (
    "job",
    "event",
    "metric",
    "checkpoint",
    "file",
    "model",
    "alert",
    "news",
    "profile",
    "key",
    "config",
)


@click.command("schema", short_help="Print what the JSON of other commands holds, as JSON Schema.")
@click.argument("what", type=click.Choice(SCHEMAS), default="job")
def schema(what: str) -> None:
    """Print what the JSON of other commands holds, as JSON Schema: of a job if not said.

    With --json a list is an array of these, with --jsonl one stands on each line.
    """
    output.write_json(schema_of(what))


def schema_of(what: str) -> dict[str, Any]:
    """The schema of one kind of value."""
    if what == "config":
        from finetop.config.schema import json_schema  # noqa: PLC0415 - only what is asked for is loaded

        return json_schema()
    if what in {"alert", "news"}:
        from finetop.alerts import schema as told  # noqa: PLC0415 - as above

        return told.ALERT if what == "alert" else told.NEWS
    if what == "profile":
        from finetop.cli.profiles.facts import SCHEMA  # noqa: PLC0415 - as above

        return SCHEMA
    if what == "key":
        from finetop.cli.keys import SCHEMA as KEY  # noqa: PLC0415 - as above

        return KEY
    if what == "metric":
        return {**_HEAD, "title": "Metric", **_METRIC}
    from finetop import models  # noqa: PLC0415 - loads pydantic

    values: dict[str, type[models.Value]] = {
        "job": models.Job,
        "event": models.Event,
        "checkpoint": models.Checkpoint,
        "file": models.File,
        "model": models.Model,
    }
    found = {**_HEAD, **values[what].model_json_schema(by_alias=True, mode="serialization")}
    if what in {"job", "file", "model"}:
        found["properties"] = {"profile": _PROFILE, **found["properties"]}
    if what == "job":
        from finetop.cli.jobs.verdicts import SCHEMA as VERDICT  # noqa: PLC0415 - as above

        found["properties"] |= {"progress": _PROGRESS, "overfit": VERDICT, "was": _WAS}
    if what == "checkpoint":
        found["properties"] |= {"advised": _ADVISED}
    if what == "model":
        found["properties"] |= _JOINED
    return found


_HEAD = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_PROFILE = {"type": "string", "description": "Whose account it is in."}
_NUMBER: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}, {"type": "null"}]
}
"""JSON has no word for a loss that diverged."""
_WHOLE = {"type": ["integer", "null"]}
_PROGRESS = {
    "type": "object",
    "description": "How far it is; what nobody told is null.",
    "properties": {
        "step": _WHOLE,
        "total_steps": _WHOLE,
        "epoch": _NUMBER,
        "share": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "eta_s": _NUMBER,
        "train_loss": _NUMBER,
        "valid_loss": _NUMBER,
    },
}
_TEXT = {"type": ["string", "null"]}
_ADVISED = {"type": "boolean", "description": "True for the one that the overfit watch would use."}
_WAS = {**_TEXT, "description": "In `jobs watch` alone: its status before, null where that is not news."}
_JOINED = {
    "listed": {"type": "boolean", "description": "False for a tuned model that only its job tells of."},
    "tuned_from": {**_TEXT, "description": "Its base; null for a model nobody tuned."},
    "job": {**_TEXT, "description": "The job that made it, where that is known."},
    "ends_on": {**_TEXT, "format": "date", "description": "Its last day, its own or that of its base."},
    "ends_in_days": {**_WHOLE, "description": "Days from today to then; negative once it has ended."},
    "ends_with": {**_TEXT, "description": "The listed model whose day that is."},
}
"""What `finetop models` joins to a model."""
_METRIC = {
    "type": "object",
    "description": "What one step measured, by name: train_loss, valid_loss, full_valid_loss, train_accuracy,"
    " valid_accuracy, full_valid_accuracy, rate, and whatever else the provider measures.",
    "properties": {"step": {"type": "integer"}, "epoch": _NUMBER},
    "required": ["step"],
    "additionalProperties": _NUMBER,
}

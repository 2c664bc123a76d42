"""From every API's spelling of a job to the one set of fields of `Job`."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetop.models.settings import settings_of
from finetop.models.status import JobStatus, status_of
from finetop.models.values import to_count, to_number, to_text

_SPELLINGS: Final = {
    field: tuple(names.split())
    for field, names in {
        "kind": "object",
        "model": "model base_model",
        "fine_tuned_model": "fine_tuned_model model_output_name output_model finetuned_output",
        "created_at": "created_at create_time",
        "finished_at": "finished_at completed_at completed_time finish_time end_time",
        "updated_at": "updated_at modified_at update_time",
        "estimated_finish": "estimated_finish",
        "organization_id": "organization_id organisation_id",
        "training_files": "training_files training_file training_file_ids dataset input_file_id",
        "validation_files": "validation_files validation_file validation_file_ids evaluation_dataset",
        "result_files": "result_files result_file_ids",
        "trained_tokens": "trained_tokens token_count",
        "seed": "seed",
        "integrations": "integrations",
        "metadata": "metadata",
        "events": "events",
        "checkpoints": "checkpoints",
        "eval_id": "eval_id",
        "usage_metrics": "usage_metrics",
        "shared_with_openai": "shared_with_openai",
        "trained_steps": "trained_steps steps_completed current_step",
        "total_steps": "total_steps",
        "epochs_done": "epochs_completed current_epoch",
        "percent_done": "progress_percent percent",
        "seconds_left": "eta_seconds seconds_remaining",
        "error": "error",
        "suffix": "user_provided_suffix suffix display_name",
    }.items()
}
"""Our fields, and what they are called on the wire in the order of trust."""

_MONEY: Final = 1e-9
"""Together counts in billionths of a dollar."""


class Words:
    """An object's values, found by any spelling of their names."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self._values: dict[str, Any] = {}
        for key, value in raw.items():
            if value is not None and value != "":
                self._values.setdefault(_plain(key), value)

    def get(self, *names: str) -> Any:
        """The first of these that says anything; None when none does."""
        for name in names:
            value = self._values.get(_plain(name))
            if value is not None:
                return value
        return None

    def inner(self, name: str) -> Words:
        """An object inside this one; empty when there is none."""
        found = self.get(name)
        return Words(found if isinstance(found, Mapping) else {})


def folded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a job, whatever they are called on the wire."""
    words = Words(raw)
    fields = {field: words.get(*names) for field, names in _SPELLINGS.items()}
    progress, reached = words.inner("progress"), words.inner("job_progress")
    method, hyperparameters, extra = settings_of(words)
    status = _status_word(words)
    return {field: value for field, value in fields.items() if value is not None} | {
        "id": _id(words),
        "kind": fields["kind"] if isinstance(fields["kind"], str) else "",
        "raw_status": status,
        "status": status_of(status),
        "suffix": to_text(fields["suffix"]) or _display_name(words),
        "training_files": _files(fields["training_files"] or words.inner("config").get("dataset_source")),
        "validation_files": _files(fields["validation_files"]),
        "result_files": _files(fields["result_files"]),
        "error": _error(words, status),
        "method": method,
        "hyperparameters": hyperparameters,
        **extra,
        "integrations": [item for item in _list(fields["integrations"]) if isinstance(item, Mapping | str)],
        "metadata": _metadata(fields["metadata"]),
        "events": [item for item in _list(fields["events"]) if isinstance(item, Mapping)],
        "checkpoints": [item for item in _list(fields["checkpoints"]) if isinstance(item, Mapping)],
        "usage_metrics": _mapping(fields["usage_metrics"]) or None,
        "shared_with_openai": _flag(fields["shared_with_openai"]),
        "queue_position": words.get("queue_position") or to_count(words.get("queue_depth")) or None,
        "total_steps": fields["total_steps"] or hyperparameters.get("training_steps"),
        "epochs_done": to_number(_first(fields["epochs_done"], reached.get("epoch"))),
        "percent_done": to_number(_first(fields["percent_done"], reached.get("percent"))),
        "seconds_left": to_number(_first(fields["seconds_left"], _remaining(progress))),
        **_cost(words),
    }


@functools.lru_cache(4096)  # the same few names come in every job
def _plain(name: str) -> str:
    """A name without its style: `fineTunedModel`, `FineTunedModel`, `finetuned_model` and ours are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _remaining(progress: Words) -> Any:
    """The seconds left, unless the server says that it cannot tell."""
    return None if progress.get("estimate_available") is False else progress.get("seconds_remaining")


def _id(words: Words) -> Any:
    """The first text that names the job; else what stands in its place, which no job can have."""
    found = [words.get(name) for name in ("id", "job_id", "name")]
    return next((value for value in found if isinstance(value, str)), found[0])


def _display_name(words: Words) -> str | None:
    """What a server calls a job beside its id."""
    names = (words.get("name") if words.get("id", "job_id") else None, words.get("job_name"))
    return next((name for name in map(to_text, names) if name and name != _id(words)), None)


def _status_word(words: Words) -> str:
    """The state in the provider's word; one API keeps an error's code under `status`."""
    return to_text(words.get("status")) or to_text(words.get("state")) or ""


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _files(value: object) -> list[object]:
    """Files from ids, addresses, objects, or a single one of any."""
    return list(_each_file(value if isinstance(value, list | tuple) else [value]))


def _each_file(items: list[object] | tuple[object, ...]) -> Iterator[object]:
    for item in items:
        if isinstance(item, Mapping):
            named = Words(item)
            id_ = to_text(named.get("id", "file_id")) or to_text(named.get("filename", "url"))
            if id_:
                yield {**item, "id": id_}
        elif isinstance(item, str) and item:
            yield {"id": item}


def _error(words: Words, status: str) -> object:
    """The error, or None when it says nothing: healthy jobs carry null, {} or three nulls."""
    said = words.get("error")
    if isinstance(said, str):
        return {"message": said}
    if isinstance(said, Mapping) and (said.get("code") or said.get("message")):
        return said
    if status_of(status) is not JobStatus.FAILED:
        return None
    for beside in (words.inner("status").raw, {"message": words.get("message"), "code": words.get("code")}):
        if beside.get("message"):
            return beside
    return None


def _metadata(value: object) -> dict[str, str]:
    """Pairs of text; some servers put numbers there, and their own facts."""
    return {
        str(key): item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        for key, item in _mapping(value).items()
        if item is not None
    }


def _cost(words: Words) -> dict[str, Any]:
    """The price, where the provider tells one: a sum and its currency."""
    total = words.get("total_price")
    if isinstance(total, int) and not isinstance(total, bool) and total > 0:
        return {"cost": total * _MONEY, "currency": "USD"}
    estimate = words.inner("estimated_cost")
    units = to_number(estimate.get("units"))
    nanos = to_number(estimate.get("nanos")) or 0.0
    if units is not None:
        return {"cost": units + nanos * _MONEY, "currency": to_text(estimate.get("currency_code"))}
    kept = words.inner("metadata")
    cost = to_number(kept.get("cost"))
    if cost is not None and kept.get("cost_currency"):
        return {"cost": cost, "currency": to_text(kept.get("cost_currency"))}
    return {}

"""From every API's spelling of a job to the one set of fields of `Job`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finetop.models.status import status_of
from finetop.models.values import to_text


def folded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a job, whatever they are called on the wire."""
    word = to_text(raw.get("status")) or ""
    kept = {key: value for key, value in raw.items() if value is not None}
    kept["kind"] = str(raw.get("object") or "")
    kept["raw_status"] = word
    kept["status"] = status_of(word)
    kept["suffix"] = raw.get("user_provided_suffix") or raw.get("suffix")
    kept["training_files"] = _files(raw.get("training_files") or raw.get("training_file"))
    kept["validation_files"] = _files(raw.get("validation_files") or raw.get("validation_file"))
    kept["result_files"] = _files(raw.get("result_files"))
    kept["error"] = _error(raw.get("error"))
    kept["method"], kept["hyperparameters"] = _method(raw)
    kept["integrations"] = [item for item in _list(raw.get("integrations")) if isinstance(item, Mapping)]
    metadata = raw.get("metadata")
    kept["metadata"] = (
        {str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, Mapping) else {}
    )
    kept["events"] = [item for item in _list(raw.get("events")) if isinstance(item, Mapping)]
    return kept


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _files(value: object) -> list[object]:
    """Files from ids, objects, or a single one of either."""
    items = value if isinstance(value, list | tuple) else [value]
    return [
        {"id": item} if isinstance(item, str) else item
        for item in items
        if isinstance(item, str | Mapping) and item
    ]


def _error(value: object) -> object:
    """The error, or None when it says nothing: healthy jobs carry null, {} or three nulls."""
    if isinstance(value, str) and value:
        return {"message": value}
    if isinstance(value, Mapping) and (value.get("code") or value.get("message")):
        return value
    return None


def _method(raw: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method's name and its hyperparameters, wherever this server keeps them."""
    method = raw.get("method")
    if not isinstance(method, Mapping):
        method = {"type": "legacy" if raw.get("object") == "fine-tune" else "supervised"}
    kind = str(method.get("type") or "supervised")
    inner = method.get(kind)
    found = dict(_mapping(raw.get("hyperparameters") or raw.get("hyperparams")))
    if isinstance(inner, Mapping):
        found |= {
            key: value for key, value in _mapping(inner.get("hyperparameters")).items() if value is not None
        }
    kept = {
        key: value for key, value in found.items() if value is None or isinstance(value, int | float | str)
    }
    return kind, kept


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

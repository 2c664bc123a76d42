"""Judges what a create request asks for; pure."""

from __future__ import annotations

import secrets
from typing import Any

from finetop.server.bodies import invalid, only, text_field, whole_number
from finetop.server.faults import shown

MOST_SEED = 2_147_483_647
_KEYS = frozenset(
    {
        "model",
        "training_file",
        "validation_file",
        "hyperparameters",
        "method",
        "suffix",
        "seed",
        "integrations",
        "metadata",
    }
)
_SUFFIX_ENDS = 64


def unknown_keys(body: dict[str, Any]) -> None:
    """Refuse keys that would otherwise be ignored without a word."""
    only(body, *_KEYS)


def suffix(body: dict[str, Any]) -> str | None:
    """The words for the tuned model's name."""
    value = text_field(body, "suffix", longest=_SUFFIX_ENDS)
    if value is not None and not all(
        letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in value
    ):
        raise invalid("suffix", value, "letters, digits, dots, dashes and underscores")
    return value


def seed(body: dict[str, Any]) -> int:
    """The seed, or one by chance."""
    if body.get("seed") is None:
        return secrets.randbelow(MOST_SEED + 1)
    return whole_number(body["seed"], "seed", 0, MOST_SEED)


def metadata(body: dict[str, Any]) -> dict[str, str] | None:
    """Up to 16 pairs of short strings."""
    value = body.get("metadata")
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > 16:
        raise invalid("metadata", value, "an object of at most 16 pairs")
    for key, text in value.items():
        if not 1 <= len(key) <= 64:
            raise invalid("metadata", key, "keys of 1 to 64 characters")
        if not isinstance(text, str) or len(text) > 512:
            raise invalid(f"metadata.{shown(key)}", text, "a string of at most 512 characters")
    return value


def integrations(body: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Up to five integrations, kept and given back; nothing is sent to them."""
    value = body.get("integrations")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > 5:
        raise invalid("integrations", value, "a list of at most 5")
    return [_integration(item, f"integrations[{place}]") for place, item in enumerate(value)]


def _integration(item: object, where: str) -> dict[str, Any]:
    if not isinstance(item, dict) or item.get("type") != "wandb" or not isinstance(item.get("wandb"), dict):
        raise invalid(where, item, 'an object with type "wandb" and its settings')
    settings = item["wandb"]
    text_field(settings, "project", longest=256, needed=True)
    for name in ("name", "entity"):
        text_field(settings, name, longest=256)
    tags = settings.get("tags")
    if tags is not None and not (
        isinstance(tags, list) and len(tags) <= 64 and all(isinstance(tag, str) for tag in tags)
    ):
        raise invalid(f"{where}.wandb.tags", tags, "a list of strings")
    kept = {
        name: settings[name]
        for name in ("project", "name", "entity", "tags")
        if settings.get(name) is not None
    }
    return {"type": "wandb", "wandb": kept}

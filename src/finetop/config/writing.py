"""Writes the settings file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from finetop.config.profile import Profile
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.config.paths import Paths


def save(paths: Paths, profiles: tuple[Profile, ...]) -> None:
    """Write the profiles; the file holds names of variables, never a key."""
    lines = ["# finetop: one table for each account it watches. Keys stay in the environment.", ""]
    for profile in profiles:
        lines += [*table_of(profile), ""]
    try:
        paths.config_file.parent.mkdir(parents=True, exist_ok=True)
        part = paths.config_file.with_name(paths.config_file.name + ".part")
        part.write_text("\n".join(lines), "utf-8")
        part.chmod(0o600)
        part.replace(paths.config_file)
    except OSError as error:
        raise BadInput(
            f"{paths.config_file} cannot be written: {error.strerror}",
            hint="Set FINETOP_CONFIG to a file that can.",
        ) from error


def table_of(profile: Profile) -> list[str]:
    """A profile as the lines of its table: what is as it would be anyway is left out."""
    plain = Profile(profile.name)
    lines = [f"[profiles.{_key(profile.name)}]"]
    for field in fields(Profile):
        value = getattr(profile, field.name)
        always = field.name == "dialect" or (field.name == "base_url" and value)
        if field.name != "name" and (always or (value and value != getattr(plain, field.name))):
            lines.append(f"{field.name} = {_written(value)}")
    return lines


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_written(inner)}' for name, inner in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return _quote(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quote(name)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'

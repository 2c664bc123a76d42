"""Reads the settings file whole: what is sound becomes values, what is not becomes a list of complaints."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop.config.contradictions import HERE, contradictions
from finetop.config.profile import Profile
from finetop.config.tables import Complaint, read_table, settings_of, unknown
from finetop.errors import BadFile, BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.config.paths import Paths
    from finetop.config.settings import Settings

BYTE_ORDER = "\ufeff"
"""What some editors put before the first letter of a file."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


class Reading(NamedTuple):
    """What a settings file says."""

    file: Path
    profiles: tuple[Profile, ...] = ()
    settings: Settings | None = None
    """What stands beside the profiles; None where nothing does."""
    problems: tuple[BadInput, ...] = ()
    """Everything that is wrong, in the order of the file."""
    is_there: bool = True


def load(paths: Paths) -> tuple[Profile, ...] | None:
    """The profiles of the settings file; None when there is no file yet. Raises BadInput with the place."""
    found = read(paths.config_file)
    if found.problems:
        raise first_of(found.problems)
    return found.profiles if found.is_there else None


def load_settings(paths: Paths, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings beside the profiles; the environment's beat the file's. Raises BadInput with the place."""
    found = read(paths.config_file)
    if found.problems:
        raise first_of(found.problems)
    from finetop.config.settings import Settings, overridden  # noqa: PLC0415 - as in `_settings`

    return overridden(found.settings or Settings(), environ)


def first_of(problems: tuple[BadInput, ...]) -> BadInput:
    """The first problem, which says where the others are told."""
    first = problems[0]
    if len(problems) == 1:
        return first
    more = "See all of them: finetop config check"
    return BadInput(first.message, hint=f"{first.hint} {more}".strip())


def read(file: Path) -> Reading:
    """Read a settings file through; no mistake in it hides another, unless it is no TOML at all."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return Reading(file, is_there=False)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        hint = "Mend it, or set FINETOP_CONFIG to another file."
        return Reading(file, problems=(BadFile(f"cannot be read: {reason}", path=file, hint=hint),))
    return parse(file, text.removeprefix(BYTE_ORDER))


def parse(file: Path, text: str) -> Reading:
    """What a settings file of this text says."""
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Reading(file, problems=(_no_toml(file, text, error),))
    complaints: list[Complaint] = []
    profiles = _profiles(parsed.pop("profiles", {}), complaints)
    settings = _settings(parsed, complaints) if parsed else None  # loaded only where it is used
    return Reading(file, profiles, settings, tuple(_told(file, text, complaints)))


def problems_of(table: str) -> tuple[BadInput, ...]:
    """What would be complained about if this table of a profile stood in a file."""
    complaints: list[Complaint] = []
    _profiles(tomllib.loads(table)["profiles"], complaints)
    return tuple(BadInput(complaint.said, hint=complaint.hint) for complaint in complaints)


def _settings(table: dict[str, Any], complaints: list[Complaint]) -> Settings:
    from finetop.config.alert_problems import alert_problems  # noqa: PLC0415 - most have profiles only
    from finetop.config.keymap import read_keys  # noqa: PLC0415 - as above
    from finetop.config.settings import Settings  # noqa: PLC0415 - as above

    known = (*settings_of(Settings), "profiles")
    for name in [name for name in table if name not in known]:
        complaints.append(Complaint((name,), *unknown("setting", name, known)))
        del table[name]
    keys = read_keys(table.pop("keys", {}), complaints)
    found = read_table(Settings, table, (), complaints)
    complaints += alert_problems(found.alerts)
    return replace(found, keys=keys)


def _profiles(tables: object, complaints: list[Complaint]) -> tuple[Profile, ...]:
    if not isinstance(tables, dict):
        complaints.append(Complaint(("profiles",), "profiles must be tables", "Write [profiles.NAME]."))
        return ()
    return tuple(_profile(name, table, complaints) for name, table in tables.items())


def _profile(name: str, table: object, complaints: list[Complaint]) -> Profile:
    place = ("profiles", name)
    if not _NAME.fullmatch(name):
        said = "a profile's name has 1 to 32 letters, digits, dots, dashes"
        complaints.append(Complaint(place, said, "Rename it."))
    profile = read_table(Profile, table, place, complaints, name=name)
    if profile.dialect in HERE and isinstance(table, dict) and "base_url" not in table:
        profile = replace(profile, base_url="")
    for setting, said, hint in contradictions(profile):
        complaints.append(Complaint((*place, setting), said, hint))
        if setting == "key_env":
            profile = replace(profile, key_env="")  # it may be a key, and is shown no more
    return profile


def located(file: Path, complaints: Sequence[Complaint]) -> list[BadInput]:
    """Complaints about a file that was read before, each with its line."""
    try:
        text = file.read_text("utf-8") if complaints else ""
    except (OSError, UnicodeDecodeError):
        text = ""  # it has gone since; what it said is still wrong
    return _told(file, text, complaints)


def _told(file: Path, text: str, complaints: Sequence[Complaint]) -> list[BadInput]:
    """Each complaint with its line and the table it is about, in the order of the file."""
    if not complaints:
        return []
    from finetop.config.lines import line_of  # noqa: PLC0415 - only mistakes need it

    placed = []
    for complaint in complaints:
        line = line_of(text, complaint.place)
        in_profile = complaint.place[0] == "profiles" and len(complaint.place) > 2
        said = f"profile {complaint.place[1]}: {complaint.said}" if in_profile else complaint.said
        placed.append((line or 0, BadFile(said, path=file, line=line, hint=complaint.hint)))
    return [problem for _, problem in sorted(placed, key=lambda pair: pair[0])]


def _no_toml(file: Path, text: str, error: ValueError) -> BadInput:
    """The parser's complaint, its place in our words."""
    said, _, place = str(error).partition(" (at ")
    found = re.match(r"line (\d+)", place)
    line = int(found[1]) if found else text.count("\n") + 1
    said = said[:1].lower() + said[1:]
    twice = re.fullmatch(r"cannot declare \((.*?),?\) twice", said)
    if twice:
        table = ".".join(name.strip().strip("'") for name in twice[1].split(","))
        said = f"the table {table} stands there twice"
    elif said == "cannot overwrite a value":
        said = f"{_name_at(text, line)} stands there twice"
    return BadFile(said, path=file, line=line, hint="Mend that line, or move the file away.")


def _name_at(text: str, line: int) -> str:
    """The name that is set on this line; never the value, which may be a secret."""
    name, equals, _ = text.split("\n")[line - 1].partition("=")
    return name.strip() if equals and len(name) < 80 else "a setting"

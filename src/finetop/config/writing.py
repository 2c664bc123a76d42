"""Writes profiles into the settings file, and leaves everything else in it as a person wrote it."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.config.lines import statements
from finetop.config.profile import Profile
from finetop.config.reading import BYTE_ORDER, load, parse, problems_of
from finetop.errors import BadFile, BadInput

if TYPE_CHECKING:
    from finetop.config.paths import Paths

HEADING = "# finetop: one table for each account it watches. Keys stay outside of this file.\n"
_ELSEWHERE = "Set FINETOP_CONFIG to a file that can be written."


def save(paths: Paths, profiles: tuple[Profile, ...]) -> None:
    """Write the first profiles; what stands in the file already stays. Raises BadInput as `add` does."""
    for profile in profiles:
        for problem in problems_of(table_of(profile)):
            raise problem
    known = load(paths) or ()
    for profile in profiles:
        if profile not in known:
            add(paths, profile)


def add(paths: Paths, profile: Profile, *, replacing: bool = False) -> None:
    """Add one profile to the settings file; with `replacing`, one of the same name makes room for it.

    Raises BadInput where the file is in error, where the name is taken, or where it cannot be written.
    """
    file = Path(os.path.realpath(paths.config_file))  # a link stays one; Path.resolve fails at a circle
    with _alone(file):
        _write(file, _with(paths.config_file, profile, replacing=replacing))


def _with(file: Path, profile: Profile, *, replacing: bool) -> str:
    """The text of the file with this profile in it."""
    try:
        before = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        before = HEADING
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile("cannot be read", path=file, hint="Mend it first.") from error
    before = before.removeprefix(BYTE_ORDER)
    read = parse(file, before)
    if read.problems:
        raise read.problems[0]
    taken = profile.name in {known.name for known in read.profiles}
    if taken and not replacing:
        raise BadFile(
            f"there is a profile {profile.name} already",
            path=file,
            hint="Choose another name; --force writes it anew.",
        )
    after = _placed(before, profile)
    expected = {known.name: known for known in read.profiles} | {profile.name: profile}
    again = parse(file, after)
    if again.problems or {known.name: known for known in again.profiles} != expected:
        advice = f"Write these lines into it by hand:\n{table_of(profile)}"
        raise BadFile("is written in a way that cannot be added to", path=file, hint=advice)
    return after


def table_of(profile: Profile) -> str:
    """A profile as the lines of its table: what is as it would be anyway is left out."""
    plain = Profile(profile.name)
    lines = [f"[profiles.{_key(profile.name)}]"]
    for field in fields(Profile):
        value = getattr(profile, field.name)
        always = field.name in {"dialect", "base_url"} and value
        if field.name != "name" and (always or (value and value != getattr(plain, field.name))):
            lines.append(f"{field.name} = {_written(value)}")
    return "\n".join(lines) + "\n"


def _placed(text: str, profile: Profile) -> str:
    """The text with this profile in it: where its old table stood, or at the end. Comments stay."""
    lines = text.split("\n")
    old = [found for found in statements(text) if found.place[:2] == ("profiles", profile.name)]
    gone = {number for found in old for number in range(found.first, found.last + 1)}
    start = old[0].first if old and old[0].is_heading else len(lines) + 1
    above = [line for number, line in enumerate(lines[: start - 1], 1) if number not in gone]
    below = [line for number, line in enumerate(lines[start - 1 :], start) if number not in gone]
    if not below:
        above = ["\n".join(above).rstrip(), ""] if any(above) else []
    return "\n".join([*above, *table_of(profile).rstrip().split("\n"), *(below or [""])])


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Two who add at once add one after the other; the folder is what they lock, so that no file is left."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(file.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with suppress(OSError):  # a disk that knows no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(file: Path, text: str) -> None:
    """Put the text in the file's place at once; a new file is for its owner only."""
    try:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        part = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            part.touch(0o600)
            part.write_bytes(text.encode())
            part.chmod(mode)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> BadInput:
    return BadInput(f"{file} cannot be written: {error.strerror}", hint=_ELSEWHERE)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_written(inner)}' for name, inner in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return _quote(value) if isinstance(value, str) else repr(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quote(name)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'

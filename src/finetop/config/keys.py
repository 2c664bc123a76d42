"""Where a profile's key comes from: a variable, a command's output, or a file that nobody else can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.config.profile import Profile

MOST_BYTES = 65_536
"""No key is as long."""
_SAME_ACCOUNT = {"api-version"}
"""Parameters that say how a place is spoken with, and not which."""
FIX_KEY = "Choose another profile, or mend this one's key."


def key_of(profile: Profile, environ: Mapping[str, str] = os.environ) -> str:
    """The key of a variable or a file, read anew; empty without one. Raises BadInput saying what is wrong."""
    if profile.key_env:
        return _of_variable(profile, environ)
    return _of_file(profile) if profile.key_file else ""


def identity_of(profile: Profile, environ: Mapping[str, str] = os.environ) -> str:
    """What tells this account from others of its place, at once; only a hash of it is ever kept.

    A command stands for the keys it prints, which may change. Headers and parameters belong to it: behind
    a gateway they choose the provider.
    """
    key = "\0".join(("command", *profile.key_command)) if profile.key_command else key_of(profile, environ)
    chosen = {name.lower(): value for name, value in profile.headers.items()} | {
        f"?{name}": value for name, value in profile.query.items() if name not in _SAME_ACCOUNT
    }
    return "\0".join((key, *(f"{name}={value}" for name, value in sorted(chosen.items()))))


def source_of(profile: Profile) -> str:
    """Where the key comes from, in a few words; never the key."""
    if profile.key_env:
        return profile.key_env
    if profile.key_command:
        return f"command {profile.key_command[0]}"
    return f"file {profile.key_file}" if profile.key_file else ""


def _of_variable(profile: Profile, environ: Mapping[str, str]) -> str:
    key = environ.get(profile.key_env, "").strip()
    if not key:
        raise BadInput(
            f"profile {profile.name}: the variable {profile.key_env} is not set",
            hint=f"Set {profile.key_env}, or choose another profile.",
        )
    return key


def _of_file(profile: Profile) -> str:
    path = Path(profile.key_file).expanduser()
    place = f"profile {profile.name}: key_file {path}"
    try:
        # Without O_NONBLOCK a pipe that stands there would hold us for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {error.strerror}", hint=FIX_KEY) from error
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise BadInput(f"{place} is no file", hint=FIX_KEY)
        if facts.st_uid != os.geteuid():
            raise BadInput(f"{place} belongs to another user", hint="Make a copy of your own, mode 600.")
        if facts.st_mode & 0o077:
            raise BadInput(f"{place} can be read by others", hint=f"Run: chmod 600 {path}")
        written = os.read(handle, MOST_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {error.strerror}", hint=FIX_KEY) from error
    finally:
        os.close(handle)
    return one_line(profile, written, f"key_file {path}")


def one_line(profile: Profile, written: str, what: str) -> str:
    """The key that stands alone in what was read. Raises BadInput where it does not."""
    key = written.strip()
    if not key:
        raise BadInput(f"profile {profile.name}: {what} is empty", hint=FIX_KEY)
    if len(key.splitlines()) > 1:
        raise BadInput(f"profile {profile.name}: {what} has more than one line", hint=FIX_KEY)
    return key

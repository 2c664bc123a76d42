"""Decides what finetop opens on: the profiles of the file, a key of the environment, or a question."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from finetop import config
from finetop.config import LOCAL, Profile
from finetop.errors import BadFile, BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finetop.cli.run import Run
    from finetop.config import FoundKey


def known_profiles(run: Run) -> tuple[Profile, ...] | None:
    """The profiles that can be used without asking: those of the file, cut to the one asked for.

    None when nothing has been written down yet and no profile was asked for.
    """
    if run.archive is not None:
        return (_archive_profile(run),)
    written = config.load(run.paths) or ()
    if run.profile is None:
        return guarded(run, written) or None
    found = config.profiles_of(config.found_keys(run.environ)) if not written else ()
    for profile in (*written, *found):
        if profile.name == run.profile:
            return guarded(run, (profile,))
    if run.profile == LOCAL.name:  # the engine on this machine needs no settings
        return guarded(run, (LOCAL,))
    names = [profile.name for profile in (*written, *found)] + [LOCAL.name]
    nearest, hint = config.unknown("profile", run.profile, dict.fromkeys(names))
    said = " (FINETOP_PROFILE)" if run.environ.get("FINETOP_PROFILE") == run.profile else ""
    raise BadInput(f"{nearest}{said} in {run.paths.config_file}", hint=hint)


def _archive_profile(run: Run) -> Profile:
    """A profile for the archive that was asked for, named as its folder or file is."""
    if run.profile is not None:
        raise BadInput("--archive and --profile are two places to look at", hint="Say one of them.")
    path = Path(run.archive or "").expanduser().absolute()
    if not path.exists():
        raise BadFile(
            "there is no such file or folder", path=path, hint="Give an archive, or a file of jobs."
        )
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.")[:32]
    return Profile(name or "archive", dialect="archive", base_url="", path=str(path))


def environment_profiles(run: Run) -> tuple[Profile, ...]:
    """The environment's keys, taken without asking. Raises BadInput when there is none."""
    found = config.found_keys(run.environ)
    if not found:
        raise BadInput(
            "there is no profile yet, and no key in the environment",
            hint="Set OPENAI_API_KEY, or use the engine on this machine: --profile local. "
            "To look around first: finetop demo",
        )
    return guarded(run, config.profiles_of(found))


def guarded(run: Run, profiles: Iterable[Profile]) -> tuple[Profile, ...]:
    """The profiles, none of which takes an order where the command line says `--read-only`."""
    return tuple(replace(one, read_only=True) if run.read_only else one for one in profiles)


def answered_profiles(answer: str, found: tuple[FoundKey, ...]) -> tuple[Profile, ...]:
    """The profiles that an answer to the first question stands for."""
    chosen = found if answer in {"key", "both"} else tuple(key for key in found if key.key_env == answer)
    engine = (LOCAL,) if answer in {"local", "both"} else ()
    return config.profiles_of(chosen, taken=tuple(profile.name for profile in engine)) + engine


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()

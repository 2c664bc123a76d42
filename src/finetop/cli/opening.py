"""Decides what finetop opens on: the profiles of the file, a key of the environment, or a question."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from finetop import config
from finetop.config import LOCAL, FoundKey, Profile
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run


def known_profiles(run: Run) -> tuple[Profile, ...] | None:
    """The profiles that can be used without asking: those of the file, cut to the one asked for.

    None when nothing has been written down yet and no profile was asked for.
    """
    written = config.load(run.paths) or ()
    if run.profile is None:
        return written or None
    for profile in written:
        if profile.name == run.profile:
            return (profile,)
    if run.profile == LOCAL.name:  # the engine on this machine needs no settings
        return (LOCAL,)
    names = [profile.name for profile in written] + [LOCAL.name]
    said = " (FINETOP_PROFILE)" if run.environ.get("FINETOP_PROFILE") == run.profile else ""
    raise BadInput(
        f"there is no profile {run.profile}{said} in {run.paths.config_file}",
        hint=f"Use one of {', '.join(dict.fromkeys(names))}.",
    )


def environment_profiles(run: Run) -> tuple[Profile, ...]:
    """The environment's key, taken without asking. Raises BadInput when there is none."""
    found = config.found_key(run.environ)
    if found is None:
        raise BadInput(
            "there is no profile yet, and no key in the environment",
            hint="Set OPENAI_API_KEY, or use the engine on this machine: --profile local. "
            "To look around first: finetop demo",
        )
    return (found.profile(),)


def answered_profiles(answer: str, found: FoundKey | None) -> tuple[Profile, ...]:
    """The profiles that an answer to the first question stands for."""
    key = (found.profile(),) if found is not None and answer in {"key", "both"} else ()
    engine = (LOCAL,) if answer in {"local", "both"} else ()
    if key and engine and key[0].name == LOCAL.name:  # a key for http://local/v1
        return (replace(key[0], name="provider"), *engine)
    return key + engine


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()

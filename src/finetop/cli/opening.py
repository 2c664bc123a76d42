"""Decides what finetop opens on: the profiles of the file, a key of the environment, or a question."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from finetop import config
from finetop.config import LOCAL, FoundKey, Paths, Profile
from finetop.errors import BadInput


@dataclass(frozen=True, slots=True)
class Opening:
    """What the screen is opened on."""

    paths: Paths
    profiles: tuple[Profile, ...]
    is_demo: bool = False
    """A demo opens its form with a sample file, and leaves no saved frame behind."""
    sample: str = ""
    """Id of the uploaded file the form opens with."""
    at_end: Callable[[], None] | None = None
    """Called when the terminal has been given back."""


@dataclass(frozen=True, slots=True)
class Screens:
    """The two screens the command line can put up; handed in, for only the screen knows its library."""

    open: Callable[[Opening], int]
    ask: Callable[[FoundKey | None], str | None]
    """`key`, `local`, `both`, `demo`, or None for somebody who left."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command line: its folders, its environment, and the screens it can put up."""

    paths: Paths
    environ: Mapping[str, str]
    screens: Screens
    profile: str | None = None
    """The profile asked for before the command's name."""


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
    raise BadInput(
        f"there is no profile {run.profile} in {run.paths.config_file}",
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

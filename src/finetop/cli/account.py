"""Chooses the account a command works on, and opens the session that speaks with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from finetop.cli import opening, output
from finetop.cli.known import stored
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.session import Session


def chosen_profiles(run: Run) -> tuple[Profile, ...]:
    """The profiles a command may use; never asks, for a script could not answer."""
    known = opening.known_profiles(run)
    if known is not None:
        return known
    found = opening.environment_profiles(run)
    used = " and ".join(f"{profile.key_env} at {profile.address}" for profile in found)
    output.talk(f"no profile yet; using {used}")
    return found


def one_profile(run: Run) -> Profile:
    """The one profile a command works on. Raises BadInput when it would have to guess."""
    profiles = chosen_profiles(run)
    if len(profiles) > 1:
        names = ", ".join(profile.name for profile in profiles)
        raise BadInput(f"there are several profiles: {names}", hint="Choose one with --profile NAME.")
    return profiles[0]


def profile_of(run: Run, job_id: str) -> Profile:
    """The profile a job is of: the only one, or the one whose account is known to have it."""
    profiles = chosen_profiles(run)
    if len(profiles) > 1:
        with stored(run, profiles) as known:
            key = known.job(job_id)
        if key is None:
            raise BadInput(
                f"which of the profiles has {job_id} is not known: {', '.join(p.name for p in profiles)}",
                hint="Choose one with --profile NAME.",
            )
        return next(p for p in profiles if p.name == known.names[key.account])
    return profiles[0]


@contextmanager
def looked_at(run: Run, *profiles: Profile) -> Iterator[Session]:
    """A session that asks nobody: what the store knows of these profiles."""
    from finetop.session import Session  # noqa: PLC0415 - as in `opened`
    from finetop.store import Store  # noqa: PLC0415 - as in `opened`

    store = Store(run.paths.store_file)
    try:
        yield Session(run.paths, profiles, store, environ=run.environ, poll=False)
    finally:
        store.close()


@contextmanager
def opened(
    run: Run, *profiles: Profile, poll: bool = False, on_change: Callable[[], None] = lambda: None
) -> Iterator[Session]:
    """A session, closed in order however the command ends; it records only with `poll`."""
    from finetop.session import Session  # noqa: PLC0415 - only commands that talk to a provider
    from finetop.store import Store  # noqa: PLC0415 - as above

    if run.paths.notice:
        output.talk(run.paths.notice)
    store = Store(run.paths.store_file)
    try:
        session = Session(run.paths, profiles, store, environ=run.environ, poll=poll, on_change=on_change)
        session.start()
        try:
            yield session
        finally:
            session.close()
    finally:
        store.close()

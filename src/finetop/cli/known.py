"""What the store knows of the profiles, without a session: for commands that ask nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from finetop.places import account_place
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile


class Known(NamedTuple):
    """The store, and whose accounts are meant."""

    store: Store
    names: dict[int, str]
    """Account -> profile."""

    def job(self, job_id: str) -> JobKey | None:
        """The job of this id; None where no account has it, or more than one."""
        keys = [JobKey(account, job_id) for account in self.names]
        found = [key for key in keys if self.store.jobs.status(key) is not None]
        return found[0] if len(found) == 1 else None


@contextmanager
def stored(run: Run, profiles: Sequence[Profile]) -> Iterator[Known]:
    """What is known of these profiles."""
    store = Store(run.paths.store_file)
    try:
        names: dict[int, str] = {}
        for profile in profiles:
            for account in _accounts(store, run, profile):
                names.setdefault(account, profile.name)
        yield Known(store, names)
    finally:
        store.close()


def _accounts(store: Store, run: Run, profile: Profile) -> list[int]:
    """The account of a profile; without its key, which nobody needs for looking, all at its place."""
    place = account_place(profile, run.paths, run.environ)
    there = store.accounts.at(
        dialect=place["dialect"],
        base_url=place["base_url"],
        organization=place["organization"],
        project=place["project"],
    )
    return there if len(there) <= 1 or not place["key"] else [store.accounts.ensure(**place)]

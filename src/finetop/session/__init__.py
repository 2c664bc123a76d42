"""What screens and commands ask; whatever talks to a network does so on a thread of its own.

Importing this loads neither pydantic nor httpx nor ssl: the thread does, after the first paint.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.errors import BadInput
from finetop.places import account_of, account_place, data_dir_of
from finetop.session.abilities import lacks, why_not
from finetop.session.calls import LibraryCalls
from finetop.session.thread import NetworkThread
from finetop.store.rows import JobKey, ProfileState

if TYPE_CHECKING:
    from finetop.actions.draft import Draft
    from finetop.archive import Origin
    from finetop.config import AlertSettings, Paths, Profile
    from finetop.models import Capabilities, Checkpoint, Event, Job
    from finetop.query import Condition
    from finetop.session.network import Network
    from finetop.session.questions import Trial
    from finetop.store import Asked, Store


QUESTIONS_KEPT = 500
"""Requests of this process that the log of actions shows; orders are kept in the store besides."""


def _ignore() -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Results:
    """Where result files are brought by themselves, and who hears of each; on the network thread."""

    folder: Path
    tell: Callable[[str], None]


class Session(LibraryCalls):
    """What screens and commands ask; every answer is a future, fulfilled on the network thread."""

    def __init__(
        self,
        paths: Paths,
        profiles: tuple[Profile, ...],
        store: Store,
        *,
        on_change: Callable[[], None] = _ignore,
        environ: Mapping[str, str] = os.environ,
        poll: bool = True,
        start_local: bool = True,
        results: Results | None = None,
        transport: Any = None,
        alerts: AlertSettings | None = None,
    ) -> None:
        self.paths = paths
        self.profiles = profiles
        self.store = store
        self.environ = environ
        self.poll = poll
        self.start_local = start_local
        self.results = results
        self.transport = transport
        """Where the world begins: tests put a fake in its place; None is the real network."""
        self.names: dict[int, str] = {}
        """Account -> profile name. Profiles of one account share the first one's name."""
        self.accounts: dict[str, int] = {}
        """Profile name -> account."""
        self.troubles: Mapping[int, str] = {}
        """Account -> what keeps this process from writing down what it learns."""
        self.alert_fault = ""
        """What keeps this process from telling of jobs, where that is our own fault."""
        self.asked: deque[Asked] = deque(maxlen=QUESTIONS_KEPT)
        """What this process has asked of whom, oldest first; filled on the network thread."""
        self._on_change = on_change
        self._alerts = alerts
        for profile in profiles:
            account = account_of(store, profile, paths, environ)
            self.accounts[profile.name] = account
            self.names.setdefault(account, profile.name)
        self._thread = NetworkThread(self._open_network, at_end=store.release_thread)
        self._ask = self._thread.ask
        self._tell = self._thread.tell

    @property
    def alerts(self) -> AlertSettings:
        """What is told of jobs, and by which ways. Raises BadInput where the settings make no sense."""
        from finetop.config import load_settings  # noqa: PLC0415 - after the first paint

        if self._alerts is None:
            self._alerts = load_settings(self.paths, self.environ).alerts
        return self._alerts

    def start(self) -> None:
        """Begin to talk: with `poll`, one recorder for each account."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, in about a second at most; what is under way stays in the journal."""
        self._thread.close()

    def is_alive(self) -> bool:
        """False once the thread has ended, by `close` or by a fault of ours."""
        return self._thread.is_alive()

    def states(self) -> list[ProfileState]:
        """How each profile is doing, from the store; any thread may ask."""
        counts = self.store.jobs.counts()
        states = []
        for profile in self.profiles:
            account = self.accounts[profile.name]
            contact = self.store.accounts.contact(account)
            trouble = self.troubles.get(account, "")
            pacing = self.store.pacing.get(account)
            states.append(
                ProfileState(
                    name=profile.name,
                    account=account,
                    state="stale" if trouble else contact.state,
                    last_ok_at=contact.last_ok_at,
                    message=trouble or contact.message,
                    read_only=profile.read_only,
                    jobs=counts.get(account, 0),
                    poller=contact.poller,
                    paused=pacing.paused,
                    pace_s=pacing.pace_s,
                    requests_left=contact.requests_left,
                    requests_limit=contact.requests_limit,
                    is_low=contact.is_low,
                    colour=profile.colour,
                )
            )
        return states

    def why_not(self, profile: str, action: str) -> str:
        """Why cancel, pause, resume or delete is not offered; empty where it is. Any thread may ask."""
        known = profile_named(self.profiles, profile)
        return why_not(known, action, self.store.accounts.unable(self.accounts[profile]), time.time())

    def lacks(self, profile: str, action: str) -> bool:
        """True where the profile's API itself has no such action."""
        return lacks(profile_named(self.profiles, profile), action)

    def capabilities(self, profile: str) -> Capabilities:
        """What the profile's dialect can do; told by its provider, which is loaded after the first paint."""
        from finetop.providers import provider_class  # noqa: PLC0415 - loads pydantic and httpx

        return provider_class(profile_named(self.profiles, profile).dialect).capabilities

    def create(self, draft: Draft) -> Future[JobKey]:
        """Make a job exactly once; fulfilled when it is known to exist, Unsettled after three minutes."""
        return self._ask(lambda network: network.create(draft))

    def cancel(self, key: JobKey) -> Future[None]:
        """Ask the provider to stop a job."""
        return self._order("cancel", key)

    def pause(self, key: JobKey) -> Future[None]:
        """Ask the provider to hold a job, so that it can go on later."""
        return self._order("pause", key)

    def resume(self, key: JobKey) -> Future[None]:
        """Ask the provider to go on with a paused job."""
        return self._order("resume", key)

    def delete(self, key: JobKey) -> Future[None]:
        """Ask the provider to forget a job; it leaves the list."""
        return self._order("delete", key)

    def resend(self, key: JobKey) -> Future[JobKey]:
        """Send an unsure or refused create again, after one more look at the list."""
        return self._ask(lambda network: network.resend(key))

    def dismiss(self, key: JobKey) -> Future[None]:
        """Put away an unsure or refused create; should its job turn up, it is shown as any other."""
        return self._ask(lambda network: network.dismiss(key))

    def candidates(self, key: JobKey) -> Future[list[JobKey]]:
        """Jobs that may be what became of an unsure create."""
        return self._ask(lambda network: network.candidates(key))

    def adopt(self, key: JobKey, job: JobKey) -> Future[JobKey]:
        """The user says that this candidate is what became of an unsure create."""
        return self._ask(lambda network: network.adopt(key, job))

    def use(self, profile: str) -> Future[None]:
        """Make a profile ready: starts the local server where it does not run."""
        return self._ask(lambda network: network.use(profile))

    def test(self, profile: str) -> Future[Trial]:
        """One request, sent once; fulfilled with how it went, or the error that says why it did not."""
        return self._ask(lambda network: network.questions.test(profile))

    def list_jobs(
        self,
        profile: str,
        limit: int = 20,
        metadata: Mapping[str, str] | None = None,
        condition: Condition | None = None,
    ) -> Future[list[Job]]:
        """The newest jobs that bear these pairs of metadata and are meant, asked anew and kept."""
        return self._ask(lambda network: network.questions.list_jobs(profile, limit, metadata, condition))

    def get_job(self, profile: str, job_id: str) -> Future[Job]:
        """One job, asked anew and kept."""
        return self._ask(lambda network: network.questions.get_job(profile, job_id))

    def events(self, profile: str, job_id: str) -> Future[list[Event]]:
        """A job's whole log, oldest first, asked anew and kept."""
        return self._ask(lambda network: network.questions.events(profile, job_id))

    def checkpoints(self, profile: str, job_id: str) -> Future[list[Checkpoint]]:
        """A job's checkpoints, newest first, asked anew and kept."""
        return self._ask(lambda network: network.questions.checkpoints(profile, job_id))

    def measure(self, profile: str, job_id: str) -> Future[None]:
        """A job's measurements, asked anew and kept."""
        return self._ask(lambda network: network.questions.metrics(profile, job_id))

    def wait(self, profile: str, job_id: str, until: Collection[str] = ()) -> Future[Job]:
        """The job once it has ended or is in one of these states, however long that takes."""
        return self._ask(lambda network: network.questions.wait(profile, job_id, until))

    def follow(self, profile: str, job_id: str, tell: Callable[[Event], None]) -> Future[Job]:
        """The job once it has ended; until then `tell` hears its log, on the network thread."""
        return self._ask(lambda network: network.follow(profile, job_id, tell))

    def refresh(self) -> None:
        """Ask every provider now, also one that has asked to be left alone."""
        self._tell(lambda network: network.refresh())

    def set_paused(self, *, paused: bool) -> Future[None]:
        """Have no profile asked until told otherwise, whichever process does it; or have all asked again."""
        return self._ask(lambda network: network.set_paused(paused=paused))

    def set_pace(self, paces_s: Mapping[int, float | None]) -> Future[None]:
        """Account -> seconds between two questions about a running job; None is the profile's own pace."""
        return self._ask(lambda network: network.set_pace(paces_s))

    def own_pace_s(self, account: int) -> float:
        """How often running jobs of an account are asked about while nobody says otherwise."""
        from finetop.pace import own_pace  # noqa: PLC0415 - the first paint does not need it

        return own_pace(profile_named(self.profiles, self.names[account])).active_s

    def watch(self, key: JobKey | None) -> None:
        """Ask for this job more often: it is the one being looked at."""
        self._tell(lambda network: network.watch(key))

    def origin(self, profile: str) -> Origin:
        """Where a profile's jobs come from, as an archive of them says."""
        from finetop.archive import Origin  # noqa: PLC0415 - loads pydantic

        known = profile_named(self.profiles, profile)
        place = account_place(known, self.paths, self.environ)
        return Origin(place["dialect"], place["base_url"], place["organization"], place["project"])

    def data_dir(self, profile: Profile) -> os.PathLike[str]:
        """Where the server of a local profile keeps its files."""
        return data_dir_of(profile, self.paths)

    def _order(self, kind: str, key: JobKey) -> Future[None]:
        return self._ask(lambda network: network.order(kind, key))

    def _open_network(self) -> Network:
        from finetop.session.network import Network  # noqa: PLC0415 - loads pydantic and httpx

        return Network(self, self._on_change)


def profile_named(profiles: tuple[Profile, ...], name: str) -> Profile:
    """The profile of this name. Raises BadInput with those that exist."""
    for profile in profiles:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in profiles) or "none"
    raise BadInput(f"there is no profile {name}", hint=f"Use one of: {known}.")

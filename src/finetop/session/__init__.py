"""Wires everything that talks to a network and owns the one thread on which it runs.

Importing this loads neither pydantic nor httpx nor ssl: the thread does, after the first paint.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from finetop.errors import BadInput, TryLater
from finetop.session.places import account_place, data_dir_of
from finetop.store.rows import JobKey, ProfileState

if TYPE_CHECKING:
    import asyncio

    from finetop.actions.draft import Draft
    from finetop.config import Paths, Profile
    from finetop.models import Checkpoint, Event, File, Job, Model
    from finetop.session.network import Network
    from finetop.store import Store

T = TypeVar("T")
CLOSE_S = 1.5
"""How long leaving may take before the thread is left to die with the process."""


def _ignore() -> None:
    """Nobody listens."""


class Session:
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
        transport: Any = None,
    ) -> None:
        self.paths = paths
        self.profiles = profiles
        self.store = store
        self.environ = environ
        self.poll = poll
        self.start_local = start_local
        self.transport = transport
        """Where the world begins: tests put a fake in its place; None is the real network."""
        self.names: dict[int, str] = {}
        """Account -> profile name. Profiles of one account share the first one's name."""
        self.accounts: dict[str, int] = {}
        """Profile name -> account."""
        self._on_change = on_change
        for profile in profiles:
            account = store.accounts.ensure(**account_place(profile, paths, environ))
            self.accounts[profile.name] = account
            self.names.setdefault(account, profile.name)
        self._inbox: queue.SimpleQueue[tuple[Future[Any], Callable[[Network], Awaitable[Any]]]] = (
            queue.SimpleQueue()
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="finetop-network", daemon=True)

    def start(self) -> None:
        """Begin to talk: with `poll`, one recorder for each account."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, in about a second at most; what is under way stays in the journal."""
        self._closing = True
        if self._thread.ident is None:
            self._refuse_all()
            return
        self._call(self._stop)
        self._thread.join(CLOSE_S)
        self._refuse_all()

    def states(self) -> list[ProfileState]:
        """How each profile is doing, from the store; any thread may ask."""
        counts = self.store.jobs.counts()
        states = []
        for profile in self.profiles:
            account = self.accounts[profile.name]
            contact = self.store.accounts.contact(account)
            states.append(
                ProfileState(
                    name=profile.name,
                    account=account,
                    state=contact.state,
                    last_ok_at=contact.last_ok_at,
                    message=contact.message,
                    read_only=profile.read_only,
                    jobs=counts.get(account, 0),
                    poller=contact.poller,
                )
            )
        return states

    def create(self, draft: Draft) -> Future[JobKey]:
        """Make a job exactly once; fulfilled when it is known to exist, Unsettled after three minutes."""
        return self._ask(lambda network: network.create(draft))

    def cancel(self, key: JobKey) -> Future[None]:
        """Ask the provider to stop a job."""
        return self._ask(lambda network: network.cancel(key))

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

    def models(self, profile: str) -> Future[list[Model]]:
        """What the profile can tune or has tuned, asked anew and kept."""
        return self._ask(lambda network: network.models(profile))

    def files(self, profile: str) -> Future[list[File]]:
        """The profile's training files, asked anew and kept."""
        return self._ask(lambda network: network.files(profile))

    def chat(self, profile: str, model: str, prompt: str) -> Future[str]:
        """One prompt to one model."""
        return self._ask(lambda network: network.chat(profile, model, prompt))

    def first_prompt(self, profile: str, file: str) -> Future[str]:
        """What the user says first in a training file; empty where the file is not for reading."""
        return self._ask(lambda network: network.first_prompt(profile, file))

    def use(self, profile: str) -> Future[None]:
        """Make a profile ready: starts the local server where it does not run."""
        return self._ask(lambda network: network.use(profile))

    def list_jobs(self, profile: str, limit: int = 20) -> Future[list[Job]]:
        """The newest jobs, asked anew and kept."""
        return self._ask(lambda network: network.list_jobs(profile, limit))

    def get_job(self, profile: str, job_id: str) -> Future[Job]:
        """One job, asked anew and kept."""
        return self._ask(lambda network: network.get_job(profile, job_id))

    def events(self, profile: str, job_id: str) -> Future[list[Event]]:
        """A job's whole log, oldest first, asked anew and kept."""
        return self._ask(lambda network: network.events(profile, job_id))

    def checkpoints(self, profile: str, job_id: str) -> Future[list[Checkpoint]]:
        """A job's checkpoints, newest first, asked anew and kept."""
        return self._ask(lambda network: network.checkpoints(profile, job_id))

    def wait(self, profile: str, job_id: str) -> Future[Job]:
        """The job once it has ended, however long that takes."""
        return self._ask(lambda network: network.wait(profile, job_id))

    def refresh(self) -> None:
        """Ask every provider now, also one that has asked to be left alone."""
        self._tell(lambda network: network.refresh())

    def watch(self, key: JobKey | None) -> None:
        """Ask for this job more often: it is the one being looked at."""
        self._tell(lambda network: network.watch(key))

    def data_dir(self, profile: Profile) -> os.PathLike[str]:
        """Where the server of a local profile keeps its files."""
        return data_dir_of(profile, self.paths)

    def _tell(self, call: Callable[[Network], None]) -> None:
        async def told(network: Network) -> None:
            call(network)

        if not self._closing:
            self._ask(told)

    def _ask(self, call: Callable[[Network], Awaitable[T]]) -> Future[T]:
        future: Future[T] = Future()
        if self._closing:
            future.set_exception(TryLater("finetop is ending"))
            return future
        self._inbox.put((future, call))
        self._call(self._drain_soon)
        return future

    def _call(self, call: Callable[[], None] | None) -> None:
        loop = self._loop
        if loop is None or call is None:
            return  # not up yet: the thread looks at the inbox and at `_closing` itself
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:
            self._refuse_all()  # the loop has ended

    def _refuse_all(self) -> None:
        while True:
            try:
                future, _ = self._inbox.get_nowait()
            except queue.Empty:
                return
            if future.set_running_or_notify_cancel():
                future.set_exception(TryLater("finetop is ending"))

    def _drain_soon(self) -> None:
        """Replaced by the thread once it can carry calls out."""

    def _run(self) -> None:
        import asyncio  # noqa: PLC0415 - it loads ssl, which costs the first paint 15 ms

        try:
            asyncio.run(self._serve())
        finally:
            self._loop = None
            self._refuse_all()
            self.store.release_thread()

    async def _serve(self) -> None:
        import asyncio  # noqa: PLC0415 - as in `_run`

        from finetop.session.network import Network  # noqa: PLC0415 - loads pydantic and httpx

        ended = asyncio.Event()
        network = Network(self, self._on_change)
        under_way: set[asyncio.Task[None]] = set()

        def drain() -> None:
            while not self._inbox.empty():
                future, call = self._inbox.get_nowait()
                if future.set_running_or_notify_cancel():
                    task = asyncio.create_task(_carry_out(network, future, call))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)

        self._drain_soon = drain  # type: ignore[method-assign]
        self._stop = ended.set
        self._loop = asyncio.get_running_loop()
        drain()
        network.start()
        if self._closing:
            ended.set()
        await ended.wait()
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=0.5)
        await network.close()


async def _carry_out(
    network: Network, future: Future[Any], call: Callable[[Network], Awaitable[Any]]
) -> None:
    """Run one call; whatever happens in it happens to the one who waits for the future."""
    import asyncio  # noqa: PLC0415 - as in `Session._run`

    try:
        future.set_result(await call(network))
    except asyncio.CancelledError:
        future.set_exception(TryLater("finetop is ending; this is settled at its next start"))
        raise
    except Exception as error:  # noqa: BLE001 - the outermost frame: the caller gets it
        future.set_exception(error)


def profile_named(profiles: tuple[Profile, ...], name: str) -> Profile:
    """The profile of this name. Raises BadInput with those that exist."""
    for profile in profiles:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in profiles) or "none"
    raise BadInput(f"there is no profile {name}", hint=f"Use one of: {known}.")

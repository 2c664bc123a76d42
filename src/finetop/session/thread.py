"""The one thread on which everything runs that talks to a network."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

from finetop.errors import TryLater

if TYPE_CHECKING:
    import asyncio

    from finetop.session.network import Network

T = TypeVar("T")
CLOSE_S = 1.5
"""How long leaving may take before the thread is left to die with the process."""


class Stoppable(Future[T]):
    """A future whose cancelling also stops work that has begun; the one who waits meets CancelledError."""

    def __init__(self) -> None:
        super().__init__()
        self.is_unwanted = False
        self._stop: Callable[[], None] | None = None

    def cancel(self) -> bool:
        """Stop what runs for it; False where it has ended already."""
        if super().cancel():
            return True
        if self.done():
            return False
        self.is_unwanted = True
        if self._stop is not None:
            self._stop()
        return True

    def stop_with(self, stop: Callable[[], None]) -> None:
        """The work has begun, and ends by this call."""
        self._stop = stop
        if self.is_unwanted:
            stop()


class NetworkThread:
    """Carries calls to the network's loop; each answer is a future, fulfilled over there."""

    def __init__(self, open_network: Callable[[], Network], *, at_end: Callable[[], None]) -> None:
        self._open_network = open_network
        self._at_end = at_end
        self._inbox: queue.SimpleQueue[tuple[Future[Any], Callable[[Network], Awaitable[Any]]]] = (
            queue.SimpleQueue()
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="finetop-network", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def is_alive(self) -> bool:
        """True from the start to the end."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End, in about a second at most; who still waits for an answer is told."""
        self._closing = True
        if self._thread.ident is None:
            self._refuse_all()
            return
        self._call(self._stop)
        self._thread.join(CLOSE_S)
        self._refuse_all()

    def tell(self, call: Callable[[Network], None]) -> None:
        """Have something done whose end nobody waits for."""

        async def told(network: Network) -> None:
            call(network)

        if not self._closing:
            self.ask(told)

    def ask(self, call: Callable[[Network], Awaitable[T]], *, stoppable: bool = False) -> Future[T]:
        """Have something done; the future holds what came of it.

        What has begun goes on whatever becomes of the future, unless it is `stoppable`.
        """
        future: Future[T] = Stoppable() if stoppable else Future()
        self._inbox.put((future, call))
        if self._closing:  # looked at after it was put there, or nobody might refuse it
            self._refuse_all()
        else:
            self._call(self._drain_soon)
        return future

    def _call(self, call: Callable[[], object] | None) -> None:
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
            self._closing = True  # also where it could not begin: who asks from now on shall not wait
            self._loop = None
            self._refuse_all()
            self._at_end()

    async def _serve(self) -> None:
        import asyncio  # noqa: PLC0415 - as in `_run`

        ended = asyncio.Event()
        network = self._open_network()
        under_way: set[asyncio.Task[None]] = set()

        def drain() -> None:
            while not self._inbox.empty():
                future, call = self._inbox.get_nowait()
                if future.set_running_or_notify_cancel():
                    task = asyncio.create_task(_carry_out(network, future, call))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                    if isinstance(future, Stoppable):
                        future.stop_with(functools.partial(self._call, task.cancel))

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
    import asyncio  # noqa: PLC0415 - as in `NetworkThread._run`

    try:
        future.set_result(await call(network))
    except asyncio.CancelledError:
        if isinstance(future, Stoppable) and future.is_unwanted:
            future.set_exception(CancelledError())
            return
        future.set_exception(TryLater("finetop is ending; this is settled at its next start"))
        raise
    except Exception as error:  # noqa: BLE001 - the outermost frame: the caller gets it
        future.set_exception(error)

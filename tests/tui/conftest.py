"""How closely the tests of this folder watch the screen, and a form to fill in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from textual import _wait
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot, WaitForScreenTimeout

from drivers import Driver, fill, house, opened
from tui.filling import LOCAL, Sent

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message_pump import MessagePump


@pytest.fixture(autouse=True, scope="session")
def short_looks() -> Iterator[None]:
    """After each key the pilot looks for 20 ms, and again, whether the screen rests; 10 tell it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", _wait.SLEEP_GRANULARITY / 2)
        patch.setattr(_wait, "SLEEP_IDLE", _wait.SLEEP_IDLE / 2)
        patch.setattr(Pilot, "_wait_for_screen", _wait_for_the_busy)
        yield


@pytest.fixture(autouse=True, scope="session")
def looks_read_once() -> Iterator[None]:
    """Each app reads all style sheets twice, a third of what its start costs; what they say is the same."""
    real, read = Stylesheet._parse_rules, {}

    def read_once(self: Stylesheet, *args: Any, **named: Any) -> Any:
        key = (*args, *named.items(), *self._variables.items())
        if key not in read:
            read[key] = real(self, *args, **named)
        return read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", read_once)
        yield


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
async def form(tmp_path: Path, sent: Sent) -> AsyncIterator[Driver]:
    """The form, as the demo opens it: with a sample chosen."""
    paths = house(tmp_path)
    fill(paths, (), LOCAL)
    async with opened(paths, profiles=LOCAL, sample="file-train", make_session=sent.session) as driver:
        await driver.press("c")
        await driver.reads("New job")
        yield driver


async def _wait_for_the_busy(pilot: Pilot[Any], timeout: float = 30.0) -> bool:  # noqa: ASYNC109 - as it has it
    """As the pilot does, but without a message to each of a hundred widgets that have nothing to do."""
    left, over = 0, asyncio.Event()

    def one_less() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            over.set()

    for pump in (pilot.app, *pilot.app.screen.walk_children(with_self=True)):
        left += _is_busy(pump) and pump.call_later(one_less)
    if left:
        waits = [asyncio.create_task(event.wait()) for event in (over, pilot.app._exception_event)]
        done, pending = await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if not done:
            raise WaitForScreenTimeout("Timed out while waiting for widgets to process pending messages.")
    return left == 0


def _is_busy(pump: MessagePump) -> bool:
    """Whether it works on a message, or has one to work on."""
    queue: Any = pump._message_queue
    return not (queue.empty() and queue.ready_event._waiters)

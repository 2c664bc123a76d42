"""How closely the tests of this folder watch the screen, and a form to fill in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from textual import _wait

from drivers import Driver, fill, house, opened
from tui.filling import LOCAL, Sent

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True, scope="session")
def short_looks() -> Iterator[None]:
    """After each key the pilot looks for 20 ms, and again, whether the screen rests; 10 tell it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", _wait.SLEEP_GRANULARITY / 2)
        patch.setattr(_wait, "SLEEP_IDLE", _wait.SLEEP_IDLE / 2)
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

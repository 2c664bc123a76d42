"""How closely the tests of this folder watch the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import _wait


@pytest.fixture(autouse=True, scope="session")
def short_looks() -> Iterator[None]:
    """After each key the pilot looks for 20 ms, and again, whether the screen rests; 10 tell it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", _wait.SLEEP_GRANULARITY / 2)
        patch.setattr(_wait, "SLEEP_IDLE", _wait.SLEEP_IDLE / 2)
        yield

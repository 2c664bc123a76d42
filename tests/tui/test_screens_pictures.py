"""Pictures of the layout at the four sizes it is made for, of dialogs and screens, and in other looks.

After a wanted change: pytest tests/tui/test_screens_pictures.py --snapshot-update
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from drivers import NOW, PROFILES, fill, house
from finetop.errors import NotStarted
from finetop.session import Session
from finetop.tui.app import FinetopApp
from finetop.tui.start import Options

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from finetop.models import File, Model


class Silent(Session):
    """Asks nobody: a picture must not depend on who has answered by then."""

    def files(self, profile: str, purpose: str = "fine-tune") -> Future[list[File]]:
        return _refused()

    def models(self, profile: str) -> Future[list[Model]]:
        return _refused()


def _refused() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(NotStarted("nobody is asked"))
    return future


SilentSession = partial(Silent, poll=False, environ={"OPENAI_API_KEY": "key"})


@pytest.fixture(autouse=True)
def one_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock of the pictures shows the same hour everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[Callable[..., FinetopApp]]:
    """Makes the screen in one look; it is ended with the test."""
    made: list[FinetopApp] = []

    def make(theme: str = "dark", glyphs: str = "unicode", **environ: str) -> FinetopApp:
        paths = house(tmp_path)
        fill(paths)
        options = Options(paths, PROFILES, arguments=(), theme=theme, glyphs=glyphs, start_local=False)
        made.append(FinetopApp(options, make_session=SilentSession, clock=lambda: NOW, environ=environ))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def app(looking: Callable[..., FinetopApp]) -> FinetopApp:
    return looking()


def rested(*keys: str) -> Any:
    """Press keys once the whole job is loaded, and wait until it is shown."""

    async def press(pilot: Pilot[Any]) -> None:
        main = pilot.app.get_default_screen()
        while not main._selected._loaded:  # type: ignore[attr-defined]
            await pilot.pause(0.02)
        await pilot.press("j")
        await pilot.pause(0.2)
        await pilot.press(*keys)
        await pilot.pause(0.1)

    return press


@pytest.mark.parametrize(
    "size", [(60, 16), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_main(app: FinetopApp, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=rested())


@pytest.mark.parametrize("key", ["x", "z", "question_mark"], ids=["cancel", "pause", "help"])
def test_dialog(app: FinetopApp, snap_compare: Any, key: str) -> None:
    assert snap_compare(app, terminal_size=(120, 40), run_before=rested(key))


@pytest.mark.parametrize("key", ["5", "6", "A"], ids=["files", "models", "actions"])
def test_screen(app: FinetopApp, snap_compare: Any, key: str) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=rested(key))


def test_comparison(app: FinetopApp, snap_compare: Any) -> None:
    """Two jobs of one model: what differs, and their curves."""

    async def press(pilot: Pilot[Any]) -> None:
        await rested()(pilot)
        main = pilot.app.get_default_screen()
        for name in ("support-bot-v3", "support-bot-v1"):
            row = next(row for row in main.jobs.rows if row.name == name)  # type: ignore[attr-defined]
            main.jobs.select(row.key)  # type: ignore[attr-defined]
            await pilot.press("space")
        await pilot.press("equals_sign")
        while getattr(pilot.app.screen, "comparison", None) is None:
            await pilot.pause(0.02)
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=(120, 40), run_before=press)


@pytest.mark.parametrize(
    "look",
    [
        {"theme": "light"},
        {"theme": "colourblind"},
        {"theme": "ansi-dark"},
        {"theme": "auto", "NO_COLOR": "1"},
        {"glyphs": "ascii"},
    ],
    ids=["light", "colourblind", "ansi", "no-colour", "ascii"],
)
def test_look(looking: Callable[..., FinetopApp], snap_compare: Any, look: dict[str, str]) -> None:
    assert snap_compare(looking(**look), terminal_size=(80, 24), run_before=rested())

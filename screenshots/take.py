"""Draws the pictures again, from the real demo: `uv run python screenshots/take.py`."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.demo.run import Demo, start
from finetop.tui.app import FinetopApp
from finetop.tui.start import Options

if TYPE_CHECKING:
    from textual.pilot import Pilot

HERE = Path(__file__).parent
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.1

OTHERS = (
    ("files", "5", "5 Files"),
    ("models", "6", "6 Models"),
    ("actions", "A", "Actions"),
    ("columns", "K", "Columns"),
    ("profiles", "P", "Profiles"),
)
"""Screens and dialogs: the name of the picture, the key, and what their head says."""

# A picture must not fetch anything when it is looked at.
_FONTS = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until the screen has come so far."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {what}")
        await asyncio.sleep(LOOK_EVERY_S)


def shown(app: FinetopApp) -> str:
    """The screen's text."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - what is on the screen, as the terminal has it
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def save(app: FinetopApp, name: str) -> None:
    """Write one picture."""
    drawn = _FONTS.sub("", app.export_screenshot(title="finetop"))
    (HERE / f"{name}.svg").write_text(drawn, "utf-8")
    sys.stderr.write(f"{name}.svg\n")


async def select(pilot: Pilot[int], app: FinetopApp, name: str) -> None:
    """Move the cursor down to a job and wait until its detail is there."""
    await pilot.press("1", "g")
    for _ in range(40):
        line = next((line for line in shown(app).splitlines() if line.startswith("▌")), "")
        if name in line:
            break
        await pilot.press("j")
    await until(lambda: shown(app).count(name) > 1, f"the detail of {name}")


async def at(
    size: tuple[int, int], demo: Demo, pictures: Callable[[Pilot[int], FinetopApp], Awaitable[None]]
) -> None:
    """Open the screen at one size on the running demo."""
    app = FinetopApp(
        Options(
            demo.paths,
            (demo.profile,),
            arguments=("demo",),
            keep_frame=False,
            sample=demo.sample,
            start_local=False,
        )
    )
    async with app.run_test(size=size) as pilot:
        await until(lambda: shown(app).count("running") > 1, "two running jobs")
        await pictures(pilot, app)
        await pilot.press("ctrl+q")


async def others(pilot: Pilot[int], app: FinetopApp) -> None:
    """What one key opens over the list, each at the size the screen has."""
    size = f"{app.size.width}x{app.size.height}"
    for name, key, head in OTHERS:
        await pilot.press(key)
        await until(lambda head=head: head in shown(app) and "asking" not in shown(app), name)  # type: ignore[misc]
        save(app, f"{name}-{size}")
        await pilot.press("escape")


async def curves(pilot: Pilot[int], app: FinetopApp) -> None:
    """One job's curves alone, two jobs over each other and beside each other, and what was learned least."""
    size = f"{app.size.width}x{app.size.height}"
    await select(pilot, app, "town-hall-40")
    await pilot.press("3", "f", "b")
    await until(lambda: "valid" in shown(app).splitlines()[2], "the best point")
    save(app, f"curves-{size}")
    await pilot.press("escape", "escape", "1", "space", "j", "space", "3", "f")
    await until(lambda: "B " in shown(app), "two jobs")
    save(app, f"overlaid-{size}")
    await pilot.press("escape", "1", "equals_sign")
    await until(lambda: "What differs" in shown(app) and "AGAINST" in shown(app), "the comparison")
    save(app, f"compare-{size}")
    await pilot.press("escape", "V")
    await select(pilot, app, "town-hall-40")
    await pilot.press("w")
    await until(lambda: "WORST" in shown(app).upper(), "the examples")
    await asyncio.sleep(0.5)
    save(app, f"worst-{size}")
    await pilot.press("escape")


async def take(demo: Demo) -> None:
    """All pictures."""

    async def wide(pilot: Pilot[int], app: FinetopApp) -> None:
        await select(pilot, app, "town-hall-40")
        await asyncio.sleep(20)  # a running job's curve and progress need something to show
        save(app, "demo-120x40")
        await pilot.press("c")
        await until(lambda: "New job" in shown(app), "the form")
        await until(lambda: "already uploaded" in shown(app), "the data check")
        save(app, "create-120x40")
        await pilot.press("escape")
        await pilot.press("question_mark")
        await asyncio.sleep(0.5)
        save(app, "help-120x40")
        await pilot.press("escape")
        await others(pilot, app)
        await curves(pilot, app)

    async def narrow(pilot: Pilot[int], app: FinetopApp) -> None:
        await select(pilot, app, "town-hall-40")
        save(app, "demo-80x24")
        await others(pilot, app)
        await curves(pilot, app)

    await at((120, 40), demo, wide)
    await at((80, 24), demo, narrow)


def main() -> None:
    """Start the demo, draw, and leave nothing behind."""
    demo = start(None)
    try:
        asyncio.run(take(demo))
    finally:
        demo.end()


if __name__ == "__main__":
    main()

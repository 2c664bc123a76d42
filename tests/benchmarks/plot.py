"""What a chart costs: `python tests/benchmarks/plot.py`; with others side by side:

    uv run --with 'plotext<6' --with textual-plot python tests/benchmarks/plot.py

Targets at 100x30: 100,000 points from scratch 6 ms, one point more 1 ms, 20 runs of 10,000 points 20 ms; on a
real terminal the crosshair's key p95 10 ms and 800 bytes. Times are the processor's, for others use it too.
"""

from __future__ import annotations

import asyncio
import math
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.screen import opened, p95, table
from drivers import PROFILES, Told, fill, house
from finetop.plot import Curve, Drawing, Points, Request, chart
from finetop.store import Store

ROUNDS = 25
SIZE = (100, 30)
MANY = 100_000
STEPS = 20_000
"""Of the job on the terminal."""
SETTLED_S = 2.0
"""A screen that writes nothing for so long has read all it wants, and judged it on another thread."""


def noisy(points: int, seed: int = 7) -> list[float]:
    """A loss as one measures it."""
    chance = random.Random(seed)
    return [0.45 + 2.2 * math.exp(-9 * step / points) + chance.gauss(0, 0.05) for step in range(points)]


def asked(points: Points, crosshair: float | None = None) -> Request:
    """A training's line and a validation's."""
    every = max(1, len(points.steps) // 100)
    valid = Points(points.steps[::every], points.values[::every])
    return Request(
        [
            Curve(points, "train", "train"),
            Curve(valid, "valid", "valid", dashed=True, smooth=False, raw=False),
        ],
        epochs=(len(points.steps) / 3, 2 * len(points.steps) / 3),
        crosshair=crosshair,
    )


def timed(do: Callable[[], object], rounds: int = ROUNDS) -> list[str]:
    """Median and least milliseconds."""
    took = []
    for _ in range(rounds):
        begin = time.process_time()
        do()
        took.append((time.process_time() - begin) * 1000)
    return [f"{statistics.median(took):.2f}", f"{min(took):.2f}"]


def frames() -> Iterator[list[str]]:
    """Our own charts."""
    values = noisy(MANY)
    for points in (100, 1_000, 10_000, MANY):
        request = asked(Points(tuple(range(points)), tuple(values[:: MANY // points])))
        yield [f"{points:,} points from scratch", *timed(lambda request=request: chart(request, *SIZE))]  # type: ignore[misc]
    drawing, steps, known = Drawing(), [*range(MANY - 5000)], values[: MANY - 5000]
    request = asked(Points(steps, known))
    drawing.chart(request, *SIZE)

    def one_more() -> None:
        steps.append(len(steps))
        known.append(values[len(known)])
        drawing.chart(request, *SIZE)

    yield [f"{MANY:,} points, one more", *timed(one_more, 200)]
    places = count(1000, 37)
    yield [
        f"{MANY:,} points, crosshair moved",
        *timed(lambda: drawing.chart(asked(request.curves[0].points, next(places)), *SIZE), 200),
    ]
    runs = [Points(tuple(range(10_000)), tuple(noisy(10_000, seed))) for seed in range(20)]
    overlaid = Request(
        [Curve(run, f"run{at % 8}", "ABCDEFGH"[at % 8], raw=False) for at, run in enumerate(runs)]
    )
    yield ["20 runs of 10,000 points", *timed(lambda: chart(overlaid, *SIZE))]


def plotext_frames() -> Iterator[list[str]]:
    """The same points in plotext."""
    import plotext  # type: ignore[import-not-found,unused-ignore]

    def draw(values: list[float], steps: list[int]) -> str:
        plotext.clear_figure()
        plotext.plotsize(*SIZE)
        plotext.plot(steps, values, marker="braille")
        return str(plotext.build())

    values = noisy(MANY)
    yield [f"plotext, {MANY:,} points", *timed(lambda: draw(values, [*range(MANY)]), 3)]
    few = values[:: MANY // 400]
    yield ["plotext, 400 points chosen before", *timed(lambda: draw(few, [*range(len(few))]), 5)]


def textual_plot_frames() -> Iterator[list[str]]:
    """The same points in textual-plot, its drawing alone."""
    from textual.app import App, ComposeResult
    from textual_plot import HiResMode, PlotWidget  # type: ignore[import-not-found,unused-ignore]

    class Plotting(App[None]):
        def compose(self) -> ComposeResult:
            yield PlotWidget()

    async def draw() -> list[list[str]]:
        found = []
        async with Plotting().run_test(size=SIZE) as pilot:
            plot = pilot.app.query_one(PlotWidget)
            values = noisy(MANY)
            for name, every in ((f"{MANY:,} points", 1), ("400 points chosen before", MANY // 400)):
                shown = values[::every]
                plot.clear()
                plot.plot([*range(len(shown))], shown, hires_mode=HiResMode.BRAILLE)
                await pilot.pause()
                found.append([f"textual-plot, {name}", *timed(plot._render_plot, 5)])
        return found

    yield from asyncio.run(draw())


def make_job(folder: Path) -> None:
    """A house whose newest job has measured so many steps."""
    paths = house(folder)
    fill(paths, (Told("ftjob-long", "long", profile=PROFILES[1].name, total=STEPS),), PROFILES[1:])
    values = noisy(STEPS)
    with closing(sqlite3.connect(paths.store_file)) as connection, connection:
        (account,) = connection.execute("select account from job where id = 'ftjob-long'").fetchone()
        connection.executemany(
            """insert or replace into metric (account, job, step, train_loss, valid_loss)
            values (?, 'ftjob-long', ?, ?, ?)""",
            ((account, at + 1, v, v + 0.1 if at % 200 == 0 else None) for at, v in enumerate(values)),
        )
    Store(paths.store_file).close()


def on_screen() -> Iterator[list[str]]:
    """The crosshair's key on a terminal, in the pane and over the whole screen."""
    with tempfile.TemporaryDirectory() as folder:
        make_job(Path(folder))
        with opened(Path(folder), size=(120, 40)) as screen:
            screen.shows("long")
            screen.press("3")
            screen.shows("train [0-9]")
            screen.read(SETTLED_S)
            for name, key in (("pane", ""), ("full screen", "f")):
                if key:
                    screen.press(key)
                    screen.read(SETTLED_S)
                for _ in range(3):
                    screen.press("h")
                answers = [screen.press(one) for one in "hhhhhHHHHHlllllLLLLLhHlLhHlL"]
                took = [answer.first_ms for answer in answers]
                sizes = [answer.all_bytes for answer in answers]
                yield [
                    f"crosshair key, {name}, {STEPS:,} steps",
                    f"{statistics.median(took):.1f}", f"{p95(took):.1f}",
                    f"{statistics.median(sizes):.0f}", f"{max(sizes)}",
                ]  # fmt: skip


def main() -> None:
    """Print the tables."""
    lines = [*frames()]
    if find_spec("plotext"):
        lines += plotext_frames()
    if find_spec("textual_plot"):
        lines += textual_plot_frames()
    print(table(("100x30, braille", "median ms", "least ms"), lines))
    print()
    print(table(("on a terminal", "median ms", "p95 ms", "bytes", "most bytes"), [*on_screen()]))


if __name__ == "__main__":
    main()

"""Times of one chart frame: `python tests/benchmarks/plot.py`. Target: at most 6 ms for 100k points."""

from __future__ import annotations

import math
import random
import statistics
import time

from finetop.plot import Curve, Points, Request, chart

ROUNDS = 15


def measured(points: int) -> Request:
    """A noisy loss of so many steps, and a validation loss at every hundredth part."""
    chance = random.Random(7)
    steps = range(points)
    train = [0.45 + 2.2 * math.exp(-9 * step / points) + chance.gauss(0, 0.05) for step in steps]
    every = max(1, points // 100)
    return Request(
        [
            Curve(Points(tuple(steps), tuple(train)), "train", "train"),
            Curve(Points(tuple(steps[::every]), tuple(train[::every])), "valid", "valid", True, False, False),
        ],
        epochs=(points / 3, 2 * points / 3),
    )


def main() -> None:
    """Print a table of medians."""
    print("points    size      median ms  worst ms")
    for points in (100, 1_000, 10_000, 100_000):
        request = measured(points)
        for width, height in ((63, 11), (126, 20)):
            times = []
            for _ in range(ROUNDS):
                begin = time.perf_counter()
                chart(request, width, height)
                times.append((time.perf_counter() - begin) * 1000)
            print(
                f"{points:>7,}  {width:>3}x{height:<3}  {statistics.median(times):>9.2f}  {max(times):>8.2f}"
            )


if __name__ == "__main__":
    main()

"""The log half of `list.py`: whether a log of 1,000,000 events feels as one of 100.

    python tests/benchmarks/event_log.py [FOLDER FOR THE STORES]

Targets: each ratio at most 1.1, memory at most 8 MB more; what is looked through goes on in a thread.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.screen import Screen, alternating, opened, p95, table
from drivers import NOW, PROFILES, Told, fill, house
from finetop.query.needle import read_needle
from finetop.store import JobKey, Store
from finetop.store.log import LogQuery, Spot

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW, MANY = 100, 1_000_000
LOCAL = PROFILES[1:]
ROUNDS = 8
SETTLED_S = 2.0
"""A screen that writes nothing for so long has read all it wants."""
STEPS = "k" * 9 + "j" * 9
KEY = JobKey(1, "ftjob-log")
PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"


def make_log(folder: Path, count: int) -> None:
    """A store with one job that has said so much, the end of which is the same whatever its length."""
    paths = house(folder)
    fill(paths, (Told(KEY.id, "log", "succeeded", "local", steps=1, extra={"training_file": None}),), LOCAL)
    store = Store(paths.store_file)
    with store.database.write() as connection:
        connection.execute("delete from event")
        connection.execute(
            """with recursive n(i) as (select 1 - :count union all select i + 1 from n where i < 0)
            insert into event (account, job, id, created_at, level, type, message, data)
            select 1, :job, 'ftevent-' || i, :now + i, iif(i % 30 = 0, 'warn', 'info'), 'message',
            'Step ' || (1000000 + i) || '/1000000: training loss=0.' || (-i * 7919 % 1000), '{}' from n""",
            {"count": count, "job": KEY.id, "now": NOW},
        )
    store.close()


def on_screen(folder: Path) -> dict[str, float]:
    """What a person feels, and what his line carries."""
    found: dict[str, float] = {}
    shutil.rmtree(folder / "state", ignore_errors=True)  # a screen opens as the last one was left
    with opened(folder, size=(120, 40)) as screen:
        screen.shows("following +1(00|.0 M)")
        screen.press("4")
        screen.read(SETTLED_S)
        found["RSS MB"] = screen.rss_mb
        turns = (PAGE_UP, PAGE_UP, PAGE_DOWN, PAGE_DOWN)
        for name, keys in (("key", STEPS), ("page", turns), ("top, end", "gGgG"), ("problem", "[[[]]]")):
            _measure(screen, name, keys, found)
        screen.press("\x1bG")
        screen.press("w")
        _measure(screen, "page, wrapped", turns, found)
        screen.press("w")
        found["level ms"] = screen.press("L").first_ms
        for _ in range(2):
            screen.press("L")
        found["find, all counted ms"] = typed(screen, "/", "=0.95", r" 2 of 2 | 11 k of 11 k")
        found["filter, all known ms"] = typed(screen, "&", "=0.95", "& =0.95 .* (2|11 k) ")
        screen.read(SETTLED_S)
        found["idle B"] = screen.idle_bytes(3.0)
        found["RSS MB, at the end"] = screen.rss_mb
    return found


def _measure(screen: Screen, name: str, keys: Sequence[str], found: dict[str, float]) -> None:
    before = screen.cpu_s
    answers = [screen.press(key) for _ in range(ROUNDS) for key in keys]
    found[f"{name}: p95 ms"] = p95([answer.first_ms for answer in answers])
    found[f"{name}: CPU ms"] = (screen.cpu_s - before) * 1000 / len(answers)
    found[f"{name}: bytes"] = sum(answer.first_bytes for answer in answers) / len(answers)


def typed(screen: Screen, key: str, words: str, wanted: str) -> float:
    """How long the log takes to show what was typed in one piece; then all is shown again."""
    screen.press(key)
    begin = screen.type(words)
    took = screen.shows(wanted, begin)
    screen.read(1.0)
    for leave in ("\r", "\x1b", "G"):
        screen.press(leave)
    return took


QUERIES = (
    ("all", LogQuery((KEY,))),
    ("words", LogQuery((KEY,), (read_needle("loss=0.123"),))),
    ("words that nobody said", LogQuery((KEY,), (read_needle("nobody"),))),
    ("~loss=0\\.12[34]", LogQuery((KEY,), (read_needle("~loss=0\\.12[34]"),))),
    ("warnings", LogQuery((KEY,), (), "warn")),
)


def in_store(folder: Path) -> list[Sequence[str]]:
    """What the thread spends, and what the thread that draws spends until it has the newest lines."""
    store = Store(house(folder).store_file)
    lines: list[Sequence[str]] = []
    for name, query in QUERIES:
        begin = time.process_time()
        found = store.log.whole(query, wanted=lambda: True)
        whole = (time.process_time() - begin) * 1000
        begin = time.process_time()
        store.log.newest(query, within=2_000)
        newest = (time.process_time() - begin) * 1000
        store.log.problem(query, Spot(0, 1), -1)
        assert found is not None
        lines.append((name, f"{len(found.lines):,}", f"{whole:.0f}", f"{newest:.1f}"))
    store.close()
    return lines


def tables(root: Path, many: int = MANY) -> str:
    """Both tables; stores that are there are taken."""
    for count in (FEW, many):
        if not (root / f"log-{count}").exists():
            make_log(root / f"log-{count}", count)
    few, long = (partial(on_screen, root / f"log-{count}") for count in (FEW, many))
    ratios = alternating(few, long)
    heads = (f"{many:,} events, in the store", "found", "CPU ms", "newest ms")
    stored = in_store(root / f"log-{many}")
    return f"{table(('events', f'{FEW:,}', f'{many:,}', 'ratio'), ratios)}\n\n{table(heads, stored)}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as passing:
        print(tables(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(passing)))

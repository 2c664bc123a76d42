"""Whether a list of 100,000 jobs feels as one of 10, on a real terminal: `python tests/benchmarks/list.py`.

Targets: each ratio at most 1.1, memory at most 8 MB more; in the store a filter or a sort at most 60 ms by
what has an index, 300 ms by any other key, the first rows within 20 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.event_log import tables as tables_of_log
from benchmarks.screen import Screen, alternating, opened, p95, table
from drivers import NOW, PROFILES, Told, fill, house
from finetop.models import Job
from finetop.query import read_filter
from finetop.store import Store
from finetop.views import Sort, View

FEW, MANY = 10, 100_000
LOCAL = PROFILES[1:]
ROUNDS = 8
SETTLED_S = 2.0
"""A screen that writes nothing for so long has loaded all it needs."""
STEPS = "j" * 9 + "k" * 9
PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"
WORDS = ("support", "faq", "tone", "tickets", "grader", "summaries", "router", "intent")
ACTIVE = ("running", "running", "queued", "checking", "paused")


def make_jobs(folder: Path, count: int) -> None:
    """A store with so many jobs, the newest of which are the same whatever their number."""
    paths = house(folder)
    fill(paths, (), LOCAL)
    body = Told("ftjob-@@", "name-@@", steps=300).body | {"metadata": {"team": "%%", "ticket": "FT-@@"}}
    form = Job.model_validate(body).model_dump_json(by_alias=True)
    raw = json.dumps(body).encode()
    dice = random.Random(1)
    lines = []
    for number in range(count):
        id_ = f"ftjob-{dice.getrandbits(96):024x}"
        name = f"{dice.choice(WORDS)}-{dice.choice(WORDS)}-v{number}"
        status = (
            ACTIVE[number]
            if number < len(ACTIVE)
            else dice.choices(["succeeded", "failed", "cancelled"], [8, 1, 1])[0]
        )
        at = NOW - 172_800 - 300 * number
        told = form.replace("ftjob-@@", id_).replace("name-@@", name).replace("%%", dice.choice(WORDS))
        losses = (2 * dice.random(), 2 * dice.random())
        lines.append(
            (id_, number + 2, status, at, told.replace("@@", str(number)), raw, at, at + 60, *losses)
        )
    store = Store(paths.store_file)
    with store.database.write() as connection:
        connection.executemany(
            """insert into job (account, id, seq, asked, status, created_at, form, raw, turned, turned_at,
            started_at, step, total_steps, epoch, train_loss, valid_loss)
            values (1, ?, ?, 1, ?, ?, ?, ?, 0, ?, ?, 300, 300, 3, ?, ?)""",
            reversed(lines),
        )
        connection.execute("update clock set n = ?", (count + 10,))
    store.close()


def on_screen(folder: Path, total: int) -> dict[str, float]:
    """What a person feels, and what his line carries."""
    found: dict[str, float] = {}
    shutil.rmtree(folder / "state", ignore_errors=True)  # a screen opens as the last one was left
    with opened(folder) as screen:
        found["live ms"] = screen.shows("v0 ")
        screen.read(SETTLED_S)
        found["live, CPU ms"] = screen.cpu_s * 1000
        found["RSS MB"] = screen.rss_mb
        turns = (PAGE_DOWN, PAGE_DOWN, PAGE_UP, PAGE_UP)
        far = turns if total == FEW else (PAGE_DOWN,) * 4
        for name, keys in (("key", STEPS), ("page", turns), ("end, top", "GgGg"), ("page, far down", far)):
            before = screen.cpu_s
            answers = [screen.press(key) for _ in range(ROUNDS) for key in keys]
            found[f"{name}: p95 ms"] = p95([answer.first_ms for answer in answers])
            found[f"{name}: CPU ms"] = (screen.cpu_s - before) * 1000 / len(answers)
            if name in {"key", "page"}:
                found[f"{name}: bytes"] = sum(answer.first_bytes for answer in answers) / len(answers)
                found[f"{name}: bytes, all panes"] = sum(each.all_bytes for each in answers) / len(answers)
        screen.press("g")
        found["filter, typed ms"] = typed(screen, "faq-tone", total)
        found["query, typed ms"] = typed(screen, "status:paused", total)
        screen.read(SETTLED_S)
        found["idle B"] = screen.idle_bytes(3.0)
        found["RSS MB, at the end"] = screen.rss_mb
    return found


def typed(screen: Screen, words: str, total: int) -> float:
    """How long the list takes to show what was typed in one piece; then all is shown again."""
    screen.press("/")
    begin = screen.type(words)
    took = screen.shows(f"/ {words}   1 of (?!{total:,} )", begin)
    screen.read()
    for leave in ("\r", "\x1b"):
        screen.press(leave)
    return took


VIEWS = (
    ("usual order", View(), 60),
    ("active", View(only="active"), 60),
    ("words", View(filter=read_filter("tone-v9")), 60),
    ("words that many have", View(filter=read_filter("o")), 300),
    ("status:failed", View(filter=read_filter("status:failed")), 60),
    ("~to.e-v.*7", View(filter=read_filter("~to.e-v.*7")), 300),
    ("metadata:team=tone", View(filter=read_filter("metadata:team=tone")), 300),
    ("lr>1 loss<0.5", View(filter=read_filter("lr>1 loss<0.5")), 300),
    ("by name", View(sort=Sort("name")), 300),
    ("by loss", View(sort=Sort("loss")), 300),
    ("by metadata.team", View(sort=Sort("metadata.team")), 300),
    ("by setting.lr", View(sort=Sort("setting.lr")), 300),
)


def in_store(folder: Path) -> list[list[str]]:
    """What other threads spend while the list goes on; the best of several, for others use this machine."""
    store = Store(house(folder).store_file)
    lines = []
    for name, view, most in VIEWS:
        store.roster.keep_order(view, {1: "local"}, NOW)  # as a screen does once it has shown one
        times = []
        for _ in range(5):
            begin = time.process_time()
            found = store.roster.read(view, {1: "local"}, NOW)
            times.append((time.process_time() - begin) * 1000)
        assert found is not None
        begin = time.process_time()
        store.roster.read(view, {1: "local"}, NOW, most=30)
        first = (time.process_time() - begin) * 1000
        lines.append([name, f"{len(found.numbers):,}", f"{min(times):.1f}", f"{first:.1f}", f"{most}"])
    store.close()
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--keep", type=Path, help="where stores are kept for the next time")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        root = said.keep or Path(passing)
        for count in (FEW, said.many):
            if not (root / str(count)).exists():
                make_jobs(root / str(count), count)
        few, many = (partial(on_screen, root / str(count), count) for count in (FEW, said.many))
        print(table(("jobs", f"{FEW:,}", f"{said.many:,}", "ratio"), alternating(few, many)))
        print()
        heads = (f"{said.many:,} jobs, in the store", "found", "CPU ms", "first 30", "at most")
        print(table(heads, in_store(root / str(said.many))))
        print()
        print(tables_of_log(root))


if __name__ == "__main__":
    main()

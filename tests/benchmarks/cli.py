"""How long commands take beside the least a command of this kind can: `python -c 'import click, sqlite3'`.

    uv run python tests/benchmarks/cli.py [ROUNDS]

All are run in turns, so that what else the machine does falls on all alike; medians are compared.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from finetop.config import Paths, Profile
from finetop.places import account_place
from finetop.providers.reading import read_job
from finetop.store import Store

ROUNDS = 25
JOBS = (0, 1_000, 100_000)
ENTRY = "import sys; from finetop.__main__ import main; sys.argv = ['finetop', *sys.argv[1:]]; main()"
LEAST = ("-c", "import click, sqlite3")


def settings(folder: Path) -> Path:
    """A settings file with three profiles, as a person has them."""
    file = folder / "config.toml"
    tables = [
        f'[profiles.{name}]\nbase_url = "https://{name}.example/v1"\nkey_env = "KEY"\n'
        for name in ("one", "two", "three")
    ]
    file.write_text("\n".join(tables))
    return file


def fill(store: Store, account: int, count: int) -> None:
    """Put so many jobs into a store, in pages."""
    for start in range(0, count, 1_000):
        page = [
            read_job(
                {
                    "id": f"ftjob-{number:06}",
                    "object": "fine_tuning.job",
                    "status": ("succeeded", "failed", "running")[number % 3],
                    "model": "gpt-4o-mini-2024-07-18",
                    "created_at": 1_700_000_000 + number * 60,
                    "hyperparameters": {
                        "n_epochs": number % 5,
                        "learning_rate_multiplier": 0.1 * (number % 9),
                    },
                    "metadata": {"team": "abc"[number % 3]},
                }
            )
            for number in range(start, min(start + 1_000, count))
        ]
        store.jobs.save(account, page, store.ask())


def environ(folder: Path, count: int) -> dict[str, str]:
    """An environment whose store holds so many jobs."""
    data = folder / str(count)
    found = {
        **os.environ,
        "FINETOP_CONFIG": str(settings(folder)),
        "FINETOP_DATA": str(data),
        "FINETOP_STATE": str(folder / "state"),
        "KEY": "sk-none",
    }
    found.pop("PYTHONDONTWRITEBYTECODE", None)  # as a person has it: only the first start compiles
    paths = Paths.of(found)
    store = Store(paths.store_file)
    for name in ("one", "two", "three"):
        profile = Profile(name, base_url=f"https://{name}.example/v1", key_env="KEY")
        account = store.accounts.ensure(**account_place(profile, paths, found))
        store.accounts.remember(name, account)
        if name == "one":
            fill(store, account, count)
    store.close()
    return found


def timed(arguments: tuple[str, ...], environ: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of one process: on the clock, and of a processor."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return 1000 * (time.perf_counter() - begin), 1000 * (used.ru_utime + used.ru_stime)


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        stores = {count: environ(folder, count) for count in JOBS}
        offline = ("-c", ENTRY, "jobs", "list", "--offline")
        cases: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
            "import click, sqlite3": (LEAST, stores[0]),
            "finetop --help": (("-c", ENTRY, "--help"), stores[0]),
            "finetop jobs --help": (("-c", ENTRY, "jobs", "--help"), stores[0]),
            **{f"jobs list --offline, {count:,} jobs": (offline, found) for count, found in stores.items()},
            "jobs list --offline --json, 1,000": ((*offline, "--json"), stores[1_000]),
            "... 'status:failed lr>0.5', 1,000": ((*offline, "status:failed", "lr>0.5"), stores[1_000]),
            "... the same, 100,000": ((*offline, "status:failed", "lr>0.5"), stores[100_000]),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(rounds + 1):
            for name, case in cases.items():
                taken[name].append(timed(*case))
        print(f"{'medians of ' + str(rounds) + ' rounds':36}{'ms':>8}{'ratio':>8}{'CPU ms':>9}{'ratio':>8}")
        least: tuple[float, float] | None = None
        for name, times in taken.items():
            wall, cpu = (statistics.median(column) for column in zip(*times[1:], strict=True))
            least = least or (wall, cpu)
            print(f"{name:36}{wall:8.1f}{wall / least[0]:8.2f}{cpu:9.1f}{cpu / least[1]:8.2f}")


if __name__ == "__main__":
    main()

"""Prints what a recorder costs while 20 jobs run: `python tests/benchmarks/recorder.py [seconds]`.

A real `finetop record` at the pace of hosted providers, against a provider in another process; every job has
a new step at each question. CPU is that of the recorder's process alone, start and first reading left out.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cloud_server import CloudServer, cloud_server

JOBS = 20
PAST = 80
STEP_S = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid: int) -> float:
    """What it has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def switches(pid: int) -> int:
    """How often its threads went to sleep of themselves."""
    found = Path(f"/proc/{pid}/task").glob("*/status")
    return sum(int(one.read_text().partition("voluntary_ctxt_switches:")[2].split()[0]) for one in found)


def step(peer: CloudServer, job: str, number: int) -> None:
    """A job has made a step just now."""
    data = {"step": number, "total_steps": 10_000, "train_loss": 1 / number}
    told = peer.cloud.events.setdefault(job, [])
    told.append({"id": f"{job}-{number}", "created_at": time.time(), "type": "metrics", "data": data})


def train(peer: CloudServer, stop: threading.Event) -> None:
    """Every job makes a step every few seconds."""
    for number in itertools.count(2):
        if stop.wait(STEP_S):
            return
        with peer.lock:
            for job in range(JOBS):
                step(peer, f"run-{job:02}", number)


def measure(folder: Path, peer: CloudServer, seconds: float, *, stop: threading.Event) -> None:
    """Start, let it read the past, then measure."""
    settings = folder / "config.toml"
    settings.write_text(f'[profiles.cloud]\nbase_url = "{peer.url}"\nkey_env = "CLOUD_KEY"\n')
    environ = {
        **os.environ,
        "FINETOP_CONFIG": str(settings),
        "FINETOP_DATA": str(folder / "data"),
        "CLOUD_KEY": "sk-1",
    }
    with subprocess.Popen([sys.executable, "-m", "finetop", "record"], env=environ) as process:
        try:
            begun = time.monotonic()
            while len({path for _, path in list(peer.asked) if path.endswith("/events")}) < JOBS + PAST:
                time.sleep(0.2)
            time.sleep(3)
            first_s, took_s = cpu_s(process.pid), time.monotonic() - begun
            woken, asked, begun = switches(process.pid), len(peer.asked), time.monotonic()
            stop.wait(seconds)
            lasted_s, used_s = time.monotonic() - begun, cpu_s(process.pid) - first_s
            woken = switches(process.pid) - woken
            kinds = Counter(path.rpartition("/")[2] for _, path in peer.asked[asked:])
            share = 100 * used_s / lasted_s
            print(f"start and first reading: {first_s:.2f} s of CPU in {took_s:.0f} s")
            print(f"{JOBS} running jobs for {lasted_s:.0f} s: {used_s:.2f} s of CPU, {share:.2f} % of a core")
            print(f"{kinds.total() / lasted_s:.1f} questions and {woken / lasted_s:.1f} wake-ups a second")
            print(f"{rss_mb(process.pid):.0f} MB; asked: {dict(kinds)}")
        finally:
            process.terminate()


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with cloud_server() as peer, tempfile.TemporaryDirectory() as folder:
        for number in range(PAST):
            peer.cloud.job(f"past-{number:02}", "succeeded", finished_at=1_790_000_500)
            peer.cloud.step(f"past-{number:02}", *range(1, 40))
        for number in range(JOBS):
            peer.cloud.job(f"run-{number:02}", created_at=time.time())
            step(peer, f"run-{number:02}", 1)
        stop = threading.Event()
        training = threading.Thread(target=train, args=(peer, stop), daemon=True)
        training.start()
        try:
            measure(Path(folder), peer, seconds, stop=stop)
        finally:
            stop.set()


if __name__ == "__main__":
    main()

"""Two recorders and a screen on one account: one of them asks, as the provider can tell."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from cloud_server import CloudServer, cloud_server
from commands import FINETOP, here, until
from recording import recording
from terminal import terminal

LIST = "/v1/fine_tuning/jobs"
ROUNDS = 3


def house(folder: Path, peer: CloudServer) -> dict[str, str]:
    """One person's settings and folders."""
    settings = folder / "config.toml"
    settings.write_text(f'[profiles.cloud]\nbase_url = "{peer.url}"\nkey_env = "CLOUD_KEY"\npace_s = 1\n')
    return {
        "FINETOP_CONFIG": str(settings),
        "FINETOP_DATA": str(folder / "data"),
        "FINETOP_STATE": str(folder / "state"),
        "CLOUD_KEY": "sk-1",
    }


def rounds(peer: CloudServer) -> Counter[tuple[int, str]]:
    """What is asked, and by whom, while the list is asked for so many times."""
    with peer.lock:
        start = len(peer.asked)
    until(lambda: sum(path == LIST for _, path in peer.asked[start:]) > ROUNDS, "the rounds")
    with peer.lock:
        asked = peer.asked[start:]
    lists = [place for place, (_, path) in enumerate(asked) if path == LIST]
    return Counter(asked[: lists[ROUNDS]])


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no /proc: nobody tells who connects")
@pytest.mark.engine
def test_one_asks_for_all(tmp_path: Path) -> None:
    """As often as when it was alone; the others show and tell what it learns, and can have it pause."""
    with cloud_server() as peer, ExitStack() as ending:
        mine = house(tmp_path, peer)
        peer.cloud.job("ft-1")
        peer.cloud.step("ft-1", 1, 2, 3)
        first = ending.enter_context(recording(**mine))
        first.says("cloud: live, 1 job")
        alone = rounds(peer)
        second = ending.enter_context(recording(**mine))
        second.says(f"process {first.pid} asks, this one reads along")
        screen = ending.enter_context(terminal(*FINETOP, environ=mine))
        screen.until(r"ft-1 .*running|running .*ft-1")
        together = rounds(peer)
        assert {who for who, _ in alone + together} == {first.pid}
        assert together[first.pid, LIST] == alone[first.pid, LIST] == ROUNDS
        logs = f"{LIST}/ft-1/events"
        assert abs(together[first.pid, logs] - alone[first.pid, logs]) <= 1
        peer.cloud.step("ft-1", 42)
        screen.until(r"\b42\b")
        (status,) = here("record", "--status", "--json", **mine).json
        assert status["pid"] == first.pid
        screen.press("p")
        screen.until("polling paused, p resumes")
        first.says("cloud: polling is paused")
        second.says("cloud: polling is paused")

"""Two recorders and a screen on one account: one of them asks, as the provider can tell."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from cli.test_record import recording
from cloud_server import CloudServer, cloud_server
from commands import FINETOP, here, until
from terminal import terminal

LIST = "/v1/fine_tuning/jobs"
ROUNDS = 3


def environ(folder: Path, peer: CloudServer, who: str) -> dict[str, str]:
    """One person's data, settings that tell the provider which process it is."""
    settings = folder / f"{who}.toml"
    settings.write_text(
        f'[profiles.cloud]\nbase_url = "{peer.url}"\nkey_env = "CLOUD_KEY"\npace_s = 1\n'
        f'headers = {{ X-Who = "{who}" }}\n'
    )
    return {
        "FINETOP_CONFIG": str(settings),
        "FINETOP_DATA": str(folder / "data"),
        "FINETOP_STATE": str(folder / "state"),
        "CLOUD_KEY": "sk-1",
    }


def reads(process: subprocess.Popen[str], words: str) -> None:
    """Wait until a recorder has said this."""
    assert process.stderr is not None
    while words not in (line := process.stderr.readline()):
        assert line, words


def rounds(peer: CloudServer) -> Counter[tuple[str, str]]:
    """What is asked, and by whom, while the list is asked for so many times."""
    with peer.lock:
        start = len(peer.asked)
    until(lambda: sum(path == LIST for _, path in peer.asked[start:]) > ROUNDS, "the rounds")
    with peer.lock:
        asked = peer.asked[start:]
    lists = [place for place, (_, path) in enumerate(asked) if path == LIST]
    return Counter(asked[: lists[ROUNDS]])


def test_one_asks_for_all(tmp_path: Path) -> None:
    """As often as when it was alone; the others show and tell what it learns, and can have it pause."""
    with cloud_server() as peer, ExitStack() as ending:
        peer.cloud.job("ft-1")
        peer.cloud.step("ft-1", 1, 2, 3)
        first = ending.enter_context(recording(**environ(tmp_path, peer, "first")))
        reads(first, "cloud: live, 1 job")
        alone = rounds(peer)
        second = ending.enter_context(recording(**environ(tmp_path, peer, "second")))
        reads(second, f"process {first.pid} asks, this one reads along")
        screen = ending.enter_context(terminal(*FINETOP, environ=environ(tmp_path, peer, "screen")))
        screen.until(r"ft-1 .*running|running .*ft-1")
        together = rounds(peer)
        assert {who for who, _ in alone + together} == {"first"}
        assert together["first", LIST] == alone["first", LIST] == ROUNDS
        logs = f"{LIST}/ft-1/events"
        assert abs(together["first", logs] - alone["first", logs]) <= 1
        peer.cloud.step("ft-1", 42)
        screen.until(r"\b42\b")
        (status,) = here("record", "--status", "--json", **environ(tmp_path, peer, "other")).json
        assert status["pid"] == first.pid
        screen.press("p")
        screen.until("polling paused, p resumes")
        reads(first, "cloud: polling is paused")
        reads(second, "cloud: polling is paused")

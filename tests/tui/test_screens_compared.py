"""Comparing two jobs on a real terminal, and taking home the name of the best checkpoint."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from commands import until
from drivers import NOW, PROFILES, Told, fill, house
from finetop.models import Checkpoint, Event
from finetop.store import JobKey, Store
from terminal import terminal
from tui.test_screens_pty import OPEN, environ, rest

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO_S = 90_000 * 40
BEST = "ft:tiny-bytes-1:acme:first-try:ckpt-step-120"


def test_two_jobs_are_compared_and_the_best_checkpoint_is_copied(tmp_path: Path) -> None:
    """One has overfitted but was better before; its checkpoint of that time is what is copied."""
    paths = house(tmp_path)
    first = Told("ftjob-first", "first-try", "succeeded", "local", "tiny-bytes-1", LONG_AGO_S, 600, 300)
    second = Told("ftjob-second", "second-try", "succeeded", "local", "tiny-bytes-1", LONG_AGO_S + 90, 600)
    fill(paths, [first, second], PROFILES[1:])
    store = Store(paths.store_file)
    store.jobs.save_checkpoints(
        JobKey(1, first.id),
        [
            Checkpoint(
                id=f"c{step}",
                step_number=step,
                fine_tuned_model_checkpoint=BEST.replace("120", str(step)),
            )
            for step in (60, 120, 180)
        ],
    )
    store.events.save(
        JobKey(1, second.id),
        [
            Event(
                id=f"second-{step}",
                created_at=NOW - LONG_AGO_S + step,
                message=f"Step {step}",
                type="metrics",
                data={"step": step, "total_steps": 300, "train_loss": 0.7, "full_valid_loss": 2 - step / 260},
            )
            for step in range(10, 301, 10)
        ],
    )
    store.close()
    with terminal(
        *OPEN, columns=80, rows=24, environ=environ(paths, DISPLAY="", WAYLAND_DISPLAY="")
    ) as opened:
        opened.until("second-try")
        rest(opened)
        opened.press("space", "space", "=")
        opened.until("A AGAINST B")
        opened.until("A is better: validation loss")
        opened.until("◊ 0.5")
        opened.until("B valid")
        opened.press("j", "j", "j", "j")
        opened.until("▌Model to use")
        opened.press("y")
        opened.until("A's model to use")
        opened.press("y")
        sequence = b"\x1b]52;c;" + base64.b64encode(BEST.encode())
        until(lambda: sequence in opened.written, "the clipboard's sequence")
        opened.press("q", "q")
        assert opened.ended() == 0

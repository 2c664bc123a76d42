"""What the overfit watch makes of runs of our own trainer: one that overfits by design, and others."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from finetop.models import Checkpoint, Event, Job
from finetop.overfit import Verdict, judge_curves
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.running_server import RunningServer

WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty"]


def lines_by_chance(count: int, seed: int) -> bytes:
    """Questions whose answers follow from nothing: who learns them by heart answers others worse."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        question, answer = ("".join(draw.choices("0123456789", k=size)) for size in (6, 12))
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        made.append(json.dumps({"messages": turns}))
    return ("\n".join(made) + "\n").encode()


def lines_of_words(count: int, seed: int) -> bytes:
    """Answers that have much in common: who learns them answers others better, too."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        word = draw.choice(WORDS)
        turns = [{"role": "user", "content": word}, {"role": "assistant", "content": f"it is {word}"}]
        made.append(json.dumps({"messages": turns}))
    return ("\n".join(made) + "\n").encode()


def run(server: RunningServer, store: Store, make: Callable[[int, int], bytes], **wishes: float) -> JobKey:
    """A job of 24 examples and as many others to validate by, and all that it told, as a screen knows it."""
    job = server.create(
        server.upload(make(24, 1)),
        validation_file=server.upload(make(24, 2)),
        seed=7,
        method={"type": "supervised", "supervised": {"hyperparameters": {"batch_size": 6, **wishes}}},
    )
    job = server.wait(job["id"])
    assert job["status"] == "succeeded"
    key = JobKey(store.accounts.ensure(dialect="local", base_url=str(server.http.base_url)), job["id"])
    store.jobs.save(key.account, [(Job.model_validate(job), b"{}")], store.ask())
    store.events.save(key, [Event.model_validate(event) for event in server.events(job["id"])])
    points = server.get(f"/fine_tuning/jobs/{job['id']}/checkpoints")["data"]
    store.jobs.save_checkpoints(key, [Checkpoint.model_validate(point) for point in points])
    store.jobs.mark_whole(key)
    return key


def verdict(store: Store, key: JobKey) -> Verdict | None:
    found = judge_curves(store.events.curves(key), store.jobs.checkpoints(key))
    row = store.jobs.row(key, "mine", now=0)
    assert row is not None
    assert row.overfit == (None if found is None else found.sureness), "the list says the same"
    return found


def test_a_run_that_overfits_by_design_is_found_at_its_best_epoch(
    server: RunningServer, tmp_path: Path
) -> None:
    """The whole validation file is measured at each epoch's end: by that its best epoch is known."""
    store = Store(tmp_path / "finetop.db")
    key = run(server, store, lines_by_chance, n_epochs=20, learning_rate_multiplier=8)
    full = store.events.curves(key).series["full_valid_loss"]
    known_best = min(range(20), key=lambda epoch: full.values[epoch]) + 1
    assert 2 < known_best < 10
    assert full.values[-1] > 1.2 * min(full.values)
    found = verdict(store, key)
    assert found is not None
    assert found.sureness == "sure"
    assert found.epoch == known_best
    assert "training went on becoming better" in found.why
    assert found.checkpoint is not None
    assert found.is_after, "only the last three epochs are kept"
    assert (found.checkpoint.step, found.checkpoint.model) == (
        min(point.step_number or 0 for point in store.jobs.checkpoints(key)),
        store.jobs.checkpoints(key)[0].fine_tuned_model_checkpoint,
    )
    store.close()


def test_runs_that_do_not_and_runs_too_short_to_tell_are_not_said_to_overfit(
    server: RunningServer, tmp_path: Path
) -> None:
    store = Store(tmp_path / "finetop.db")
    sound = verdict(store, run(server, store, lines_of_words, n_epochs=6, learning_rate_multiplier=1))
    assert sound is None or not sound.is_told
    short = verdict(store, run(server, store, lines_by_chance, n_epochs=1, learning_rate_multiplier=30))
    assert short is None or not short.is_told
    store.close()

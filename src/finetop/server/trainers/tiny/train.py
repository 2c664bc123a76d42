"""The loop: from the state where it stands to the last step, measuring and saving on the way."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.tiny import resume
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import order_of_epoch
from finetop.server.trainers.tiny.examples import hardest, measured
from finetop.server.trainers.tiny.network import Gradient
from finetop.server.trainers.tiny.plan import Plan
from finetop.server.trainers.tiny.preference import Preference
from finetop.server.trainers.tiny.reinforcement import Reinforcement
from finetop.server.trainers.tiny.results import ResultRows
from finetop.server.trainers.tiny.supervised import Supervised
from finetop.server.trainers.tiny.weights import network_of, save_arrays

if TYPE_CHECKING:
    from finetop.server.jobdir import EventWriter, JobDir
    from finetop.server.trainers.tiny.network import Ints
    from finetop.server.trainers.tiny.objective import Objective, Wish, Wishes


class Training:
    """One attempt at one job."""

    def __init__(
        self,
        job: JobDir,
        spec: dict[str, Any],
        events: EventWriter,
        *,
        wish: Wishes,
        save_every_s: float,
    ) -> None:
        self._job = job
        self._events = events
        self._wish = wish
        self._save_every_s = save_every_s
        self._seed = int(spec["seed"])
        self._objective = _objective(spec, wish)
        chosen = spec["hyperparameters"]
        self._plan = Plan(
            self._objective.examples,
            int(chosen["n_epochs"]),
            int(chosen["batch_size"]),
            float(chosen["learning_rate_multiplier"]),
            self._objective.base_rate,
            chosen.get("eval_interval"),
        )
        self._identity = _identity(spec)
        self._state = resume.newest(job, self._identity) or _beginning(spec["model"])
        self._gradient = Gradient(self._state.network.dense.dtype)
        self._order: tuple[int, Ints] | None = None

    @property
    def resume_step(self) -> int:
        """How many steps earlier attempts have left behind."""
        return self._state.step

    def describe(self) -> str:
        """What is about to be trained, in one sentence."""
        return f"{self._objective.about}, {self._plan.total_steps} steps; {self._objective.note}"

    def run(self) -> Wish | None:
        """Train to the end, or until a wish is granted; what was granted is returned."""
        with ResultRows(self._job.result_rows, self._state.result_bytes, self._objective.columns) as rows:
            granted = self._steps(rows) or self._examine()
            if granted == "pause":
                self._save(rows)
        return granted

    def finish(self) -> int:
        """Write the tuned weights and the result file; return the bytes trained on, over all epochs."""
        with self._job.whole(self._job.weights) as file:
            save_arrays(file, self._state.network.arrays())
        self._tell_artifact("weights", self._job.weights)
        with self._job.whole(self._job.result_csv) as file, self._job.result_rows.open("rb") as rows:
            while block := rows.read(1 << 20):
                file.write(block)
        self._tell_artifact("result_csv", self._job.result_csv)
        if self._objective.parts:
            self._tell_artifact("examples_csv", self._job.examples_csv)
        return self._state.trained_bytes

    def _steps(self, rows: ResultRows) -> Wish | None:
        saved_at = time.monotonic()
        while self._state.step < self._plan.total_steps:
            if wish := self._wish():
                return wish
            measured = self._step(self._state.step + 1)
            if measured is None:
                return "cancel"
            elapsed = {
                "elapsed_tokens": self._state.trained_bytes,
                "elapsed_examples": self._plan.seen(self._state.step),
            }
            rows.append({**measured, **elapsed})
            if time.monotonic() - saved_at >= self._save_every_s:
                self._save(rows)
                saved_at = time.monotonic()
        return None

    def _examine(self) -> Wish | None:
        """Write the loss of each example under the final weights; the same ones whoever was killed."""
        plan, met = self._plan, self._state.met
        order = order_of_epoch(self._seed, plan.n_epochs - 1, plan.examples)
        found = measured(
            self._objective,
            self._state.network,
            epochs=plan.n_epochs,
            seed=self._seed,
            hard=order if met is None else hardest(met, order),
        )
        if found is None:
            return None
        told, blocks = found
        content = b"".join(blocks)
        if wish := self._wish():
            return wish
        with self._job.whole(self._job.examples_csv) as file:
            file.write(content)
        if told.examples < told.of_all:
            counts = f"{told.examples} of {told.of_all}"
            message = f"The losses of {counts} examples were measured, the hardest to learn among them"
            self._events.write("log", level="info", message=message)
        return None

    def _step(self, step: int) -> dict[str, float] | None:
        state, plan, gradient = self._state, self._plan, self._gradient
        began = time.perf_counter()
        gradient.clear()
        batch = self._examples(step)
        learned = self._objective.learn(state.network, batch, step, gradient)
        if learned is None:
            return None
        if learned.losses is not None:
            if state.met is None:
                state.met = np.full(plan.examples, np.nan, np.float32)
            state.met[batch] = learned.losses
        rate = plan.rate(step)
        norm = state.adam.step(state.network, gradient, step, rate)
        if not all(math.isfinite(number) for number in (norm, *learned.values.values())):
            reason = f"the loss became infinite at step {step}; try a smaller learning rate multiplier"
            raise CannotTrainError("diverged", reason, param="hyperparameters")
        state.step = step
        state.trained_bytes += learned.trained_bytes
        values: dict[str, float] = {"step": step, **_named("train", learned.values)}
        trained = time.perf_counter()
        validated = self._validate(step)
        if validated is None:
            return None
        values.update(validated)
        if plan.reports(step, validation=self._objective.validates):
            self._tell_metrics(values, rate, norm, _whole_timing(learned.timing, began, trained))
        if plan.keeps(step):
            self._keep(values)
        return values

    def _examples(self, step: int) -> list[int]:
        epoch = self._plan.epoch(step)
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, order_of_epoch(self._seed, epoch - 1, self._plan.examples))
        return [int(number) for number in self._order[1][self._plan.batch(step)]]

    def _validate(self, step: int) -> dict[str, float] | None:
        """What the validation file says after this step; None when cancelled meanwhile."""
        values: dict[str, float] = {}
        if not self._objective.validates:
            return values
        for prefix, due in (
            ("valid", self._plan.validates(step)),
            ("full_valid", self._plan.ends_epoch(step)),
        ):
            if due:
                found = self._objective.measure(self._state.network, step, whole=prefix == "full_valid")
                if found is None:
                    return None
                values.update(_named(prefix, found))
        return values

    def _save(self, rows: ResultRows) -> None:
        # Nothing before this step is told again, so all of it must be on disk before the state is.
        self._state.result_bytes = rows.sync()
        self._events.sync()
        resume.save(self._job, self._state, self._identity)

    def _keep(self, values: dict[str, Any]) -> None:
        step = int(values["step"])
        path = self._job.checkpoints / f"step-{step}.npz"
        with self._job.whole(path) as file:
            save_arrays(file, self._state.network.arrays())
        self._events.write("checkpoint", durable=True, step=step, metrics=values, **self._job.describe(path))

    def _tell_metrics(
        self, values: dict[str, Any], rate: float, norm: float, timing: dict[str, float]
    ) -> None:
        step, total = int(values["step"]), self._plan.total_steps
        epoch = round(step / self._plan.steps_per_epoch, 4)
        extra: dict[str, Any] = {
            "lr": float(f"{rate:.6g}"),
            "grad_norm": float(f"{norm:.6g}"),
            "elapsed_tokens": self._state.trained_bytes,
        }
        if timing:
            extra["timing"] = timing
        self._events.write("metrics", total_steps=total, epoch=epoch, **values, **extra)

    def _tell_artifact(self, kind: str, path: Path) -> None:
        self._events.write("artifact", durable=True, kind=kind, **self._job.describe(path))


def _named(prefix: str, values: dict[str, float]) -> dict[str, float]:
    """Measurements as they are told: to five digits, and named after what they were measured on."""
    return {f"{prefix}_{name}": round(value, 5) for name, value in values.items()}


def _whole_timing(timing: dict[str, float], began: float, trained: float) -> dict[str, float]:
    if not timing:
        return {}
    now = time.perf_counter()
    whole = {**timing, "eval": now - trained, "full_iteration": now - began}
    return {name: round(seconds, 4) for name, seconds in whole.items()}


def _objective(spec: dict[str, Any], wishes: Wishes) -> Objective:
    method = spec["method"]
    if method == "dpo":
        return Preference(spec, wishes)
    if method == "reinforcement":
        return Reinforcement(spec, wishes)
    if method == "supervised":
        return Supervised(spec, wishes)
    raise CannotTrainError("unknown_trainer", f"no trainer here for the method {method}", param="method")


def _beginning(model: dict[str, Any]) -> resume.State:
    network = network_of(model)
    return resume.State(0, network, Adam(network))


def _identity(spec: dict[str, Any]) -> str:
    """What a resumable state must agree on with the job it is used for."""
    parts = ("model", "method", "grader", "hyperparameters", "seed", "training_file", "validation_file")
    return json.dumps({part: spec.get(part) for part in parts}, sort_keys=True)

"""The loop: from the state where it stands to the last step, measuring and saving on the way."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from finetop.server.jobdir import sha256_of
from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import BadExample, read_examples
from finetop.server.trainers.tiny import resume
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import Corpus, order_of_epoch, small_part
from finetop.server.trainers.tiny.network import Gradient
from finetop.server.trainers.tiny.plan import Plan
from finetop.server.trainers.tiny.results import ResultRows
from finetop.server.trainers.tiny.weights import load_network, save_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finetop.server.jobdir import EventWriter, JobDir
    from finetop.server.trainers.tiny.network import Ints

Wish = Literal["cancel", "pause"]
SMALL_VALIDATION = 16
"""Examples measured often; the whole validation file is measured at the end of each epoch."""


class Training:
    """One attempt at one job."""

    def __init__(
        self,
        job: JobDir,
        spec: dict[str, Any],
        events: EventWriter,
        *,
        wish: Callable[[], Wish | None],
        save_every_s: float,
    ) -> None:
        self._job = job
        self._events = events
        self._wish = wish
        self._save_every_s = save_every_s
        self._seed = int(spec["seed"])
        self._corpus = _corpus(spec["training_file"], "training_file")
        validation = spec.get("validation_file")
        self._validation = _corpus(validation, "validation_file") if validation else None
        held_out = len(self._validation) if self._validation else 0
        self._small = small_part(self._seed, held_out, SMALL_VALIDATION)
        chosen = spec["hyperparameters"]
        self._plan = Plan(
            len(self._corpus),
            int(chosen["n_epochs"]),
            int(chosen["batch_size"]),
            float(chosen["learning_rate_multiplier"]),
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
        plan = self._plan
        return (
            f"{plan.examples} examples, {self._corpus.trained_bytes} bytes of answers, "
            f"{plan.total_steps} steps; loss is in nats per byte"
        )

    def run(self) -> Wish | None:
        """Train to the end, or until a wish is granted; what was granted is returned."""
        with ResultRows(self._job.result_rows, self._state.result_bytes) as rows:
            granted = self._steps(rows)
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
        return self._corpus.trained_bytes * self._plan.n_epochs

    def _steps(self, rows: ResultRows) -> Wish | None:
        saved_at = time.monotonic()
        while self._state.step < self._plan.total_steps:
            if wish := self._wish():
                return wish
            measured = self._step(self._state.step + 1)
            if measured is None:
                return "cancel"
            rows.append(measured)
            if time.monotonic() - saved_at >= self._save_every_s:
                self._save(rows)
                saved_at = time.monotonic()
        return None

    def _step(self, step: int) -> dict[str, float] | None:
        state, plan, gradient = self._state, self._plan, self._gradient
        batch = self._examples(step)
        rows = self._corpus.rows(batch)
        gradient.clear()
        loss, hits = 0.0, 0
        for piece in self._corpus.pieces(batch):
            measured = state.network.learn_from(piece, rows, gradient)
            loss += measured.loss
            hits += measured.hits
        rate = plan.rate(step)
        norm = state.adam.step(state.network, gradient, step, rate)
        if not math.isfinite(norm) or not math.isfinite(loss):
            reason = f"the loss became infinite at step {step}; try a smaller learning rate multiplier"
            raise CannotTrainError("diverged", reason, param="hyperparameters")
        state.step = step
        values = {"step": step, "train_loss": round(loss / rows, 5), "train_accuracy": round(hits / rows, 5)}
        validated = self._validate(step)
        if validated is None:
            return None
        values.update(validated)
        if plan.reports(step, validation=self._validation is not None):
            self._tell_metrics(values, rate, norm)
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
        if self._validation is None:
            return {}
        values = {}
        if self._plan.validates(step):
            small = self._measure(self._validation, self._small)
            if small is None:
                return None
            values["valid_loss"], values["valid_accuracy"] = small
        if self._plan.ends_epoch(step):
            full = self._measure(self._validation, range(len(self._validation)))
            if full is None:
                return None
            values["full_valid_loss"], values["full_valid_accuracy"] = full
        return values

    def _measure(self, corpus: Corpus, examples: Sequence[int]) -> tuple[float, float] | None:
        rows, loss, hits = 0, 0.0, 0
        for piece in corpus.pieces(examples):
            if self._wish() == "cancel":
                return None
            measured = self._state.network.measure(piece)
            rows += measured.rows
            loss += measured.loss
            hits += measured.hits
        return round(loss / rows, 5), round(hits / rows, 5)

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

    def _tell_metrics(self, values: dict[str, Any], rate: float, norm: float) -> None:
        step, total = int(values["step"]), self._plan.total_steps
        epoch = round(step / self._plan.steps_per_epoch, 4)
        extra: dict[str, Any] = {"lr": float(f"{rate:.6g}"), "grad_norm": float(f"{norm:.6g}")}
        self._events.write("metrics", total_steps=total, epoch=epoch, **values, **extra)

    def _tell_artifact(self, kind: str, path: Path) -> None:
        self._events.write("artifact", durable=True, kind=kind, **self._job.describe(path))


def _corpus(file: dict[str, Any], param: str) -> Corpus:
    path = Path(file["path"])
    try:
        if sha256_of(path) != file["sha256"]:
            raise CannotTrainError("file_changed", f"{path} changed after it was uploaded", param=param)
        corpus = Corpus.of(read_examples(path))
    except BadExample as bad:
        raise CannotTrainError(bad.problem.code, bad.problem.message, param=param) from None
    except FileNotFoundError:
        raise CannotTrainError("file_missing", f"{path} does not exist any more", param=param) from None
    if not len(corpus):
        raise CannotTrainError("empty_file", "the file is empty", param=param)
    return corpus


def _beginning(model: dict[str, Any]) -> resume.State:
    path = model.get("path")
    network = load_network(Path(path) if path else None, model.get("sha256"))
    return resume.State(0, network, Adam(network))


def _identity(spec: dict[str, Any]) -> str:
    """What a resumable state must agree on with the job it is used for."""
    parts = ("model", "hyperparameters", "seed", "training_file", "validation_file")
    return json.dumps({part: spec.get(part) for part in parts}, sort_keys=True)

"""What the losses of single examples cost beside training: `python tests/benchmarks/example_losses.py`.

The most it may be is a twentieth; processor time, on one thread.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from finetop.server.jobdir import EventWriter, JobDir, sha256_of
from finetop.server.trainers.tiny.train import Training

RUNS = (
    ("supervised", 60, 10, 1),
    ("supervised", 300, 10, 1),
    ("supervised", 2000, 3, 4),
    ("supervised", 2000, 1, 4),
    ("supervised", 2000, 3, 32),
    ("dpo", 600, 3, 4),
    ("dpo", 600, 1, 16),
)
"""Method, examples, epochs and batch size; a tenth more are held out."""


def file(path: Path, method: str, count: int) -> dict[str, Any]:
    """Questions of ten words with answers of fourteen."""
    rng = random.Random(count)

    def said(role: str, words: int) -> dict[str, str]:
        return {"role": role, "content": " ".join(f"word{rng.randrange(500)}" for _ in range(words))}

    def line() -> dict[str, Any]:
        asked, answer = said("user", 10), said("assistant", 14)
        if method == "supervised":
            return {"messages": [asked, answer]}
        other = [said("assistant", 14)]
        return {"input": {"messages": [asked]}, "preferred_output": [answer], "non_preferred_output": other}

    path.write_text("".join(json.dumps(line()) + "\n" for _ in range(count)))
    return {"path": str(path), "sha256": sha256_of(path)}


def run(method: str, examples: int, epochs: int, batch: int, folder: Path) -> tuple[float, float, int, int]:
    """Seconds of training and of measuring; how many were measured, of how many."""
    job = JobDir(folder / "job")
    job.root.mkdir()
    numbers = {"n_epochs": epochs, "batch_size": batch, "learning_rate_multiplier": 1.0, "beta": 0.1}
    spec = {
        "seed": 7,
        "method": method,
        "model": {},
        "hyperparameters": numbers,
        "training_file": file(folder / "train.jsonl", method, examples),
        "validation_file": file(folder / "valid.jsonl", method, examples // 10),
    }
    events = EventWriter(job.events, 1)
    training = Training(job, spec, events, wish=lambda: None, save_every_s=60.0)
    began = time.process_time()
    training.run()
    whole = time.process_time() - began
    # The same once more, alone: the weights are still those of the end.
    began = time.process_time()
    training._examine()
    alone = time.process_time() - began
    events.close()
    count = len(job.examples_csv.read_text().splitlines()) - 1
    return whole - alone, alone, count, examples + examples // 10


def main() -> None:
    """Print the table."""
    print(f"{'method':<12}{'examples':>9}{'epochs':>8}{'batch':>7}{'train s':>9}{'losses s':>10}{'share':>8}")
    for method, examples, epochs, batch in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            trained, alone, count, of_all = run(method, examples, epochs, batch, Path(folder))
        share = f"{100 * alone / trained:.1f} %"
        print(
            f"{method:<12}{examples:>9}{epochs:>8}{batch:>7}{trained:>9.2f}{alone:>10.3f}{share:>8}"
            f"   {count} of {of_all}"
        )


if __name__ == "__main__":
    main()

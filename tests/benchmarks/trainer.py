"""Prints how fast the tiny trainer is, on one thread: `python tests/benchmarks/trainer.py`."""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import json
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.server.jobdir import sha256_of
from finetop.server.trainers.data import Message
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import Corpus, order_of_epoch
from finetop.server.trainers.tiny.network import Gradient, Network
from finetop.server.trainers.tiny.preference import Preference
from finetop.server.trainers.tiny.reinforcement import Reinforcement
from finetop.server.trainers.tiny.weights import load_network

if TYPE_CHECKING:
    from finetop.server.trainers.tiny.objective import Objective

WORDS = [
    "lake",
    "hill",
    "road",
    "blue",
    "green",
    "quick",
    "lamp",
    "tree",
    "stone",
    "river",
    "house",
    "paper",
    "glass",
    "early",
    "late",
    "night",
    "round",
]
ANSWER_BYTES = 110
RUN_S = 5.0


def corpus(examples: int) -> Corpus:
    """Questions of ten words with answers of 110 bytes."""
    rng = random.Random(1)

    def text(words: int) -> str:
        return " ".join(rng.choices(WORDS, k=words))

    return Corpus.of(
        (Message("user", text(10)), Message("assistant", text(40)[:ANSWER_BYTES], trained=True))
        for _ in range(examples)
    )


def objective(method: str, folder: Path) -> Objective:
    """What pairs of such answers, or questions to be answered in a word, are learned by."""
    rng = random.Random(1)

    def said(role: str, words: int) -> dict[str, str]:
        return {"role": role, "content": " ".join(rng.choices(WORDS, k=words))[:ANSWER_BYTES]}

    if method == "dpo":
        numbers: dict[str, Any] = {"beta": 0.1}
        lines: list[dict[str, Any]] = [
            {
                "input": {"messages": [said("user", 10)]},
                "preferred_output": [said("assistant", 40)],
                "non_preferred_output": [said("assistant", 40)],
            }
            for _ in range(300)
        ]
    else:
        numbers = {"compute_multiplier": 1.0, "eval_samples": 1}
        lines = [{"messages": [said("user", 10)], "answer": rng.choice(WORDS)} for _ in range(300)]
    path = folder / f"{method}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    spec = {
        "seed": 1,
        "model": {},
        "hyperparameters": numbers,
        "training_file": {"path": str(path), "sha256": sha256_of(path)},
        "grader": {
            "type": "string_check",
            "name": "same",
            "input": "{{sample.output_text}}",
            "reference": "{{item.answer}}",
            "operation": "ilike",
        },
    }
    return Preference(spec, lambda: None) if method == "dpo" else Reinforcement(spec, lambda: None)


def method_steps_per_second(data: Objective, batch_size: int) -> float:
    """The same by another objective, from the base model."""
    network = load_network(None)
    adam, gradient = Adam(network), Gradient(network.dense.dtype)
    began = time.perf_counter()
    step = 0
    while time.perf_counter() - began < RUN_S:
        batch = [(step * batch_size + place) % data.examples for place in range(batch_size)]
        gradient.clear()
        step += 1
        data.learn(network, batch, step, gradient)
        adam.step(network, gradient, step, 1e-4)
    return step / (time.perf_counter() - began)


def steps_per_second(data: Corpus, batch_size: int) -> float:
    """Train for some seconds in the order of the worker."""
    network = Network.random(1)
    adam, gradient = Adam(network), Gradient(network.dense.dtype)
    order = [int(number) for number in order_of_epoch(1, 0, len(data))]
    began = time.perf_counter()
    step = 0
    while time.perf_counter() - began < RUN_S:
        batch = [order[(step * batch_size + place) % len(data)] for place in range(batch_size)]
        gradient.clear()
        rows = data.rows(batch)
        for piece in data.pieces(batch):
            network.learn_from(piece, rows, gradient)
        step += 1
        adam.step(network, gradient, step, 1e-3)
    return step / (time.perf_counter() - began)


def main() -> None:
    """Print the table."""
    print(f"{'examples':>8} {'batch':>6} {'steps/s':>9} {'kB/s':>7} {'RSS MB':>7}")
    for examples, batch_size in ((50, 1), (500, 1), (500, 4), (5000, 10), (5000, 32)):
        speed = steps_per_second(corpus(examples), batch_size)
        kilobytes = speed * batch_size * ANSWER_BYTES / 1000
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{examples:>8} {batch_size:>6} {speed:>9.0f} {kilobytes:>7.0f} {memory:>7.0f}")
    with tempfile.TemporaryDirectory() as folder:
        for method, what in (("dpo", "pairs of answers"), ("reinforcement", "questions, 8 samples each")):
            for batch_size in (1, 4):
                speed = method_steps_per_second(objective(method, Path(folder)), batch_size)
                print(f"{method}: {speed:.0f} steps/s at batch {batch_size} ({what})")


if __name__ == "__main__":
    main()

"""Prints how fast the tiny trainer is, on one thread: `python tests/benchmarks/trainer.py`."""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import random
import resource
import time

from finetop.server.trainers.data import Message
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import Corpus, order_of_epoch
from finetop.server.trainers.tiny.network import Gradient, Network

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


if __name__ == "__main__":
    main()

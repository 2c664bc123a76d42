"""Makes the base model anew: `python -m finetop.server.trainers.tiny.pretrain`.

Trains about a minute on one core, writes tiny-bytes-1.npz beside this file and its hash into the package.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from finetop.server.trainers.tiny import BASE_NAME, BASE_PATH, grammar
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import Corpus, order_of_epoch
from finetop.server.trainers.tiny.network import Gradient, Network
from finetop.server.trainers.tiny.weights import save_arrays

SEED = 20261121
EXAMPLES, BATCH, EPOCHS = 96_000, 16, 2
LARGEST_RATE = 4e-3
WARM_UP = 200
LARGEST_FILE = 800_000


def main() -> int:
    """Train, round to half the width, measure what was rounded, write."""
    began = time.monotonic()
    network = rounded(trained())
    loss = held_out_loss(network)
    packed = packed_weights(network)
    if loss > 1.0 or len(packed) > LARGEST_FILE:
        sys.stderr.write(f"not good enough: held-out loss {loss:.3f}, {len(packed)} bytes\n")
        return 1
    BASE_PATH.write_bytes(packed)
    sha256 = hashlib.sha256(packed).hexdigest()
    pin(Path(__file__).with_name("__init__.py"), sha256)
    took = time.monotonic() - began
    sys.stdout.write(f"{BASE_NAME}: held-out loss {loss:.3f}, {len(packed)} bytes, {sha256}, {took:.0f} s\n")
    return 0


def trained() -> Network:
    """The base model at full width."""
    corpus = Corpus.of_answers(grammar.examples(SEED, EXAMPLES))
    network = Network.random(SEED)
    adam, gradient = Adam(network), Gradient(network.dense.dtype)
    total = EPOCHS * (EXAMPLES // BATCH)
    step = 0
    for epoch in range(EPOCHS):
        order = order_of_epoch(SEED, epoch, EXAMPLES).reshape(-1, BATCH)
        for chosen in order:
            batch = [int(number) for number in chosen]
            gradient.clear()
            rows = corpus.rows(batch)
            for piece in corpus.pieces(batch):
                network.learn_from(piece, rows, gradient)
            step += 1
            rate = LARGEST_RATE * min(1.0, step / WARM_UP, (total + 1 - step) / (0.8 * total))
            adam.step(network, gradient, step, rate)
    return network


def rounded(network: Network) -> Network:
    """The network as it will be read back."""
    return Network.of_arrays({name: part.astype(np.float16) for name, part in network.arrays().items()})


def packed_weights(network: Network) -> bytes:
    """The bytes of the file."""
    file = io.BytesIO()
    halves = {name: part.astype(np.float16) for name, part in network.arrays().items()}
    save_arrays(file, halves, pack=True)
    return file.getvalue()


def held_out_loss(network: Network) -> float:
    """Nats per byte on the questions that were never trained on."""
    corpus = Corpus.of(grammar.held_out())
    measured = [network.measure(piece) for piece in corpus.pieces(range(len(corpus)))]
    return sum(piece.loss for piece in measured) / sum(piece.rows for piece in measured)


def pin(module: Path, sha256: str) -> None:
    """Write the hash where it is checked."""
    text = module.read_text(encoding="utf-8")
    module.write_text(re.sub(r'(BASE_SHA256 = ")[0-9a-f]{64}', rf"\g<1>{sha256}", text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

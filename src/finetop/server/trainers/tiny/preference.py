"""Learning which of two answers is liked better: direct preference optimisation from a frozen start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import Pair, preference, read
from finetop.server.trainers.tiny.batches import Corpus, small_part
from finetop.server.trainers.tiny.encode import answers
from finetop.server.trainers.tiny.examples import numbered
from finetop.server.trainers.tiny.objective import SMALL_VALIDATION, Learned, examples_of
from finetop.server.trainers.tiny.weights import network_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from finetop.server.trainers.tiny.encode import Answer
    from finetop.server.trainers.tiny.examples import Part, Split
    from finetop.server.trainers.tiny.network import Floats, Gradient, Network
    from finetop.server.trainers.tiny.objective import Wishes

BASE_RATE = 4e-4
"""The learning rate that a multiplier of 1 stands for; sums over whole answers move faster than means."""

PAIRS_AT_ONCE = 32
COLUMNS = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_accuracy",
    "train_reward_margin": "train_margin",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_accuracy",
    "valid_reward_margin": "valid_margin",
    "full_valid_loss": "full_valid_loss",
    "full_valid_mean_token_accuracy": "full_valid_accuracy",
    "full_valid_reward_margin": "full_valid_margin",
}


class Preference:
    """The objective of a dpo job."""

    base_rate = BASE_RATE
    columns: Mapping[str, str] = COLUMNS
    note = "loss is in nats per pair, accuracy the share of pairs ranked right"

    def __init__(self, spec: Mapping[str, Any], wishes: Wishes) -> None:
        self._wishes = wishes
        self._beta = float(spec["hyperparameters"]["beta"])
        self._start = network_of(spec["model"])
        self.parts: dict[Split, Part] = {
            "train": examples_of(spec["training_file"], "training_file", _part_in)
        }
        if held_out := spec.get("validation_file"):
            self.parts["valid"] = examples_of(held_out, "validation_file", _part_in)
        self._pairs = self.parts["train"].corpus
        self._held_out = self.parts["valid"].corpus if "valid" in self.parts else None
        self.examples = len(self._pairs)
        for param, read_in in (("training_file", self._pairs), ("validation_file", self._held_out)):
            if read_in is not None and not len(read_in):
                raise CannotTrainError("empty_file", "the file is empty", param=param)
        self.validates = self._held_out is not None
        self._small = small_part(int(spec["seed"]), len(self._held_out or ()), SMALL_VALIDATION)
        self.about = (
            f"{self.examples} pairs, {self._pairs.trained_bytes} bytes of answers, beta {self._beta:g}"
        )

    def learn(self, network: Network, batch: Sequence[int], step: int, gradient: Gradient) -> Learned | None:
        """Add the gradient of the mean loss of a batch of pairs."""
        del step
        margins = self._margins(network, self._pairs, batch)
        if margins is None:
            return None
        follow(network, self._pairs, batch, margins, gradient, beta=self._beta)
        return Learned(_told(margins), self._pairs.text_bytes(batch), _losses(margins))

    def measure(self, network: Network, step: int, *, whole: bool) -> dict[str, float] | None:
        """Loss, share of pairs ranked right, and by how much on average."""
        del step
        assert self._held_out is not None
        margins = self._margins(network, self._held_out, range(len(self._held_out)) if whole else self._small)
        return None if margins is None else _told(margins)

    def losses(self, network: Network, corpus: Corpus, chosen: Sequence[int]) -> Floats | None:
        """How far each pair is from being ranked right."""
        margins = self._margins(network, corpus, chosen)
        return None if margins is None else _losses(margins)

    def _margins(self, network: Network, pairs: Corpus, chosen: Sequence[int]) -> Floats | None:
        """By how much each pair is ranked right, beyond the start's opinion; None when cancelled."""
        found = []
        for first in range(0, len(chosen), PAIRS_AT_ONCE):
            if self._wishes() == "cancel":
                return None
            part = chosen[first : first + PAIRS_AT_ONCE]
            # Both are reckoned in the same pieces, so that equal weights give a margin of exactly 0.
            moved = log_likelihoods(self._start, pairs, part) - log_likelihoods(network, pairs, part)
            found.append(self._beta * (moved[:, 1] - moved[:, 0]))
        return np.concatenate(found)


def follow(
    network: Network, pairs: Corpus, batch: Sequence[int], margins: Floats, gradient: Gradient, *, beta: float
) -> None:
    """Add the gradient of the mean of softplus(-margin) over a batch of pairs."""
    # Its slope: how far a pair still is from being ranked right.
    pull = beta * np.exp(-np.logaddexp(0, margins)) / len(batch)
    weights = dict(zip(batch, pull.tolist(), strict=True))
    for piece in pairs.pieces(batch):
        signed = [weights[number // 2] * (-1 if number % 2 else 1) for number in piece.answers.tolist()]
        network.learn_weighted(piece, np.repeat(np.array(signed), piece.lengths), gradient)


def log_likelihoods(network: Network, pairs: Corpus, chosen: Sequence[int]) -> Floats:
    """(pairs, 2): how likely the network finds each preferred answer, and each other one."""
    place = {number: at for at, number in enumerate(chosen)}
    found = np.zeros((len(chosen), 2))
    for piece in pairs.pieces(chosen):
        sums = np.add.reduceat(network.losses(piece), piece.starts)
        for number, loss in zip(piece.answers.tolist(), sums.tolist(), strict=True):
            found[place[number // 2], number % 2] -= loss
    return found


def corpus_of(pairs: Iterable[Pair], dtype: type = np.float32) -> Corpus:
    """Pairs as examples of two answers each, the preferred one first."""
    return Corpus.of_answers((_both(pair) for pair in pairs), dtype)


def _both(pair: Pair) -> Iterator[Answer]:
    # Messages of the prompt may be the assistant's; only what follows it is learned.
    for answer in (pair.preferred, pair.other):
        yield list(answers((*pair.prompt, answer)))[-1]


def _part_in(path: Path) -> Part:
    return numbered(lambda noted: corpus_of(read(path, noted)), preference.example)


def _losses(margins: Floats) -> Floats:
    found: Floats = np.logaddexp(0, -margins)
    return found


def _told(margins: Floats) -> dict[str, float]:
    return {
        "loss": float(_losses(margins).mean()),
        "accuracy": float((margins > 0).mean()),
        "margin": float(margins.mean()),
    }

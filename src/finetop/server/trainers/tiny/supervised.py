"""Learning to say the given answers: cross-entropy over their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import chat, completions, read
from finetop.server.trainers.tiny.batches import Corpus, small_part
from finetop.server.trainers.tiny.examples import EachLoss, numbered
from finetop.server.trainers.tiny.objective import SMALL_VALIDATION, Learned, examples_of
from finetop.server.trainers.tiny.plan import BASE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from finetop.server.trainers.tiny.examples import Part, Split
    from finetop.server.trainers.tiny.network import Floats, Gradient, Measured, Network, Piece
    from finetop.server.trainers.tiny.objective import Wishes

COLUMNS = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_accuracy",
    "full_valid_loss": "full_valid_loss",
    "full_valid_mean_token_accuracy": "full_valid_accuracy",
}
OLDER_COLUMNS = {
    "step": "step",
    "elapsed_tokens": "elapsed_tokens",
    "elapsed_examples": "elapsed_examples",
    "training_loss": "train_loss",
    "training_sequence_accuracy": "train_sequence_accuracy",
    "training_token_accuracy": "train_accuracy",
    "validation_loss": "valid_loss",
    "validation_sequence_accuracy": "valid_sequence_accuracy",
    "validation_token_accuracy": "valid_accuracy",
}
"""Of the results of a fine-tune of the older kind."""


class Supervised:
    """The objective of a supervised job, and of one of the older kind."""

    base_rate = BASE_RATE
    note = "loss is in nats per byte"

    def __init__(self, spec: Mapping[str, Any], wishes: Wishes) -> None:
        self._is_older = spec.get("format") == "completions"
        example = completions.example if self._is_older else chat.example
        self.columns: Mapping[str, str] = OLDER_COLUMNS if self._is_older else COLUMNS

        def part(path: Path) -> Part:
            return numbered(lambda noted: Corpus.of(read(path, noted)), example)

        self._wishes = wishes
        self.parts: dict[Split, Part] = {"train": examples_of(spec["training_file"], "training_file", part)}
        if held_out := spec.get("validation_file"):
            self.parts["valid"] = examples_of(held_out, "validation_file", part)
        self._corpus = self.parts["train"].corpus
        self._held_out = self.parts["valid"].corpus if "valid" in self.parts else None
        self.examples = len(self._corpus)
        for param, read_in in (("training_file", self._corpus), ("validation_file", self._held_out)):
            if read_in is not None and not len(read_in):
                raise CannotTrainError("empty_file", "the file is empty", param=param)
        self.validates = self._held_out is not None
        self._small = small_part(int(spec["seed"]), len(self._held_out or ()), SMALL_VALIDATION)
        self.about = f"{self.examples} examples, {self._corpus.trained_bytes} bytes of answers"

    def learn(self, network: Network, batch: Sequence[int], step: int, gradient: Gradient) -> Learned:
        """Add the gradient of the mean loss of a batch."""
        del step
        rows = self._corpus.rows(batch)
        tally, each = _Tally(sequences=self._is_older), EachLoss(self._corpus, batch)
        for piece in self._corpus.pieces(batch):
            measured = network.learn_from(piece, rows, gradient)
            tally.add(piece, measured)
            each.add(piece, measured)
        return Learned(tally.told(), self._corpus.text_bytes(batch), each.means())

    def measure(self, network: Network, step: int, *, whole: bool) -> dict[str, float] | None:
        """Loss, and shares of bytes and of whole answers guessed right."""
        del step
        assert self._held_out is not None
        tally = _Tally(sequences=self._is_older)
        for piece in self._held_out.pieces(range(len(self._held_out)) if whole else self._small):
            if self._wishes() == "cancel":
                return None
            tally.add(piece, network.measure(piece))
        return tally.told()

    def losses(self, network: Network, corpus: Corpus, chosen: Sequence[int]) -> Floats | None:
        """The mean loss of each example's bytes."""
        if self._wishes() == "cancel":
            return None
        each = EachLoss(corpus, chosen)
        for piece in corpus.pieces(chosen):
            each.add(piece, network.measure(piece))
        return each.means()


class _Tally:
    """Adds up what pieces told; an answer may be cut over several."""

    def __init__(self, *, sequences: bool) -> None:
        self._sequences = sequences
        self._rows, self._loss, self._hits = 0, 0.0, 0
        self._answers: set[int] = set()
        self._missed: set[int] = set()

    def add(self, piece: Piece, measured: Measured) -> None:
        self._rows += measured.rows
        self._loss += measured.loss
        self._hits += measured.hits
        self._answers.update(piece.answers.tolist())
        self._missed.update(piece.answers[~measured.whole].tolist())

    def told(self) -> dict[str, float]:
        """Mean loss, and the shares of bytes and, if wanted, of whole answers that were guessed right."""
        told = {"loss": self._loss / self._rows, "accuracy": self._hits / self._rows}
        if self._sequences:
            told["sequence_accuracy"] = 1 - len(self._missed) / len(self._answers)
        return told

"""Learning to say the given answers: cross-entropy over their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import chat, completions, read
from finetop.server.trainers.tiny.batches import Corpus, small_part
from finetop.server.trainers.tiny.objective import SMALL_VALIDATION, Learned, examples_of
from finetop.server.trainers.tiny.plan import BASE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from finetop.server.trainers.tiny.network import Gradient, Network
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


class Supervised:
    """The objective of a supervised job, and of one of the older kind."""

    base_rate = BASE_RATE
    columns: Mapping[str, str] = COLUMNS
    note = "loss is in nats per byte"

    def __init__(self, spec: Mapping[str, Any], wishes: Wishes) -> None:
        example = completions.example if spec.get("format") == "completions" else chat.example

        def corpus(path: Path) -> Corpus:
            return Corpus.of(read(path, example))

        self._wishes = wishes
        self._corpus = examples_of(spec["training_file"], "training_file", corpus)
        held_out = spec.get("validation_file")
        self._held_out = examples_of(held_out, "validation_file", corpus) if held_out else None
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
        loss, hits = 0.0, 0
        for piece in self._corpus.pieces(batch):
            measured = network.learn_from(piece, rows, gradient)
            loss += measured.loss
            hits += measured.hits
        return Learned({"loss": loss / rows, "accuracy": hits / rows}, self._corpus.text_bytes(batch))

    def measure(self, network: Network, step: int, *, whole: bool) -> dict[str, float] | None:
        """Loss and share of bytes guessed right."""
        del step
        assert self._held_out is not None
        rows, loss, hits = 0, 0.0, 0
        for piece in self._held_out.pieces(range(len(self._held_out)) if whole else self._small):
            if self._wishes() == "cancel":
                return None
            measured = network.measure(piece)
            rows += measured.rows
            loss += measured.loss
            hits += measured.hits
        return {"loss": loss / rows, "accuracy": hits / rows}

"""What happens at which step: rules of the step number alone, so that a resumed run repeats them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

BASE_RATE = 6e-3
"""The learning rate that a multiplier of 1 stands for, where the objective says no other."""

LONGEST_WARM_UP = 50
EVENTS, VALIDATIONS, KEPT_EPOCHS = 1000, 50, 3


@dataclass(frozen=True)
class Plan:
    """The course of a whole training; steps and epochs count from 1."""

    examples: int
    n_epochs: int
    batch_size: int
    multiplier: float
    base_rate: float = BASE_RATE
    validate_every: int | None = None
    """Steps between two looks at the small part of the validation file; None for some fifty in all."""

    @property
    def steps_per_epoch(self) -> int:
        """The last batch of an epoch may be smaller, but no example is left out."""
        return ceil(self.examples / self.batch_size)

    @property
    def total_steps(self) -> int:
        """How many steps make the training."""
        return self.n_epochs * self.steps_per_epoch

    def epoch(self, step: int) -> int:
        """The epoch a step belongs to."""
        return (step - 1) // self.steps_per_epoch + 1

    def batch(self, step: int) -> slice:
        """Where in its epoch's order the batch of a step lies."""
        begin = (step - 1) % self.steps_per_epoch * self.batch_size
        return slice(begin, begin + self.batch_size)

    def seen(self, step: int) -> int:
        """How many examples were met after a step, each as often as it was."""
        epochs, steps = divmod(step, self.steps_per_epoch)
        return epochs * self.examples + steps * self.batch_size

    def rate(self, step: int) -> float:
        """The learning rate: a short rise, then a straight fall that would reach zero after the last step."""
        warm_up = max(1, min(LONGEST_WARM_UP, self.total_steps // 10))
        rise = min(1.0, step / warm_up)
        fall = (self.total_steps + 1 - step) / max(1, self.total_steps + 1 - warm_up)
        return self.base_rate * self.multiplier * min(rise, fall)

    def ends_epoch(self, step: int) -> bool:
        """Whether an epoch is complete after this step."""
        return step % self.steps_per_epoch == 0

    def validates(self, step: int) -> bool:
        """Whether the small part of the validation file is measured after this step."""
        every = self.validate_every or ceil(self.total_steps / VALIDATIONS)
        return step % every == 0 or step == self.total_steps

    def reports(self, step: int, *, validation: bool) -> bool:
        """Whether this step is worth an event."""
        return (
            step in (1, self.total_steps)
            or step % ceil(self.total_steps / EVENTS) == 0
            or self.ends_epoch(step)
            or (validation and self.validates(step))
        )

    def keeps(self, step: int) -> bool:
        """Whether the weights after this step are kept for use."""
        return self.ends_epoch(step) and self.epoch(step) > self.n_epochs - KEPT_EPOCHS

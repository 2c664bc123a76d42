"""What a training learns by: the part of the loop that differs from method to method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from finetop.server.jobdir import sha256_of
from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import BadExample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.server.trainers.tiny.batches import Corpus
    from finetop.server.trainers.tiny.examples import Part, Split
    from finetop.server.trainers.tiny.network import Floats, Gradient, Network

Made = TypeVar("Made")
Wish = Literal["cancel", "pause"]
Wishes = Callable[[], Wish | None]

SMALL_VALIDATION = 16
"""Examples measured often; the whole validation file is measured at the end of each epoch."""


@dataclass(frozen=True)
class Learned:
    """What one batch told."""

    values: dict[str, float]
    """Measurements of the batch, such as its loss."""
    trained_bytes: int
    losses: Floats | None = None
    """Of each example of the batch before it was learned; None for a method without losses."""
    timing: dict[str, float] = field(default_factory=dict)
    """Seconds, by what they were spent on; empty where that is not worth telling."""


class Objective(Protocol):
    """Learns from batches and measures on held-out examples; every answer is None when cancelled meanwhile.

    What is drawn by chance follows from the seed and the step, so that a resumed run draws the same.
    """

    examples: int
    validates: bool
    """Whether there are held-out examples."""
    base_rate: float
    columns: Mapping[str, str]
    """The columns of the result file, and the names our values have."""
    about: str
    """What is learned from, in half a sentence."""
    note: str
    """How its numbers are to be read, in half a sentence."""
    parts: dict[Split, Part]
    """The examples that have a loss each; empty for a method without losses."""

    def learn(self, network: Network, batch: Sequence[int], step: int, gradient: Gradient) -> Learned | None:
        """Add the gradient of a batch to an empty one."""

    def measure(self, network: Network, step: int, *, whole: bool) -> dict[str, float] | None:
        """How good the network is on all held-out examples, or on a small part of them."""

    def losses(self, network: Network, corpus: Corpus, chosen: Sequence[int]) -> Floats | None:
        """The loss of each of some examples of a part, which come in the order of their numbers."""


def examples_of(file: Mapping[str, Any], param: str, read: Callable[[Path], Made]) -> Made:
    """What `read` makes of a job's file; raises CannotTrainError in words about the file."""
    path = Path(file["path"])
    try:
        if sha256_of(path) != file["sha256"]:
            raise CannotTrainError("file_changed", f"{path} changed after it was uploaded", param=param)
        return read(path)
    except BadExample as bad:
        raise CannotTrainError(bad.problem.code, bad.problem.message, param=param) from None
    except FileNotFoundError:
        raise CannotTrainError("file_missing", f"{path} does not exist any more", param=param) from None

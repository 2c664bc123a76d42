"""The loss of each example under the final weights, as a file of its own: what a training has not learned.

    split,line,loss,bytes
    valid,3,0.41177,96

`split` is train or valid, `line` counts the lines of that file from 1, `loss` is what the training was after
(nats per byte, or per pair of answers), and `bytes` are those of the answers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from finetop.server.trainers.tiny.batches import Corpus
    from finetop.server.trainers.tiny.network import Floats, Ints, Measured, Network, Piece
    from finetop.server.trainers.tiny.objective import Objective

Example = TypeVar("Example")
Split = Literal["train", "valid"]

HEAD = "split,line,loss,bytes"
UNNOTICED_ROWS = 12_000
"""Symbols that are looked at in a twentieth of a second: small files are always measured whole."""
SHARE = 0.12
"""Of the symbols that a training meets; to look at one costs a third of what it costs to learn it, and the
two together stay below a twentieth of the time."""
MOST_EXAMPLES = 50_000
"""Of each file; a megabyte of result file."""
AT_ONCE = 256
CHOICE_OF_EXAMPLES = 7
"""A stream of chance of its own."""
FEWEST_AROUND, PARTS = 50, 20
"""How many examples met before and after one it is compared with: a twentieth, and no fewer."""


class Part(NamedTuple):
    """The examples of one file, and the lines they stand in."""

    corpus: Corpus
    lines: Sequence[int]


class Told(NamedTuple):
    """What was written, and how many examples there are."""

    examples: int
    of_all: int


def numbered(
    corpus_of: Callable[[Callable[[dict[str, Any], int], Example]], Corpus],
    example: Callable[[dict[str, Any], int], Example],
) -> Part:
    """The corpus that `corpus_of` reads with an example's reader, and where each of them stands."""
    lines = array("Q")

    def noted(record: dict[str, Any], number: int) -> Example:
        lines.append(number)
        return example(record, number)

    return Part(corpus_of(noted), lines)


def chosen(part: Part, rows: float, order: Ints) -> list[int]:
    """As many examples of a part as so many symbols and the longest file allow, the first in an order."""
    count = len(part.corpus)
    whole = part.corpus.rows(range(count))
    most = min(MOST_EXAMPLES, count if whole <= rows else int(count * rows / whole))
    return [int(number) for number in np.sort(order[:most])]


def hardest(met: Floats, order: Ints) -> Ints:
    """The examples by the loss each had when it was last learned, as `order` says in turn.

    What came early had more to learn, so that each is measured against those around it.
    """
    losses = np.nan_to_num(met[order].astype(np.float64), nan=np.inf, posinf=np.inf)
    finite = np.where(np.isfinite(losses), losses, 0.0)
    half = max(FEWEST_AROUND, len(order) // PARTS) // 2
    places = np.arange(len(order))
    begin, end = np.maximum(places - half, 0), np.minimum(places + half + 1, len(order))
    sums = np.concatenate([[0.0], np.cumsum(finite)])
    around = (sums[end] - sums[begin]) / (end - begin)
    found: Ints = order[np.argsort(around - losses, kind="stable")]
    return found


def measured(
    objective: Objective, network: Network, *, epochs: int, seed: int, hard: Ints
) -> tuple[Told, Iterator[bytes]] | None:
    """How many examples can be measured in the time there is, and the file in blocks; None without any.

    Where those to learn from are too many, those that come first in `hard` are measured.
    """
    parts = objective.parts
    if not parts:
        return None
    trained = parts["train"].corpus
    left = max(UNNOTICED_ROWS, SHARE * epochs * trained.rows(range(len(trained))))
    choices: dict[Split, list[int]] = {}
    # Held-out examples first: they are few, and the training has not seen them.
    for split in sorted(parts, key=lambda split: split != "valid"):
        count = len(parts[split].corpus)
        any_ = np.random.default_rng([seed, CHOICE_OF_EXAMPLES]).permutation(count)
        choices[split] = chosen(parts[split], left, hard if split == "train" else any_)
        left -= parts[split].corpus.rows(choices[split])
    told = Told(sum(map(len, choices.values())), sum(len(part.corpus) for part in parts.values()))
    return told, _blocks(objective, network, choices)


def _blocks(objective: Objective, network: Network, choices: dict[Split, list[int]]) -> Iterator[bytes]:
    """The file, some examples at a time; ends early when cancelled meanwhile."""
    yield HEAD.encode() + b"\n"
    for split, numbers in choices.items():
        part = objective.parts[split]
        for first in range(0, len(numbers), AT_ONCE):
            some = numbers[first : first + AT_ONCE]
            losses = objective.losses(network, part.corpus, some)
            if losses is None:
                return
            yield b"".join(
                f"{split},{part.lines[number]},{loss:.5f},{part.corpus.text_bytes([number])}\n".encode()
                for number, loss in zip(some, losses.tolist(), strict=True)
            )


class EachLoss:
    """Adds up what pieces tell of each of some examples."""

    def __init__(self, corpus: Corpus, chosen: Sequence[int]) -> None:
        self._starts = corpus.answer_starts
        self._place = {number: place for place, number in enumerate(chosen)}
        self._sums, self._rows = [0.0] * len(chosen), [0] * len(chosen)

    def add(self, piece: Piece, measured: Measured) -> None:
        """One more piece; an answer may be cut over several, and an example has several answers."""
        examples = np.searchsorted(self._starts, piece.answers, side="right") - 1
        each = zip(examples.tolist(), measured.losses.tolist(), piece.lengths.tolist(), strict=True)
        for number, loss, rows in each:
            self._sums[self._place[number]] += loss
            self._rows[self._place[number]] += rows

    def means(self) -> Floats:
        """The mean loss of the symbols of each example."""
        return np.array(self._sums) / np.maximum(self._rows, 1)

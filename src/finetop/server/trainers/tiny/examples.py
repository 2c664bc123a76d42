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
    from finetop.server.trainers.tiny.network import Floats, Network
    from finetop.server.trainers.tiny.objective import Objective

Example = TypeVar("Example")
Split = Literal["train", "valid"]

HEAD = "split,line,loss,bytes"
UNNOTICED_ROWS = 20_000
"""Symbols that are looked at in a tenth of a second: small files are always measured whole."""
SHARE = 0.12
"""Of the symbols that a training meets; to look at one costs a third of what it costs to learn it, and the
two together stay below a twentieth of the time."""
MOST_EXAMPLES = 50_000
"""Of each file; a megabyte of result file."""
AT_ONCE = 256
CHOICE_OF_EXAMPLES = 7
"""A stream of chance of its own."""


class Part(NamedTuple):
    """The examples of one file, and the lines they stand in."""

    corpus: Corpus
    lines: Sequence[int]


class Measured(NamedTuple):
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


def chosen(part: Part, rows: float, seed: int) -> list[int]:
    """As many examples of a part as so many symbols and the longest file allow, in their order."""
    count = len(part.corpus)
    whole = part.corpus.rows(range(count))
    most = min(MOST_EXAMPLES, count if whole <= rows else int(count * rows / whole))
    if most == count:
        return list(range(count))
    some = np.random.default_rng([seed, CHOICE_OF_EXAMPLES]).permutation(count)[:most]
    return [int(number) for number in np.sort(some)]


def measured(
    objective: Objective, network: Network, *, epochs: int, seed: int
) -> tuple[Measured, Iterator[bytes]] | None:
    """How many examples can be measured in the time there is, and the file in blocks; None without any."""
    parts = objective.parts
    if not parts:
        return None
    trained = parts["train"].corpus
    left = max(UNNOTICED_ROWS, SHARE * epochs * trained.rows(range(len(trained))))
    choices: dict[Split, list[int]] = {}
    # Held-out examples first: they are few, and the training has not seen them.
    for split in sorted(parts, key=lambda split: split != "valid"):
        choices[split] = chosen(parts[split], left, seed)
        left -= parts[split].corpus.rows(choices[split])
    told = Measured(sum(map(len, choices.values())), sum(len(part.corpus) for part in parts.values()))
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


def mean_losses(network: Network, corpus: Corpus, chosen: Sequence[int]) -> Floats:
    """The mean loss of the symbols of each of some examples."""
    sums, rows = np.zeros(len(chosen)), np.zeros(len(chosen))
    # An example's answers lie one after the other, and the examples in the order of their numbers.
    ends = corpus.answer_starts[np.asarray(chosen) + 1]
    for piece in corpus.pieces(chosen):
        place = np.searchsorted(ends, piece.answers, side="right")
        np.add.at(sums, place, np.add.reduceat(network.losses(piece), piece.starts))
        np.add.at(rows, place, piece.lengths)
    found: Floats = sums / np.maximum(rows, 1)
    return found

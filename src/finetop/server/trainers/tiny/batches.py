"""Examples held as flat arrays, and the batches cut from them in an order that follows from the seed."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from finetop.server.trainers.tiny.encode import CONTEXT, Answer, answers
from finetop.server.trainers.tiny.network import PLACES, Floats, Ints, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finetop.server.trainers.data import Message

LARGEST_PIECE = 512
"""Rows; memory stays small whatever the batch, and the work in the processor's cache."""

ORDER_OF_EPOCH, SMALL_VALIDATION = 2, 3
"""Each random choice has a stream of its own, so that none depends on how often another was asked."""

AHEAD = np.arange(CONTEXT)


@dataclass(frozen=True)
class Corpus:
    """All examples of a file: answers one after the other, some examples having several."""

    symbols: Ints
    symbol_starts: Ints
    first_places: Ints
    buckets: Ints
    weights: Floats
    bag_starts: Ints
    answer_starts: Ints
    trained_bytes: int

    def __len__(self) -> int:
        return len(self.answer_starts) - 1

    @classmethod
    def of(cls, examples: Iterable[tuple[Message, ...]], dtype: type = np.float32) -> Corpus:
        """Encode examples; about four times their text is kept in memory."""
        return cls.of_answers((answers(messages) for messages in examples), dtype)

    @classmethod
    def of_answers(cls, examples: Iterable[Iterable[Answer]], dtype: type = np.float32) -> Corpus:
        """The same from what is encoded already."""
        symbols, buckets, weights = array("H"), array("H"), array("f")
        symbol_starts, bag_starts, answer_starts = array("q", [0]), array("q", [0]), array("q", [0])
        places = array("q")
        trained = 0
        for example in examples:
            for answer in example:
                _append(answer, symbols, buckets, weights)
                symbol_starts.append(len(symbols))
                places.append(answer.place)
                bag_starts.append(len(buckets))
                trained += len(answer.symbols) - CONTEXT - 1
            answer_starts.append(len(symbol_starts) - 1)
        return cls(
            np.array(symbols, np.uint16),
            np.array(symbol_starts),
            np.array(places),
            np.array(buckets, np.uint16),
            np.array(weights, dtype),
            np.array(bag_starts),
            np.array(answer_starts),
            trained,
        )

    def rows(self, examples: Sequence[int]) -> int:
        """How many symbols these examples train."""
        return sum(self._rows_of(number) for example in examples for number in self._answers_of(example))

    def text_bytes(self, examples: Sequence[int]) -> int:
        """How many bytes of answers these examples train, their end marks not counted."""
        return self.rows(examples) - sum(len(self._answers_of(example)) for example in examples)

    def pieces(self, examples: Sequence[int]) -> Iterator[Piece]:
        """These examples' rows in pieces of bounded size; a long answer is cut over several."""
        held: list[tuple[int, int, int]] = []
        rows = 0
        for example in examples:
            for number in self._answers_of(example):
                begin, length = 0, self._rows_of(number)
                while begin < length:
                    end = min(length, begin + LARGEST_PIECE - rows)
                    held.append((number, begin, end))
                    rows += end - begin
                    begin = end
                    if rows == LARGEST_PIECE:
                        yield self._piece(held)
                        held, rows = [], 0
        if held:
            yield self._piece(held)

    def _answers_of(self, example: int) -> range:
        return range(int(self.answer_starts[example]), int(self.answer_starts[example + 1]))

    def _rows_of(self, number: int) -> int:
        return int(self.symbol_starts[number + 1] - self.symbol_starts[number]) - CONTEXT

    def _piece(self, parts: list[tuple[int, int, int]]) -> Piece:
        lengths = np.array([end - begin for _, begin, end in parts])
        first = self.symbol_starts
        rows = np.concatenate([np.arange(first[n] + begin, first[n] + end) for n, begin, end in parts])
        places = np.concatenate([np.arange(begin, end) + self.first_places[n] for n, begin, end in parts])
        bags = [slice(self.bag_starts[n], self.bag_starts[n + 1]) for n, _, _ in parts]
        words = [bag.stop - bag.start for bag in bags]
        return Piece(
            contexts=self.symbols[rows[:, None] + AHEAD],
            targets=self.symbols[rows + CONTEXT],
            places=np.minimum(places, PLACES - 1),
            starts=np.cumsum(lengths) - lengths,
            lengths=lengths,
            buckets=np.concatenate([self.buckets[bag] for bag in bags]),
            weights=np.concatenate([self.weights[bag] for bag in bags]),
            bag_of=np.repeat(np.arange(len(parts)), words),
            answers=np.array([number for number, _, _ in parts]),
        )


def _append(answer: Answer, symbols: array[int], buckets: array[int], weights: array[float]) -> None:
    symbols.extend(answer.symbols)
    buckets.extend(answer.bag.buckets)
    weights.extend(answer.bag.weights)


def order_of_epoch(seed: int, epoch: int, examples: int) -> Ints:
    """The order in which epoch `epoch` (from 0) sees the examples; nothing else need be stored to resume."""
    return np.random.default_rng([seed, ORDER_OF_EPOCH, epoch]).permutation(examples)


def small_part(seed: int, examples: int, size: int) -> list[int]:
    """A fixed choice of examples for frequent validation."""
    chosen = np.random.default_rng([seed, SMALL_VALIDATION]).permutation(examples)[:size]
    return [int(number) for number in np.sort(chosen)]

"""The network: what follows 16 symbols, a bag of words and a place in the answer; its gradient by hand."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from finetop.server.trainers.tiny.encode import BUCKETS, CONTEXT, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.server.trainers.tiny.encode import Bag

Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.integer[Any]]

EMBEDDING = 24
WORDS = 32
PLACE = 24
HIDDEN = 128
PLACES = 4096
"""Places in an answer that are told apart; all later ones look like the last of these."""

SHAPES: dict[str, tuple[int, ...]] = {
    "embedding": (SYMBOLS, EMBEDDING),
    "context_in": (CONTEXT * EMBEDDING, HIDDEN),
    "words_in": (WORDS, HIDDEN),
    "place_in": (PLACE, HIDDEN),
    "hidden_bias": (HIDDEN,),
    "out": (HIDDEN, SYMBOLS),
    "out_bias": (SYMBOLS,),
}
"""The parts every step changes; they lie in one vector, so that one operation updates them all."""

DENSE = sum(prod(shape) for shape in SHAPES.values())


@dataclass(frozen=True)
class Piece:
    """Some thousand rows to predict at once, cut from one batch."""

    contexts: Ints
    """(rows, 16) symbols before each row."""
    targets: Ints
    """(rows,) the symbols to predict."""
    places: Ints
    """(rows,) how far into its answer each row is."""
    starts: Ints
    """(answers,) the first row of each answer."""
    lengths: Ints
    """(answers,) how many rows each has."""
    buckets: Ints
    """(words,) the buckets of all answers' bags, one bag after the other."""
    weights: Floats
    """(words,) the weight of each."""
    bag_of: Ints
    """(words,) the answer each belongs to."""
    answers: Ints
    """(answers,) the number each has in its corpus."""


@dataclass(frozen=True)
class Measured:
    """Sums over the rows of a piece."""

    rows: int
    loss: float
    hits: int
    whole: NDArray[np.bool_]
    """(answers,) whether every row of an answer was a hit."""
    losses: Floats
    """(answers,) the sum over the rows of each."""


class _Dense:
    """One vector with a named view of each part."""

    def __init__(self, dense: Floats) -> None:
        self.dense = dense
        views = dense_views(dense)
        self.embedding = views["embedding"]
        self.context_in = views["context_in"]
        self.words_in = views["words_in"]
        self.place_in = views["place_in"]
        self.hidden_bias = views["hidden_bias"]
        self.out = views["out"]
        self.out_bias = views["out_bias"]


class Network(_Dense):
    """The weights: the dense parts, and in `bag` the word buckets."""

    def __init__(self, dense: Floats, bag: Floats) -> None:
        super().__init__(dense)
        self.bag = bag
        self.place_table = place_table(dense.dtype)

    @classmethod
    def random(cls, seed: int, dtype: type[np.floating[Any]] = np.float32) -> Network:
        """Small random weights; nearly every symbol is equally likely."""
        rng = np.random.default_rng([seed, 1])
        dense = np.zeros(DENSE, dtype)
        views = dense_views(dense)
        fan_in = CONTEXT * EMBEDDING + WORDS + PLACE
        views["embedding"][:] = rng.normal(0, 0.6, SHAPES["embedding"])
        for name in ("context_in", "words_in", "place_in"):
            views[name][:] = rng.normal(0, fan_in**-0.5, SHAPES[name])
        views["words_in"] *= 4
        views["out"][:] = rng.normal(0, 0.02, SHAPES["out"])
        # An unknown word says nothing, instead of something at random.
        return cls(dense, np.zeros((BUCKETS, WORDS), dtype))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Network:
        """From named arrays of any float width; raises ValueError for what is not this network."""
        dense = np.empty(DENSE, np.float32)
        for name, view in dense_views(dense).items():
            view[:] = _expected(arrays, name, SHAPES[name])
        return cls(dense, _expected(arrays, "bag", (BUCKETS, WORDS)).astype(np.float32))

    def arrays(self) -> dict[str, Floats]:
        """Every part under its name."""
        return {**dense_views(self.dense), "bag": self.bag}

    def heard(self, bag: Bag) -> Floats:
        """What a prompt's words add to every row of its answer."""
        words = np.array(bag.weights, self.dense.dtype) @ self.bag[np.array(bag.buckets, np.intp)]
        total: Floats = words @ self.words_in + self.hidden_bias
        return total

    def logits(self, context: Sequence[int], place: int, heard: Floats) -> Floats:
        """How likely each symbol comes next, before the softmax."""
        total = self.embedding[np.array(context, np.intp)].ravel() @ self.context_in
        total += self.place_table[min(place, PLACES - 1)] @ self.place_in
        total += heard
        logits: Floats = np.tanh(total) @ self.out + self.out_bias
        return logits

    def next_logits(self, windows: Ints, place: int, heard: Floats) -> Floats:
        """The same for many answers at once: (answers, 16) symbols before each, and what each has heard."""
        total = self.embedding[windows].reshape(len(windows), -1) @ self.context_in
        total += self.place_table[min(place, PLACES - 1)] @ self.place_in
        total += heard
        logits: Floats = np.tanh(total, out=total) @ self.out
        logits += self.out_bias
        return logits

    def measure(self, piece: Piece) -> Measured:
        """Loss and hits without a gradient."""
        return self._forward(piece).measured

    def losses(self, piece: Piece) -> Floats:
        """The loss of each row: how unlikely its symbol was, in nats."""
        return self._forward(piece).losses

    def learn_from(self, piece: Piece, rows_in_batch: int, gradient: Gradient) -> Measured:
        """Add the gradient of the batch's mean loss, as far as this piece goes, to `gradient`."""
        seen = self._forward(piece)
        d_logits = seen.probabilities
        d_logits[np.arange(len(piece.targets)), piece.targets] -= 1
        d_logits /= rows_in_batch
        self._backward(piece, seen, d_logits, gradient)
        return seen.measured

    def learn_weighted(self, piece: Piece, weights: Floats, gradient: Gradient) -> None:
        """Add the gradient of the sum of each row's loss times its weight, which may be below 0."""
        seen = self._forward(piece)
        d_logits = seen.probabilities
        d_logits[np.arange(len(piece.targets)), piece.targets] -= 1
        d_logits *= weights[:, None].astype(d_logits.dtype)
        self._backward(piece, seen, d_logits, gradient)

    def _backward(self, piece: Piece, seen: _Forward, d_logits: Floats, gradient: Gradient) -> None:
        gradient.out += seen.hidden.T @ d_logits
        gradient.out_bias += d_logits.sum(axis=0)
        d_sum = d_logits @ self.out.T
        d_sum *= 1 - seen.hidden * seen.hidden
        gradient.hidden_bias += d_sum.sum(axis=0)
        gradient.place_in += self.place_table[piece.places].T @ d_sum
        gradient.context_in += seen.context.T @ d_sum
        d_context = (d_sum @ self.context_in.T).reshape(-1, EMBEDDING)
        add_rows(gradient.embedding, piece.contexts.ravel(), d_context)
        d_words = np.add.reduceat(d_sum, piece.starts, axis=0)
        gradient.words_in += seen.words.T @ d_words
        d_bags = d_words @ self.words_in.T
        gradient.add_bag(piece.buckets, d_bags[piece.bag_of] * piece.weights[:, None])

    def _forward(self, piece: Piece) -> _Forward:
        rows = len(piece.targets)
        context = self.embedding[piece.contexts].reshape(rows, -1)
        words = np.zeros((len(piece.starts), WORDS), self.dense.dtype)
        add_rows(words, piece.bag_of, self.bag[piece.buckets] * piece.weights[:, None], ordered=True)
        total = context @ self.context_in
        total += self.place_table[piece.places] @ self.place_in
        from_words = words @ self.words_in
        from_words += self.hidden_bias
        total += from_words if len(from_words) == 1 else np.repeat(from_words, piece.lengths, axis=0)
        hidden = np.tanh(total, out=total)
        logits = hidden @ self.out
        logits += self.out_bias
        hits = logits.argmax(axis=1) == piece.targets
        logits -= logits.max(axis=1, keepdims=True)
        of_target = logits[np.arange(rows), piece.targets]
        np.exp(logits, out=logits)
        sums = logits.sum(axis=1, keepdims=True)
        log_sums = np.log(sums)
        loss = float(log_sums.sum(dtype=np.float64) - of_target.sum(dtype=np.float64))
        losses = log_sums[:, 0].astype(np.float64) - of_target
        logits /= sums
        whole = np.logical_and.reduceat(hits, piece.starts)
        of_answers = np.add.reduceat(losses, piece.starts)
        measured = Measured(rows, loss, int(np.count_nonzero(hits)), whole, of_answers)
        return _Forward(context, words, hidden, logits, losses, measured)


@dataclass(frozen=True)
class _Forward:
    context: Floats
    words: Floats
    hidden: Floats
    probabilities: Floats
    losses: Floats
    measured: Measured


class Gradient(_Dense):
    """What a step adds up: the dense parts, and rows for the buckets that were met."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        super().__init__(np.zeros(DENSE, dtype))
        self.dtype = dtype
        self._buckets: list[Ints] = []
        self._rows: list[Floats] = []

    def clear(self) -> None:
        """Begin the next step."""
        self.dense[:] = 0
        self._buckets.clear()
        self._rows.clear()

    def add_bag(self, buckets: Ints, rows: Floats) -> None:
        """Keep rows of bucket gradients; the same bucket may come again."""
        self._buckets.append(buckets)
        self._rows.append(rows)

    def bag(self) -> tuple[Ints, Floats]:
        """The buckets met, each once, and the sum of the rows of each."""
        if not self._buckets:
            return np.empty(0, np.intp), np.empty((0, WORDS), self.dtype)
        buckets = np.concatenate(self._buckets)
        return _sum_by_key(buckets, np.concatenate(self._rows))


def dense_views(dense: Floats) -> dict[str, Floats]:
    """A view for each named part of the one vector."""
    views = {}
    begin = 0
    for name, shape in SHAPES.items():
        end = begin + prod(shape)
        views[name] = dense[begin:end].reshape(shape)
        begin = end
    return views


def place_table(dtype: np.dtype[Any]) -> Floats:
    """Waves of 12 lengths, so that near places look alike and far ones do not."""
    periods = np.geomspace(4, 2 * PLACES, PLACE // 2)
    angles = 2 * np.pi * np.arange(PLACES)[:, None] / periods
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(dtype)


def add_rows(target: Floats, keys: Ints, rows: Floats, *, ordered: bool = False) -> None:
    """`target[key] += row` for each row; far faster than ufunc.at, and in an order that never varies."""
    if len(keys):
        found, sums = _sum_by_key(keys, rows, ordered=ordered)
        target[found] += sums


def _sum_by_key(keys: Ints, rows: Floats, *, ordered: bool = False) -> tuple[Ints, Floats]:
    if not len(keys):
        return keys, rows
    if not ordered:
        order = keys.argsort(kind="stable")
        keys, rows = keys[order], rows[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first], np.add.reduceat(rows, first, axis=0)


def _expected(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    part = arrays.get(name)
    if part is None or part.shape != shape or part.dtype.kind != "f":
        raise ValueError(f"the part {name} of the weights is missing or has another shape")
    if not np.isfinite(part).all():
        raise ValueError(f"the part {name} of the weights holds numbers that are not finite")
    return part

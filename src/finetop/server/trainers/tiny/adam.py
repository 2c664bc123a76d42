"""Adam with a clipped gradient; word buckets that a batch did not meet stand still."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from finetop.server.trainers.tiny.network import Floats, Gradient, Ints, Network

LARGEST_NORM = 1.0
FAST, SLOW, TINY = 0.9, 0.99, 1e-8


class Adam:
    """The moments of every weight; together with the step number the whole state of the optimizer."""

    def __init__(self, network: Network) -> None:
        self.dense_mean = np.zeros_like(network.dense)
        self.dense_square = np.zeros_like(network.dense)
        self.bag_mean = np.zeros_like(network.bag)
        self.bag_square = np.zeros_like(network.bag)
        self._scratch = np.empty_like(network.dense)

    def step(self, network: Network, gradient: Gradient, number: int, rate: float) -> float:
        """Change the weights by step `number` (from 1) and return the gradient's norm before clipping."""
        buckets, rows = gradient.bag()
        dense = gradient.dense
        norm = sqrt(float(dense @ dense) + float(np.vdot(rows, rows)))
        if norm > LARGEST_NORM:
            dense *= LARGEST_NORM / norm
            rows *= LARGEST_NORM / norm
        correction = sqrt(1 - SLOW**number) / (1 - FAST**number)
        self._move_dense(network.dense, dense, rate * correction)
        self._move_bag(network.bag, buckets, rows, rate * correction)
        return norm

    def _move_dense(self, weights: Floats, gradient: Floats, rate: float) -> None:
        scratch = self._scratch
        mean, square = self.dense_mean, self.dense_square
        mean *= FAST
        np.multiply(gradient, 1 - FAST, out=scratch)
        mean += scratch
        square *= SLOW
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - SLOW
        square += scratch
        np.sqrt(square, out=scratch)
        scratch += TINY
        np.divide(mean, scratch, out=scratch)
        scratch *= rate
        weights -= scratch

    def _move_bag(self, bag: Floats, buckets: Ints, gradient: Floats, rate: float) -> None:
        if not len(buckets):
            return
        mean = self.bag_mean[buckets] * FAST + gradient * (1 - FAST)
        square = self.bag_square[buckets] * SLOW + gradient * gradient * (1 - SLOW)
        self.bag_mean[buckets] = mean
        self.bag_square[buckets] = square
        bag[buckets] -= rate * mean / (np.sqrt(square) + TINY)

"""Lets the network answer many questions at once, each answer drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from finetop.server.trainers.tiny.encode import CONTEXT, END, Bag, context, prompt_bag
from finetop.server.trainers.tiny.sample import BYTES

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from finetop.server.trainers.data import Message
    from finetop.server.trainers.tiny.network import Floats, Ints, Network

LONGEST = 160
"""Bytes after which an answer is cut."""


@dataclass(frozen=True)
class Asked:
    """A question as the network hears it."""

    context: array[int]
    bag: Bag

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Self:
        """From messages of which the last waits for an answer."""
        return cls(context(messages), prompt_bag(messages))


@dataclass(frozen=True)
class Sample:
    """One answer; the end mark is among its symbols unless it was cut."""

    symbols: list[int]

    @property
    def text(self) -> str:
        """What it says."""
        ended = self.symbols[-1:] == [END]
        return bytes(self.symbols[:-1] if ended else self.symbols).decode(errors="replace")


def sampled(network: Network, asked: Sequence[Asked], rng: np.random.Generator) -> list[Sample]:
    """One answer to each question, at temperature 1."""
    heard = np.stack([network.heard(one.bag) for one in asked])
    windows = np.array([one.context for one in asked], np.intp)
    said = np.full((len(asked), LONGEST), END, np.intp)
    open_ = np.arange(len(asked))
    for place in range(LONGEST):
        chosen = _drawn(network.next_logits(windows, place, heard), rng)
        said[open_, place] = chosen
        goes_on = chosen != END
        if not goes_on.any():
            break
        open_, heard = open_[goes_on], heard[goes_on]
        windows = np.concatenate([windows[goes_on, 1:], chosen[goes_on, None]], axis=1)
    assert windows.shape[1] == CONTEXT
    return [Sample(_until_end(row)) for row in said.tolist()]


def _drawn(logits: Floats, rng: np.random.Generator) -> Ints:
    """One symbol per row, by its likelihood; role marks and padding are never said."""
    likely = np.concatenate([logits[:, :BYTES], logits[:, END : END + 1]], axis=1)
    likely -= likely.max(axis=1, keepdims=True)
    up_to = np.cumsum(np.exp(likely, out=likely), axis=1)
    chosen = (up_to <= up_to[:, -1:] * rng.random((len(likely), 1), np.float32)).sum(axis=1)
    chosen = np.minimum(chosen, BYTES)
    return np.where(chosen == BYTES, END, chosen)


def _until_end(symbols: list[int]) -> list[int]:
    return symbols[: symbols.index(END) + 1] if END in symbols else symbols

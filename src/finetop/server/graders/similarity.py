"""How much one text is like another, from 0 to 1; pure.

Words are compared as they are: meteor here knows neither stems nor synonyms.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

LONGEST_TEXT = 50_000
"""Characters of a text that are compared; the time grows with the square of this."""

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_MOST_GRAM = 4
# What an n-gram precision of nothing counts as, so that one long miss does not make a good answer worthless.
_BLEU_FLOOR = 0.1


def fuzzy_match(text: str, reference: str) -> float:
    """What both share in order, letter by letter: 1 for equal texts, also two empty ones."""
    both = len(text) + len(reference)
    return 2 * longest_common(text, reference) / both if both else 1.0


def bleu(text: str, reference: str) -> float:
    """Shared runs of one to four words, less for an answer that is too short."""
    got, wanted = _TOKEN.findall(text), _TOKEN.findall(reference)
    orders = range(1, min(_MOST_GRAM, len(got), len(wanted)) + 1)
    if not orders or not set(got) & set(wanted):
        return 0.0
    logs = 0.0
    for n in orders:
        shared, made, _ = _overlap(got, wanted, n)
        logs += math.log((shared or _BLEU_FLOOR) / made)
    brevity = min(1.0, math.exp(1 - len(wanted) / len(got)))
    return min(1.0, brevity * math.exp(logs / len(orders)))


def gleu(text: str, reference: str) -> float:
    """The lesser of precision and recall over all runs of one to four words."""
    got, wanted = _TOKEN.findall(text), _TOKEN.findall(reference)
    counts = [_overlap(got, wanted, n) for n in range(1, _MOST_GRAM + 1)]
    shared, made, asked = (sum(column) for column in zip(*counts, strict=True))
    return shared / max(made, asked) if shared else 0.0


def meteor(text: str, reference: str) -> float:
    """Equal words, recall counting most, less for each break in their order."""
    got, wanted = _words(text), _words(reference)
    pairs = _aligned(got, wanted)
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(got), len(pairs) / len(wanted)
    mean = 10 * precision * recall / (recall + 9 * precision)
    breaks = sum(after != before + 1 for before, after in pairwise(pairs))
    chunks = 0 if len(pairs) == len(got) == len(wanted) and not breaks else breaks + 1
    return float(mean * (1 - 0.5 * (chunks / len(pairs)) ** 3))


def rouge_n(n: int) -> Callable[[str, str], float]:
    """The measure that weighs precision and recall of runs of `n` words equally."""

    def rouge(text: str, reference: str) -> float:
        return _balanced(*_overlap(_words(text), _words(reference), n))

    return rouge


def rouge_l(text: str, reference: str) -> float:
    """The longest common sequence of words, precision and recall weighed equally."""
    got, wanted = _words(text), _words(reference)
    return _balanced(longest_common(got, wanted), len(got), len(wanted))


MEASURES: dict[str, Callable[[str, str], float]] = {
    "fuzzy_match": fuzzy_match,
    "bleu": bleu,
    "gleu": gleu,
    "meteor": meteor,
    **{f"rouge_{n}": rouge_n(n) for n in range(1, 6)},
    "rouge_l": rouge_l,
}


def longest_common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """The length of the longest common subsequence."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << place
    # A column of the classic table as one long number: an item of `other` costs one addition.
    everything = (1 << len(one)) - 1
    column = everything
    for item in other:
        here = column & places.get(item, 0)
        column = (column + here | column - here) & everything
    return len(one) - column.bit_count()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _overlap(got: list[str], wanted: list[str], n: int) -> tuple[int, int, int]:
    """How many runs of `n` words are shared, were given, were wanted."""
    ours, theirs = _runs(got, n), _runs(wanted, n)
    return (ours & theirs).total(), ours.total(), theirs.total()


def _runs(words: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def _balanced(shared: int, got: int, wanted: int) -> float:
    return 2 * shared / (got + wanted) if shared else 0.0


def _aligned(got: list[str], wanted: list[str]) -> list[int]:
    """For each word of `got` that is wanted, its place there: the next one in order, else the first left."""
    free: dict[str, list[int]] = {}
    for place, word in enumerate(wanted):
        free.setdefault(word, []).append(place)
    pairs: list[int] = []
    for word in got:
        places = free.get(word)
        if places:
            following = pairs[-1] + 1 if pairs else 0
            at = bisect_left(places, following)
            pairs.append(places.pop(at if at < len(places) and places[at] == following else 0))
    return pairs

"""Rows of characters with their roles, which marks and names are put over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finetop.plot.raster import Raster, Run

_RUNS: Final = re.compile(rb"(.)(?:\1|\0)*", re.DOTALL)
"""Neighbours of one role are one run; blanks join the run before them."""

Row: TypeAlias = tuple[str | bytes, ...]
"""All that a row's runs follow from."""


class Grid:
    """The cells of the plot and the room for names at its right."""

    def __init__(self, raster: Raster, right: int) -> None:
        self.roles = ["text", *(layer.role for layer in raster.layers)]
        self._codes = {role: code for code, role in reversed([*enumerate(self.roles)])}
        self.width = raster.cells + right
        self.rows = [
            ([*words, *" " * right], bytearray(codes + bytes(right)))
            for words, codes in map(raster.row, range(raster.rows))
        ]

    def code(self, role: str) -> int:
        """The number of a role."""
        found = self._codes.get(role)
        if found is None:
            found = self._codes[role] = len(self.roles)
            self.roles.append(role)
        return found

    def put(self, row: int, cell: int, mark: str, role: str, *, over: Iterable[str] | None = None) -> None:
        """One character over what is there; with `over`, only over blanks and these roles."""
        if 0 <= row < len(self.rows) and 0 <= cell < self.width:
            words, codes = self.rows[row]
            if over is None or not codes[cell] or self.roles[codes[cell]] in over:
                words[cell] = mark
                codes[cell] = self.code(role)

    def upright(self, cell: int, mark: str, role: str) -> None:
        """A line from top to bottom, behind all that is there."""
        for row in range(len(self.rows)):
            self.put(row, cell, mark, role, over=("grid",))

    def is_free(self, row: int, start: int, count: int) -> bool:
        """Whether nothing but grid and raw measurements is in a piece of a row."""
        codes = self.rows[row][1][max(0, start) : start + count]
        return all(not code or self.roles[code] in ("grid", "raw") for code in codes)

    def write(self, row: int, start: int, words: str, role: str) -> None:
        """Words over what is there, with a blank before them: a faint measurement would touch them."""
        chars, codes = self.rows[row]
        chars[start : start + len(words)] = words
        codes[start : start + len(words)] = bytes([self.code(role)]) * len(words)
        if start:
            chars[start - 1], codes[start - 1] = " ", 0

    def runs(self, row: int, label: str, before: Mapping[Row, list[Run]]) -> tuple[list[Run], Row]:
        """The row behind its label, in runs, and what they follow from: one drawn before is the same list."""
        chars, codes = self.rows[row]
        words = label + "".join(chars)
        labelled = bytes([self.code("faint")]) * len(label) + codes
        key: Row = (words, bytes(labelled), *self.roles)
        found = before.get(key)
        return (self._runs(words, labelled) if found is None else found), key

    def _runs(self, words: str, labelled: bytes) -> list[Run]:
        return [
            (words[found.start() : found.end()], self.roles[labelled[found.start()]])
            for found in _RUNS.finditer(labelled)
        ]

"""Dots in cells, as braille, blocks or letters; what a frame leaves as it was is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Run: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters of a chart."""

    mode: str = "braille"
    """braille, block or ascii."""
    best: str = "◊"
    up: str = "▴"
    down: str = "▾"
    epoch: str = "╎"
    crosshair: str = "│"
    crosshair_point: str = "◉"
    rule: str = "─"
    checkpoint: str = "╷"


DOTS: Final = {"braille": (2, 4), "block": (1, 2), "ascii": (1, 1)}
"""How many dots a cell is wide and high."""

RAW: Final = "raw"
_LETTERS: Final = {"train": "*", "valid": "o", "rate": "*", RAW: "."}
_LEFT: Final = tuple(sum(bit for at, bit in enumerate((1, 2, 4, 64)) if n >> at & 1) for n in range(16))
_RIGHT: Final = tuple(sum(bit for at, bit in enumerate((8, 16, 32, 128)) if n >> at & 1) for n in range(16))
_ANY: Final = bytes([0] + [255] * 255)
_BLOCKS: Final = str.maketrans({0: " ", 1: "▀", 2: "▄", 3: "█"})


def letter(role: str) -> str:
    """What a line is drawn of where there are no dots: an overlaid run by its own letter."""
    return "abcdefgh"[int(role[3:]) % 8] if role.startswith("run") else _LETTERS.get(role, "*")


class Layer:
    """The dots of one curve."""

    def __init__(self, role: str, raster: Raster) -> None:
        self.role = role
        self.masks = [0] * raster.columns
        self.rows = [bytearray(raster.cells) for _ in range(raster.rows)]


class Raster:
    """Cells of dots; later layers lie before earlier ones, and raw ones behind all."""

    def __init__(self, cells: int, rows: int, mode: str) -> None:
        self.cells, self.rows, self.mode = cells, rows, mode
        self.wide, self.tall = DOTS[mode]
        self.columns, self.height = cells * self.wide, rows * self.tall
        self.layers: list[Layer] = []
        self._dirty = set(range(rows))
        self._drawn: list[tuple[str, bytes]] = [("", b"")] * rows
        self._ones = int.from_bytes(b"\1" * cells)

    def fits(self, cells: int, rows: int, mode: str, roles: Sequence[str]) -> bool:
        """Whether this raster can take the next frame."""
        same = (self.cells, self.rows, self.mode) == (cells, rows, mode)
        return same and [layer.role for layer in self.layers] == [*roles]

    def draw(self, place: int, masks: Sequence[int]) -> None:
        """Give a layer its dots by columns; cells of columns that are as they were stay."""
        layer = self.layers[place]
        before = layer.masks
        if masks == before:
            return
        wide, tall, dirty = self.wide, self.tall, self._dirty
        changed = {
            column // wide for column, (old, new) in enumerate(zip(before, masks, strict=True)) if old != new
        }
        rows = layer.rows
        for cell in changed:
            left = masks[cell * wide]
            right = masks[cell * wide + 1] if wide == 2 else 0
            touched = left | right | before[cell * wide] | (before[cell * wide + 1] if wide == 2 else 0)
            first = ((touched & -touched).bit_length() - 1) // tall
            last = (touched.bit_length() - 1) // tall
            left, right = left >> first * tall, right >> first * tall
            for row in range(first, last + 1):
                if tall == 4:
                    rows[row][cell] = _LEFT[left & 15] | _RIGHT[right & 15]
                else:
                    rows[row][cell] = left & (2**tall - 1)
                left, right = left >> tall, right >> tall
            dirty.update(range(first, last + 1))
        layer.masks = [*masks]

    def row(self, row: int) -> tuple[str, bytes]:
        """The characters of a row, and for each cell the layer in front, counted from 1; 0 is blank."""
        if row in self._dirty:
            self._drawn[row] = self._composed(row)
            self._dirty.discard(row)
        return self._drawn[row]

    def _composed(self, row: int) -> tuple[str, bytes]:
        """All dots of the lines, each cell in the colour of the front one; raw where no line is.

        A row is one long number: all its cells are done at once.
        """
        count = self.cells
        bits = front = raw_bits = raw_front = 0
        for code, layer in enumerate(self.layers, 1):
            dots = layer.rows[row]
            value = int.from_bytes(dots)
            if not value:
                continue
            there = int.from_bytes(dots.translate(_ANY))
            if layer.role == RAW:
                raw_bits |= value
                raw_front = raw_front & ~there | there & code * self._ones
            else:
                bits |= value
                front = front & ~there | there & code * self._ones
        if raw_bits:
            free = ~int.from_bytes(bits.to_bytes(count).translate(_ANY))
            bits |= raw_bits & free
            front |= raw_front & free
        codes = front.to_bytes(count)
        return self._characters(bits.to_bytes(count), codes), codes

    def _characters(self, bits: bytes, codes: bytes) -> str:
        if self.mode == "braille":
            pairs = bytearray(b"\0\x28" * self.cells)  # U+2800 and the dots, as UTF-16 has them
            pairs[::2] = bits
            return pairs.decode("utf-16-le").replace("\u2800", " ")
        if self.mode == "block":
            return bits.decode("latin-1").translate(_BLOCKS)
        letters = " " + "".join(letter(layer.role) for layer in self.layers)
        return codes.decode("latin-1").translate(dict(enumerate(letters)))


def raster_for(before: Raster | None, cells: int, rows: int, mode: str, roles: Sequence[str]) -> Raster:
    """The raster of the last frame where it can be used again, else a new one."""
    if before is not None and before.fits(cells, rows, mode, roles):
        return before
    raster = Raster(cells, rows, mode)
    raster.layers = [Layer(role, raster) for role in roles]
    return raster

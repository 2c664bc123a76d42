"""What a report is made of, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or several."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values, a line each."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; `numbers` are the columns that stand right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A curve, drawn twice: once for where there are only letters."""

    title: str
    lines: tuple[str, ...]
    svg: str
    said: str = ""
    """One sentence on what it shows; also for who cannot see it."""


Block: TypeAlias = Words | Facts | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; level 2 belongs to one of several jobs."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    title: str
    lead: tuple[str, ...]
    """What matters most, in sentences."""
    sections: tuple[Section, ...]
    end: str
    """Of when it is, and what was left out."""

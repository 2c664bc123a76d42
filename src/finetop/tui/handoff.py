"""What panes and screens hand to the world outside: text to copy, pages to open, sheets for an editor.

Whoever has the focus is asked first, then what it stands in, up to the screen; each says nothing it has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen


class Copy(NamedTuple):
    """One line of the copy menu."""

    what: str
    """As it stands in a sentence: `the job's id`."""
    text: str


class Link(NamedTuple):
    """A page about what is shown."""

    what: str
    """As it stands in a sentence: `the job's page at OpenAI`."""
    url: str


class Sheet(NamedTuple):
    """What an editor is given: a copy that nobody takes back."""

    name: str
    """Of the file; its ending tells the editor what it is."""
    content: bytes | Path


@runtime_checkable
class HasCopies(Protocol):
    """Has something to copy."""

    def copies(self) -> Sequence[Copy]:
        """What is most wanted comes first."""


@runtime_checkable
class HasLinks(Protocol):
    """Has pages in a browser."""

    def links(self) -> Sequence[Link]:
        """What is most wanted comes first."""


@runtime_checkable
class HasSheet(Protocol):
    """Shows something that an editor can open."""

    def sheet(self) -> Sheet | None:
        """What is under the cursor; None where that is nothing."""


def where_one_is(screen: Screen[Any]) -> Iterator[DOMNode]:
    """What has the focus, and what that stands in, from the innermost out."""
    yield from (screen.focused or screen).ancestors_with_self

"""The keys that hand on what is shown: copy, browser, editor; whoever has the focus says what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.handoff import Copy, HasCopies, HasLinks, HasSheet, where_one_is
from finetop.tui.messages import CopyWanted, Said
from finetop.tui.outward import Outward
from finetop.tui.screens.pick import Entries, Entry, Pick
from finetop.tui.screens.saying import Saying

if TYPE_CHECKING:
    from finetop.tui.handoff import Link

PREVIEW = 34
"""Cells of a value that the menu shows."""


class CopyMenu(Pick):
    """Returns the place of what was chosen; `y` twice copies the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="dialog.copy", tooltip="Copy what the cursor is on"),
    ]

    def action_copy(self) -> None:
        """As enter does."""
        self.query_one(Entries).action_take()


class HandingOver(Saying):
    """The part of a screen that lets things out of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="app.copy", tooltip="Copy an id, a name, a value, a command"),
        Binding("o", "browse", "Browser", show=False, id="app.browse", tooltip="Open the page in a browser"),
        Binding("e", "edit", "Editor", show=False, id="app.editor", tooltip="Show this in your own editor"),
    ]

    def action_copy(self) -> None:
        """Choose what to copy."""
        selected = self.get_selected_text()
        offered = [Copy("the selected text", selected or "")]
        for one in where_one_is(self):
            if isinstance(one, HasCopies):
                offered += one.copies()
        offered.append(Copy("this screen as text", self._as_text()))
        by_name: dict[str, Copy] = {}
        for offer in offered:
            if offer.text:
                by_name.setdefault(offer.what, offer)  # the innermost knows best
        found = list(by_name.values())
        if not found:
            self.post_message(Said("There is nothing to copy here."))
            return

        def copy(place: str | None) -> None:
            if place is not None:
                chosen = found[int(place)]
                self.app.post_message(CopyWanted(chosen.text, chosen.what))

        self.app.push_screen(CopyMenu("Copy", copy_entries(found)), copy)

    def _as_text(self) -> str:
        """What one sees, for a bug report or a colleague."""
        # Textual has no public way to a screen's lines but as a picture.
        strips = self._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def action_browse(self) -> None:
        """Open the page, or choose one of several."""
        places = where_one_is(self)
        every = [link for one in places if isinstance(one, HasLinks) for link in one.links()]
        found = list({link.url: link for link in reversed(every)}.values())[::-1]  # the innermost first
        if not found:
            self.post_message(Said("No page is known for this.", "dashboard = in the profile names one."))
        elif len(found) == 1:
            self._browse(found[0])
        else:
            entries = [Entry(str(place), f"{capital(link.what)}") for place, link in enumerate(found)]
            self.app.push_screen(
                Pick("Open", entries),
                lambda place: None if place is None else self._browse(found[int(place)]),
            )

    def _browse(self, link: Link) -> None:
        if isinstance(self.app, Outward):
            self.app.browse(link)

    def action_edit(self) -> None:
        """Step aside for the person's own editor."""
        places = where_one_is(self)
        sheet = next(filter(None, (one.sheet() for one in places if isinstance(one, HasSheet))), None)
        if sheet is None:
            self.post_message(Said("There is nothing to open here."))
        elif isinstance(self.app, Outward):
            self.app.show_outside(sheet)


def copy_entries(found: Sequence[Copy]) -> list[Entry]:
    """One line for each, with the beginning of its text."""
    return [
        Entry(str(place), capital(copy.what), text.shorten_middle(_beginning(copy.text), PREVIEW))
        for place, copy in enumerate(found)
    ]


def _beginning(value: str) -> str:
    """Its first line, and how many there are."""
    lines = value.strip().splitlines()
    if len(lines) > 1:
        return f"{text.count(len(lines))} lines"
    return text.clean(lines[0][: PREVIEW * 4]) if lines else ""


def capital(words: str) -> str:
    """The words as a label."""
    return words[:1].upper() + words[1:]

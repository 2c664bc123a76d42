"""Asking before something is done to several jobs: it wants their number typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from finetop.tui.acts import key_to
from finetop.tui.screens.dialog import Act, Dialog, Paper
from finetop.tui.screens.fields import Entry

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.tui.screens.bulk_consent import BulkConsent


class ConfirmBulk(Dialog[bool]):
    """True when it shall be done to all of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Keep", id="dialog.leave", tooltip="Leave them as they are"),
    ]

    def __init__(self, consent: BulkConsent) -> None:
        super().__init__()
        self._consent = consent

    @property
    def question(self) -> str:
        """What is asked, and of how many."""
        return self._consent.question

    def content(self) -> Iterable[Widget]:
        """The jobs, the facts, the field for their number, then the buttons."""
        yield Paper(self._consent.lines)
        yield Horizontal(
            Static(f"Type {self._consent.number} to go on"),
            Entry(id="number"),
            Static("", id="said"),
            id="typed",
        )
        yield Horizontal(
            Act(self._consent.keep, id="keep"),
            Act(self._consent.do, id="do", harmful=self._consent.harmful),
            classes="acts",
        )

    def on_mount(self) -> None:
        """Enter must not harm: the field is empty, and what is typed there does nothing by itself."""
        self.query_one(Entry).focus()
        self.query_one("#do").add_class("-blocked")

    @property
    def _is_right(self) -> bool:
        words = self.query_one(Entry).value.replace(",", "").strip()
        return words == str(self._consent.number)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.strip().lower() == "n":  # as in every other question
            self.action_leave()
        self.query_one("#do").set_class(not self._is_right, "-blocked")
        self.query_one("#said", Static).update("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """The number is the answer; anything else is none."""
        event.stop()
        if self._is_right:
            self.dismiss(result=True)
        else:
            self.query_one("#said", Static).update(
                f"! it is {self._consent.number}; {key_to(self, 'dialog.leave', 'esc')} keeps them"
            )

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "do")

    def action_leave(self) -> None:
        """Leaving is keeping."""
        self.dismiss(result=False)

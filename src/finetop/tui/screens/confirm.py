"""Asking before something is done that costs or loses: an order to a job, or leaving a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from finetop.tui.screens.dialog import Act, Dialog, Paper

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.tui.screens.consent import Consent


class Confirm(Dialog[bool]):
    """True when it shall really be done; the focus starts on the harmless answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n", "answer(False)", "No", id="confirm.no", tooltip="Leave it as it is"),
    ]

    def __init__(self, consent: Consent) -> None:
        super().__init__()
        self._consent = consent

    @property
    def question(self) -> str:
        """What is asked."""
        return self._consent.question

    def content(self) -> Iterable[Widget]:
        """The facts, then the buttons."""
        yield Paper(self._consent.lines)
        yield Horizontal(
            Act(self._consent.keep, id="keep"),
            Act(self._consent.do, id="do", harmful=self._consent.harmful),
            classes="acts",
        )

    def on_mount(self) -> None:
        """Enter must not harm."""
        self.query_one("#keep").focus()

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "do")

    def action_answer(self, yes: bool) -> None:
        """The letter instead of the button."""
        self.dismiss(yes)

    def action_leave(self) -> None:
        """Leaving is keeping."""
        self.dismiss(result=False)


class ConfirmLeave(Dialog[bool]):
    """True when a form with changes shall be left."""

    @property
    def question(self) -> str:
        """What is asked."""
        return "Leave without creating?"

    def content(self) -> Iterable[Widget]:
        """One sentence and two buttons."""
        yield Paper([(), (("What you entered is lost.", "text"),), ()])
        yield Horizontal(Act("Stay", id="stay"), Act("Leave", id="leave", harmful=True), classes="acts")

    def on_mount(self) -> None:
        """Enter must not harm."""
        self.query_one("#stay").focus()

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "leave")

    def action_leave(self) -> None:
        """Back to the form."""
        self.dismiss(result=False)

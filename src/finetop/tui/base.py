"""What every app of ours has: the themes, the glyphs, no animation, no toasts and our driver."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget

from finetop import text
from finetop.errors import BadInput
from finetop.tui.acts import Act
from finetop.tui.driver import FinetopDriver
from finetop.tui.theme import DEFAULT_VARIABLES, THEMES, choose_theme, styles_dir
from finetop.tui.turns import InTurn

if TYPE_CHECKING:
    from pathlib import Path

    from textual.actions import ActionParseResult
    from textual.dom import DOMNode

    from finetop.tui.keymap import Keymap

Result = TypeVar("Result")


class BaseApp(InTurn[Result]):
    """An app that draws as finetop draws."""

    CSS_PATH = [styles_dir() / name for name in ("panes.tcss", "screens.tcss")]  # noqa: RUF012 - Textual's type
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit_at_once", tooltip="Quit at once"
        ),
    ]
    ACTIONS: ClassVar[tuple[Act, ...]] = tuple(
        Act(f"theme.{short}", f"Theme {short}", f"theme('{theme.name}')")
        for theme in THEMES
        for short in [theme.name.removeprefix("finetop-")]
    )

    def __init__(
        self,
        *,
        theme: str = "auto",
        glyphs: str = "auto",
        keymap: Keymap | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        with _own_no_color():
            super().__init__(driver_class=FinetopDriver if os.name == "posix" else None)
        self._keys = keymap
        if keymap is not None:
            self._bindings = keymap.over(self._bindings)
        self.animation_level = "none"
        self.glyphs = text.choose_glyphs(
            environ.get("FINETOP_GLYPHS") or glyphs, locale.getpreferredencoding(do_setlocale=False)
        )
        for ours in THEMES:
            self.register_theme(ours)
        chosen = choose_theme(environ.get("FINETOP_THEME") or theme, environ)
        if chosen not in self.available_themes:
            known = ", ".join(ours.name.removeprefix("finetop-") for ours in THEMES)
            raise BadInput(f"there is no theme {chosen}", hint=f"Use one of: auto, {known}.")
        self.theme = chosen
        self.set_class(self.glyphs is text.ASCII, "-ascii")

    @property
    def crash_file(self) -> Path | None:
        """Where a crash is written down; None where nowhere."""
        return None

    def _fatal_error(self) -> None:
        """Textual would print the values of variables, and with them keys."""
        from finetop.tui import crash  # noqa: PLC0415 - hardly ever

        error, file = self._exception, self.crash_file
        if error is not None:
            kept = file is not None and crash.keep(error, file)
            self._exit_renderables.append(Text(crash.sentence(error, file if kept else None)))
        self._close_messages_no_wait()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables, so that a foreign theme draws too."""
        return DEFAULT_VARIABLES

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        """Give each widget the keys the user wants, once."""
        if self._keys is not None and child not in self._registry:
            child._bindings = self._keys.over(child._bindings)  # noqa: SLF001 - see `Keymap.over`
        super()._register_child(parent, child, before, after)

    def _parse_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> tuple[DOMNode, str, tuple[object, ...]]:
        """`screen.` means the screen a widget is on; under a dialog, Textual would take the dialog."""
        found = super()._parse_action(action, default_namespace, namespaces)
        of_screen = isinstance(action, str) and action.startswith("screen.")
        if of_screen and isinstance(default_namespace, Widget) and default_namespace.is_attached:
            return default_namespace.screen, *found[1:]
        return found

    def action_theme(self, name: str) -> None:
        """Take other colours."""
        self.theme = name

    def refresh(self, *, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """A screen that is taken away leaves the others laid out as they were; Textual would do it anew."""
        if layout and not recompose:
            return self
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away; whoever had it has left his own picture there, and maybe another size."""
        with super().suspend():
            yield
        self.screen.refresh(layout=True)
        self.screen.refresh()

    def notify(self, message: str, **_: Any) -> None:
        """Nothing floats here; the main screen shows notices in a line."""
        self.log(message)


@contextmanager
def _own_no_color() -> Iterator[None]:
    """Our theme without colour keeps bold, dim and reverse; Textual's filter would grey everything."""
    found = os.environ.pop("NO_COLOR", None)
    try:
        yield
    finally:
        if found is not None:
            os.environ["NO_COLOR"] = found

"""Fewer lines of a list: a filter typed over it, with completion; active ones only, failed ones only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop.errors import BadQuery
from finetop.tui.acts import key_to
from finetop.tui.widgets.cursor_view import CursorView
from finetop.views import ACTIVE, FAILED, View

if TYPE_CHECKING:
    from finetop.tui.widgets.prompt import Completion, Prompt

Words = Callable[[str], Sequence[str]]
"""The values that jobs have in a field, read from the store; of `metadata` and `setting` the names."""


def _no_words(_field: str) -> Sequence[str]:
    return ()


class Filtering(CursorView):
    """The part of a pane that leaves out jobs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", id="list.filter",
            tooltip="Show fewer jobs as you type: words, status:failed, ~regex, !not this",
        ),
        *(
            Binding(key, action, word, show=False, id=f"list.{name}", tooltip=says)
            for key, action, word, name, says in (
                ("a", f"only('{ACTIVE}')", "Active", "active", "Active jobs only, or all"),
                ("F", f"only('{FAILED}')", "Failed", "failed", "Failed jobs only, or all"),
                ("escape", "all", "All", "all", "Show all jobs again"),
            )
        ),
    ]  # fmt: skip

    view = View()
    words: Words = staticmethod(_no_words)
    profiles: Sequence[str] = ()
    """The names of profiles, which a filter may name."""
    _known: Mapping[str, Sequence[str]] = {}
    _prompt: Prompt | None = None

    def look(self, view: View, *, name: str = "") -> None:
        """Show another view of the jobs; `name` is what it is called."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc clears a filter; where there is none it is the screen's."""
        return self.is_narrowed if action == "all" else super().check_action(action, parameters)

    @property
    def is_narrowed(self) -> bool:
        """True while something typed or chosen here leaves out jobs."""
        return bool(self.view.filter or self.view.only)

    def empty_sentence(self) -> str:
        """What stands where no job is left."""
        view = self.view
        if view.filter:
            return f"No job matches {view.filter.text}. {key_to(self, 'list.all', 'esc')} clears."
        if view.only == ACTIVE:
            return f"No job is active. {key_to(self, 'list.active', 'a')} shows all."
        if view.only == FAILED:
            return f"No job has failed. {key_to(self, 'list.failed', 'F')} shows all."
        return f"No job matches {view.condition.text}." if view.condition else ""

    # --- filter -----------------------------------------------------------------------------------------

    async def action_filter(self) -> None:
        """Open the line; the list follows while one types, and what is typed at once is typed into it."""
        self._known = {}
        await self._ask_filter(self.view.filter.text if self.view.filter is not None else "", self.view)

    async def _ask_filter(self, line: str, before: View, problem: str = "") -> None:
        from finetop.tui.widgets.prompt import Prompt  # noqa: PLC0415 - after the first paint

        self._prompt = await Prompt.ask(
            self.screen,
            "Filter",
            line,
            done=lambda line: self._filter_done(line, before),
            changed=self._filter_typed,
            left=lambda: self.look(before),
            complete=self._offers,
        )
        self._prompt.say(problem)

    def _filter_typed(self, line: str) -> None:
        """Show what the line means; while its last word means nothing yet, what those before it mean."""
        try:
            self._filter(line)
        except BadQuery as error:
            begin = line.rfind(" ") + 1
            if error.at >= begin:
                self._filter_typed(line[: begin - 1] if begin else "")
            if self._prompt is not None and error.at < len(line) and not self._offers(line):
                self._prompt.say(_slip(error))

    def _filter_done(self, line: str, before: View) -> None:
        """Keep it; a line that means nothing stays open."""
        try:
            self._filter(line)
        except BadQuery as error:
            self.run_worker(self._ask_filter(line, before, _slip(error)), exit_on_error=False)

    def _filter(self, line: str) -> None:
        from finetop.query import read_filter  # noqa: PLC0415 - after the first paint

        found = read_filter(line, profiles=self.profiles)
        view = replace(self.view, filter=found or None)
        if view != self.view:
            self.look(view)

    def _offers(self, line: str) -> Sequence[Completion]:
        from finetop.query import completing  # noqa: PLC0415 - after the first paint
        from finetop.tui.widgets.prompt import Completion  # noqa: PLC0415

        begin = len(line) - len(line.lstrip("! "))
        body = line[begin:]
        if body.startswith(("~", "/")):
            return []
        return [
            Completion(line[:begin] + whole, shown) for whole, shown in completing.lines(body, self._values)
        ]

    def _values(self, field: str) -> Sequence[str]:
        """The values that are known by now; others are asked for and offered once they are here."""
        if field == "profile":
            return self.profiles
        if field not in self._known:
            self._known = {**self._known, field: ()}
            self._learn(field)
        return self._known[field]

    @work(exit_on_error=False)
    async def _learn(self, field: str) -> None:
        found = await asyncio.to_thread(self.words, field)
        self._known = {**self._known, field: found}
        if found and self._prompt is not None and self._prompt.is_open:
            self._prompt.offer()

    def action_only(self, what: str) -> None:
        """Only such jobs, or all."""
        self.look(replace(self.view, only="" if self.view.only == what else what))

    def action_all(self) -> None:
        """Show all jobs again, in the order there is."""
        self.look(replace(self.view, filter=None, only=""))


def _slip(error: BadQuery) -> str:
    """What is wrong with a line, and what would be right."""
    return f"{error.reason}. {error.hint}"

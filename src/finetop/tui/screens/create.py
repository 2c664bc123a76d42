"""The form of a new job: filled with what is known, and nothing leaves before all fields are good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList
from textual.widgets import Input

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.screens import drafting, form_parts
from finetop.tui.screens.confirm import ConfirmLeave
from finetop.tui.screens.dialog import Act
from finetop.tui.screens.form_files import DATA_FIELDS, FILE_FIELDS
from finetop.tui.screens.judged import JudgedForm
from finetop.tui.screens.offers import Offers, grader_list, word_list
from finetop.tui.screens.ruled import Ruled

if TYPE_CHECKING:
    from finetop.models import File, Model
    from finetop.tui.screens.fields import Field
    from finetop.tui.screens.pick import Pick
    from finetop.tui.screens.supplies import Supplies


class CreateForm(JudgedForm):
    """Returns the draft of a job whose files have been read and found good; None when left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "submit", "Create", id="form.create", tooltip="Create the job"),
        Binding(
            "escape", "leave", "Leave", id="form.leave", tooltip="Leave; asks when something was entered"
        ),
        Binding("down", "choose", "Choose", id="form.choose", tooltip="Choose from a list"),
    ]

    PLACE = "the form"
    AUTO_FOCUS = ""

    def __init__(self, supplies: Supplies, profile: str) -> None:
        super().__init__(supplies, profile)
        self._opened_with: drafting.Entries | None = None
        self._asking: asyncio.Task[None] | None = None

    # --- opening ----------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Fill what is known, ask for the rest; a form that is complete waits on its button."""
        for sheet in self.query(Ruled):
            sheet.glyphs = self.glyphs
        self.fit()
        self._know(self.supplies.known_files(self.profile), self.supplies.known_models(self.profile))
        complete = bool(self.entries.training and self.entries.model) or bool(self.supplies.sample)
        (self.query_one("#create") if complete else self.field("training").entry).focus()
        self.show()
        self._asking = asyncio.create_task(self._ask())

    def on_unmount(self) -> None:
        """An answer that comes later is for nobody."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> None:
        """Files and models as they are now; what the provider refuses is said at the field."""
        profile = self.profile
        files: list[File] = []
        models: list[Model] = []
        try:
            files = await self.supplies.ask_files(profile)
            models = await self.supplies.ask_models(profile)
        except FinetopError as error:
            if not self.field("model").value:
                self.field("model").say(error.message)
        if profile == self.profile:
            self._know(files, models)
            self.show()

    def _know(self, files: Iterable[File], models: Iterable[Model]) -> None:
        """Offer these files and models; fill an untouched form with what can be chosen for it."""
        self.offers.learn(files, models)
        self.field("model").entry.suggester = SuggestFromList(self.offers.models, case_sensitive=False)
        if self._opened_with is not None and self._opened_with != self.entries:
            return
        sample = self.offers.file_named(self.supplies.sample)
        if sample is not None and not self.field("training").value:
            self._take_file("training", f"id:{sample.id}")
        if self.can.all_models_listed and not self.field("model").value:
            self.fields.fill("model", self.offers.base_model)
        self._opened_with = self.entries

    def _take_file(self, name: str, value: str) -> None:
        """A chosen file: `id:ID` of an uploaded one, or a path."""
        known = self.offers.files.get(value.removeprefix("id:")) if value.startswith("id:") else None
        if known is None:
            self.files.forget(name)
            self.fields.fill(name, value.removeprefix("id:"))
            self.check_soon(name)
            return
        self.files.choose(name, known.id)
        self.fields.fill(name, text.clean(known.filename or known.id))
        self.name_after(name, known.filename or "")
        self.field(name).say(f"uploaded{f', {text.size(known.size_bytes)}' if known.size_bytes else ''}")

    # --- changing ----------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        """A field has other words: an uploaded file is no longer meant, a path is read anew."""
        field = self.fields.holding(event.input)
        if field is None:
            return
        name = field.field_name
        if name in FILE_FIELDS:
            self.files.forget(name)
            field.say(form_parts.HINTS[name])
            self.check_soon(name)
            if not self.files.there:
                self.fields.fill("upload", drafting.REUSE)  # it was said of other bytes
        if name == "suffix":
            self.is_named, field.entry.select_on_focus = True, False
        if name == "profile" and event.value in self.supplies.profiles and event.value != self.profile:
            self._change_profile(event.value)
        self.show()

    def _change_profile(self, profile: str) -> None:
        self.profile = profile
        self.offers = Offers()
        for name in [*self.files.ids, "model", *(() if self.is_named else ("suffix",))]:
            self.fields.fill(name, "")
        self.files.leave_profile()
        for name in DATA_FIELDS:
            self.check_soon(name)  # the same bytes may be there as well
        self._know(self.supplies.known_files(profile), self.supplies.known_models(profile))
        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.create_task(self._ask())

    # --- acting -----------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Act.Pressed)
    async def _pressed(self, event: Act.Pressed) -> None:
        event.stop()
        if event.act.id == "create":
            self.action_submit()
        else:
            await self.action_leave()

    @work(exclusive=True, group="submit", exit_on_error=False)
    async def action_submit(self) -> None:
        """Create the job if all is good; else go to the first field that is not."""
        if self._asking is not None and self.supplies.sample and not self.entries.training:
            await asyncio.wait([self._asking])  # the sample is on its way
        self.show(strict=True)
        unread = {}
        for name in FILE_FIELDS:
            words = self.field(name).value
            meant = self.shown[name] and self.files.is_local(name, words)
            if not meant or self.files.is_read(name, words):
                continue
            self.field(name).say("reading it")
            if not await self.read(name, words):
                unread[name] = self.field(name).problem
        found = unread | self.show(strict=True)  # a large file takes its time: somebody may have typed on
        if found:
            self.fields.go_to_first_of(found)
            return
        grader = self.files.grader.grader if self.shown["grader"] and self.files.grader else None
        self.dismiss(drafting.draft_of(self.entries, grader))

    async def action_leave(self) -> None:
        """Leave; a form in which something was entered asks first."""
        if self.entries == self._opened_with:
            self.dismiss(None)
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        self.app.push_screen(ConfirmLeave(), leave)

    def action_choose(self) -> None:
        """Open the list that belongs to the field."""
        field = self.fields.current
        pick = None if field is None else self._list_for(field)
        if field is not None and field.field_name == "model" and pick is None:
            field.say("no list of models yet; type a name")
        elif field is None or pick is None:
            self.focus_next()
        else:
            self.app.push_screen(pick, partial(self._take, field))

    def _list_for(self, field: Field) -> Pick | None:
        name, label, words = field.field_name, field.label, field.value
        if name in DATA_FIELDS:
            return self.offers.file_list(label, "" if name in self.files.ids else words)
        if name == "model":
            return self.offers.model_list(label, words)
        if name == "grader":
            return grader_list(label, words if self.is_file(name) else "")
        choices = dict(form_parts.CHOICES.get(name, {}))
        if name == "profile":
            choices = dict.fromkeys(self.supplies.profiles, "")
        if name == "method":
            choices = {method: choices.get(method, "") for method in self.can.methods}
        return word_list(label, choices, words)

    def _take(self, field: Field, value: str | None) -> None:
        """Put what was chosen into its field."""
        if value and field.field_name in DATA_FIELDS:
            self._take_file(field.field_name, value)
            self.show()
        elif value:
            field.entry.value = value
            field.entry.cursor_position = len(value)

"""The form of a new job: every field is judged where it stands, and nothing leaves before all are good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from finetop import text
from finetop.actions.draft import Draft
from finetop.dataset import Report, check_file
from finetop.errors import FinetopError
from finetop.tui.screens import drafting, form_parts
from finetop.tui.screens.confirm import ConfirmLeave
from finetop.tui.screens.consequences import Given, consequences, in_short, where
from finetop.tui.screens.dialog import Act
from finetop.tui.screens.fields import Field
from finetop.tui.screens.pick import Entry, Pick, PickFile
from finetop.tui.screens.ruled import Head, Ruled
from finetop.tui.widgets.ends import Ends, key_runs

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finetop.models import File, Model
    from finetop.tui.screens.supplies import Supplies

CHECK_AFTER_S = 0.25
"""A path is read when typing has paused."""
FILE_FIELDS = ("training", "validation")
WIDE_FROM = 100
"""Fields and consequences side by side."""
PANEL_AT = 74
"""The column where the consequences begin."""
HINTS_FROM = 72
"""Narrower, the fields leave room for the hints."""
LOW_BELOW = 22
"""On a lower screen the consequences are one line."""


class CreateForm(Screen[Draft]):
    """Returns the draft of a job whose files have been read and found good; None when left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "submit", "Create", id="form.create", tooltip="Create the job"),
        Binding(
            "escape", "leave", "Leave", id="form.leave", tooltip="Leave; asks when something was entered"
        ),
        Binding("down", "choose", "Choose", id="form.choose", tooltip="Choose from a list"),
        Binding("f1", "app.help", "Help", show=False, id="app.help_form", tooltip="The keys that work here"),
    ]

    AUTO_FOCUS = ""

    def __init__(self, supplies: Supplies, profile: str) -> None:
        super().__init__()
        self.supplies = supplies
        self._files: dict[str, File] = {}
        self._models: list[str] = []
        self._ends: dict[str, str] = {}
        """Model -> the day on which its provider ends it."""
        self._ids: dict[str, str] = {}
        """Field -> id of the uploaded file that was chosen for it."""
        self._reports: dict[str, Report] = {}
        self._there: dict[str, str] = {}
        """Field -> id of a file at the provider with the same bytes."""
        self._opened_with: drafting.Entries | None = None
        self._asking: asyncio.Task[None] | None = None
        self._profile = profile
        self._blocked = Content("")
        self._named = False
        """True once the user has written a suffix, or taken ours away."""
        self.fields: dict[str, Field] = {}

    # --- the fields -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Fields at the left, what follows from them at the right or below."""
        yield Ends([("finetop", "key"), ("   New job", "bright")], id="form-title")
        with Container(id="form"):
            with Vertical(id="left"):
                yield Ruled(id="form-rule")
                with VerticalScroll(id="fields", can_focus=False):
                    for part in form_parts.parts(self._profile, several=len(self.supplies.profiles) > 1):
                        if isinstance(part, Field):
                            self.fields[part.field_name] = part
                        yield part
                    with Horizontal(classes="acts"):
                        yield Act("Create the job", id="create")
                        yield Act("Leave", id="leave")
                    yield Static(id="blocked")
            yield Ruled(id="check")
        yield Ends([], id="form-keys")

    def field(self, name: str) -> Field:
        """One field by its name."""
        return self.fields[name]

    @property
    def _glyphs(self) -> text.Glyphs:
        found: text.Glyphs = getattr(self.app, "glyphs", text.UNICODE)
        return found

    @property
    def entries(self) -> drafting.Entries:
        """What stands in the fields."""
        values = {field.field_name: field.value for field in self.fields.values()}
        ids = {f"{name}_id": self._ids.get(name, "") for name in FILE_FIELDS}
        return drafting.Entries(**{"profile": self._profile, **values, **ids})

    # --- opening ----------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Fill what is known, ask for the rest; a form that is complete waits on its button."""
        for sheet in self.query(Ruled):
            sheet.glyphs = self._glyphs
        self._fit()
        self._know(self.supplies.known_files(self._profile), self.supplies.known_models(self._profile))
        complete = bool(self.entries.training and self.entries.model) or bool(self.supplies.sample)
        (self.query_one("#create") if complete else self.field("training").entry).focus()
        self._show()
        self._asking = asyncio.create_task(self._ask())

    def on_unmount(self) -> None:
        """An answer that comes later is for nobody."""
        if self._asking is not None:
            self._asking.cancel()

    def on_resize(self) -> None:
        """Below a hundred columns the consequences stand below the fields, in short."""
        self._fit()
        self._show_consequences()

    def _fit(self) -> None:
        width = self.app.size.width
        self.set_class(width < WIDE_FROM, "-narrow")
        self.set_class(width < HINTS_FROM, "-tight")
        keys = form_parts.keys(narrow=width < WIDE_FROM)
        self.query_one("#form-keys", Ends).write(keys, key_runs((("F1", "Help"),)))

    async def _ask(self) -> None:
        """Files and models as they are now; what the provider refuses is said at the field."""
        profile = self._profile
        files: list[File] = []
        models: list[Model] = []
        try:
            files = await self.supplies.ask_files(profile)
            models = await self.supplies.ask_models(profile)
        except FinetopError as error:
            if not self.field("model").value:
                self.field("model").say(error.message)
        if profile == self._profile:
            self._know(files, models)
            self._show()

    def _know(self, files: Iterable[File], models: Sequence[Model]) -> None:
        """Offer these files and models; fill an untouched form with what can be chosen for it."""
        self._files |= {file.id: file for file in files}
        # A name that cannot be drawn cannot be typed either.
        names = {model.id for model in models if text.clean(model.id) == model.id}
        self._models = sorted(names | set(self._models))
        self._ends |= {model.id: model.shutdown_date for model in models if model.shutdown_date}
        self.field("model").entry.suggester = SuggestFromList(self._models, case_sensitive=False)
        if self._opened_with is not None and self._opened_with != self.entries:
            return
        sample = self._files.get(self.supplies.sample) or next(
            (file for file in self._files.values() if file.filename == self.supplies.sample), None
        )
        if sample is not None and not self.field("training").value:
            self._take_file("training", f"id:{sample.id}")
        if self.supplies.is_local(self._profile) and not self.field("model").value:
            bases = [name for name in self._models if not name.startswith("ft:")]
            self._fill("model", bases[0] if bases else "")
        self._opened_with = self.entries

    def _fill(self, name: str, value: str) -> None:
        with self.prevent(Input.Changed):
            self.field(name).entry.value = value

    def _take_file(self, name: str, value: str) -> None:
        """A chosen file: `id:ID` of an uploaded one, or a path."""
        known = self._files.get(value.removeprefix("id:")) if value.startswith("id:") else None
        self._forget(name)
        if known is None:
            self._ids.pop(name, None)
            self._fill(name, value.removeprefix("id:"))
            self._check_soon(name)
            return
        self._ids[name] = known.id
        self._fill(name, text.clean(known.filename or known.id))
        self._name_after(name, known.filename or "")
        self.field(name).say(f"uploaded{f', {text.size(known.size_bytes)}' if known.size_bytes else ''}")

    def _name_after(self, name: str, filename: str) -> None:
        """A row with a name is found again: offer the training file's, unless the user named the job."""
        suffix = self.field("suffix").entry
        if name == "training" and not self._named and not suffix.has_focus:
            self._fill("suffix", drafting.suffix_from(filename))
            suffix.select_on_focus = True  # typing replaces what nobody typed

    # --- judging ----------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        """A field has other words: an uploaded file is no longer meant, a path is read anew."""
        field = next((one for one in self.fields.values() if one.entry is event.input), None)
        if field is None:
            return
        name = field.field_name
        if name in FILE_FIELDS:
            self._ids.pop(name, None)
            self._forget(name)
            field.say(form_parts.HINTS[name])
            self._check_soon(name)
        if name == "suffix":
            self._named, field.entry.select_on_focus = True, False
        if name == "profile" and event.value in self.supplies.profiles and event.value != self._profile:
            self._change_profile(event.value)
        self._show()

    def _change_profile(self, profile: str) -> None:
        self._profile = profile
        self._files, self._models, self._ends, self._there = {}, [], {}, {}
        for name in [*self._ids, "model", *(() if self._named else ("suffix",))]:
            self._fill(name, "")
        self._ids = {}
        self._know(self.supplies.known_files(profile), self.supplies.known_models(profile))
        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.create_task(self._ask())

    def _check_soon(self, name: str) -> None:
        self.set_timer(CHECK_AFTER_S, lambda: self._check(name, self.field(name).value))

    @work(exit_on_error=False)
    async def _check(self, name: str, value: str) -> None:
        """Read a file on a thread and say what it holds, unless other words stand there by then."""
        if value.strip() and value == self.field(name).value and name not in self._ids:
            report = await self._read(name, value)
            self._show()
            if report is not None and report.problem is None:
                await self._look_there(name, value)

    async def _look_there(self, name: str, value: str) -> None:
        """Tell where the provider has the same bytes: then nothing is uploaded."""
        profile = self._profile
        try:
            found = await self.supplies.already_there(profile, drafting.local_path(value))
        except FinetopError:
            return  # it is looked for once more before anything is sent
        if found is not None and (profile, value) == (self._profile, self.field(name).value):
            self._there[name] = found.id
            self._show_consequences()

    def _forget(self, name: str) -> None:
        """What was read for this field is not of what stands there now."""
        self._reports.pop(name, None)
        self._there.pop(name, None)

    async def _read(self, name: str, value: str) -> Report | None:
        report = await asyncio.to_thread(check_file, drafting.local_path(value))
        if value != self.field(name).value:
            return None
        self._reports[name] = report
        if report.problem is None:
            self.field(name).say(f"{report.examples:,} examples, {text.size(report.size_bytes)}")
            self._name_after(name, report.path.name)
        else:
            self.field(name).say("", problem=where(report))
        return report

    def _show(self, *, strict: bool = False) -> dict[str, str]:
        """Say at each field what must change; what is only missing is said when it is asked for."""
        found = drafting.problems(self.entries)
        # A list of ours is complete; another provider may tune models it does not list.
        known = self._models if self.supplies.is_local(self._profile) else ()
        if known and self.entries.model and self.entries.model not in known:
            found["model"] = f"one of {', '.join(known[:2])}"
        for field in self.fields.values():
            name = field.field_name
            if name in FILE_FIELDS and not (strict and name in found):
                if name in self._reports and self._reports[name].problem is not None:
                    found[name] = field.problem
                continue
            problem = found.get(name, "")
            field.say(form_parts.hint(name, self.entries), problem=problem if strict or field.value else "")
        blocked = form_parts.blocked(self.fields.values())
        if blocked != self._blocked:
            self._blocked = blocked
            line = self.query_one("#blocked", Static)
            line.update(blocked)
            line.set_class(bool(blocked), "-shown")
        self.query_one("#create").set_class(bool(blocked), "-blocked")
        self._show_consequences()
        return found

    def _show_consequences(self) -> None:
        files = {name: self.fields[name].value for name in FILE_FIELDS}
        given = Given(files, self._ids, self._reports, self._profile, self._there)
        panel, size = self.query_one("#check", Ruled), self.app.size
        if size.width < WIDE_FROM:
            panel.write(in_short(given, 1 if size.height < LOW_BELOW else 3, self._glyphs))
        else:
            panel.write(consequences(given, size.width - PANEL_AT, self._glyphs))
        head = Head("New job", "supervised", (text.clean(self._profile), "text"), here=True)
        self.query_one("#form-rule", Ruled).write([head])

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
        found = self._show(strict=True)
        for name in FILE_FIELDS:
            value = self.field(name).value
            if value.strip() and name not in self._ids:
                report = await self._read(name, value)
                if report is None or report.problem is not None:
                    found[name] = self.field(name).problem
        if found:
            self._show(strict=True)
            bad = next((field for field in self.fields.values() if field.field_name in found), None)
            if bad is not None:
                bad.entry.focus()
            return
        self.dismiss(drafting.draft_of(self.entries))

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
        field = next((one for one in self.fields.values() if one.entry.has_focus), None)
        if field is None or field.field_name not in (*FILE_FIELDS, "model", "profile"):
            self.focus_next()
            return
        name = field.field_name

        def take(value: str | None) -> None:
            if value and name in FILE_FIELDS:
                self._take_file(name, value)
                self._show()
            elif value:
                field.entry.value = value

        if name in FILE_FIELDS:
            typed = drafting.local_path(field.value)
            folder = typed if typed.is_dir() and field.value else typed.parent
            here = folder if folder.is_dir() and field.value and name not in self._ids else Path.cwd()
            self.app.push_screen(PickFile(f"{field.label}", self._uploaded(), here.resolve()), take)
            return
        values = self._models if name == "model" else list(self.supplies.profiles)
        ends = self._ends if name == "model" else {}
        entries = [Entry(value, value, f"ends {ends[value]}" if value in ends else "") for value in values]
        if not entries:
            field.say("no list of models yet; type a name")
            return
        self.app.push_screen(Pick(field.label, entries, field.value), take)

    def _uploaded(self) -> list[Entry]:
        return [
            Entry(f"id:{file.id}", file.filename or file.id, text.size(file.size_bytes or 0))
            for file in self._files.values()
        ]

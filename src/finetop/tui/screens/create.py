"""The form of a new job: every field is judged where it stands, and nothing leaves before all are good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from finetop import text
from finetop.actions.draft import Draft
from finetop.dataset import Report, check_file
from finetop.errors import FinetopError
from finetop.tui.screens import drafting
from finetop.tui.screens.confirm import ConfirmLeave
from finetop.tui.screens.consequences import consequences, where
from finetop.tui.screens.dialog import Act, Paper
from finetop.tui.screens.fields import Field, PathSuggester
from finetop.tui.screens.pick import Entry, Pick, PickFile

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finetop.models import File, Model
    from finetop.tui.screens.supplies import Supplies
    from finetop.tui.widgets.runs import Run

CHECK_AFTER_S = 0.25
"""A path is read when typing has paused."""
FILE_FIELDS = ("training", "validation")
WIDE_FROM = 100


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
        self._ids: dict[str, str] = {}
        """Field -> id of the uploaded file that was chosen for it."""
        self._reports: dict[str, Report] = {}
        self._opened_with: drafting.Entries | None = None
        self._asking: asyncio.Task[None] | None = None
        self._profile = profile
        self._blocked = ""
        self.fields: dict[str, Field] = {}

    # --- the fields -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Fields at the left, what follows from them at the right."""
        yield Paper([[(" finetop", "key"), ("   New job", "bright")]], ground="bar", id="form-title")
        with Horizontal(id="form"):
            with VerticalScroll(id="fields", can_focus=False):
                for part in self._parts():
                    if isinstance(part, Field):
                        self.fields[part.field_name] = part
                    yield part
                with Horizontal(classes="acts"):
                    yield Act("Create the job", id="create")
                    yield Act("Leave", id="leave")
                yield Static(id="blocked")
            yield Vertical(Paper(ground="", id="check"), id="consequences")
        yield Paper([_keys()], ground="bar", id="form-keys")

    def _parts(self) -> Iterable[Static | Field]:
        yield _section("Data")
        paths = PathSuggester()
        yield Field("training", "Training file", hint=HINTS["training"], suggester=paths)
        yield Field("validation", "Validation file", hint=HINTS["validation"], suggester=paths)
        yield _section("Model")
        if len(self.supplies.profiles) > 1:
            yield Field("profile", "Profile", self._profile, hint=HINTS["profile"])
        yield Field("model", "Base model", hint=HINTS["model"])
        yield _section("Hyperparameters")
        yield Field("epochs", "Epochs", drafting.AUTO, hint=HINTS["epochs"], wide=False)
        yield Field("batch", "Batch size", drafting.AUTO, hint=HINTS["batch"], wide=False)
        yield Field("rate", "Rate multiplier", drafting.AUTO, hint=HINTS["rate"], wide=False)
        yield Field("seed", "Seed", drafting.AUTO, hint=HINTS["seed"], wide=False)
        yield _section("Name and notes")
        yield Field("suffix", "Suffix", hint=HINTS["suffix"])
        yield Field("metadata", "Metadata", hint=HINTS["metadata"])

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
        for sheet in self.query(Paper):
            sheet.glyphs = self._glyphs
        self.set_class(self.app.size.width < WIDE_FROM, "-narrow")
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
        """Below a hundred columns the consequences stand in the hints alone."""
        self.set_class(self.app.size.width < WIDE_FROM, "-narrow")

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

    def _know(self, files: Iterable[File], models: Iterable[Model]) -> None:
        """Offer these files and models; fill an untouched form with what can be chosen for it."""
        self._files |= {file.id: file for file in files}
        # A name that cannot be drawn cannot be typed either.
        names = {model.id for model in models if text.clean(model.id) == model.id}
        self._models = sorted(names | set(self._models))
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
        self._reports.pop(name, None)
        if known is None:
            self._ids.pop(name, None)
            self._fill(name, value.removeprefix("id:"))
            self._check_soon(name)
            return
        self._ids[name] = known.id
        self._fill(name, text.clean(known.filename or known.id))
        self.field(name).say(f"uploaded{f', {text.size(known.size_bytes)}' if known.size_bytes else ''}")

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
            self._reports.pop(name, None)
            field.say(HINTS[name])
            self._check_soon(name)
        if name == "profile" and event.value in self.supplies.profiles and event.value != self._profile:
            self._change_profile(event.value)
        self._show()

    def _change_profile(self, profile: str) -> None:
        self._profile = profile
        self._files, self._models = {}, []
        for name in [*self._ids, "model"]:
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
            await self._read(name, value)
            self._show()

    async def _read(self, name: str, value: str) -> Report | None:
        report = await asyncio.to_thread(check_file, drafting.local_path(value))
        if value != self.field(name).value:
            return None
        self._reports[name] = report
        if report.problem is None:
            self.field(name).say(f"{report.examples:,} examples, {text.size(report.size_bytes)}")
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
            field.say(self._hint(name), problem=problem if strict or field.value else "")
        shown = [field for field in self.fields.values() if field.problem]
        blocked = f"Create waits for {_listed(field.label.lower() for field in shown)}" if shown else ""
        if len(shown) == 1:
            blocked += f": {shown[0].problem}"  # the hint may have been too narrow for it
        if blocked != self._blocked:
            self._blocked = blocked
            self.query_one("#blocked", Static).update(Content(text.clean(blocked)))
        self.query_one("#create").set_class(bool(shown), "-blocked")
        values = {name: self.fields[name].value for name in FILE_FIELDS}
        self.query_one("#check", Paper).write(
            consequences(values, self._ids, self._reports, self._profile, self._glyphs)
        )
        return found

    def _hint(self, name: str) -> str:
        if name == "suffix" and self.entries.suffix:
            return f"{len(self.entries.suffix)} of {drafting.MOST_SUFFIX}"
        if (
            name == "metadata"
            and self.entries.metadata.strip()
            and not drafting.metadata_problem(self.entries.metadata)
        ):
            return f"{len(drafting.pairs(self.entries.metadata))} of {drafting.MOST_PAIRS} pairs"
        return HINTS[name]

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
        entries = [Entry(value, value) for value in values]
        if not entries:
            field.say("no list of models yet; type a name")
            return
        self.app.push_screen(Pick(field.label, entries, field.value), take)

    def _uploaded(self) -> list[Entry]:
        return [
            Entry(f"id:{file.id}", file.filename or file.id, text.size(file.size_bytes or 0))
            for file in self._files.values()
        ]


HINTS: Mapping[str, str] = {
    "training": "↓ chooses",
    "validation": "may be left empty",
    "profile": "↓ chooses",
    "model": "↓ chooses",
    "epochs": "1 to 50",
    "batch": "1 to 256",
    "rate": "1 is the usual rate",
    "seed": "same data and seed, same result",
    "suffix": "in the model's name",
    "metadata": "name=value, …",
}


def _listed(words: Iterable[str]) -> str:
    """Several words as one phrase: `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _section(name: str) -> Static:
    return Static(Content(name), classes="section")


def _keys() -> list[Run]:
    words = (("tab", "Next"), ("↓", "Choose"), ("→", "Complete"), ("ctrl+s", "Create"), ("esc", "Leave"))
    runs: list[Run] = [(" ", "muted")]
    for key, does in words:
        runs += [(key, "key"), (f" {does}   ", "muted")]
    return runs

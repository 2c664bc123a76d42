"""A form whose fields are judged where they stand, beside what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Container, Vertical
from textual.screen import Screen

from finetop import text
from finetop.actions.draft import Draft
from finetop.tui.screens import drafting, form_files, form_parts
from finetop.tui.screens.consequences import Given, consequences, in_short, where
from finetop.tui.screens.form_fields import FormFields
from finetop.tui.screens.form_files import DATA_FIELDS, FILE_FIELDS, FormFiles
from finetop.tui.screens.offers import Offers
from finetop.tui.screens.ruled import Head, Ruled
from finetop.tui.widgets.ends import Ends, key_runs

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finetop.models import Capabilities
    from finetop.tui.screens.fields import Field
    from finetop.tui.screens.supplies import Supplies

CHECK_AFTER_S = 0.25
"""A path is read when typing has paused."""
WIDE_FROM = 100
"""Fields and consequences side by side."""
PANEL_AT = 74
"""The column where the consequences begin."""
HINTS_FROM = 72
"""Narrower, the fields leave room for the hints."""
LOW_BELOW = 22
"""On a lower screen the consequences are one line."""
AROUND = 3
"""Lines above and below the fields: title, rule and keys."""


class JudgedForm(Screen[Draft]):
    """Judges the fields at every change, and reads files when typing has paused."""

    def __init__(self, supplies: Supplies, profile: str) -> None:
        super().__init__()
        self.supplies = supplies
        self.profile = profile
        self.fields = FormFields(profile)
        self.files = FormFiles()
        self.offers = Offers()
        self.is_named = False
        """True once the user has written a suffix, or taken ours away."""
        self.fields.show_only(self.shown)

    def compose(self) -> ComposeResult:
        """Fields at the left, what follows from them at the right or below."""
        yield Ends([("finetop", "key"), ("   New job", "bright")], id="form-title")
        with Container(id="form"):
            with Vertical(id="left"):
                yield Ruled(id="form-rule")
                yield self.fields
            yield Ruled(id="check")
        yield Ends([], id="form-keys")

    def field(self, name: str) -> Field:
        """One field by its name."""
        return self.fields[name]

    @property
    def glyphs(self) -> text.Glyphs:
        """The glyphs of this terminal."""
        found: text.Glyphs = getattr(self.app, "glyphs", text.UNICODE)
        return found

    @property
    def can(self) -> Capabilities:
        """What a job of this profile can be given."""
        return self.supplies.can(self.profile)

    @property
    def shown(self) -> dict[str, bool]:
        """Whether each field is asked for."""
        method, grader = (self.field(name).value.strip() for name in ("method", "grader"))
        several = len(self.supplies.profiles) > 1
        return form_parts.shown(
            self.can, method, grader, several_profiles=several, is_there=bool(self.files.there)
        )

    @property
    def entries(self) -> drafting.Entries:
        """What stands in the fields that are asked for."""
        words = {name: self.field(name).value for name, asked in self.shown.items() if asked}
        settings = {name: words.pop(name) for name in drafting.SETTING_NAMES if name in words}
        ids = {f"{name}_id": self.files.ids.get(name, "") for name in DATA_FIELDS}
        return drafting.Entries(**{"profile": self.profile, **words, **ids}, settings=settings)

    def on_resize(self) -> None:
        """Below a hundred columns the consequences stand below the fields, in short."""
        self.fit()
        self.show_consequences()

    def fit(self) -> None:
        """Put the parts where there is room for them."""
        width = self.app.size.width
        self.set_class(width < WIDE_FROM, "-narrow")
        self.set_class(width < HINTS_FROM, "-tight")
        self.fit_lines()
        keys = form_parts.keys(self.glyphs, narrow=width < WIDE_FROM)
        self.query_one("#form-keys", Ends).write(keys, key_runs((("F1", "Help"),)))

    def fit_lines(self) -> None:
        """Where the fields need more lines than there are, the first heading goes, then the last blank."""
        width, height = self.app.size
        below = 0 if width >= WIDE_FROM else 1 if height < LOW_BELOW else 3
        missing = self.fields.lines - (height - AROUND - below)
        self.set_class(missing > 0, "-dense")
        self.set_class(missing > 1, "-denser")

    def name_after(self, name: str, filename: str) -> None:
        """A row with a name is found again: offer the training file's, unless the user named the job."""
        suffix = self.field("suffix").entry
        if name == "training" and not self.is_named and not suffix.has_focus:
            self.fields.fill("suffix", drafting.suffix_from(filename))
            suffix.select_on_focus = True  # typing replaces what nobody typed

    def check_soon(self, name: str) -> None:
        """Read the file of a field once typing has paused."""
        self.set_timer(CHECK_AFTER_S, lambda: self._check(name, self.field(name).value))

    @work(exit_on_error=False)
    async def _check(self, name: str, words: str) -> None:
        if words == self.field(name).value and self.files.is_local(name, words):
            is_good = await self.read(name, words)
            self.show()
            if is_good and name in DATA_FIELDS:
                await self._look_there(name, words)

    async def _look_there(self, name: str, words: str) -> None:
        """Tell where the provider has the same bytes: then nothing need be uploaded."""
        profile = self.profile
        found = await self.files.look_there(self.supplies, profile, words)
        if found and (profile, words) == (self.profile, self.field(name).value):
            self.files.there[name] = found
            self.show()

    async def read(self, name: str, words: str) -> bool:
        """Read a file and say what it holds; True where it is good, and still meant by then."""
        report = await form_files.read(name, words)
        if words != self.field(name).value:
            return False
        self.files.keep(name, report)
        if report.problem is not None:
            self.field(name).say("", problem=where(report.problem))
            return False
        self.field(name).say(form_files.said_of(report))
        self.name_after(name, report.path.name)
        return True

    def show(self, *, strict: bool = False) -> dict[str, str]:
        """Say at each field what must change; what is only missing is said when it is asked for."""
        entries, can, shown = self.entries, self.can, self.shown
        found = drafting.problems(entries, can)
        known = self.offers.models if can.all_models_listed else ()
        if known and entries.model and entries.model not in known:
            found["model"] = f"one of {', '.join(known[:2])}"
        hints = {
            name: form_parts.hint(name, entries, can)
            for name, asked in shown.items()
            if asked and (not self.is_file(name) or (strict and name in found))
        }
        self.fields.tell(found, hints, strict=strict)
        found |= {name: self.field(name).problem for name in self.files.bad if shown[name]}
        self.fields.show_only(shown)
        self.fields.block()
        self.fit_lines()
        self.show_consequences()
        return found

    def is_file(self, name: str) -> bool:
        """True for a field whose words are judged by reading a file."""
        return name in FILE_FIELDS and self.field(name).value.strip() != drafting.STRING_CHECK

    def show_consequences(self) -> None:
        """Say what follows from the form as it stands."""
        entries = self.entries
        given = Given(
            {"training": entries.training, "validation": entries.validation},
            self.files.ids,
            self.files.reports,
            self.profile,
            self.files.there,
            anew=entries.upload == drafting.ANEW,
        )
        panel, size = self.query_one("#check", Ruled), self.app.size
        if size.width < WIDE_FROM:
            panel.write(in_short(given, 1 if size.height < LOW_BELOW else 3, self.glyphs))
        else:
            panel.write(consequences(given, size.width - PANEL_AT, self.glyphs))
        methods = self.can.methods
        method = entries.method.strip() if len(methods) > 1 and entries.method.strip() in methods else ""
        head = Head("New job", method, (text.clean(self.profile), "text"), here=True)
        self.query_one("#form-rule", Ruled).write([head])

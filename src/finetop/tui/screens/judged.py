"""A form whose fields are judged where they stand, beside what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Container, Vertical
from textual.screen import Screen

from finetop import text
from finetop.actions.draft import Draft
from finetop.tui.screens import drafting, form_parts
from finetop.tui.screens.consequences import consequences, in_short, where
from finetop.tui.screens.form_fields import FormFields
from finetop.tui.screens.form_files import FILE_FIELDS, FormFiles
from finetop.tui.screens.offers import Offers
from finetop.tui.screens.ruled import Head, Ruled
from finetop.tui.widgets.ends import Ends, key_runs

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finetop.dataset import Report
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


class JudgedForm(Screen[Draft]):
    """Judges the fields at every change, and reads files when typing has paused."""

    def __init__(self, supplies: Supplies, profile: str) -> None:
        super().__init__()
        self.supplies = supplies
        self.profile = profile
        self.fields = FormFields(profile, several=len(supplies.profiles) > 1)
        self.files = FormFiles()
        self.offers = Offers()
        self.is_named = False
        """True once the user has written a suffix, or taken ours away."""

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
    def entries(self) -> drafting.Entries:
        """What stands in the fields."""
        ids = {f"{name}_id": self.files.ids.get(name, "") for name in FILE_FIELDS}
        return drafting.Entries(**{"profile": self.profile, **self.fields.words, **ids})

    def on_resize(self) -> None:
        """Below a hundred columns the consequences stand below the fields, in short."""
        self.fit()
        self.show_consequences()

    def fit(self) -> None:
        """Put the parts where there is room for them."""
        width = self.app.size.width
        self.set_class(width < WIDE_FROM, "-narrow")
        self.set_class(width < HINTS_FROM, "-tight")
        keys = form_parts.keys(narrow=width < WIDE_FROM)
        self.query_one("#form-keys", Ends).write(keys, key_runs((("F1", "Help"),)))

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
            report = await self.read(name, words)
            self.show()
            if report is not None and report.problem is None:
                await self._look_there(name, words)

    async def _look_there(self, name: str, words: str) -> None:
        """Tell where the provider has the same bytes: then nothing is uploaded."""
        profile = self.profile
        found = await self.files.look_there(self.supplies, profile, words)
        if found and (profile, words) == (self.profile, self.field(name).value):
            self.files.there[name] = found
            self.show_consequences()

    async def read(self, name: str, words: str) -> Report | None:
        """Read a file and say what it holds; None where other words stand there by then."""
        report = await self.files.read(words)
        if words != self.field(name).value:
            return None
        self.files.reports[name] = report
        if report.problem is None:
            self.field(name).say(f"{report.examples:,} examples, {text.size(report.size_bytes)}")
            self.name_after(name, report.path.name)
        else:
            self.field(name).say("", problem=where(report))
        return report

    def show(self, *, strict: bool = False) -> dict[str, str]:
        """Say at each field what must change; what is only missing is said when it is asked for."""
        entries = self.entries
        found = drafting.problems(entries)
        # A list of ours is complete; another provider may tune models it does not list.
        known = self.offers.models if self.supplies.is_local(self.profile) else ()
        if known and entries.model and entries.model not in known:
            found["model"] = f"one of {', '.join(known[:2])}"
        judged = [name for name in self.fields.words if name not in FILE_FIELDS or (strict and name in found)]
        self.fields.tell(found, {name: form_parts.hint(name, entries) for name in judged}, strict=strict)
        found |= {name: self.field(name).problem for name in self.files.bad}
        self.fields.block()
        self.show_consequences()
        return found

    def show_consequences(self) -> None:
        """Say what follows from the form as it stands."""
        given = self.files.given(self.fields.words, self.profile)
        panel, size = self.query_one("#check", Ruled), self.app.size
        if size.width < WIDE_FROM:
            panel.write(in_short(given, 1 if size.height < LOW_BELOW else 3, self.glyphs))
        else:
            panel.write(consequences(given, size.width - PANEL_AT, self.glyphs))
        head = Head("New job", "supervised", (text.clean(self.profile), "text"), here=True)
        self.query_one("#form-rule", Ruled).write([head])

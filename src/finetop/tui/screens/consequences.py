"""What follows from the form as it stands: what the files hold, and what will be sent; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.screens.ruled import Head, Part

if TYPE_CHECKING:
    from finetop.dataset import Report
    from finetop.errors import BadFile
    from finetop.tui.widgets.runs import Run

LABELS = {"training": "Training", "validation": "Validation"}
LABEL = 11


@dataclass(frozen=True, slots=True)
class Given:
    """The part of a form that something follows from."""

    files: Mapping[str, str]
    """What stands in the fields for files."""
    ids: Mapping[str, str]
    """The uploaded files that were chosen, by field."""
    reports: Mapping[str, Report]
    profile: str
    there: Mapping[str, str] = field(default_factory=dict)
    """Files at the provider with the same bytes as those of this machine, by field."""
    anew: bool = False
    """They are uploaded all the same."""

    @property
    def new(self) -> list[str]:
        """The fields whose files are of this machine."""
        return [name for name in LABELS if self.files[name] and name not in self.ids]

    @property
    def sent(self) -> list[str]:
        """The fields whose files must be uploaded."""
        return [name for name in self.new if self.anew or name not in self.there]


def consequences(given: Given, width: int, glyphs: text.Glyphs) -> list[Part]:
    """The panel at the right."""
    room = max(10, width - LABEL - 1)
    lines: list[Part] = [Head("Data check", fact=_verdict(given)), ()]
    for name, label in LABELS.items():
        lines += _fact(label, _about_file(given, name, glyphs), room)
        if name in given.ids:
            lines.append(_indented((text.shorten_middle(given.ids[name], room, glyphs.ellipsis), "faint")))
        if name in given.there:
            rows = wrap(_there(given, name), room, break_on_hyphens=False)  # an id stays whole
            lines += [_indented((row, "muted")) for row in rows]
        report = given.reports.get(name)
        if report is not None and report.problem is not None:
            lines += [_indented((part, "muted")) for part in wrap(text.clean(report.problem.hint), room)]
    lines += [(), Head("Will be sent"), ()]
    lines += _fact("Upload", [(_upload(given), "text")], room)
    lines += _fact("Then", [(text.clean(f"1 job to {given.profile}"), "text")], room)
    return lines


def in_short(given: Given, rows: int, glyphs: text.Glyphs) -> list[Part]:
    """The same in one rule, or in a rule and two lines."""
    verdict = _verdict(given)
    if rows < 3:
        if given.there and verdict[1] == "muted":
            verdict = (f"no errors, {'uploaded anew' if given.anew else 'not uploaded again'}", "muted")
        return [Head("Data check", fact=verdict if verdict[0] else ("already uploaded", "muted"))]
    checked: list[Run] = []
    for name, label in LABELS.items():
        head = f"   {label} " if checked else label.ljust(LABEL)
        checked += [(head, "muted"), *_about_file(given, name, glyphs)]
    sent = f"{_upload(given)}, then 1 job to {given.profile}"
    upload: Part = (("Upload".ljust(LABEL), "muted"), (text.clean(sent), "text"))
    return [Head("Data check", fact=verdict), tuple(checked), upload]


def _verdict(given: Given) -> Run:
    """Everything in a word: how far the check of the files has come."""
    if any(given.reports[name].problem is not None for name in given.new if name in given.reports):
        return ("! one file must change", "bad")
    if not given.files["training"]:
        return ("no file yet", "faint")
    if any(name not in given.reports for name in given.new):
        return ("reading", "faint")
    return ("no errors" if given.new else "", "muted")


def _fact(label: str, runs: Sequence[Run], room: int) -> list[Part]:
    """A label and its value; a long value goes on below itself."""
    *first, (words, role) = runs
    used = sum(text.cells(part) for part, _ in first)
    rows = wrap(words, room, initial_indent=" " * used) or [""]
    head: tuple[Run, ...] = ((label.ljust(LABEL), "muted"), *first, (rows[0][used:], role))
    return [head, *(_indented((row, role)) for row in rows[1:])]


def _indented(run: Run) -> tuple[Run, ...]:
    return ((" " * LABEL, "muted"), run)


def _about_file(given: Given, name: str, glyphs: text.Glyphs) -> list[Run]:
    if name in given.ids:
        return [("already uploaded", "text")]
    report = given.reports.get(name)
    if report is None:
        return [("not read yet" if given.files[name] else "none", "faint")]
    if report.problem is not None:
        return [("! ", "bad"), (text.clean(where(report.problem)), "bad")]
    return [(f"{glyphs.succeeded} ", "good"), (f"{report.examples:,} examples", "text")]


def _upload(given: Given) -> str:
    if not given.new:
        return "nothing"
    reports = given.reports
    if any(name not in reports or reports[name].problem is not None for name in given.new):
        return "not before the files are good"
    if not given.sent:
        return "nothing: the same bytes are there"
    total = text.size(sum(reports[name].size_bytes for name in given.sent))
    files = f"{total} in {len(given.sent)} file{'s' if len(given.sent) > 1 else ''}"
    if not given.there:
        return files
    return f"{files}, anew" if given.anew else f"{files}; the other is there"


def _there(given: Given, name: str) -> str:
    then = "uploaded again all the same" if given.anew else "not uploaded again"
    return text.clean(f"already at {given.profile} as {given.there[name]}: {then}")


def where(problem: BadFile) -> str:
    """The problem without the path, which stands in the field."""
    line = f"line {problem.line}: " if problem.line else ""
    return f"{line}{problem.reason}"

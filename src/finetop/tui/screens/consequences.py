"""What follows from the form as it stands: what the files hold, and what will be sent; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from finetop import text

if TYPE_CHECKING:
    from finetop.dataset import Report
    from finetop.tui.widgets.runs import Run

LABELS = {"training": "Training", "validation": "Validation"}
INDENT = 12


def consequences(
    values: Mapping[str, str],
    ids: Mapping[str, str],
    reports: Mapping[str, Report],
    profile: str,
    glyphs: text.Glyphs,
) -> list[tuple[Run, ...]]:
    """The panel at the right. `ids` names the uploaded files that were chosen, by field."""
    lines: list[tuple[Run, ...]] = [(("Data check", "bright"),), ()]
    for name, label in LABELS.items():
        head = (label.ljust(INDENT), "muted")
        if name in ids:
            lines += [(head, ("already uploaded", "text")), ((f"{'':{INDENT}}{ids[name]}", "faint"),)]
        else:
            lines += _about_file(head, values[name], reports.get(name), glyphs)
    lines += [(), (("Will be sent", "bright"),), ()]
    lines.append((("Upload".ljust(INDENT), "muted"), (_upload(values, ids, reports), "text")))
    lines.append((("Then".ljust(INDENT), "muted"), (text.clean(f"1 job to {profile}"), "text")))
    return lines


def _about_file(head: Run, value: str, report: Report | None, glyphs: text.Glyphs) -> list[tuple[Run, ...]]:
    if report is None:
        return [(head, ("not read yet" if value else "none", "faint"))]
    if report.problem is not None:
        return [
            (head, ("! ", "bad"), (text.clean(where(report)), "bad")),
            ((f"{'':{INDENT}}{text.clean(report.problem.hint)}", "muted"),),
        ]
    return [(head, (f"{glyphs.succeeded} ", "good"), (f"{report.examples:,} examples", "text"))]


def _upload(values: Mapping[str, str], ids: Mapping[str, str], reports: Mapping[str, Report]) -> str:
    new = [name for name in LABELS if values[name] and name not in ids]
    if not new:
        return "nothing"
    if any(name not in reports or reports[name].problem is not None for name in new):
        return "not before the files are good"
    total = text.size(sum(reports[name].size_bytes for name in new))
    return f"{total} in {len(new)} file{'s' if len(new) > 1 else ''}"


def where(report: Report) -> str:
    """The problem without the path, which stands in the field."""
    if report.problem is None:
        return ""
    line = f"line {report.problem.line}: " if report.problem.line else ""
    return f"{line}{report.problem.reason}"

"""Saving the curves that are shown: the ending of the file's name tells how."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import BadInput, FinetopError
from finetop.measures import unit
from finetop.tui.messages import Said
from finetop.tui.panes.curve_keys import CurveKeys
from finetop.tui.widgets.prompt import Completion, Prompt

if TYPE_CHECKING:
    from finetop.plot import Marks
    from finetop.report.curve_file import Exported
    from finetop.tui.panes.curve_drawing import Picture
    from finetop.tui.panes.curve_table import Numbers

_ENDINGS: Final = (".svg", ".csv", ".json", ".txt")


class Exporting(CurveKeys):
    """The part of the curves pane that writes files."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("E", "export", "Export", id="curve.export", tooltip="Save the curves as numbers or picture"),
    ]

    # --- what a subclass says ---------------------------------------------------------------------------

    def exported(self) -> Exported | None:
        """What is shown, with all its numbers; None where there is nothing."""
        raise NotImplementedError

    def export_name(self) -> str:
        """What the file is called where nobody has said otherwise, without its ending."""
        raise NotImplementedError

    # --- saving -----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to save."""
        if action == "export":
            return self.picture() is not None or None
        return super().check_action(action, parameters)

    async def action_export(self) -> None:
        """Ask where to; what is shown now is what is saved."""
        curves = self.exported()
        if curves is not None:
            await self._ask_path(curves, f"./{self.export_name()}.svg", replaced="")

    async def _ask_path(self, curves: Exported, begun: str, *, replaced: str) -> None:
        from finetop.report.curve_file import format_of  # noqa: PLC0415 - after the first paint

        def changed(typed: str) -> None:
            try:
                format_of(typed)
            except BadInput:
                prompt.say("let it end in .svg, .csv, .json or .txt")

        done = partial(self._write, curves, replaced=replaced)
        prompt = await Prompt.ask(
            self.screen, "Save curve as", begun, done=done, changed=changed, complete=other_endings
        )
        if replaced:
            prompt.say("it is there already; enter replaces it")

    @work(group="export", exit_on_error=False)
    async def _write(self, curves: Exported, typed: str, *, replaced: str) -> None:
        from finetop.report.writing import IsThere  # noqa: PLC0415 - as above

        if not typed.strip():
            return
        path = Path(typed.strip())
        try:
            placed = await asyncio.to_thread(_written, curves, path, replace=typed == replaced)
        except IsThere:
            await self._ask_path(curves, typed, replaced=typed)
        except FinetopError as error:
            self.post_message(Said.of(error))
        else:
            self.post_message(Said(f"Saved the curve in {text.clean(str(placed))}.", role="good"))


def exported(pictures: Sequence[Picture], numbers: Numbers, marks: Marks) -> Exported | None:
    """What these pictures show; a letter is of no use without the name of its job."""
    from finetop.report.curve_file import Exported  # noqa: PLC0415 - as above

    shown = [picture for picture in pictures if picture.steps]
    if not shown:
        return None
    named = {job.name: f"{job.name} {text.clean(job.row.name)}" for job in shown[0].jobs if job.name}
    charts = []
    for picture in shown:
        measure = picture.measure(picture.jobs[0])
        title = ", ".join(part for part in (measure.title, unit(measure, picture.jobs[0].row)) if part)
        drawn = replace(picture, look=replace(picture.look, point=None))
        charts.append(
            (": ".join([title, *([", ".join(named.values())] if named else [])]), drawn.request(marks))
        )
    columns = []
    for column in numbers.columns:
        letter, _, rest = column.head.partition(" ")
        head = f"{named[letter]} {rest}" if letter in named else column.head
        columns.append((head, column.series))
    return Exported(columns, charts)


def _written(curves: Exported, path: Path, *, replace: bool) -> Path:
    """Make it and write it; on another thread."""
    from finetop.report import curve_file, writing  # noqa: PLC0415 - as above

    kind = curve_file.format_of(str(path))
    writing.refuse(path, replace=replace)
    return writing.place(path, curve_file.written(curves, kind), replace=replace).absolute()


def other_endings(typed: str, endings: Sequence[str] = _ENDINGS) -> Sequence[Completion]:
    """The same name with the other endings, the next one first."""
    last = next((place for place, ending in enumerate(endings) if typed.endswith(ending)), -1)
    stem = typed.removesuffix(endings[last]) if last >= 0 else typed
    others = [*endings[last + 1 :], *endings[: max(0, last)]]
    return [Completion(stem + ending, ending) for ending in others] if stem else []

"""Reports on the job under the cursor, or on the marked ones: what they leave out is asked once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import BadInput, FinetopError
from finetop.tui.acts import Act
from finetop.tui.messages import Said
from finetop.tui.panes.curve_export import other_endings
from finetop.tui.screens.job_actions import JobActions
from finetop.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from finetop.store.rows import JobRow

MOST: Final = 8
"""Jobs in one report."""
LARGEST: Final = 16 << 20
"""Bytes of a file that is read for its hash while somebody waits."""
PATIENCE_S: Final = 5.0
_ENDINGS: Final = (".html", ".md", ".txt")


class Reporting(JobActions):
    """The part of a screen that writes reports."""

    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("job.report_without", "Choose what reports leave out", "choose_left_out"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "R",
            "report",
            "Report",
            show=False,
            id="job.report",
            tooltip="Write a report on this job, or on the marked ones",
        ),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to report on."""
        if action == "report":
            return bool(self.is_mounted and self._reported()) or None
        return super().check_action(action, parameters)

    def _reported(self) -> list[JobRow]:
        """The marked jobs, else the one under the cursor."""
        rows = self.jobs.marked(MOST + 1) or ([] if self.row is None else [self.row])
        return [row for row in rows if row.is_job]

    @work(exit_on_error=False)
    async def action_choose_left_out(self) -> None:
        """Ask what reports leave out from now on."""
        await self._ask_what(await self._chosen() or frozenset())

    async def _chosen(self) -> frozenset[str] | None:
        from finetop.report import choice  # noqa: PLC0415 - after the first paint

        return await asyncio.to_thread(choice.chosen, self.session.paths.state_dir)

    async def _ask_what(self, before: frozenset[str]) -> frozenset[str] | None:
        from finetop.report import choice  # noqa: PLC0415 - as above
        from finetop.tui.screens.leave_out import LeaveOut  # noqa: PLC0415 - as above

        kinds = await self.app.push_screen_wait(LeaveOut(before))
        if kinds is not None:
            await asyncio.to_thread(choice.keep, self.session.paths.state_dir, kinds)
        return kinds

    @work(exit_on_error=False)
    async def action_report(self) -> None:
        """Ask where to, the first time also what to leave out."""
        from finetop.report.writing import plain_name  # noqa: PLC0415 - as above

        rows = self._reported()
        if len(rows) > MOST:
            self.post_message(Said(f"A report holds {MOST} jobs at most.", "V clears all marks."))
            return
        kinds = await self._chosen()
        if kinds is None:
            kinds = await self._ask_what(frozenset())
        if kinds is None or not rows:
            return
        shown = len(rows) == 1 and "names" not in kinds
        name = plain_name(rows[0].name) if shown else "jobs" if len(rows) > 1 else "job"
        await self._ask_path(rows, kinds, f"./{name}-report.html", replaced="")

    async def _ask_path(
        self, rows: Sequence[JobRow], kinds: frozenset[str], begun: str, *, replaced: str
    ) -> None:
        from finetop.report.writing import format_of  # noqa: PLC0415 - as above

        def changed(typed: str) -> None:
            try:
                format_of(typed)
            except BadInput:
                prompt.say("let it end in .html, .md or .txt")

        prompt = await Prompt.ask(
            self,
            "Report as",
            begun,
            done=partial(self._write, rows, kinds, replaced=replaced),
            changed=changed,
            complete=partial(other_endings, endings=_ENDINGS),
        )
        if replaced:
            prompt.say("it is there already; enter replaces it")

    @work(group="report", exit_on_error=False)
    async def _write(
        self, rows: Sequence[JobRow], kinds: frozenset[str], typed: str, *, replaced: str
    ) -> None:
        from finetop.report.writing import IsThere, refuse  # noqa: PLC0415 - as above

        if not typed.strip():
            return
        path = Path(typed.strip())
        try:
            await asyncio.to_thread(refuse, path, replace=typed == replaced)  # before anybody waits for data
            with contextlib.suppress(TimeoutError):  # then the report says so
                await asyncio.wait_for(self._know_bytes(rows), PATIENCE_S)
            placed = await asyncio.to_thread(self._written, rows, kinds, path, replace=typed == replaced)
        except IsThere:
            await self._ask_path(rows, kinds, typed, replaced=typed)
        except FinetopError as error:
            self.post_message(Said.of(error))
        else:
            whose = f"{len(rows)} jobs" if len(rows) > 1 else text.clean(rows[0].name)
            without = f"Without {', '.join(sorted(kinds))}." if kinds else ""
            self.post_message(
                Said(f"Wrote the report on {whose} to {text.clean(str(placed))}.", without, "good")
            )

    async def _know_bytes(self, rows: Sequence[JobRow]) -> None:
        """Learn the hashes of the data of these jobs, where their provider answers soon."""
        sound = {state.name for state in self.session.states() if state.state == "ok"}
        for row in rows:
            job = self.store.jobs.get(row.key) if row.profile in sound else None
            data = () if job is None else (*job.training_files, *job.validation_files)
            ids = [file.id for file in data]
            if len(self.store.library.hashes(row.key.account, ids)) < len(ids):
                asked = self.session.know_bytes(row.profile, ids, LARGEST)
                with contextlib.suppress(FinetopError):
                    await asyncio.wrap_future(asked)

    def _written(self, rows: Sequence[JobRow], kinds: frozenset[str], path: Path, *, replace: bool) -> Path:
        """Read, make and write it; on another thread."""
        from finetop.dossier import dossier  # noqa: PLC0415 - as above
        from finetop.report import writing  # noqa: PLC0415 - as above
        from finetop.report.assembling import report  # noqa: PLC0415 - as above

        kind = writing.format_of(str(path))
        writing.refuse(path, replace=replace)
        now = self._clock()
        read = (dossier(self.store, row.key, row.profile, now=now) for row in rows)
        content = writing.written(report([one for one in read if one is not None], kinds), kind)
        return writing.place(path, content, replace=replace).absolute()

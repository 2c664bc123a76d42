"""Why a job's loss is what it is: its examples, the one that was learned least first.

open_worst(screen, row)         from any screen of a store and a session
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.dataset.losses import Losses, file_of, losses_of, may_tell, per
from finetop.errors import FinetopError
from finetop.tui.contents import MOST_FETCHED, Content, Wanted, content_of
from finetop.tui.handoff import Copy
from finetop.tui.messages import Said
from finetop.tui.panes.worst_records import SPLITS, WorstExamples
from finetop.tui.screens.viewer import Viewer, sentence_of

if TYPE_CHECKING:
    from finetop.dataset.longfile import LongFile
    from finetop.dataset.losses import Split
    from finetop.models import File, Job
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobRow
    from finetop.tui.screens.everywhere import Everywhere
    from finetop.tui.widgets.runs import Run


def open_worst(screen: Everywhere, row: JobRow) -> None:
    """Show the examples of a job; says why where there are none."""
    job = screen.store.jobs.get(row.key)
    files = () if job is None else job.result_files
    if job is None or not files:
        screen.post_message(
            Said(
                "This job has no result files, which would tell the losses of its examples."
                if row.is_final
                else "The losses of its examples come with the result files, once this job has succeeded."
            )
        )
        return
    screen.app.push_screen(Worst(screen.store, screen.session, row, job))


class Worst(Viewer):
    """The examples of one job."""

    PLACE = "the worst examples"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a", "split", "Only", id="record.split", tooltip="Only training, only validation, or all examples"
        ),
    ]

    def __init__(self, store: Store, session: Session, row: JobRow, job: Job) -> None:
        super().__init__(store, session, Wanted(row.key.account, job.result_files[-1].id))
        self._row = row
        self._job = job
        self._losses: Losses | None = None
        self._files: dict[Split, LongFile] = {}
        self._missing: dict[Split, str] = {}
        self._shown: Split | None = None
        self._opened: list[LongFile] = []
        self._parts: list[str] = []

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """The job, and how its files do on the whole."""
        runs: list[Run] = [(text.clean(self._row.name), "bright"), ("   worst first", "muted")]
        losses = self._losses
        facts: list[list[Run]] = []
        if losses is not None:
            facts = [[(part, "warn")] for part in self._parts]
            means: list[Run] = []
            for split in filter(self._is_whole, losses.of):
                means += [(f"  {split} ", "muted"), (text.loss(losses.means[split]), split)]
            if means:
                facts.append([("mean", "muted"), *means, (f"  {per(self._job, losses)}", "muted")])
        return runs, facts

    def _is_whole(self, split: Split) -> bool:
        """Whether every line has a loss: where only the hardest have one, their mean says nothing."""
        file = self._files.get(split)
        return file is None or self._losses is None or len(self._losses.of[split]) >= file.lines

    # --- the content ------------------------------------------------------------------------------------

    @work(exit_on_error=False)
    async def _fetch(self) -> None:
        self._failed = False
        self._parts.clear()
        self._list.say("Fetching the losses of its examples.", "muted")
        try:
            found = await self._find()
        except FinetopError as error:
            self._failed = True
            self._list.say(f"{sentence_of(error.message)} {error.advice}".rstrip(), "bad")
            return
        if found is None:
            self._list.say(_none(self._job))
            return
        if self._left:
            return
        self._losses = found
        await self._bring_files(found)
        await self._show_worst(found)

    async def _show_worst(self, losses: Losses) -> None:
        records = await asyncio.to_thread(WorstExamples, losses, self._files, self._missing, self._shown)
        if self._left:
            return
        self.show_place()
        self._one.show(records, 0)
        self._list.show(records)
        self._lay_out()
        self._list.measured()
        self.refresh_bindings()

    @work(exclusive=True, group="split", exit_on_error=False)
    async def action_split(self) -> None:
        """All examples, only those of training, only those of validation, and so on."""
        losses = self._losses
        if losses is None:
            return
        choices: list[Split | None] = [None, *losses.of]
        self._shown = choices[(choices.index(self._shown) + 1) % len(choices)]
        await self._show_worst(losses)
        self._list.move_to(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where all are from one file there is nothing to choose, and without a file nothing to save."""
        if action == "save":
            return self._content is not None
        if action == "split":
            return self._losses is not None and len(self._losses.of) > 1
        return super().check_action(action, parameters)

    async def _find(self) -> Losses | None:
        """The losses, from the first result file that tells any."""
        account = self._wanted.account
        files = self._job.result_files
        known = ((file.id, self.store.library.file(account, file.id)) for file in files)
        named = {id_: file.filename or "" for id_, file in known if file is not None}
        for file in may_tell(files, named):
            wanted = Wanted(account, file.id, file.filename or named.get(file.id, "") or "examples.csv")
            content = await content_of(self.session, wanted, lambda *_: None)
            self._hold(content)
            losses = await asyncio.to_thread(_read, content)
            if losses is not None:
                self._content, self._wanted = content, wanted._replace(size_bytes=content.file.size_bytes)
                return losses
        return None

    async def _bring_files(self, losses: Losses) -> None:
        """The files that the examples are in, or why one of them cannot be read."""
        for split in losses.of:
            file = file_of(self._job, split)
            if file is None:
                continue
            self._list.say(f"Fetching the {SPLITS[split]} file.", "muted")
            try:
                content = await content_of(self.session, self._wanted_of(file), lambda *_: None)
            except FinetopError as error:
                self._missing[split] = text.clean(error.message).rstrip(".")
                continue
            self._hold(content)
            if not content.file.is_measured:
                await asyncio.to_thread(content.file.measure, lambda: self._left)
            if not content.is_whole:
                self._parts.append(f"only {text.size(MOST_FETCHED)} of {SPLITS[split]}")
            self._files[split] = content.file

    def _wanted_of(self, file: File) -> Wanted:
        return Wanted(self._wanted.account, file.id, file.filename or "", file.size_bytes)

    def _hold(self, content: Content) -> None:
        """Files are let go of with the screen."""
        self._opened.append(content.file)
        if self._left:
            content.file.close()

    def on_unmount(self) -> None:
        """Let go of all of them."""
        for file in self._opened:
            file.close()

    # --- handing on -------------------------------------------------------------------------------------

    def copies(self) -> Sequence[Copy]:
        """The example, where it stands, and the file of losses."""
        records = self._list.records
        found = list(super().copies())
        if isinstance(records, WorstExamples) and records.count:
            one = records.worst[self._list.cursor]
            file = file_of(self._job, one.split)
            found.insert(2, Copy("the number of its line", str(one.line)))
            if file is not None:
                found.append(Copy(f"the {SPLITS[one.split]} file's id", file.id))
        return [copy for copy in found if copy.text]


def _read(content: Content) -> Losses | None:
    """What a file tells; runs in a thread."""
    losses = losses_of(content.file.content(MOST_FETCHED))
    if losses is not None:
        _ = losses.means  # kept with them, so that drawing need not reckon it
    return losses


def _none(job: Job) -> str:
    """Why no result file tells of examples."""
    if job.method == "reinforcement":
        return "A reinforcement job has rewards, and no losses of examples."
    return "Its result files tell no losses of single examples."

"""Bringing files here: asking where to, never over what is there unasked, and telling how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import work

from finetop import text
from finetop.actions.naming import safe_name
from finetop.errors import BadInput, FinetopError
from finetop.tui.contents import kept_path
from finetop.tui.messages import Said
from finetop.tui.outward import Outward
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.consent import Consent
from finetop.tui.screens.dialog import facts
from finetop.tui.screens.everywhere import Everywhere
from finetop.tui.screens.fields import complete_path
from finetop.tui.widgets.prompt import Completion, Prompt

if TYPE_CHECKING:
    from finetop.tui.contents import Wanted

TENTHS = 10
CHUNK = 1 << 20


class Where(NamedTuple):
    """Where a file shall lie."""

    folder: Path
    name: str = ""
    """Empty for the provider's own."""
    problem: str = ""
    """Why that cannot be."""
    is_taken: bool = False
    """True where something lies there."""


def where_of(typed: str, *, many: bool = False) -> Where:
    """What a typed path means: a folder, or a file in one that exists; several files want a folder."""
    path = Path(typed.strip() or ".").expanduser().absolute()
    if path.is_dir():
        return Where(path)
    if many or typed.endswith("/"):
        return Where(path, problem=f"there is no folder {path}")
    if not path.parent.is_dir():
        return Where(path.parent, problem=f"there is no folder {path.parent}")
    return Where(path.parent, path.name, is_taken=path.exists())


def folders(typed: str) -> Sequence[Completion]:
    """The folder that a path may go on with."""
    found = complete_path(typed, "/")  # nothing ends like that, so only folders are left
    return [Completion(found, Path(found).name + "/")] if found else []


class Bringing(Everywhere):
    """The part of a screen that brings files."""

    async def ask_where(self, files: Sequence[Wanted]) -> None:
        """Ask for the path; enter takes the folder that finetop was started in."""
        many = len(files) > 1
        begun = "./" if many else f"./{safe_name(files[0].name or files[0].id)}"

        def changed(typed: str) -> None:
            prompt.say(where_of(typed, many=many).problem)

        def done(typed: str) -> None:
            self._bring(files, where_of(typed, many=many))

        label = f"Save {len(files)} files in" if many else "Save as"
        prompt = await Prompt.ask(self, label, begun, done=done, changed=changed, complete=folders)

    @work(exit_on_error=False)
    async def _bring(self, files: Sequence[Wanted], where: Where) -> None:
        if where.problem:
            self.post_message(
                Said(f"{where.problem[:1].upper()}{where.problem[1:]}.", "Nothing was brought.", "bad")
            )
            return
        if where.is_taken and not await self.app.push_screen_wait(Confirm(_over(where))):
            return
        # The app does it: it goes on when this screen is left.
        self.app.run_worker(self._bring_all(files, where), exit_on_error=False)

    async def _bring_all(self, files: Sequence[Wanted], where: Where) -> None:
        say = self.sayer()
        done: list[Path] = []
        for place, file in enumerate(files, 1):
            name = text.clean(file.name or file.id)
            of_all = f"{place} of {len(files)}: " if len(files) > 1 else ""
            try:
                progress = told_by_tenths(say, f"Bringing {of_all}{name}")
                done.append(await self._brought(file, where, progress))
            except FinetopError as error:
                say(Said.of(error))
                return
        what = str(done[0]) if len(done) == 1 else f"{len(done)} files in {where.folder}"
        say(Said(f"Saved {text.clean(what)}."))

    async def _brought(self, file: Wanted, where: Where, progress: Callable[[int, int], None]) -> Path:
        kept = await asyncio.to_thread(kept_path, self.session, file)
        if kept is not None:  # it was brought before, and may be gone at the provider
            return await asyncio.to_thread(_copied, kept, where)
        return await asyncio.wrap_future(
            self.session.download(
                self.session.names[file.account],
                file.id,
                where.folder,
                name=where.name or None,
                overwrite=where.is_taken,
                decode=True,
                progress=progress,
            )
        )

    def sayer(self) -> Callable[[Said], None]:
        """Tells whoever looks by then; may be called from any thread."""
        app = self.app
        return app.say if isinstance(app, Outward) else lambda _: None


def told_by_tenths(say: Callable[[Said], None], doing: str) -> Callable[[int, int], None]:
    """Tell of every tenth of a file that takes its time, and no more often."""
    told = 0

    def progress(received: int, total: int) -> None:
        nonlocal told
        tenths = received * TENTHS // total if total else 0
        if told < tenths < TENTHS:
            told = tenths
            say(Said(f"{doing}, {tenths * 10} % of {text.size(total)}."))

    return progress


def _copied(path: Path, where: Where) -> Path:
    """A copy of a file that is here, whole or not at all."""
    from finetop.actions.files.landing import Landing  # noqa: PLC0415 - knows HTTP, as no list of files must

    landing = Landing(where.folder)
    try:
        with path.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                landing.write(chunk)
        return landing.settle(where.name or path.name, overwrite=where.is_taken)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", hint="Bring it anew.") from error
    finally:
        landing.drop()


def _over(where: Where) -> Consent:
    """The question before something is written over."""
    path = text.clean(str(where.folder / where.name))
    lines = [
        (),
        *facts(
            [
                ("There", ((text.shorten_middle(path, 48), "text"),)),
                ("Lost", (("what it holds now", "text"),)),
            ]
        ),
        (),
    ]
    return Consent("Write over this file?", "Keep it", "Write over it", lines, harmful=True)

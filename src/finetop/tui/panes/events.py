"""The events pane: the log of the job under the cursor, or those of the marked jobs as one.

EventsPane(glyphs=UNICODE)
pane.show(source, now=...)      another job; None without one
pane.news(now=...)              the source may have more events
pane.tick(now)                  time has passed
pane.merge(source, now=...)     several jobs, until the user has enough of them
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.acts import keyed
from finetop.tui.handoff import Copy, Sheet
from finetop.tui.messages import Said
from finetop.tui.panes.log_lines import LOCAL, STAMPS, UTC
from finetop.tui.panes.log_times import TimedLog
from finetop.tui.panes.searched_log import LEVEL_WORDS, LEVELS, SearchedLog
from finetop.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.tui.panes.log_reading import LogSource
    from finetop.tui.remembered import Part, State
    from finetop.tui.widgets.runs import Run

SIDE_CELLS: Final = 20


class EventsPane(SearchedLog, TimedLog):
    """Follows the end until it is scrolled up or told not to."""

    NAME = "Events"
    PLACE = "the events"
    NUMBER = 4
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "follow", "Follow", id="events.follow", tooltip="Follow new events, or stay here"),
        Binding("w", "wrap", "Wrap", id="events.wrap", tooltip="Wrap long lines, or cut them"),
        Binding("t", "time", "Time", id="events.time", tooltip="Times local, UTC, as ages, or none"),
        Binding(
            "M", "merge", "Merge", id="events.merge", tooltip="The marked jobs' events as one log, or not"
        ),
        Binding("E", "save", "Save", id="events.save", tooltip="Save the log as it is filtered"),
        Binding(
            "h,left", "side(-1)", "Left", show=False, id="events.left", tooltip="Long lines from further left"
        ),
        Binding("l,right", "side(1)", "Right", show=False, id="events.right", tooltip="More of long lines"),
    ]

    class MergeWanted(Message):
        """The marked jobs' events shall be shown as one log."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "events") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._own: LogSource | None = None
        """Of the job under the cursor."""

    # --- values -----------------------------------------------------------------------------------------

    @property
    def is_merged(self) -> bool:
        """True while several jobs' events are shown."""
        return self.source is not self._own

    @property
    def _log_name(self) -> str:
        """What the log is called in a file's name."""
        names = {} if self.source is None or self.is_merged else self.source.names
        return next(iter(names.values()), "merged")

    def show(self, source: LogSource | None, *, now: float) -> None:
        """Show the events of another job, from their end; a merged log stays as it is."""
        merged, self._own = self.is_merged, source
        if not merged:
            self._turn_to(source, now)

    def merge(self, source: LogSource, *, now: float) -> None:
        """Show the events of several jobs in the order of their times."""
        self._turn_to(source, now)

    def news(self, *, now: float) -> None:
        """Read what is new; the view moves only while it follows."""
        self.pull()
        if self.look.began is None and self.source is not None and self.count:
            self.look = replace(self.look, began=self.source.log.began(self.source.jobs))
        self.tick(now)

    def tick(self, now: float) -> None:
        """Today may have become yesterday."""
        self.look = replace(self.look, now=now)

    def _turn_to(self, source: LogSource | None, now: float) -> None:
        self.source, self.reading, self.spot, self.cleared = source, None, None, 0
        began, names = None, None
        if source is not None:
            began = source.log.began(source.jobs)
            names = source.names if len(source.jobs) > 1 else None
        self.look = replace(self.look, now=now, began=began, names=names, left=0)
        self.read_anew()

    def state(self) -> State:
        """How logs are looked at."""
        kept = {
            "follows": self.follows,
            "wraps": self.look.wraps,
            "time": self.look.stamp,
            "level": self.level,
        }
        return {**super().state(), **kept}

    def restore(self, state: Part) -> None:
        """Look at them the same way."""
        super().restore(state)
        self.follows = state.flag("follows", default=True)
        stamp, level = state.text("time"), state.text("level")
        self.level = level if level in LEVELS else ""
        self.look = replace(self.look, wraps=state.flag("wraps"), stamp=stamp if stamp in STAMPS else LOCAL)

    # --- words ------------------------------------------------------------------------------------------

    def facts(self) -> tuple[Run, ...]:
        """What is shown and how, whether it follows, and how much there is; the last is wanted most."""
        if self.source is None or self.reading is None:
            return ()
        told: list[Run] = [
            (f"+{self.look.left}" if self.look.left else "", "faint"),
            (UTC if self.look.stamp == UTC else "", "faint"),
            (f"{len(self.source.jobs)} marked" if self.is_merged else "", "text"),
            *self.search_facts(),
        ]
        if self.count:
            new = self.count - self.seen
            if self.is_following:
                told.append(("following", "text"))
            elif new > 0:
                told.append((f"{text.count(new)} new", "accent"))
            else:
                told.append(("not following" if self.follows else "follow off", "faint"))
            told.append((text.count(self.count), "muted"))
        return tuple(run for run in told if run[0])

    def stand_in(self) -> str:
        """What is, then what to do."""
        if self.source is None or self.reading is None:
            return "No job yet."
        if not self.reading.is_whole:
            return "Looking through the log."
        if self.filter:
            clears = keyed(self, "{text.clear|esc} clears.")
            return f"No event matches {text.clean(self.filter.text)}. {clears}"
        if self.level:
            return keyed(self, f"No {LEVEL_WORDS[self.level]}. {{events.level|L}} shows all.")
        if self.cleared:
            return keyed(self, "Nothing new. {text.clear|esc} shows all.")
        return self.source.words()

    def copies(self) -> Sequence[Copy]:
        """The line that was gone to, and what is in sight."""
        from finetop.tui.log_file import readable  # noqa: PLC0415 - the first paint does not need it

        if self.source is None:
            return ()
        lines = [told.line for told in self.lines_in_sight()]
        seen = "\n".join(readable(self.source.log, [line.id for line in lines], self.source.names))
        here = next((line.message for line in lines if line.spot == self.spot), "")
        return [Copy("this event", here), Copy("the events in sight", seen)]

    def sheet(self) -> Sheet | None:
        """The log as it is filtered, or as much of its end as opens at once."""
        from finetop.tui.log_file import file_name, newest  # noqa: PLC0415 - as above

        if self.source is None or self.wanted is None or not self.count:
            return None
        content = newest(self.source.log, self.wanted, self.source.names)
        return Sheet(file_name(self._log_name), content.encode())

    # --- how it is looked at ----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing now are left to the screen."""
        if action == "side":
            return not self.look.wraps
        if action == "save":
            return self.count > 0
        return super().check_action(action, parameters) or (action == "clear" and self.is_merged)

    def action_follow(self) -> None:
        """Follow new events, or stay here; nothing but this key follows again once it was said to stay."""
        self.follows = not self.is_following
        if self.follows:
            self.to_end()
        self.redraw()

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.look = replace(self.look, wraps=not self.look.wraps, left=0)
        self.refresh_bindings()

    def action_time(self) -> None:
        """Tell times in the next way."""
        stamp = STAMPS[(STAMPS.index(self.look.stamp) + 1) % len(STAMPS)]
        self.look = replace(self.look, stamp=stamp)

    def action_side(self, step: int) -> None:
        """See more of long lines; the place stays whatever arrives."""
        self.look = replace(self.look, left=max(0, self.look.left + step * SIDE_CELLS))

    def action_merge(self) -> None:
        """The marked jobs' events as one log, or those of the one job again."""
        if self.is_merged:
            self._turn_to(self._own, self.look.now)
        else:
            self.post_message(self.MergeWanted())

    def action_clear(self) -> None:
        """One step back."""
        is_wanted = self.needle or self.filter or self.cleared
        super().action_clear()
        if self.is_merged and not is_wanted:
            self.action_merge()

    # --- saving -----------------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """Ask where to, and write the whole log as it is filtered."""
        from finetop.tui.log_file import file_name  # noqa: PLC0415 - as above

        if self.source is None:
            return
        await Prompt.ask(
            self.screen, "Save as", file_name(self._log_name), done=partial(self._save, replaced="")
        )

    @work(group="save", exit_on_error=False)
    async def _save(self, line: str, *, replaced: str) -> None:
        from finetop.tui.log_file import IsThere, save  # noqa: PLC0415 - as above

        source, query = self.source, self.wanted
        if not line.strip() or source is None or query is None:
            return
        path = Path(line.strip())
        writing = partial(save, source.log, query, source.names, path, replace=line == replaced)
        try:
            count = await asyncio.to_thread(writing)
        except IsThere:
            prompt = await Prompt.ask(self.screen, "Save as", line, done=partial(self._save, replaced=line))
            prompt.say("enter replaces it")
        except FinetopError as error:
            self.post_message(Said.of(error))
        else:
            events = "1 event" if count == 1 else f"{count:,} events"
            self.post_message(Said(f"Saved {events} in {path}.", role="good"))

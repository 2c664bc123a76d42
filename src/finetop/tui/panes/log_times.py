"""Going to a time in a log: `12:03`, `40m`, `2026-11-19 12:03`."""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from finetop.query import values
from finetop.tui.acts import Act
from finetop.tui.panes.log_view import LogView
from finetop.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from finetop.tui.panes.log_reading import Reading

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_DAY_S: Final = 86_400


def time_meant(words: str, now: float) -> float | None:
    """The moment of a time of day, the last one there was, of an age or a date; None for anything else."""
    words = words.strip()
    age_s = values.duration(words.removesuffix("ago").replace(" ", "")) if words else None
    if age_s is not None:
        return now - age_s
    if (found := _CLOCK.fullmatch(words)) is not None:
        day = time.strftime("%Y-%m-%d", time.localtime(now))
        spot = values.moment(f"{day} {found[1]:0>2}:{found[2]}:{found[3] or '00'}")
        if spot is None:
            return None
        return spot[0] if spot[0] <= now else spot[0] - _DAY_S
    spot = values.moment(words)
    return None if spot is None else spot[0]


class TimedLog(LogView):
    """A log whose lines can be gone to by their times."""

    ACTIONS: ClassVar[tuple[Act, ...]] = (Act("events.go_to_time", "Go to a time in the log", "go_to_time"),)

    async def action_go_to_time(self) -> None:
        """Ask for a time, and show the log from there."""

        def changed(line: str) -> None:
            if line.strip() and time_meant(line, self.look.now) is None:
                prompt.say("12:03, 40m or a date")

        def done(line: str) -> None:
            moment = time_meant(line, self.look.now)
            if moment is not None:
                self.show_from(moment)

        prompt = await Prompt.ask(self.screen, "Go to time", done=done, changed=changed)

    def show_from(self, moment: float) -> None:
        """Mark the first line of this moment or later, else the last one; a log is in the order of times."""
        reading = self.reading
        if reading is None or not len(reading):
            return
        place = bisect_left(range(len(reading)), moment, key=partial(_time_at, reading))
        if not place and not reading.is_whole:
            self.when_whole = partial(self.show_from, moment)
            return
        told = reading.told(min(place, len(reading) - 1))
        if told is not None:
            self.reveal(told.line.spot)


def _time_at(reading: Reading, place: int) -> float:
    told = reading.told(place)
    return 0.0 if told is None else told.line.spot.time

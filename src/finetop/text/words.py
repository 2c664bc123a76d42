"""Values to the words a screen shows."""

from __future__ import annotations

import math
import time
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def loss(value: float | None) -> str:
    """A loss or an accuracy in at most six cells, three decimals where they fit."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if 0 < abs(value) < 0.001:
        return short_exponent(value)
    for decimals in (3, 2, 1, 0):
        words = f"{value:.{decimals}f}"
        if len(words) <= 6:
            return words
    return short_exponent(value)


def short_exponent(value: float) -> str:
    """A very small or very large number, `4e-4`."""
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def percent(share: float | None, *, done: bool = False) -> str:
    """A share as five cells, ` 62 %`; 99 until it is done."""
    if share is None or not math.isfinite(share):
        return ""
    whole = 100 if done else max(0, min(99, int(share * 100)))
    return f"{whole:3d} %"


def age(seconds: float | None) -> str:
    """A coarse age: it changes rarely, so that drawing it costs little."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole if whole < 10 else whole // 10 * 10} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m"
    if whole < _DAY:
        return f"{whole // _HOUR} h"
    days = whole // _DAY
    if days < 100:
        return f"{days} d"
    # Weeks keep the column four cells wide until the first year is over.
    return f"{days // 7} w" if days < 365 else f"{days // 365} y"


def eta(seconds: float | None) -> str:
    """A time left; always an estimate."""
    words = age(seconds)
    return f"~{words}" if words else ""


def length(seconds: float | None) -> str:
    """A length of time in text, at most two units: `1 h 10 m`."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole >= 10 * _MINUTE:
        whole = whole // _MINUTE * _MINUTE
    for size, big, small, unit in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "m"),
        (_MINUTE, "m", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {big}" + (f" {rest} {unit}" if rest else "")
    return ""


def clock(moment: float, now: float, *, utc: bool = False) -> str:
    """A time of day, local or UTC; older than today with its date. Eight or twelve cells."""
    read = time.gmtime if utc else time.localtime
    then, today = read(moment), read(now)
    if (then.tm_year, then.tm_yday) == (today.tm_year, today.tm_yday):
        return time.strftime("%H:%M:%S", then)
    return f"{then.tm_mday:2d} {_MONTHS[then.tm_mon - 1]} {then.tm_hour:02d}:{then.tm_min:02d}"


def day_clock(moment: float) -> str:
    """A whole local date and time, `20 Nov 2026 11:54:16`."""
    then = time.localtime(moment)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year} {time.strftime('%H:%M:%S', then)}"


def day(moment: float) -> str:
    """A day that is told without an hour, `14 Jan 2027`; it is the same day everywhere."""
    then = time.gmtime(moment)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year}"


def in_days(days: int) -> str:
    """How far away a day is: `in 23 days`, `today`, `5 days ago`."""
    if days == 0:
        return "today"
    many = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"in {many}" if days > 0 else f"{many} ago"


def last_days(days: int) -> str:
    """The same in at most five cells: `23 d`, `today`, `ended`."""
    if days <= 0:
        return "ended" if days < 0 else "today"
    return age(days * _DAY)


def count(number: int) -> str:
    """How many: `1,204`, from ten thousand on `412 k`, `2.1 M`."""
    if abs(number) < 10_000:
        return f"{number:,}"
    if abs(number) < 1_000_000:
        return f"{number // 1000} k"
    return f"{number / 1_000_000:.1f} M"


def size(size_bytes: int) -> str:
    """How large: `1.9 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 100_000:
        return f"{size_bytes / 1000:.0f} kB"
    if size_bytes < 100_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB"
    return f"{size_bytes / 1_000_000_000:.1f} GB"


def ordinal(number: int) -> str:
    """A place in a line: `2nd`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def dollars(sum_: float) -> str:
    """`$1,234.50`; what costs less than a cent is not nothing."""
    return f"${sum_:,.2f}" if sum_ >= 0.005 or not sum_ else "under $0.01"


def in_line(place: int) -> str:
    """Where a waiting job stands."""
    return f"{ordinal(place)} in line"

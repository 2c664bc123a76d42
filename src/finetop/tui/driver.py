"""The terminal as finetop wants it: taken over from a saved frame, given back at once."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

from finetop import frame

if TYPE_CHECKING:
    from textual.app import App


class UntilHangup(threading.Event):
    """Tells the thread that reads keys to stop; also where the terminal is gone.

    Nothing else tells of that where the terminal controls nothing (`setsid`, some containers): no SIGHUP
    comes, and reading its end for ever takes a whole core.
    """

    def __init__(self, handle: int, gone: Callable[[], None]) -> None:
        super().__init__()
        self._gone = gone
        self._poll = select.poll()
        self._poll.register(handle, 0)

    def is_set(self) -> bool:
        """Asked between two readings, ten times a second."""
        if super().is_set():
            return True
        if not any(seen & select.POLLHUP for _, seen in self._poll.poll(0)):
            return False
        self.set()
        self._gone()
        return True


class FinetopDriver(LinuxDriver):
    """Textual's driver, but for its first switch of the screen and its slow farewell."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if sys.__stdout__ is not None and sys.__stdout__.isatty():
            self._file = sys.__stdout__  # Textual draws on stderr, which is for talk
        self.exit_event = UntilHangup(self.fileno, _hang_up)
        self._drop_switch = False
        self._hurry = False

    def start_application_mode(self) -> None:
        """Take the terminal, together with a saved frame that may be on it."""
        self._drop_switch = frame.Held.on_screen
        before = frame.hand_over()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if before is not None:
            self.attrs_before = before

    def write(self, data: str) -> None:
        """Write to the terminal; a second switch would blank the saved frame."""
        if self._drop_switch and data == frame.ENTER:
            self._drop_switch = False
            return
        super().write(data)

    def take_mouse(self, *, take: bool) -> None:
        """Have the terminal report the mouse, or keep it to itself."""
        self._mouse = True
        if take:
            self._enable_mouse_support()
        else:
            self._disable_mouse_support()
            self._mouse = False

    def _sigtstp_application(self, _number: int, _frame: object) -> None:
        """Let the loop step aside: a handler comes at any point, and would wait there for threads."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._app.call_later, self._app.run_action, "app.stop")
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def disable_input(self) -> None:
        """Stop reading keys; in a hurry, without waiting for the thread that reads them."""
        if not self._hurry:
            super().disable_input()
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self.exit_event.set()

    def give_back(self) -> None:
        """Restore the terminal when this process is about to end: no thread is waited for."""
        self._hurry = True
        self.stop_application_mode()
        self.close()

    def give_back_by_force(self) -> None:
        """Restore what can be restored when nobody reads the terminal any more."""
        if self.attrs_before is not None:
            try:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            except termios.error:
                return  # it is gone
        if self._file is None:
            return
        handle = self._file.fileno()
        try:
            os.set_blocking(handle, False)
            os.write(handle, f"\x1b[?1000l\x1b[?1003l\x1b[?1004l\x1b[?2004l\x1b[<u{frame.LEAVE}".encode())
        except OSError:
            return  # full or gone
        finally:
            os.set_blocking(handle, True)


def _hang_up() -> None:
    """End as after SIGHUP."""
    os.kill(os.getpid(), signal.SIGHUP)

"""One job as one process: `python -m finetop.server.worker JOB_DIR`.

Exit codes: 0 the job came to an end that its last event tells, 1 it failed, 3 another worker is at it.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from finetop.server.jobdir import EventWriter, JobDir, LockHeldError
from finetop.server.trainers import CannotTrainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

HEARTBEAT_S = 5.0
SAVE_EVERY_S = 30.0
"""Between two resumable states: the most work a crash can cost."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Cancelled(BaseException):
    """A cancel that came while nothing need be brought to an end; no `except Exception` may swallow it."""


class Stop:
    """What the signals asked for."""

    def __init__(self) -> None:
        self.wish: Literal["cancel", "pause"] | None = None
        self._at_once = False

    def listen(self) -> None:
        """SIGTERM cancels, SIGUSR1 pauses."""
        signal.signal(signal.SIGTERM, self._cancel)
        signal.signal(signal.SIGUSR1, self._pause)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Within this block a cancel does not wait for anything; no event may be written in it."""
        self._at_once = True
        try:
            self._leave_if_cancelled()
            yield
        except Exception:
            # Foreign code turns our exception into its own: numpy's import makes an ImportError of it.
            self._leave_if_cancelled()
            raise
        finally:
            self._at_once = False
        self._leave_if_cancelled()  # foreign code may also have swallowed it

    def _leave_if_cancelled(self) -> None:
        if self.wish == "cancel":
            raise Cancelled

    def _cancel(self, _number: int, _frame: FrameType | None) -> None:
        self.wish = "cancel"
        if self._at_once:
            self._at_once = False
            raise Cancelled

    def _pause(self, _number: int, _frame: FrameType | None) -> None:
        self.wish = self.wish or "pause"


class Heartbeat:
    """Says every five seconds that the worker lives, also through a long load or validation."""

    def __init__(self, events: EventWriter, every_s: float = HEARTBEAT_S) -> None:
        self._events = events
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No heartbeat follows the last event."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._events.write("heartbeat", durable=True)
            except OSError as error:
                # The training meets the same disk and tells what is wrong with it.
                sys.stderr.write(f"no heartbeat: {error}\n")


def main(arguments: list[str]) -> int:
    """Work on the job in a directory."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m finetop.server.worker JOB_DIR\n")
        return 2
    stop = Stop()
    stop.listen()
    for name in ONE_THREAD:
        os.environ[name] = "1"
    job = JobDir(Path(arguments[0]).resolve())
    try:
        with job.locked():
            os.nice(10)
            return _attempt(job, stop)
    except LockHeldError:
        sys.stderr.write(f"another worker is at {job.root}\n")
        return 3


def _attempt(job: JobDir, stop: Stop) -> int:
    events = EventWriter(job.events, int(os.environ.get("FINETOP_ATTEMPT", "1")))
    if events.last_type in ("succeeded", "cancelled", "failed"):
        # The server missed the end; the event that tells it is still there.
        return 1 if events.last_type == "failed" else 0
    heartbeat = Heartbeat(events)
    try:
        last, fields = _work(job, events, stop)
    except Cancelled:
        last, fields = "cancelled", {}
    except Exception as error:  # noqa: BLE001 - the outermost frame: whatever it is, the job must say it failed
        traceback.print_exc()
        last, fields = "failed", _explained(error)
        _make_room(job)  # a full disk must take one more event
    heartbeat.stop()
    events.write(last, durable=True, **fields)
    if last != "paused":
        _make_room(job)
    return 1 if last == "failed" else 0


def _work(job: JobDir, events: EventWriter, stop: Stop) -> tuple[str, dict[str, object]]:
    events.write("phase", phase="loading")
    with stop.at_once():
        spec = job.read_spec()
        if spec["trainer"] != "tiny":
            raise CannotTrainError("unknown_trainer", f"no trainer here that is called {spec['trainer']}")
        from finetop.server.trainers.tiny.train import Training  # noqa: PLC0415 - numpy, only after the signals

        save_every_s = float(os.environ.get("FINETOP_SAVE_EVERY_S", SAVE_EVERY_S))
        training = Training(job, spec, events, wish=lambda: stop.wish, save_every_s=save_every_s)
    events.write("running", resume_step=training.resume_step)
    events.write("log", level="info", message=training.describe())
    events.write("phase", phase="training")
    granted = training.run()
    if granted == "cancel":
        return "cancelled", {}
    if granted == "pause":
        return "paused", {"step": training.resume_step}
    events.write("phase", phase="saving")
    return "succeeded", {"trained_tokens": training.finish()}


def _explained(error: Exception) -> dict[str, object]:
    """What went wrong, in words for the one who made the job."""
    if isinstance(error, CannotTrainError):
        about = {"param": error.param} if error.param else {}
        return {"code": error.code, "message": error.message, **about}
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        where = f" while writing {Path(error.filename).name}" if error.filename else ""
        return {"code": "disk_full", "message": f"there is no room left on the disk{where}"}
    if isinstance(error, OSError):
        return {"code": "io_error", "message": f"a file could not be used: {error}"}
    if isinstance(error, MemoryError):
        return {"code": "out_of_memory", "message": "there is not enough memory for this file"}
    if isinstance(error, ModuleNotFoundError) and error.name == "numpy":
        return {"code": "numpy_missing", "message": "numpy is not installed; install finetop[local]"}
    return {"code": "internal_error", "message": f"the trainer made a mistake: {error!r}; see worker.log"}


def _make_room(job: JobDir) -> None:
    """Drop what only a resumed attempt would need."""
    for path in (*job.resume.glob("*"), *job.resume.glob(".*.part")):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

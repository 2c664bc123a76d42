"""One question to several profiles: one that is dead, silent or refused holds and hides no other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

from finetop.cli import output
from finetop.errors import FinetopError, TryLater

Answer = TypeVar("Answer")

TOGETHER_S = 2.0
"""So long the first answers wait for others, to stand in one order with them."""


class Asked(Generic[Answer]):
    """What each profile answers; a failure is told once, and of which profile where there are several."""

    def __init__(
        self, answers: Mapping[str, Future[Answer]], timeout_s: float, *, one_raises: bool = True
    ) -> None:
        self._answers = dict(answers)
        self._timeout_s = timeout_s
        self._one_raises = one_raises
        """Where a single profile was asked, its failure is the command's."""
        self._codes: dict[str, int] = {}

    @property
    def code(self) -> int:
        """The exit code: of the profiles that failed so far, that of the first."""
        return next((self._codes[name] for name in self._answers if name in self._codes), 0)

    def all(self) -> dict[str, Answer]:
        """The answers of all, in the order in which they were asked."""
        found = {name: answer for wave in self.waves(self._timeout_s) for name, answer in wave.items()}
        return {name: found[name] for name in self._answers if name in found}

    def waves(self, together_s: float = TOGETHER_S) -> Iterator[dict[str, Answer]]:
        """The answers that came first, then the later ones as they come."""
        deadline = time.monotonic() + self._timeout_s
        wait(self._answers.values(), timeout=min(together_s, self._timeout_s))
        waiting = dict(self._answers)
        while waiting:
            ready = [name for name, answer in waiting.items() if answer.done()]
            ended = {name: waiting.pop(name) for name in ready}
            heard = {name: answer.result() for name, answer in ended.items() if not answer.exception()}
            if heard:
                yield heard
            for name, answer in ended.items():
                if error := failure(answer):
                    self._fail(name, error)
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            wait(waiting.values(), timeout=left_s, return_when=FIRST_COMPLETED)
        for name in waiting:
            said = f"{name} has not answered within {self._timeout_s:g} s"
            self._fail(name, TryLater(said, hint="Wait longer with --timeout 2m."), is_named=True)

    def _fail(self, name: str, error: FinetopError, *, is_named: bool = False) -> None:
        is_alone = len(self._answers) == 1
        if is_alone and self._one_raises:
            raise error
        output.complain(error, of="" if is_named or is_alone else name)
        self._codes[name] = error.exit_code


def failure(answer: Future[Any]) -> FinetopError | None:
    """Why there is no answer; None where there is one."""
    try:
        answer.result()
    except FinetopError as error:
        return error
    return None


def together(*answers: Future[Any]) -> Future[None]:
    """Answered when all of these are, and failed as the first of them that failed."""
    whole: Future[None] = Future()

    def look(_: Future[Any]) -> None:
        if not all(answer.done() for answer in answers):
            return
        error = next((error for answer in answers if (error := answer.exception())), None)
        with suppress(InvalidStateError):  # the last two came at once, and both were heard
            whole.set_result(None) if error is None else whole.set_exception(error)

    for answer in answers:
        answer.add_done_callback(look)
    return whole

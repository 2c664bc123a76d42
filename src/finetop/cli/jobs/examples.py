"""`finetop jobs examples`: why a job's loss is what it is, by the examples it has learned least."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import click

from finetop import text
from finetop.cli import account, options, output
from finetop.errors import FinetopError

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.dataset.longfile import LongFile
    from finetop.dataset.losses import ExampleLoss, Losses, Split
    from finetop.models import Job
    from finetop.session import Session

MOST_RESULTS: Final = 32 << 20
MOST_EXAMPLES: Final = 1 << 30
"""Bytes of a training file that are brought to show what its lines say."""
BRIEF: Final = 60
"""Characters of what is asked and answered in a table."""


@click.command("examples", short_help="Show the examples that a job has learned least.")
@options.job_id
@click.option("--worst", type=click.IntRange(min=1), default=20, show_default=True, help="So many of them.")
@click.option("--split", type=click.Choice(["train", "valid"]), help="Of this file alone.")
@click.option("--no-text", is_flag=True, help="Only losses and lines; the training file is not brought.")
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_examples(
    run: Run,
    job_id: str,
    *,
    worst: int,
    split: Split | None,
    no_text: bool,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Show the examples that a job has learned least, the worst first.

    Where its server writes the loss of each into a result file; the one of finetop does.
    """
    profile = account.profile_of(run, job_id)
    with account.opened(run, profile) as session, ExitStack() as opened:
        job = session.get_job(profile.name, job_id).result()
        reading = _Reading(session, profile.name, job, opened)
        losses = reading.losses()
        told = [] if losses is None else [one for one in losses.worst if split in (None, one.split)][:worst]
        files = {} if no_text else reading.files({one.split for one in told})
        if as_json or as_jsonl:
            output.write_values((_value(one, losses, files) for one in told), lines=as_jsonl)
        elif told:
            _print(told, files)
        else:
            output.talk("its result files tell no losses of such examples")


class _Reading:
    """Brings the files of a job; they last as long as `opened`."""

    def __init__(self, session: Session, profile: str, job: Job, opened: ExitStack) -> None:
        self._session, self._profile, self._job, self._opened = session, profile, job, opened

    def losses(self) -> Losses | None:
        """From the first result file that tells any."""
        from finetop.dataset.losses import losses_of, may_tell  # noqa: PLC0415 - help shall not load it

        for file in may_tell(self._job.result_files, {}):
            found = losses_of(self._brought(file.id, MOST_RESULTS).content(MOST_RESULTS))
            if found is not None:
                return found
        return None

    def files(self, splits: set[Split]) -> dict[Split, LongFile]:
        """What the examples are in; one that cannot be had is said."""
        from finetop.dataset.losses import file_of  # noqa: PLC0415 - as above

        found: dict[Split, LongFile] = {}
        for split in sorted(splits):
            file = file_of(self._job, split)
            if file is None:
                continue
            try:
                found[split] = self._brought(file.id, MOST_EXAMPLES)
            except FinetopError as error:
                output.talk(f"what the examples say is not shown: {error.message}")
        return found

    def _brought(self, file_id: str, most: int) -> LongFile:
        from finetop.dataset.longfile import LongFile  # noqa: PLC0415 - as above

        into = cast("BinaryIO", self._opened.enter_context(tempfile.TemporaryFile()))  # noqa: SIM115 - the stack closes it
        self._session.fetch(self._profile, file_id, into, most_bytes=most).result()
        file = LongFile(into)
        file.measure(lambda: False)
        return file


def _value(one: ExampleLoss, losses: Losses | None, files: Mapping[Split, LongFile]) -> dict[str, Any]:
    """One example as JSON; its words only where they are here."""
    unit = "" if losses is None else losses.unit
    size = {unit: one.size} if unit and one.size is not None else {}
    return {"split": one.split, "line": one.line, "loss": one.loss, **size, **_words(one, files)}


def _words(one: ExampleLoss, files: Mapping[Split, LongFile]) -> dict[str, str]:
    from finetop.dataset.examples import example_of  # noqa: PLC0415 - as above

    file = files.get(one.split)
    line = b"" if file is None else file.line(one.line - 1, most=1 << 20)
    if not line:
        return {}
    example = example_of(line)
    return {"asked": example.asked, "answered": example.answered}


def _print(told: list[ExampleLoss], files: Mapping[Split, LongFile]) -> None:
    heads = ["LOSS", "FROM", "LINE", *(["ASKED", "ANSWERED"] if files else [])]
    output.write_table(heads, list(_cells(told, files)))


def _cells(told: list[ExampleLoss], files: Mapping[Split, LongFile]) -> Iterator[list[str]]:
    for one in told:
        words = _words(one, files)
        said = [text.shorten_end(text.clean(words.get(name, "")), BRIEF) for name in ("asked", "answered")]
        yield [text.loss(one.loss), one.split, str(one.line), *(said if files else [])]

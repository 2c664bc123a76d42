"""Whether jobs learned from the same data, though their files have other ids; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from finetop import text
from finetop.comparing.fields import Cell, Field, field

if TYPE_CHECKING:
    from finetop.dossier import Dossier
    from finetop.models import File, Job

Sameness = Literal["same", "same content", "alike", "unknown", "other"]
_WORDS: dict[Sameness, str] = {
    "same": "",
    "same content": "same content, other id",
    "alike": "same name and size",
    "unknown": "unknown if the same",
    "other": "other content",
}
_ORDER: tuple[Sameness, ...] = ("same", "same content", "alike", "unknown", "other")
"""From surely the same to surely not."""


def data_fields(jobs: Sequence[Dossier]) -> Iterator[Field]:
    """Training and validation files, and how much was learned from them."""
    for name, label, files in (
        ("training_file", "Training file", _training),
        ("validation_file", "Validation file", _validation),
    ):
        yield _file_field(name, label, jobs, files)
    tokens = [None if one.job is None else one.job.trained_tokens for one in jobs]
    cells = [Cell("" if number is None else text.count(number), number) for number in tokens]
    against = ""
    if len(jobs) == 2 and tokens[0] is not None and tokens[1] is not None:
        more = tokens[0] - tokens[1]
        against = f"{text.count(abs(more))} {'more' if more > 0 else 'less'}"
    yield field("Data", "trained_tokens", "Trained tokens", cells, against=against)


def files_in_doubt(jobs: Sequence[Dossier]) -> list[tuple[int, File]]:
    """The files, by account, whose contents would tell whether jobs had the same data."""
    found: dict[tuple[int, str], File] = {}
    for files in (_training, _validation):
        for one in jobs[1:]:
            if _sameness(jobs[0], one, files) not in {"alike", "unknown"}:
                continue
            for job in (jobs[0], one):
                named = () if job.job is None else files(job.job)
                account = job.row.key.account
                found |= {(account, file.id): job.file(file) for file in named if file.id not in job.hashes}
    return [(account, file) for (account, _), file in found.items()]


def learned_from_the_same(jobs: Sequence[Dossier]) -> Sameness:
    """Whether they were trained on the same data; the least certain pair counts."""
    return max((_sameness(jobs[0], one, _training) for one in jobs[1:]), key=_ORDER.index, default="same")


def tried_on_the_same(jobs: Sequence[Dossier]) -> Sameness:
    """Whether their validation was measured on the same data; the least certain pair counts."""
    if all(one.job is not None and not one.job.validation_files for one in jobs):
        return learned_from_the_same(jobs)  # where none is named, providers take a part of that
    return max((_sameness(jobs[0], one, _validation) for one in jobs[1:]), key=_ORDER.index, default="same")


def _training(job: Job) -> Sequence[File]:
    return job.training_files


def _validation(job: Job) -> Sequence[File]:
    return job.validation_files


def _file_field(
    name: str, label: str, jobs: Sequence[Dossier], files: Callable[[Job], Sequence[File]]
) -> Field:
    cells = [_cell(one, files) for one in jobs]
    found = [_sameness(jobs[0], one, files) for one in jobs[1:]]
    differs = any(sameness != "same" for sameness in found)
    if len(jobs) > 2:
        cells = [
            cells[0],
            *(
                cell if sameness == "same" or not cell.words else cell._replace(note=_BESIDE[sameness])
                for cell, sameness in zip(cells[1:], found, strict=True)
            ),
        ]
    against = _against(jobs, files, found[0]) if len(found) == 1 else ""
    return field("Data", name, label, cells, against=against, differs=differs)


_BESIDE: dict[Sameness, str] = {
    "same content": "content of A",
    "alike": "perhaps as A",
    "unknown": "",
    "other": "",
    "same": "",
}


def _cell(one: Dossier, files: Callable[[Job], Sequence[File]]) -> Cell:
    if one.job is None:
        return Cell()
    known = [one.file(file) for file in files(one.job)]
    if not known:
        return Cell("none", None)
    names = ", ".join(text.clean(file.filename or file.id) for file in known)
    sizes = [file.size_bytes for file in known if file.size_bytes is not None]
    note = text.size(sum(sizes)) if len(sizes) == len(known) else ""
    value = [
        {"id": file.id, "name": file.filename, "bytes": file.size_bytes, "sha256": one.hashes.get(file.id)}
        for file in known
    ]
    return Cell(names, value, note, "\n".join(file.id for file in known))


def _against(jobs: Sequence[Dossier], files: Callable[[Job], Sequence[File]], sameness: Sameness) -> str:
    one, other = (() if dossier.job is None else files(dossier.job) for dossier in jobs)
    if not one or not other:
        return f"only {'A' if one else 'B'} has one"
    sizes = [
        [dossier.file(file).size_bytes for file in named]
        for dossier, named in zip(jobs, (one, other), strict=True)
    ]
    if sameness == "other" and None not in (*sizes[0], *sizes[1]):
        more = sum(size or 0 for size in sizes[0]) - sum(size or 0 for size in sizes[1])
        if more:
            return f"other content, {text.size(abs(more))} {'more' if more > 0 else 'less'}"
    return _WORDS[sameness]


def _sameness(one: Dossier, other: Dossier, files: Callable[[Job], Sequence[File]]) -> Sameness:
    """The least certain pair of their files counts."""
    if one.job is None or other.job is None:
        return "unknown"
    mine, theirs = files(one.job), files(other.job)
    if len(mine) != len(theirs):
        return "other"
    pairs = (_pair(one, left, other, right) for left, right in zip(mine, theirs, strict=True))
    return max(pairs, key=_ORDER.index, default="same")


def _pair(one: Dossier, left: File, other: Dossier, right: File) -> Sameness:
    if left.id == right.id and one.row.key.account == other.row.key.account:
        return "same"
    hashes = one.hashes.get(left.id), other.hashes.get(right.id)
    if None not in hashes:
        return "same content" if hashes[0] == hashes[1] else "other"
    left, right = one.file(left), other.file(right)
    if left.size_bytes is None or right.size_bytes is None:
        return "unknown"
    if left.size_bytes != right.size_bytes:
        return "other"
    return "alike" if left.filename and left.filename == right.filename else "unknown"

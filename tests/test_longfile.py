"""Lines of files that need not fit into memory."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from finetop.dataset import longfile
from finetop.dataset.longfile import LongFile

Opened = Callable[[bytes], LongFile]


@pytest.fixture
def opened() -> Iterator[Opened]:
    with ExitStack() as stack:

        def open_(content: bytes) -> LongFile:
            stream = stack.enter_context(tempfile.TemporaryFile())
            stream.write(content)
            stream.flush()
            return stack.enter_context(closing(LongFile(stream)))

        yield open_


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_every_line_is_found_by_its_number(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    """Whatever the lines' lengths are: empty, as long as a block, over many blocks."""
    monkeypatch.setattr(longfile, "BLOCK", 64)
    chance = random.Random(7)
    lines = [bytes([97 + number % 26]) * chance.choice((0, 1, 5, 63, 64, 65, 700)) for number in range(400)]
    lines[-1] = b"the end"
    file = opened(b"\n".join(lines) + end)
    file.measure(lambda: False)
    assert file.is_measured
    assert file.lines == len(lines)
    assert [file.line(number, most=10_000) for number in range(400)] == lines
    assert [len(file.line(number, most=10)) for number in range(400)] == [min(10, len(one)) for one in lines]
    assert all(abs(file.size_of(number) - len(line)) <= 1 for number, line in enumerate(lines))
    assert file.line(400) == file.line(-1) == b""


def test_the_beginning_is_there_before_it_is_measured(opened: Opened) -> None:
    """A screen shows the first lines at once; what was stopped stays as it was."""
    file = opened(b"a line of twenty odd\n" * 40_000)
    assert not file.is_measured
    assert 1_000 < file.lines < 40_000
    assert file.line(12) == b"a line of twenty odd"
    file.measure(lambda: True)
    assert not file.is_measured
    file.measure(lambda: False)
    assert file.lines == 40_000
    assert file.line(39_999) == b"a line of twenty odd"


def test_a_word_is_found_in_both_directions_and_around_the_end(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(longfile, "BLOCK", 64)
    monkeypatch.setattr(longfile, "SEARCHED", 50)
    lines = [b"number %d of many" % number for number in range(300)]
    for number in (20, 150, 151, 290):
        lines[number] += b", a NEEDLE in the hay"
    file = opened(b"\n".join(lines) + b"\n")
    file.measure(lambda: False)
    needles = [b"needle"]
    forth = [file.search(needles, after) for after in (0, 20, 150, 151, 290)]
    assert forth == [20, 150, 151, 290, 20]
    back = [file.search(needles, after, backward=True) for after in (0, 20, 150, 151, 290)]
    assert back == [290, 290, 20, 150, 151]
    assert file.search([b"nothing like it"], 5) is None
    assert file.search(needles, 0, stop=lambda: True) is None


@pytest.mark.parametrize(("content", "lines"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\r\nb", 2)])
def test_small_files(opened: Opened, content: bytes, lines: int) -> None:
    file = opened(content)
    file.measure(lambda: False)
    assert file.lines == lines
    assert file.line(0) == content.split(b"\n")[0].strip()
    assert file.search([b"z"], 0) is None

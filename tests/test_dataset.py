"""A training file is read through before anything is uploaded; one sentence says what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.dataset import check_file, first_prompt, reader

GOOD = b'{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "train.jsonl"


def problem_of(path: Path) -> str:
    """The sentence a person reads, without the folder."""
    problem = check_file(path).problem
    assert problem is not None, f"{path} was taken for good"
    assert problem.exit_code == 2
    assert problem.path == str(path)
    assert "\n" not in problem.message
    return problem.message.replace(f"{path.parent}/", "")


def test_a_good_file_is_counted(file: Path) -> None:
    """Blank lines and Windows line ends are no examples and no fault."""
    file.write_bytes(GOOD + b"\n" + GOOD.replace(b"\n", b"\r\n") + b"  \n" + GOOD.rstrip())
    report = check_file(file)
    assert (report.examples, report.size_bytes, report.problem) == (3, file.stat().st_size, None)


def test_a_path_given_as_text_will_do(file: Path) -> None:
    """Forms hold strings."""
    file.write_bytes(GOOD)
    assert check_file(str(file)).examples == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "train.jsonl: the file is empty"),
        (b"\n \n\t\n", "train.jsonl: the file is empty"),
        (b"[" + GOOD.rstrip() + b"]", "train.jsonl, line 1: the whole file is one JSON array"),
        (b"[\n" + GOOD + b"]", "train.jsonl, line 1: the whole file is one JSON array"),
        (
            json.dumps({"messages": []}, indent=2).encode(),
            "train.jsonl, line 1: one JSON object over many lines",
        ),
        (b"\xef\xbb\xbf" + GOOD, "train.jsonl, line 1: begins with a byte-order mark"),
        (
            GOOD * 16 + b'{"messages": [}\n' + GOOD,
            "train.jsonl, line 17: not JSON (expecting value at character 15)",
        ),
        (GOOD + b"question,answer\n", "train.jsonl, line 2: not JSON (expecting value at character 1)"),
        (GOOD + b'"only text"\n', "train.jsonl, line 2: not a JSON object"),
        (GOOD + b"[1, 2]\n", "train.jsonl, line 2: not a JSON object"),
        (GOOD + b"\n\nnull\n", "train.jsonl, line 4: not a JSON object"),
        (b'{"a": "caf\xe9"}\n', "train.jsonl, line 1: not UTF-8 text (byte 11)"),
        (b"\x1f\x8b\x08\x00", "train.jsonl, line 1: not UTF-8 text (byte 2)"),
        (b'{"loss": NaN}\n', "train.jsonl, line 1: not JSON (NaN is not a number JSON knows)"),
        (b"[" * 100_000, "train.jsonl, line 1: not JSON (brackets too deep)"),
    ],
)
def test_a_bad_file_is_told_with_its_line(file: Path, content: bytes, said: str) -> None:
    """The first fault ends the reading."""
    file.write_bytes(content)
    assert problem_of(file) == said


def test_a_missing_file(file: Path) -> None:
    """Nothing is there."""
    assert problem_of(file) == "train.jsonl: there is no such file"


def test_a_directory(tmp_path: Path) -> None:
    """A directory is no file."""
    (tmp_path / "data").mkdir()
    assert problem_of(tmp_path / "data") == "data: this is a directory"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Opening it would hang until somebody writes."""
    os.mkfifo(tmp_path / "pipe")
    assert problem_of(tmp_path / "pipe") == "pipe: this is not a regular file"


def test_a_path_through_a_file_and_a_null_byte(file: Path) -> None:
    """What the system itself refuses is passed on in its words."""
    file.write_bytes(GOOD)
    assert problem_of(file / "inner").endswith("inner: cannot be read: Not a directory")
    assert check_file("a\0b").problem is not None


def test_a_line_without_an_end_is_not_read_into_memory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is lowered here, for the true one takes long to write."""
    monkeypatch.setattr(reader, "LONGEST_LINE", 100)
    file.write_bytes(b"x" * 1000)
    assert "line 1: longer than" in problem_of(file)


@given(st.binary(max_size=200))
def test_any_bytes_get_a_verdict(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in the file, there is a report and never a crash."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content)
    report = check_file(path)
    assert (report.problem is None) == (report.examples > 0 and report.size_bytes == len(content))


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        (b'{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "How?"}]}', "How?"),
        (b'{"messages": [{"role": "assistant", "content": "a"}]}', ""),
        (b'{"messages": [{"role": "user", "content": [1]}]}', ""),
        (b'{"prompt": "p", "completion": "c"}', ""),
        (b'{"messages": [{"role": "us', ""),
        (b"[" * 100_000, ""),
        (b"", ""),
    ],
)
def test_the_first_prompt_of_a_chat_file(line: bytes, prompt: str) -> None:
    """Nothing is better than something odd."""
    assert first_prompt(line) == prompt

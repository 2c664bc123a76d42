"""A fault of ours leaves a file that tells where it happened, and no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finetop.tui import crash
from finetop.tui.base import BaseApp

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_crash_is_written_down_without_the_values_of_variables(tmp_path: Path) -> None:
    file = tmp_path / "state" / crash.NAME

    class Faulty(BaseApp[None]):
        @property
        def crash_file(self) -> Path:
            return file

        def on_mount(self) -> None:
            key = "sk-" + "secret"
            raise RuntimeError(f"nobody thought of {len(key)} letters")

    with pytest.raises(RuntimeError):
        async with Faulty().run_test():
            pass
    kept = file.read_text()
    assert "nobody thought of 9 letters" in kept
    assert "on_mount" in kept
    assert "sk-secret" not in kept
    assert file.stat().st_mode & 0o077 == 0


def test_crashes_are_kept_up_to_a_size_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / crash.NAME
    monkeypatch.setattr(crash, "MOST_BYTES", 300)
    for number in range(9):
        assert crash.keep(ValueError(f"fault {number}"), file)
    kept = file.read_text()
    assert len(kept) <= 300
    assert "fault 8" in kept
    assert "fault 0" not in kept
    assert str(file) in crash.sentence(ValueError("x"), file)
    assert "Traceback" not in crash.sentence(ValueError("x"), file)
    assert not crash.keep(ValueError("x"), tmp_path / crash.NAME / "below")
    assert "ValueError: x" in crash.sentence(ValueError("x"), None)

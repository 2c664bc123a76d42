"""`finetop serve` in the foreground, asked after and ended from another shell."""

from __future__ import annotations

import json
import signal
import socket
import stat
from pathlib import Path

import pytest

from commands import alive, finetop, serving, start, until


def test_the_first_line_tells_where(tmp_path: Path) -> None:
    """With --json stdout holds one line and nothing else; SIGTERM ends it with success."""
    with serving(tmp_path / "engine") as served:
        assert set(served.card) == {"base_url", "api_key", "pid", "data_dir"}
        assert served.card["data_dir"] == str(tmp_path / "engine")
        assert served.card["pid"] == served.process.pid
        served.process.send_signal(signal.SIGTERM)
        out, err = served.process.communicate(timeout=20)
    assert (out, served.process.returncode) == ("", 0), err
    assert not (tmp_path / "engine" / "server.json").exists()


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    """No traceback for the usual way to end something in the foreground."""
    with serving(tmp_path / "engine") as served:
        served.process.send_signal(signal.SIGINT)
        _, err = served.process.communicate(timeout=20)
    assert served.process.returncode == 0
    assert "Traceback" not in err


def test_status_and_stop_from_another_shell(tmp_path: Path) -> None:
    """--status says what runs, --stop ends it, and asking again says that nothing runs."""
    directory = tmp_path / "engine"
    with serving(directory) as served:
        status = finetop("serve", "--data-dir", directory, "--status", "--json")
        assert status.code == 0
        assert status.json["running"] is True
        assert status.json["base_url"] == served.card["base_url"]
        assert status.json["unfinished_jobs"] == 0
        for_people = finetop("serve", "--data-dir", directory, "--status")
        assert str(served.card["pid"]) in for_people.out
        assert served.card["api_key"] not in for_people.out + for_people.err
        stopped = finetop("serve", "--data-dir", directory, "--stop")
        assert stopped.code == 0
        assert "has ended" in stopped.err
        until(lambda: not alive(served.process.pid), "the end of the server")
    gone = finetop("serve", "--data-dir", directory, "--status", "--json")
    assert (gone.code, gone.json["running"]) == (4, False)
    again = finetop("serve", "--data-dir", directory, "--stop")
    assert (again.code, again.out) == (0, "")
    assert "no server runs" in again.err


def test_the_usual_folder_follows_finetop_data(tmp_path: Path) -> None:
    """Without --data-dir the engine lives in finetop's own folder, readable by its owner alone."""
    process = start("serve", "--json", FINETOP_DATA=str(tmp_path / "mine"))
    assert process.stdout is not None
    card = json.loads(process.stdout.readline())
    assert card["data_dir"] == str(tmp_path / "mine" / "server")
    assert stat.S_IMODE(Path(card["data_dir"]).stat().st_mode) == 0o700
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_second_server_on_the_same_directory(tmp_path: Path) -> None:
    """It says who is there already, and the first one goes on."""
    with serving(tmp_path / "engine") as served:
        second = finetop("serve", "--data-dir", tmp_path / "engine")
        assert second.code == 75
        assert str(served.process.pid) in second.err
        assert "finetop serve --stop" in second.err
        assert served.process.poll() is None


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """One sentence with the port and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = finetop("serve", "--data-dir", tmp_path / "engine", "--port", port)
    assert done.code == 2
    assert str(port) in done.err
    assert "--port" in done.err


def test_a_data_directory_that_cannot_be_one(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "engine").write_text("")
    done = finetop("serve", "--data-dir", tmp_path / "engine")
    assert done.code == 2
    assert str(tmp_path / "engine") in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "options", [("--jobs",), ("--status", "--stop"), ("--port", "70000"), ("--slots", "0"), ("--nix",)]
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Exit 2, one sentence, nothing started."""
    done = finetop("serve", "--data-dir", tmp_path / "engine", *options)
    assert done.code == 2
    assert done.err.startswith("finetop: ")
    assert not (tmp_path / "engine").exists()

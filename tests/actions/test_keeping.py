"""Result files come by themselves: each once, whole, for their owner alone, and in nobody's place."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from faulty import until
from finetop.actions.files import Keeping
from finetop.models import Job
from finetop.store.kept import AGAIN_S
from shelf import Shelf

if TYPE_CHECKING:
    from finetop.store import Store

RESULTS = b"step,train_loss\n1,0.5\n2,0.25\n"


class Bench:
    """One account whose result files are kept."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.shelf = Shelf()
        self.desk = self.shelf.desk(store)
        self.folder = folder / "results"
        self.said: list[str] = []
        self.keeping = self.make()

    def make(self) -> Keeping:
        return Keeping(self.desk, self.folder, apart_s=1, tell=self.said.append)

    def job(self, id_: str, *files: str, status: str = "succeeded") -> None:
        body = {"object": "fine_tuning.job", "id": id_, "status": status, "result_files": files}
        raw = json.dumps(body).encode()
        self.desk.store.jobs.save(self.desk.account, [(Job.model_validate(body), raw)], self.desk.store.ask())

    async def steps(self, count: int = 4) -> list[float]:
        return [await self.keeping.step() for _ in range(count)]

    @property
    def there(self) -> dict[str, bytes]:
        """Every file in the folder by its path."""
        found = (path for path in self.folder.rglob("*") if not path.is_dir())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def downloads(self) -> int:
        return sum(line.endswith("/content") for line in self.shelf.asked)


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    return Bench(store, tmp_path)


async def test_each_comes_once(bench: Bench) -> None:
    """Unpacked where it travels as base64, for its owner alone, and never again."""
    plain, packed = bench.shelf.add("a.csv", RESULTS), bench.shelf.add("b.csv", base64.b64encode(RESULTS))
    bench.job("ft-1", plain)
    bench.job("ft-2", packed, status="running")
    await bench.steps()
    assert bench.there == {f"ft-1/{plain}-a.csv": RESULTS}
    bench.job("ft-2", packed)
    await bench.steps()
    bench.keeping = bench.make()  # another process, later
    await bench.steps()
    assert bench.there == {f"ft-1/{plain}-a.csv": RESULTS, f"ft-2/{packed}-b.csv": RESULTS}
    assert bench.downloads() == 2
    modes = {path.stat().st_mode & 0o777 for path in bench.folder.rglob("*") if path.is_file()}
    folders = {path.stat().st_mode & 0o777 for path in (bench.folder, bench.folder / "ft-1")}
    assert (modes, folders) == ({0o600}, {0o700})
    kept = bench.desk.store.kept.all(bench.desk.account)
    assert [(one.job, one.path, one.size_bytes, one.problem) for one in kept] == [
        ("ft-1", f"ft-1/{plain}-a.csv", len(RESULTS), ""),
        ("ft-2", f"ft-2/{packed}-b.csv", len(RESULTS), ""),
    ]
    assert len(bench.said) == 2


@pytest.mark.parametrize("name", ["../../../x", "/etc/cron.d/x", "..", "a\0b", "con", "x\x1b]52;c;aGk=\x07"])
async def test_names_stay_in_their_folder(bench: Bench, name: str) -> None:
    """That of the job as well as that of the file."""
    file = bench.shelf.add(name, RESULTS)
    bench.job("../../ft/x", file)
    before = set(bench.folder.parent.iterdir())
    await bench.steps()
    assert set(bench.folder.parent.iterdir()) - before == {bench.folder}
    ((path, content),) = bench.there.items()
    assert content == RESULTS
    assert path.startswith(f"x/{file}-")
    assert path.isprintable()


async def test_equal_names_do_not_meet(bench: Bench) -> None:
    first, second = bench.shelf.add("step_metrics.csv", b"1"), bench.shelf.add("step_metrics.csv", b"2")
    bench.job("ft-1", first, second)
    await bench.steps()
    assert sorted(bench.there.values()) == [b"1", b"2"]


async def test_a_file_that_is_gone_is_told_and_tried_again_after_a_day(bench: Bench) -> None:
    """It holds up no other."""
    file = bench.shelf.add("b.csv", RESULTS)
    bench.job("ft-1", "file-gone")
    bench.job("ft-2", file)
    await bench.steps()
    assert list(bench.there.values()) == [RESULTS]
    assert any("file-gone of ft-1 cannot be had" in line for line in bench.said)
    asked = len(bench.shelf.asked)
    bench.keeping = bench.make()
    await bench.steps()
    assert len(bench.shelf.asked) == asked
    await bench.desk.sleep(AGAIN_S + 1)
    bench.keeping = bench.make()
    await bench.steps()
    assert len(bench.shelf.asked) > asked


async def test_what_breaks_off_leaves_nothing_and_comes_later(bench: Bench) -> None:
    """Told once, however often it is tried; the next file does not wait for it."""
    broken, good = bench.shelf.add("a.csv", RESULTS), bench.shelf.add("b.csv", RESULTS)
    bench.job("ft-1", broken)
    bench.job("ft-2", good)

    def cut(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, content=b"st") if request.url.path.endswith(f"{broken}/content") else None

    bench.shelf.mishap = cut
    await bench.steps(6)
    assert list(bench.there) == [f"ft-2/{good}-b.csv"]
    assert sum("cannot be kept now" in line for line in bench.said) == 1
    bench.shelf.mishap = lambda _request: None
    await bench.steps(2)
    assert set(bench.there.values()) == {RESULTS}
    assert len(bench.there) == 2


async def test_a_pause_holds_for_files_too(bench: Bench) -> None:
    bench.job("ft-1", bench.shelf.add("a.csv", RESULTS))
    bench.desk.store.pacing.set_paused(bench.desk.account, paused=True)
    await bench.steps()
    assert bench.shelf.asked == []
    bench.desk.store.pacing.set_paused(bench.desk.account, paused=False)
    await bench.steps()
    assert len(bench.there) == 1


async def test_of_two_processes_one_brings_them(bench: Bench) -> None:
    bench.job("ft-1", bench.shelf.add("a.csv", RESULTS))
    both = [asyncio.ensure_future(bench.make().run()) for _ in range(2)]
    await until(lambda: bool(bench.said))
    for one in both:
        one.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    assert bench.downloads() == 1

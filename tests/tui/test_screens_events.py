"""The log on the main screen: merged, searched from the list's side, and honest while nobody has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers import STORY, Told, fill, house, opened
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_log_of_a_job_and_of_the_marked_ones(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths, (*STORY, Told("ftjob-silent", "silent", "running", age_s=30)))
    store = Store(paths.store_file)
    silent = JobKey(1, "ftjob-silent")
    with store.database.write() as connection:
        connection.execute("delete from event where job = ?", (silent.id,))
    async with opened(paths) as driver:
        await driver.jobs.select("silent")
        await driver.reads("Reading the log.")
        store.events.mark_read(silent)
        driver.main.look()
        await driver.reads("No events yet.")

        await driver.press("4", "M")
        await driver.reads("No jobs are marked.")
        for name in ("faq-1", "tickets-v3"):
            await driver.jobs.select(name)
            await driver.press("space")
        await driver.press("4", "M")
        await driver.reads("2 marked   following   4 ━")
        await driver.reads("faq-1         Validating training file: file-train")
        await driver.reads("tickets-v3    Created fine-tuning job")
        await driver.press("1", "j", "4")
        assert "2 marked   following   4 ━" in driver.picture, "the cursor does not change a merged log"
        await driver.press("escape")
        await driver.until(lambda: "2 marked   following" not in driver.picture)
        assert driver.main.grid.events.has_focus
        await driver.press("escape")
        assert driver.main.jobs.has_focus, "and then one step back, as everywhere"
    store.close()

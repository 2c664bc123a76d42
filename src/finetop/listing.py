"""Which jobs an account has: its list read from the head, single jobs, and those that are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from finetop.errors import FinetopError
from finetop.providers import Page, Provider, Sent, every_page
from finetop.providers.pages import EndlessList
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from finetop.models import Job

NEWS_PAGES = 50
"""Parts of the list with nothing but new jobs; more since the last look is a list that is made up."""


class Listing:
    """The jobs of one account."""

    def __init__(
        self,
        store: Store,
        account: int,
        *,
        learned: Callable[[list[Job], Mapping[str, str]], None],
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._account = account
        self._learned = learned
        """Told of jobs that are new or have changed, and which statuses were known before."""
        self._changed = changed
        self.head: frozenset[str] = frozenset()
        """The jobs of the list's first part."""
        self._wants_whole = True
        self._absent: dict[str, int] = {}
        self._number: int | None = None

    async def ask_list(self, provider: Provider, _: str) -> None:
        """The list from its head: to its end at first, later until a part that tells of no new job."""
        edition = await provider.edition()
        if edition is not None and edition == self._store.accounts.edition(self._account):
            return
        self._wants_whole |= edition is not None
        number = self._next_number()
        before = self._store.jobs.known(self._account)
        whole, self._wants_whole = self._wants_whole, False
        most = None if whole else NEWS_PAGES
        seen: set[str] = set()

        async def part(after: str | None) -> Page[Sent]:
            return await provider.list_jobs(after=after)

        try:
            async for page in every_page(part, most=most):
                self._save(page.items, number, before)
                new = [job.id for job, _ in page.items if job.id not in before]
                if not seen:
                    self.head = frozenset(job.id for job, _ in page.items)
                seen |= {job.id for job, _ in page.items}
                if not whole and not new:
                    return
        except EndlessList:
            raise  # it was read as far as anybody would; from its head again next time
        except FinetopError:
            self._wants_whole = whole
            raise
        if edition is not None:
            self._store.accounts.keep_edition(self._account, edition)
            return
        for job in self._store.jobs.unfinished(self._account):
            self._absent[job] = 0 if job in seen else self._absent.get(job, 0) + 1

    async def ask_job(self, provider: Provider, job_id: str) -> None:
        """One job as it is now."""
        number = self._next_number()
        sent = await provider.get_job(job_id)
        self._save([sent], number, self._store.jobs.known_status(self._account, job_id))

    def miss(self, job_id: str) -> None:
        """A job the provider does not know: gone, once two whole lists have not told of it either."""
        if self._absent.get(job_id, 0) >= 2:
            self._store.jobs.mark_gone(JobKey(self._account, job_id))
            self._changed()
        else:
            self._wants_whole = True

    def _save(self, sent: Iterable[Sent], number: int, before: Mapping[str, str]) -> None:
        pairs = list(sent)
        changed = set(self._store.jobs.save(self._account, pairs, number))
        if changed:
            self._learned([job for job, _ in pairs if job.id in changed], before)

    def _next_number(self) -> int:
        self._number = self._store.ask(self._number)
        return self._number

"""Which other projects may use the tuned model of a job: asked only when somebody wants to know; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from finetop import text
from finetop.tui.panes.entry import Entry, Fact, Goal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.models import Permission
    from finetop.tui.widgets.runs import Run


class Sharing(NamedTuple):
    """What is known of the permissions of one model."""

    found: Sequence[Permission] | None = None
    problem: str = ""
    """Why that is not known."""
    is_asked: bool = False


def sharing_entries(model: str, sharing: Sharing) -> Iterable[Entry]:
    """The projects, or how to hear of them."""
    goal = Goal("permissions", model)
    if sharing.found is None:
        words = "asking the provider" if sharing.is_asked else "enter asks who may use it"
        said: Run = (text.clean(sharing.problem), "warn") if sharing.problem else (words, "faint")
        yield Entry("Permissions", (said,), goal=None if sharing.is_asked else goal)
        return
    projects = [text.clean(one.project_id or one.id) for one in sharing.found]
    words = ", ".join(projects) or "no other project may use it"
    facts = []
    for one in sharing.found:
        since = f"  since {text.day_clock(one.created_at)}" if one.created_at is not None else ""
        runs = ((text.clean(one.project_id or "a project without a name"), "text"), (since, "faint"))
        facts.append(Fact(text.clean(one.id), runs, one.project_id or one.id))
    yield Entry("Permissions", ((words, "text"),), ", ".join(projects), tuple(facts), None if facts else goal)

"""What only some jobs have: rewards, third parties, the user's own pairs, and the provider's side notes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetop import text
from finetop.shutdown import days_left
from finetop.tui.links import wandb_url
from finetop.tui.panes.entry import Entry, Fact
from finetop.tui.panes.job_cells import ending_role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finetop.models import Integration, Job
    from finetop.store.rows import JobRow
    from finetop.tui.widgets.runs import Run

COUNTED_TO: Final = 10_000
"""So many events are counted for the detail; the log itself knows how many more there are."""
BRIEF: Final = 60
"""Characters of a value in a line of many."""
_NAMED_FIRST: Final = ("type", "name")


def ending_entries(row: JobRow, now: float) -> Iterable[Entry]:
    """When the tuned model ends, where the provider tells."""
    if row.ends_at is not None:
        left = days_left(row.ends_at, now)
        verb = "ends" if left >= 0 else "ended"
        said = f"{verb} {text.day(row.ends_at)}, {text.in_days(left)}"
        yield Entry("", ((said, ending_role(left)),))


def reward_entries(job: Job) -> Iterable[Entry]:
    """How a reinforcement job's answers are judged."""
    if job.grader is not None:
        yield Entry("Grader", tuple(_grader(job.grader)), _json(job.grader), tuple(_flat(job.grader)))
    if job.response_format is not None:
        shape = job.response_format
        facts = tuple(_flat(shape)) if isinstance(shape, Mapping) else ()
        yield Entry("Answer form", ((_words(shape), "text"),), _json(shape), facts)
    if job.eval_id:
        yield Entry("Evaluation", ((text.clean(job.eval_id), "text"),))


def _grader(grader: Mapping[str, Any]) -> Iterable[Run]:
    yield ("  ".join(_words(grader[name]) for name in _NAMED_FIRST if grader.get(name)), "text")
    for name, value in grader.items():
        if name not in _NAMED_FIRST and value is not None:
            yield (f"  {text.clean(str(name)).replace('_', ' ')} ", "muted")
            yield (_brief(value), "text")


def _brief(value: object) -> str:
    """What is too much for one line by its names; all of it stands below once it is unfolded."""
    if isinstance(value, Mapping):
        named = [_words(value[name]) for name in _NAMED_FIRST if value.get(name)]
        return " ".join(named) or ", ".join(text.clean(str(name)) for name in value)
    if isinstance(value, list):
        return f"[ {len(value)} ]"
    words = _words(value)
    return f"{words[:BRIEF].rstrip()}…" if len(words) > BRIEF + 1 else words


def note_entries(job: Job) -> Iterable[Entry]:
    """The user's own pairs, and who else hears of the job."""
    pairs = job.user_metadata
    if pairs:
        runs: list[Run] = []
        for key, value in pairs.items():
            runs += [
                ("   " if runs else "", "text"),
                (f"{text.clean(key)} ", "muted"),
                (text.clean(value), "text"),
            ]
        facts = tuple(
            Fact(text.clean(key), ((text.clean(value), "text"),), value) for key, value in pairs.items()
        )
        yield Entry("Metadata", tuple(runs), _json(pairs), facts)
    for integration in job.integrations:
        yield _integration(integration)


def _integration(integration: Integration) -> Entry:
    settings = integration.settings
    is_wandb = integration.type == "wandb"
    label = "Weights & B." if is_wandb else text.clean(integration.type)[:12]
    place = "/".join(_words(settings[key]) for key in ("entity", "project") if settings.get(key))
    rest = "  ".join(
        f"{text.clean(key).removesuffix('_id')} {_words(value)}"
        for key, value in settings.items()
        if key not in ("entity", "project") and value
    )
    link = wandb_url(settings) if is_wandb else ""
    facts = [Fact("type", ((text.clean(integration.type), "text"),)), *_flat(settings)]
    if link:
        facts.append(Fact("link", ((text.clean(link), "text"),), link, link))
    elif is_wandb:
        facts.append(Fact("link", (("none, for the provider tells no entity", "faint"),)))
    runs: tuple[Run, ...] = ((place, "text"), (f"  {rest}" if place else rest, "muted"))
    return Entry(label, runs, link or place or integration.type, tuple(facts), link=link)


def side_entries(row: JobRow, job: Job, *, logged: int | None) -> Iterable[Entry]:
    """What the provider keeps about a job beside its training."""
    if job.suffix and job.suffix != row.name:
        yield Entry("Suffix", ((text.clean(job.suffix), "text"),))
    if job.cost is not None and job.currency != "USD":
        yield Entry("Cost", ((f"{job.cost:,.2f} {text.clean(job.currency or '')}".rstrip(), "text"),))
    if job.estimated_finish is not None:
        yield Entry("Expected end", ((text.day_clock(job.estimated_finish), "text"),))
    if job.updated_at is not None:
        yield Entry("Updated", ((text.day_clock(job.updated_at), "text"),))
    if job.organization_id:
        yield Entry("Organisation", ((text.clean(job.organization_id), "text"),))
    if job.usage_metrics:
        facts = tuple(_flat(job.usage_metrics))
        yield Entry("Usage", ((_words(job.usage_metrics), "text"),), _json(job.usage_metrics), facts)
    if job.shared_with_openai is not None:
        yield Entry("Sharing", (("with OpenAI" if job.shared_with_openai else "not with OpenAI", "text"),))
    if logged:
        more = f"more than {text.count(COUNTED_TO)}" if logged > COUNTED_TO else text.count(logged)
        yield Entry("Events", ((f"{more} in the log", "text"),))
    kind = text.clean(job.kind) or "without a name"
    status = text.clean(job.raw_status) or "without a status"
    yield Entry("Object", ((kind, "muted"), (f"  {status}", "muted")))


def _flat(value: Mapping[str, Any], before: str = "") -> Iterable[Fact]:
    """The values inside an object, each by its path."""
    for key, inner in value.items():
        name = f"{before}{text.clean(str(key))}"
        if isinstance(inner, Mapping) and inner:
            yield from _flat(inner, f"{name}.")
        elif inner is not None:
            lines = tuple(text.clean_lines(inner)) if isinstance(inner, str) and "\n" in inner else ()
            yield Fact(name, ((_words(inner), "text"),), _json(inner), lines=lines)


def _words(value: object) -> str:
    """A value in one line: text as it is, a list of texts by commas, all else as JSON."""
    if isinstance(value, str):
        return text.clean(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return text.clean(", ".join(value))
    return text.clean(json.dumps(value, ensure_ascii=False))


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

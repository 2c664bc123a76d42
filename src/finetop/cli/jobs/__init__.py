"""`finetop jobs`: what can be asked of jobs and done to them, for scripts and for people without a screen."""

from __future__ import annotations

import click

from finetop.cli import options
from finetop.cli.lazy import LazyGroup, Listed

COMMANDS = {
    "list": Listed("finetop.cli.jobs.listing:list_jobs", "List the jobs of all profiles, or of one."),
    "get": Listed("finetop.cli.jobs.looking:get_job", "Show one job."),
    "events": Listed(
        "finetop.cli.jobs.looking:list_events",
        "Show what a job has reported, oldest first.",
    ),
    "metrics": Listed(
        "finetop.cli.jobs.looking:list_metrics",
        "Show what each step measured: loss, accuracy, rewards.",
    ),
    "checkpoints": Listed(
        "finetop.cli.jobs.looking:list_checkpoints",
        "Show the states of the model that were saved on the way.",
    ),
    "compare": Listed("finetop.cli.jobs.compare:compare_jobs", "Show what differs between jobs."),
    "examples": Listed(
        "finetop.cli.jobs.examples:list_examples", "Show the examples that a job has learned least."
    ),
    "watch": Listed("finetop.cli.jobs.watching:watch", "Print a line whenever a job changes."),
    "wait": Listed(
        "finetop.cli.jobs.waiting:wait",
        "Wait until jobs have come to a state; 0 when they have.",
    ),
    "news": Listed("finetop.cli.jobs.news:list_news", "Say what became of jobs since your last visit."),
    "create": Listed(
        "finetop.cli.jobs.create:create_job",
        "Train on a .jsonl file, or on an uploaded one.",
    ),
    "cancel": Listed("finetop.cli.jobs.orders:cancel", "Ask the provider to stop jobs."),
    "pause": Listed("finetop.cli.jobs.orders:pause", "Ask the provider to hold jobs."),
    "resume": Listed("finetop.cli.jobs.orders:resume", "Ask the provider to go on with paused jobs."),
    "delete": Listed("finetop.cli.jobs.orders:delete", "Ask the provider to forget jobs, where it can."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
@options.profile
def jobs() -> None:
    """List, watch, create, pause and cancel jobs without a screen."""

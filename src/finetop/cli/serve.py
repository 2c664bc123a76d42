"""`finetop serve`: the embedded server in the foreground, and how to ask after it or end it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from finetop.cli import output
from finetop.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.server.life import Status


@click.command(short_help="Run the engine of this machine; any OpenAI SDK can use it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 is any (default)."
)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where jobs, files and models are kept.")
@click.option(
    "--slots", type=click.IntRange(1, 64), default=1, show_default=True, help="Jobs trained at once."
)
@click.option("--json", "as_json", is_flag=True, help="Print where it serves as one line of JSON.")
@click.option("--status", "ask_status", is_flag=True, help="Say whether a server runs on the directory.")
@click.option("--stop", is_flag=True, help="End the server of the directory; what trains goes on.")
@click.option("--jobs", is_flag=True, help="With --stop: pause what trains first.")
@click.pass_obj
def serve(
    run: Run,
    *,
    host: str,
    port: int,
    data_dir: Path | None,
    slots: int,
    as_json: bool,
    ask_status: bool,
    stop: bool,
    jobs: bool,
) -> None:
    """Serve the fine-tuning API on this machine until Ctrl-C or SIGTERM."""
    directory = (data_dir or run.paths.server_dir).expanduser().absolute()
    if jobs and not stop:
        raise BadInput("--jobs goes with --stop", hint="finetop serve --stop --jobs")
    if ask_status and stop:
        raise BadInput("--status and --stop are two questions", hint="Ask one at a time.")
    if ask_status:
        _tell_status(directory, as_json=as_json)
    elif stop:
        _stop(directory, jobs=jobs, as_json=as_json)
    else:
        from finetop.session.starting import need_engine  # noqa: PLC0415 - only where it shall run

        need_engine()
        from finetop.server.serving import Options, serve  # noqa: PLC0415 - loads the web server

        serve(Options(data_dir=directory, host=host, port=port, slots=slots, json=as_json))


def _tell_status(directory: Path, *, as_json: bool) -> None:
    from finetop.server import life  # noqa: PLC0415 - only when asked

    status = life.status(directory)
    server = status.server
    if as_json:
        output.write_json(_card(status, directory))
    if server is None:
        raise Unreachable(
            f"no server runs on {directory}; {_count(status)}", hint="Start one with: finetop serve"
        )
    if not as_json:
        output.write_facts(
            [
                ("Server", server.url),
                ("Process", str(server.pid)),
                ("Version", server.version),
                ("Data", str(directory)),
                ("Jobs", _count(status)),
            ]
        )


def _stop(directory: Path, *, jobs: bool, as_json: bool) -> None:
    from finetop.server import life  # noqa: PLC0415 - only when asked

    status = life.stop(directory, jobs=jobs)
    if as_json:
        output.write_json(_card(status, directory))
    if status.server is None:
        output.talk(f"no server runs on {directory}")
        return
    left = "" if jobs or not status.unfinished_jobs else "; what trains goes on without it"
    output.talk(f"the server {status.server.pid} has ended; {_count(status)}{left}")


def _card(status: Status, directory: Path) -> dict[str, object]:
    """The same names that `serve --json` uses."""
    server = status.server
    return {
        "running": server is not None,
        "base_url": server.url if server else None,
        "api_key": server.api_key if server else None,
        "pid": server.pid if server else None,
        "version": server.version if server else None,
        "data_dir": str(directory),
        "unfinished_jobs": status.unfinished_jobs,
    }


def _count(status: Status) -> str:
    count = status.unfinished_jobs
    return f"{count} unfinished job{'' if count == 1 else 's'}" if count else "no unfinished job"

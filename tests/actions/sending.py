"""Makes one job through a session of its own, and prints its id: sending.py DATA SERVER FILE SUFFIX."""

from __future__ import annotations

import sys
from pathlib import Path

from finetop.actions.draft import Draft
from finetop.config import Paths, Profile
from finetop.errors import FinetopError
from finetop.session import Session
from finetop.store import Store


def main(data_dir: str, server_dir: str, file_id: str, suffix: str) -> None:
    """Send when the parent says so, so that two of us meet."""
    paths = Paths(Path(data_dir) / "config.toml", Path(data_dir), Path(data_dir))
    store = Store(paths.store_file)
    profile = Profile("local", dialect="local", base_url="", data_dir=server_dir)
    session = Session(paths, (profile,), store, poll=False, start_local=False)
    session.start()
    session.models("local").result(30)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        key = session.create(Draft("local", "tiny-bytes-1", file_id, suffix=suffix, seed=3)).result(60)
        print(key.id, flush=True)
    except FinetopError as error:
        print(type(error).__name__, flush=True)
    session.close()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What a dialect can do."""

from __future__ import annotations

from finetop.models.values import Value


class Capabilities(Value):
    """What a dialect can do; the screen greys what is missing."""

    create: bool = True
    methods: tuple[str, ...] = ("supervised", "dpo", "reinforcement")
    """Of training; where there is only one, a create does not name it."""
    seed: bool = True
    longest_suffix: int = 64
    cancel: bool = True
    pause: bool = True
    resume: bool = True
    delete_job: bool = False
    checkpoints: bool = True
    metadata: bool = True
    """False where a marker cannot travel with a created job."""
    metadata_filter: bool = False
    """True where the list can be asked for one metadata pair."""
    idempotency_key: bool = False
    validation_file: bool = True
    chat: bool = True
    stream_events: bool = False
    """True where the log can be followed as a stream."""
    place_in_log: bool = False
    """True where a waiting job's place in line stands only in its log."""
    stands_still: bool = False
    """True where nothing changes between one edition and the next: no job works, whatever its state."""
    all_models_listed: bool = False
    """True where a model that is not listed cannot be tuned."""
    permissions: bool = True
    graders: bool = True
    delete_model: bool = True
    uploads: bool = True
    """True where a large file can travel in parts."""
    parts_above_bytes: int = 512 << 20
    """A file larger than this travels in parts."""
    part_bytes: int = 64 << 20

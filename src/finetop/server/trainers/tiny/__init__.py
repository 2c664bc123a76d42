"""The trainer `tiny`: a byte-level model of 0.36 M parameters for rehearsing a job."""

from __future__ import annotations

from pathlib import Path

BASE_NAME = "tiny-bytes-1"
BASE_PATH = Path(__file__).with_name("tiny-bytes-1.npz")
BASE_SHA256 = "4a8b9a092e1cbac72b83d281e0c3915a4739341b20a0df0718e2efb5011c8374"
"""Checked before use; `python -m finetop.server.trainers.tiny.pretrain` makes file and hash anew."""

BASE_CREATED = 1_795_219_200
"""When this version of the weights was made, in Unix seconds."""

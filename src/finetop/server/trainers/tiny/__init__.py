"""The trainer `tiny`: a byte-level model of 0.36 M parameters for rehearsing a job."""

from __future__ import annotations

from pathlib import Path

BASE_NAME = "tiny-bytes-1"
BASE_PATH = Path(__file__).with_name("tiny-bytes-1.npz")
BASE_SHA256 = "eb54c689949dde3b9906cec1b7246d058eb951e1eb17b084553ab09f198bc588"
"""Checked before use; `python -m finetop.server.trainers.tiny.pretrain` makes file and hash anew."""

BASE_CREATED = 1_795_219_200
"""When this version of the weights was made, in Unix seconds."""

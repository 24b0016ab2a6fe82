"""Hands out the stand-alone verifier, a file that runs without this project."""

from __future__ import annotations

from importlib.resources import files

VERIFIER = "minping_verify.py"
"""The name of the file; it lies beside every bundle that is handed out."""


def stand_alone_verifier() -> bytes:
    """Return the file as it is shipped."""
    return files("bot.verification").joinpath(VERIFIER).read_bytes()

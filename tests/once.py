"""What takes long and is the same for all workers of a run is made by one of them alone.

A worker that steals tests of a file would make the file's fixtures once more.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def once_in_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[], T]) -> T:
    """Return what ``make`` gave the first worker, as JSON holds it; others wait for that one."""
    base = factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / f"{name}.json"
        if not file.exists():
            whole = file.with_suffix(".part")
            whole.write_text(json.dumps(make()), "utf-8")
            whole.rename(file)
        made: T = json.loads(file.read_text("utf-8"))
        return made

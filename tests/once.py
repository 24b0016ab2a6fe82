"""What takes long and is the same for all workers of a run is made by one of them alone.

A worker that steals tests of a file would make the file's fixtures once more.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

import pytest

T = TypeVar("T")
place: Path | None = None
"""The folder that all workers of a run share; `conftest` sets it."""


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the whole run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def folder_in_a_run(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that ``make`` filled for the first worker; nobody changes it after that."""
    assert place, "the fixture that sets it is everybody's"
    folder = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            part = Path(mkdtemp(prefix=f"{name}-", dir=place))
            make(part)
            part.rename(folder)
    return folder


def once_in_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[], T]) -> T:
    """Return what ``make`` gave the first worker, as JSON holds it; others wait for that one."""
    folder = shared_folder(factory)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / f"{name}.json"
        if not file.exists():
            whole = file.with_suffix(".part")
            whole.write_text(json.dumps(make()), "utf-8")
            whole.rename(file)
        made: T = json.loads(file.read_text("utf-8"))
        return made

"""For long work: a progress bar, on stderr and only on a terminal, and no collecting of garbage."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leaves cycles of objects alone while millions of rows are made, which are in none.

    Looking for cycles among them and all modules takes a third of the time of an import.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def bar(label: str) -> Iterator[Callable[..., None]]:
    """Yields a function that takes how much is done, and of how much if that is known."""
    from tqdm import tqdm

    with tqdm(
        desc=label, unit="", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False
    ) as shown:

        def update(done: int, total: int | None = None) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield update

"""A progress bar for long work: on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that takes how much is done, and of how much."""
    from tqdm import tqdm

    with tqdm(
        desc=label, unit="", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False
    ) as shown:

        def update(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield update

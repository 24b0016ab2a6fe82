"""A progress bar for long work: on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that is told how much is done, and of how much."""
    from tqdm import tqdm

    with tqdm(
        desc=what, unit="", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False
    ) as shown:

        def tell(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield tell

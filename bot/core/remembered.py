"""Remembers the last results of a pure function that takes seconds, by what it was given.

The same material is scored and appraised again and again: for a page, for the check of an import,
for a decision, for the preview of a seal and for the seal. Nothing has to be forgotten here when
something changes, since other material has another key.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function remember its last ``most`` results; whoever gets one must not change it.

    A key is the digest of all that is written of the arguments. Equality would not do: the points
    80 and 80.0 are equal and are printed in two ways.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        found: OrderedDict[bytes, T] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def look_up(*args: P.args, **kwargs: P.kwargs) -> T:
            key = sha256(pickle.dumps((args, kwargs))).digest()
            with lock:
                if key in found:
                    found.move_to_end(key)
                    return found[key]
            made = function(*args, **kwargs)
            with lock:
                found[key] = made
                while len(found) > most:
                    found.popitem(last=False)
            return made

        return look_up

    return decorate

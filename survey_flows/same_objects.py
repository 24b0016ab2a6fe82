"""Remembers the last results of a pure function by the very objects that it was given.

Questionnaires and schemes are read once, never changed, and handed in again and again; they cannot
be keys of a dictionary, since they hold some.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered_of_same(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function remember its last ``most`` results; whoever gets one must not change it."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        # The arguments are kept too, so that no other object comes to stand at their address.
        found: deque[tuple[tuple[object, ...], T]] = deque(maxlen=most)

        @wraps(function)
        def look_up(*args: P.args, **kwargs: P.kwargs) -> T:
            given = (*args, *kwargs, *kwargs.values())
            for known, made in tuple(found):
                if len(known) == len(given) and all(map(is_, known, given)):
                    return made
            made = function(*args, **kwargs)
            found.append((given, made))
            return made

        return look_up

    return decorate

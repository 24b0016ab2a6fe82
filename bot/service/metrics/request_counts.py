"""How many requests were answered, how and how fast, by area of the site."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.clock import Clock
from bot.service.metrics.stepped import SteppedCounts

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: the upper bounds of the classes of durations; the last class has none."""
CHAT, CONSOLE, API, LOG, HOOK = "chat", "console", "api", "log", "hook"
OFFICIALS = (CONSOLE, API, LOG)
"""The areas whose counts say nothing of citizens who rate; the others' go by tens."""
STARTS = (
    ("/admin", CONSOLE),
    ("/api/", API),
    ("/log/", LOG),
    ("/hooks/", HOOK),
    ("/telegram", HOOK),
    ("/wechat", HOOK),
    ("/wecom", HOOK),
)
UNCOUNTED = ("/healthz", "/readyz", "/static/")
SIGN_IN = "/admin/sign-in"


@dataclass(frozen=True, slots=True)
class Answered:
    """A kind of answered requests.

    Attributes:
        area: of the site.
        status: the class of the status, such as ``2xx``.
        at_most: which of `BOUNDS` the duration is within, ``len(BOUNDS)`` beyond them all, and -1
            for a stream, whose duration says nothing.
    """

    area: str
    status: str
    at_most: int


def area_of(path: str) -> str:
    """Return the area that a path belongs to, or nothing for what is not counted."""
    if path.startswith(UNCOUNTED):
        return ""
    return next((area for start, area in STARTS if path.startswith(start)), CHAT)


@dataclass(slots=True)
class RequestCounts:
    """Counts the answers of the web server.

    Attributes:
        clock: tells when the counts of citizens step.
    """

    clock: Clock
    _exact: Counter[Answered] = field(default_factory=Counter)
    _stepped: SteppedCounts[Answered] = field(default_factory=SteppedCounts)
    _sign_ins: Counter[str] = field(default_factory=Counter)

    def note(self, method: str, path: str, status: int, seconds: float | None) -> None:
        """Count an answered request; ``seconds`` is None for a stream."""
        area = area_of(path)
        if not area:
            return
        within = -1 if seconds is None else bisect_left(BOUNDS, seconds)
        answered = Answered(area, f"{status // 100}xx", within)
        if area in OFFICIALS:
            self._exact[answered] += 1
        else:
            self._stepped.add(answered, self._now())
        if method == "POST" and path.startswith(SIGN_IN):
            self._sign_ins["accepted" if status < 400 else "refused"] += 1

    def told(self) -> Mapping[Answered, int]:
        """Return the counts: exact ones of officials' areas, stepped ones of citizens'."""
        return {**self._exact, **self._stepped.told(self._now())}

    @property
    def sign_ins(self) -> Mapping[str, int]:
        """How many sign-ins of the console were accepted and refused."""
        return self._sign_ins

    def _now(self) -> float:
        return self.clock.now().timestamp()

"""A bot as a process on a core of its own, and the figures of /proc on it and its children."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
_USABLE = sorted(os.sched_getaffinity(0))
BOT_CORE, CROWD_CORE = _USABLE[0], _USABLE[-1]
"""Read before anything is pinned. On a machine with one core both are the same."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One process: its name, CPU seconds, peak resident MB, and whether it maps numpy or pandas."""

    name: str
    cpu: float
    peak_mb: float
    pandas: bool


def usage(pid: int) -> Usage:
    """Return the figures of process ``pid``."""
    status = dict(line.split(":", 1) for line in (PROC / f"{pid}/status").read_text().splitlines())
    user, system = (PROC / f"{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    maps = (PROC / f"{pid}/maps").read_text()
    return Usage(
        name=status["Name"].strip(),
        cpu=(int(user) + int(system)) / TICKS,
        peak_mb=int(status["VmHWM"].split()[0]) / 1024,
        pandas="/pandas/" in maps or "/numpy/" in maps,
    )


def family(pid: int) -> list[int]:
    """``pid`` and all its descendants, the parent first."""
    parents = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # it ended while we looked
            continue
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


@contextmanager
def kept_on(core: int) -> Iterator[None]:
    """Run the body on ``core``; a process started in it stays there, with all its children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], core: int, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``command`` on ``core`` with its output in ``log``.

    At the end ask it to stop, and kill it after 20 seconds.
    """
    with log.open("wb") as output, kept_on(core):
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def still_alive(process: subprocess.Popen[bytes], log: Path) -> None:
    """Raise RuntimeError with the end of ``log`` if the process has ended."""
    if process.poll() is not None:
        raise RuntimeError(f"the bot ended with code {process.returncode}:\n{tail(log)}")


def tail(log: Path) -> str:
    """The end of a log, for an error message."""
    return log.read_text(errors="replace")[-3000:]


def busy(core: int) -> float:
    """Return the seconds in which ``core`` neither idled nor waited for a disk since the start."""
    line = next(
        line for line in (PROC / "stat").read_text().splitlines() if line.startswith(f"cpu{core} ")
    )
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def clock() -> float:
    """CPU seconds of this process, the crowd and its Bot API."""
    return time.process_time()

"""Profiles a bot under the crowd: py-spy watches all threads of the running process."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.answers.bots import Maker
from benchmarks.answers.measure import Load, started

LINES = 40


async def profile(make: Maker, size: int, load: Load) -> str:
    """Return the functions that cost most, as text.

    Speeds under a profiler mean little, so they are left out.

    Raises:
        RuntimeError: py-spy is not installed.
    """
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if spy is None:
        raise RuntimeError("--profile needs py-spy: install it into the virtual environment")
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        samples = Path(folder) / "samples"
        async with started(make) as run:
            command = [
                spy,
                "record",
                "--pid",
                str(run.pid),
                "--format",
                "raw",
                "--rate",
                "200",
                "--output",
                str(samples),
            ]
            watcher = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL
            )
            await run.send(size, load.ballots, load.seconds)
        await watcher.wait()  # it ends with the process it watches
        return hottest(samples.read_text())


def hottest(samples: str) -> str:
    """Build two tables from folded stacks (``outer;…;inner count``).

    One has the time in the function itself, the other includes the functions that it calls.
    """
    own: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in samples.splitlines():
        stack, count = line.rsplit(" ", 1)
        frames = [_function(frame) for frame in stack.split(";")]
        own[frames[-1]] += int(count)
        total.update(dict.fromkeys(frames, int(count)))
    everything = own.total() or 1
    return "\n".join(
        f"\n{title}\n"
        + "\n".join(f"{100 * n / everything:6.1f}%  {name}" for name, n in table.most_common(LINES))
        for title, table in (
            ("time in the function itself", own),
            ("time with what it calls", total),
        )
    )


def _function(frame: str) -> str:
    """A frame without its line number, so that a function counts once."""
    return frame.rsplit(":", 1)[0].rstrip("(") + (")" if ":" in frame else "")

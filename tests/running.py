"""The service as an operator starts it: a process of its own, with the environment and a port."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.answers.bots import clean_environment
from bot.service import die_with_parent
from tests.servers import free_port
from tests.waiting import PATIENCE

EVERYBODY = 0o022
"""The umask of most accounts."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a page; the status is 0 when nobody answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()
        return 0, b""

    def alive(self) -> None:
        """Raise with its output when it has ended."""
        assert self.process.poll() is None, self.output.read_text(errors="replace")


def command(*words: str) -> list[str]:
    """A command of ours that ends with this process."""
    wrapper = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid())]
    return [*wrapper, sys.executable, "-m", "bot", *words]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """An operator's environment: no setting but the folder and these."""
    return clean_environment() | {"MINPING_DATA": str(folder), "MINPING_LANGUAGE": "en"} | settings


def limited(descriptors: int) -> list[str]:
    """The words before a command that bound its open files."""
    return ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], descriptors: int = 0
) -> Iterator[RunningService]:
    """Run `minping serve` on a free port from its first answer to the end of the block.

    It may open as many files as ``descriptors`` says, or as this process.
    """
    port, output = free_port(), folder.with_name(f"{folder.name}.output")
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*limited(descriptors), *command("serve")],
            env=environment(folder, **{"MINPING_PORT": str(port), **settings}),
            stdout=sink,
            stderr=sink,
            umask=EVERYBODY,
        )
    made = RunningService(process, port, output)
    try:
        end = time.monotonic() + PATIENCE
        while made.get("/healthz")[0] != 200:
            made.alive()
            assert time.monotonic() < end, output.read_text(errors="replace")
            time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of this size, where the machine lets us have one."""
    folder.mkdir()
    size = f"size={megabytes}m"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a disk of its own to fill")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk. Returns the file that fills it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return filler

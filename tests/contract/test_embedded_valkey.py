"""The bundled Valkey: the real server, really killed."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.service.embedded_valkey import (
    LONGEST_SOCKET,
    EmbeddedValkey,
    answers,
    make_private,
    socket_for,
)
from survey_flows.errors import BadInput
from tests.waiting import PATIENCE

HOLDER = """
import asyncio, sys
from pathlib import Path
from bot.service.embedded_valkey import EmbeddedValkey

async def main():
    async with EmbeddedValkey(Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def eventually(
    look: Callable[[], Awaitable[bytes | None]], within: float = PATIENCE
) -> bytes:
    """Call ``look`` until its result is true; return the result."""
    end = time.monotonic() + within
    while not (found := await look()):
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
    return found


async def read(url: str, key: str) -> bytes | None:
    async with Redis.from_url(url) as client:
        try:
            return await client.get(key)
        except RedisError:
            return None


async def write(url: str, key: str, value: str) -> None:
    async with Redis.from_url(url) as client:
        await client.set(key, value)


async def written(server: EmbeddedValkey, before: int | None = None) -> bytes | None:
    """Write to a server of ours, once it is another process than ``before``, and read it."""
    if before is not None and server.pid in (None, before):
        return None
    try:
        await write(server.url, "new", "words")
    except RedisError:
        return None
    return await read(server.url, "new")


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def hold(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Start a process that runs the server of ``folder``; return it and the server's process."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    return holder, int(holder.stdout.readline())


def end(holder: subprocess.Popen[str], how: signal.Signals) -> None:
    holder.send_signal(how)
    holder.wait(PATIENCE)
    assert holder.stdout is not None
    holder.stdout.close()


async def test_the_server_writes_nothing_down_and_listens_on_its_socket_alone(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "valkey"
    older = folder / "appendonlydir" / "appendonly.aof.1.incr.aof"
    older.parent.mkdir(parents=True)
    older.write_bytes(b"who came when")
    (folder / "dump.rdb").write_bytes(b"who came when")
    async with EmbeddedValkey(tmp_path / "valkey") as server, Redis.from_url(server.url) as client:
        wanted = (
            "port",
            "appendonly",
            "save",
            "maxmemory-policy",
            "unixsocketperm",
            "dir",
        )
        assert await client.config_get(*wanted) == {
            "port": "0",
            "appendonly": "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "unixsocketperm": "600",
            "dir": str(folder),
        }
        await write(server.url, "counter", "who came when")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} <= {"lock", "valkey.log"}
    assert all(b"who came when" not in path.read_bytes() for path in files)


async def test_folder_and_socket_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir(mode=0o755)
    async with EmbeddedValkey(folder):
        modes = {
            path: stat.S_IMODE(path.stat().st_mode)
            for path in (folder, folder / "valkey.sock", folder / "lock")
        }
    assert modes == {folder: 0o700, folder / "valkey.sock": 0o600, folder / "lock": 0o600}


async def test_what_it_held_is_gone_after_a_stop_and_a_start(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path / "市 民") as server:
        await write(server.url, "unit", "教育局")
        pid = server.pid
    assert pid is not None
    assert not alive(pid)
    async with EmbeddedValkey(tmp_path / "市 民") as server:
        assert await read(server.url, "unit") is None


async def test_a_killed_server_is_started_again(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path / "valkey") as server:
        for _ in range(2):
            pid = server.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert await eventually(partial(written, server, pid)) == b"words"


async def test_a_second_process_uses_the_running_server_and_leaves_it_running(
    tmp_path: Path,
) -> None:
    holder, pid = hold(tmp_path / "valkey")
    async with EmbeddedValkey(tmp_path / "valkey") as server:
        assert server.pid is None
        await write(server.url, "from", "the second")
    assert alive(pid)
    assert await read(server.url, "from") == b"the second"
    end(holder, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_the_server_dies_with_its_parent_and_the_next_process_takes_over(
    tmp_path: Path, how: signal.Signals
) -> None:
    holder, pid = hold(tmp_path / "valkey")
    async with EmbeddedValkey(tmp_path / "valkey") as heir:
        await write(heir.url, "left", "behind")
        end(holder, how)
        assert await eventually(lambda: written(heir, pid)) == b"words"
        assert await read(heir.url, "left") is None
        assert not alive(pid)


async def test_many_starting_at_once_share_one_server(tmp_path: Path) -> None:
    servers = [EmbeddedValkey(tmp_path / "valkey") for _ in range(5)]
    urls = await asyncio.gather(*(server.start() for server in servers))
    assert set(urls) == {servers[0].url}
    assert len([server.pid for server in servers if server.pid]) == 1
    await asyncio.gather(*(server.stop() for server in servers))
    assert not await answers(tmp_path / "valkey" / "valkey.sock")


async def test_a_long_path_gets_a_private_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    socket = socket_for(folder)
    assert len(os.fsencode(socket)) <= LONGEST_SOCKET
    async with EmbeddedValkey(folder) as server:
        await write(server.url, "far", "away")
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    async with EmbeddedValkey(folder) as server:
        assert await written(server) == b"words"
    socket.parent.rmdir()


async def test_a_blocked_socket_is_told_and_nothing_is_left_running(tmp_path: Path) -> None:
    (tmp_path / "valkey" / "valkey.sock").mkdir(parents=True)
    server = EmbeddedValkey(tmp_path / "valkey")
    with pytest.raises(BadInput, match=r"does not start: .*(?i:socket)"):
        await server.start()
    assert server.pid is None


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(BadInput, match="must be a folder of the account"):
        make_private(tmp_path / "link")


def test_a_folder_in_the_way_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot use this folder"):
        make_private(tmp_path / "file" / "valkey")


async def test_a_service_on_uvloop_runs_it_too(tmp_path: Path) -> None:
    program = HOLDER.replace("asyncio.run(", "import uvloop; uvloop.run(").replace(
        "sleep(60)", "sleep(0)"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "valkey")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not alive(int(done.stdout))

"""A command that meets a fault of the machine ends with one sentence and exit code 4."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.core.faults import NotNow, fault_of, listener_fault
from bot.core.settings import Settings
from bot.core.urls import web_chat_url
from tests.running import command, environment, fill, small_disk
from tests.servers import free_port
from tests.waiting import PATIENCE


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def run(folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed."""
    done = subprocess.run(
        command(*words),
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


AWAY = "DATABASE_URL: the database cannot be reached; start it, or correct this address"


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (("serve",), {"MINPING_HOST": "nohost.invalid"}, "MINPING_HOST: «nohost.invalid» is no"),
        (("serve",), {"DATABASE_URL": "postgresql://x@127.0.0.1:1/none"}, AWAY),
        (("staff", "show"), {"DATABASE_URL": "postgresql://x@127.0.0.1:1/none"}, AWAY),
        (
            ("staff", "show"),
            {"DATABASE_URL": "sqlite:////proc/none.sqlite3"},
            "/proc/none.sqlite3: this account has no right to this",
        ),
        (("staff", "show"), {"MINPING_DATA": "/proc/none"}, "/proc/none: this folder cannot be"),
    ],
)
def test_a_fault_is_one_sentence_and_exit_code_4(
    words: tuple[str, ...], settings: dict[str, str], said: str, tmp_path: Path, valkey_url: str
) -> None:
    code, printed, refused = run(
        tmp_path / "data",
        *words,
        **{"REDIS_URL": valkey_url, "MINPING_PORT": str(free_port()), **settings},
    )
    assert (code, printed, refused.count("\n")) == (4, "", 1), refused
    assert refused.startswith(f"minping: {said}")


def test_on_a_taken_port_no_password_is_made(tmp_path: Path, valkey_url: str) -> None:
    data = tmp_path / "data"
    with taken_port() as port:
        code, printed, refused = run(
            data, "serve", REDIS_URL=valkey_url, MINPING_PORT=str(port), MINPING_LANGUAGE="zh-Hans"
        )
    assert (code, printed) == (4, "")
    assert refused == (
        f"minping: MINPING_PORT：端口 {port} 已被另一个程序占用，请关闭它，或换一个端口\n"
    )
    with closing(sqlite3.connect(data / "minping.sqlite3")) as kept:
        assert kept.execute("SELECT count(*) FROM staff").fetchone() == (0,)


def test_a_full_disk_is_told_and_nothing_half_done_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        assert run(disk / "data", "staff", "show")[0] == 0
        filler = fill(disk)
        code, printed, refused = run(disk / "data", "demo")
        assert (code, printed) == (4, "")
        assert "nothing can be stored, because the disk is full" in refused
        assert "Traceback" not in refused
        filler.unlink()
        assert run(disk / "data", "staff", "show")[0] == 0


def broken(kind: type[Exception], text: str = "") -> OperationalError:
    return OperationalError("SELECT 1", {}, kind(text))


def sqlite_error(name: str) -> OperationalError:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x", "/data/a"), "/data/a: nothing can be stored"),
        (OSError(errno.EDQUOT, "x"), "nothing can be stored"),
        (PermissionError(errno.EACCES, "x", "/data"), "/data: this account has no right"),
        (OSError(errno.EMFILE, "x"), "the system gives no more files"),
        (MemoryError(), "there is not enough memory"),
        (sqlite_error("SQLITE_FULL"), "DATABASE_URL: nothing can be stored"),
        (sqlite_error("SQLITE_IOERR_WRITE"), "DATABASE_URL: nothing can be stored"),
        (sqlite_error("SQLITE_BUSY"), "DATABASE_URL: another program holds the database"),
        (sqlite_error("SQLITE_READONLY_DBMOVED"), AWAY),
        (broken(psycopg.OperationalError), AWAY),
        (broken(psycopg.errors.DiskFull), "DATABASE_URL: nothing can be stored"),
        (broken(psycopg.errors.AdminShutdown), AWAY),
        (broken(psycopg.errors.InvalidCatalogName), AWAY),
        (ExceptionGroup("x", [sqlite_error("SQLITE_FULL")]), "DATABASE_URL: nothing can be"),
    ],
)
def test_known_faults_have_their_sentence(error: Exception, said: str) -> None:
    fault = fault_of(error)
    assert isinstance(fault, NotNow)
    assert str(fault).startswith(said)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        FileNotFoundError(errno.ENOENT, "x"),
        sqlite_error("SQLITE_ERROR"),
        ProgrammingError("SELECT 1", {}, psycopg.errors.UndefinedTable("x")),
        broken(psycopg.errors.SyntaxError),
        ExceptionGroup("x", [ValueError("x"), OSError(errno.ENOSPC, "x")]),
    ],
)
def test_a_fault_of_ours_keeps_its_stack(error: Exception) -> None:
    assert fault_of(error) is None


def test_a_port_that_this_account_may_not_take_is_told() -> None:
    error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    assert str(listener_fault(error, "127.0.0.1", 80)) == (
        "MINPING_PORT: this account may not listen on port 80; set one above 1023"
    )


def test_an_ipv6_address_is_printed_in_brackets() -> None:
    assert web_chat_url(Settings(host="::1", port=80)) == "http://[::1]:80"
    assert web_chat_url(Settings(host="127.0.0.1", port=80)) == "http://127.0.0.1:80"

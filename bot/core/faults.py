"""Faults of the machine and its servers: nobody's input is wrong, and later it may work.

A command that meets one ends with one sentence and exit code 4 instead of a stack.
What is not known here stays an error with its stack, for it may be a fault of the project.
"""

from __future__ import annotations

import errno

from survey_flows.errors import BadInput, Message, Place

FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
SQLITE_AWAY = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")
POSTGRES_FULL = "53100"
POSTGRES_AWAY = ("08", "53", "57", "28", "3D")
"""Classes of SQLSTATE: connection, resources, shutdown, sign-in, no such database."""


class NotNow(BadInput):
    """What was asked is right and cannot be done at present."""


def fault_of(error: BaseException) -> NotNow | None:
    """Returns the sentence for a fault of the machine or of a server; None for any other error."""
    if isinstance(error, NotNow):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [fault_of(part) for part in error.exceptions]
        return found[0] if all(found) else None
    if isinstance(error, MemoryError):
        return NotNow(Message("core-memory-full"))
    if isinstance(error, OSError):
        return _system_fault(error)
    return _redis_fault(error) or _database_fault(error)


def listener_fault(
    error: OSError,
    host: str,
    port: int,
    fields: tuple[str, str] = ("MINPING_HOST", "MINPING_PORT"),
) -> NotNow:
    """Returns the sentence for an address on which the service cannot listen.

    Args:
        error: why not.
        host: the address.
        port: its port.
        fields: the settings that say the two.
    """
    of_host, of_port = (Place(field=name) for name in fields)
    if error.errno == errno.EADDRINUSE:
        return NotNow(Message("core-port-taken", port=str(port)), of_port)
    if error.errno in FORBIDDEN:
        return NotNow(Message("core-port-forbidden", port=str(port)), of_port)
    return NotNow(Message("core-host-not-ours", host=host), of_host)


def _system_fault(error: OSError) -> NotNow | None:
    place = Place(file=str(error.filename or ""))
    if error.errno in FULL:
        return NotNow(Message("core-no-room"), place)
    if error.errno in FORBIDDEN:
        return NotNow(Message("core-path-forbidden"), place)
    if error.errno in EXHAUSTED:
        return NotNow(Message("core-system-exhausted"))
    return None


def _redis_fault(error: BaseException) -> NotNow | None:
    from redis.exceptions import ConnectionError as RedisAway
    from redis.exceptions import TimeoutError as RedisSilent

    if isinstance(error, RedisAway | RedisSilent):
        return NotNow(Message("core-redis-away"), Place(field="REDIS_URL"))
    return None


def _database_fault(error: BaseException) -> NotNow | None:
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    away = NotNow(Message("core-database-away"), Place(field="DATABASE_URL"))
    if isinstance(error, PoolTimeout):
        return away
    if not isinstance(error, DBAPIError):
        return None
    sqlite = str(getattr(error.orig, "sqlite_errorname", ""))
    if sqlite:
        return _sqlite_fault(sqlite, away)
    state = getattr(error.orig, "sqlstate", None)
    if state == POSTGRES_FULL:
        return NotNow(Message("core-no-room"), Place(field="DATABASE_URL"))
    unconnected = state is None and type(error.orig).__name__ == "OperationalError"
    return away if unconnected or str(state).startswith(POSTGRES_AWAY) else None


def _sqlite_fault(name: str, away: NotNow) -> NotNow | None:
    if name in ("SQLITE_FULL", "SQLITE_NOMEM") or name.startswith("SQLITE_IOERR"):
        return NotNow(Message("core-no-room"), Place(field="DATABASE_URL"))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return NotNow(Message("core-database-held"), Place(field="DATABASE_URL"))
    return away if name.startswith(SQLITE_AWAY) else None

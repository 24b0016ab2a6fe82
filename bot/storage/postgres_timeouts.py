"""A PostgreSQL connection that gives up a silent server: behind a relay libpq alone would wait for ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import _WaitTimeout

Connect = Callable[..., Awaitable[AsyncConnection[Any]]]


class PatientConnection(AsyncConnection[Any]):
    """Breaks off when one command is not answered within ``patience`` seconds; the pool then makes another."""

    patience: float | None = None

    async def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
        """As in the driver, within `patience`."""
        try:
            return await super().wait(gen, *arguments, **{"timeout": self.patience} | options)
        except _WaitTimeout:
            self.pgconn.finish()
            raise OperationalError("the server has gone silent") from None
        except RuntimeError:
            # So say event loops of a descriptor that the broken link has lost, and another connection has by now.
            self.pgconn.finish()
            raise OperationalError("the link to the server is broken") from None


def connect_with_timeout(seconds: float) -> Connect:
    """Makes connections with so much patience."""

    async def connect(*arguments: Any, **options: Any) -> AsyncConnection[Any]:
        try:
            made = await PatientConnection.connect(*arguments, **options)
        except RuntimeError:
            raise OperationalError("the link to the server is broken") from None
        made.patience = seconds
        return made

    return connect

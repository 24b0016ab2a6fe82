"""A PostgreSQL connection that gives up a silent server.

Behind a relay, libpq alone waits for ever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import _WaitTimeout

Connect = Callable[..., Awaitable[AsyncConnection[Any]]]


class PatientConnection(AsyncConnection[Any]):
    """A connection that breaks off when a command has no answer within ``patience`` seconds.

    The pool then makes another one.
    """

    patience: float | None = None

    async def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
        """Waits as the driver does, for at most `patience` seconds."""
        try:
            return await super().wait(gen, *arguments, **{"timeout": self.patience} | options)
        except _WaitTimeout:
            self.pgconn.finish()
            raise OperationalError("the server has gone silent") from None
        except RuntimeError:
            # An event loop says so when another connection has the broken link's descriptor by now.
            self.pgconn.finish()
            raise OperationalError("the link to the server is broken") from None


def connect_with_timeout(seconds: float) -> Connect:
    """Returns a function that opens connections with this patience, in seconds."""

    async def connect(*arguments: Any, **options: Any) -> AsyncConnection[Any]:
        try:
            made = await PatientConnection.connect(*arguments, **options)
        except RuntimeError:
            raise OperationalError("the link to the server is broken") from None
        made.patience = seconds
        return made

    return connect

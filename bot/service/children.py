"""Heavy work of a running service: our own commands, as processes of their own.

A document of a large city takes more memory than the service itself. In a process with a limit it
ends alone when the memory gives out, and citizens go on rating. Commands run one after another, and
end with the service.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields

from bot.core.events import event
from bot.core.faults import NotNow
from bot.core.settings import Settings, environment_of, variable
from bot.service import die_with_parent
from survey_flows.errors import Message

MEMORY = 768 << 20
"""Bytes of data that a command may have: a city of 99 units and 835 leaders takes 500 MB."""
SECONDS = 300.0
"""Seconds after which a command is given up."""
NEEDED = (
    *("data", "database_url", "log_key", "log_origin", "timezone"),
    *("public_url", "telegram_name"),
)
"""The settings that a command gets."""
SAID = "minping: "
"""Begins the one sentence by which a command refuses."""

log = logging.getLogger(__name__)


class Children:
    """Runs commands for a service.

    Args:
        settings: are those of the service.
        memory: bytes of data that a command may have.
        seconds: after which it is given up.
    """

    def __init__(self, settings: Settings, memory: int = MEMORY, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._memory = memory
        self._seconds = seconds
        self._turn = asyncio.Semaphore()

    async def run(self, words: Sequence[str], lang: str) -> None:
        """Runs a command to its end.

        Args:
            words: what a person would type after ``minping``.
            lang: the language of its refusal.

        Raises:
            NotNow: it refused, with its own sentence, or it came to no end.
        """
        async with self._turn:
            code, said = await self._ended(words, lang)
        if code == 0:
            return
        last = said.strip().rpartition("\n")[2]
        if last.startswith(SAID):
            raise NotNow(Message("child-refused", sentence=last.removeprefix(SAID)))
        log.warning("%s ended with %d", words[0], code, extra=event("child_ended", code=str(code)))
        raise NotNow(Message("child-ended", megabytes=self._memory >> 20))

    async def _ended(self, words: Sequence[str], lang: str) -> tuple[int, str]:
        """Returns the exit code and what it said; negative for a signal."""
        limit = f"{os.getpid()}:{self._memory}"
        wrapper = [sys.executable, "-I", "-S", die_with_parent.__file__, limit]
        process = await asyncio.create_subprocess_exec(
            *wrapper,
            *(sys.executable, "-m", "bot", *words),
            env=_environment(self._settings, lang),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._seconds):
                _, said = await process.communicate()
        except TimeoutError:
            said = b""
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return process.returncode or 0, said.decode(errors="replace")


def _environment(settings: Settings, lang: str) -> dict[str, str]:
    """Returns what a command needs to read the database, and none of the tokens of channels."""
    ours = {variable(field.name) for field in fields(Settings)}
    theirs = {name: text for name, text in os.environ.items() if name not in ours}
    given = environment_of(settings)
    needed = {variable(name): given[variable(name)] for name in NEEDED if variable(name) in given}
    paths = os.pathsep.join(path for path in sys.path if path)
    return theirs | needed | {variable("language"): lang, "PYTHONPATH": paths}

"""The service without sealing and logging, for comparison.

It stores ballots as they come, and no mixer takes them.
"""

from __future__ import annotations

import json
import sys

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.__main__ import main
from bot.ballots.gate import Gate, SealedBallots
from bot.ballots.mixer import Mixer
from bot.core.identity import Citizen
from bot.storage.schema import all as tables
from survey_flows.effects import Effect, StoreBallot


class Unsealed(Gate):
    """A gate that signs and seals nothing; the judge is asked as ever."""

    async def admit(
        self, connection: AsyncConnection, effects: list[tuple[Citizen, Effect]]
    ) -> None:
        """Store in clear the effects that concern ballots."""
        todo = [
            (citizen, effect) for citizen, effect in effects if isinstance(effect, SealedBallots)
        ]
        if not todo:
            return
        casts = [(citizen, effect) for citizen, effect in todo if isinstance(effect, StoreBallot)]
        risks = iter(await self._screen(casts))
        messages = [
            self._message(citizen, effect, next(risks) if isinstance(effect, StoreBallot) else 0)
            for citizen, effect in todo
        ]
        rows = [
            {"box": "none", "sealed": json.dumps(message, ensure_ascii=False).encode()}
            for message in messages
        ]
        await connection.execute(tables.staging.insert(), rows)


async def _nothing(_mixer: Mixer, _closing: object = frozenset()) -> bool:
    return False


if __name__ == "__main__":
    Gate.admit = Unsealed.admit  # type: ignore[method-assign]
    Mixer.mix = _nothing  # type: ignore[method-assign,assignment]
    sys.exit(main())

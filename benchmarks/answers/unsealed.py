"""The service without sealing and logging, for comparison.

It stores ballots as they come, and no mixer takes them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.__main__ import main
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.core.identity import Citizen
from bot.storage.schema import all as tables
from survey_flows.ballot import Ballot
from survey_flows.effects import Effect, StoreBallot


class Unsealed(Gate):
    """A gate that signs and seals nothing; the judge is asked as ever."""

    async def admit(
        self, connection: AsyncConnection, effects: list[tuple[Citizen, Effect]]
    ) -> None:
        """Store the ballots in clear."""
        casts = [
            (citizen, effect) for citizen, effect in effects if isinstance(effect, StoreBallot)
        ]
        if not casts:
            return
        risks = await self._screen(connection, casts)
        rows = [
            {"box": "none", "sealed": json.dumps(_said(effect.ballot, risk)).encode()}
            for (_, effect), risk in zip(casts, risks, strict=True)
        ]
        await connection.execute(tables.staging.insert(), rows)


def _said(ballot: Ballot, risk: int) -> dict[str, Any]:
    """Return what a citizen submitted, as text can say it."""
    return asdict(ballot) | {"facts": dict(ballot.facts), "risk": risk}


async def _nothing(_mixer: Mixer, _closing: object = frozenset()) -> bool:
    return False


if __name__ == "__main__":
    Gate.admit = Unsealed.admit  # type: ignore[method-assign,assignment]
    Mixer.mix = _nothing  # type: ignore[method-assign,assignment]
    sys.exit(main())

"""Admission: the one door between a citizen's conversation and the ballots.

What passes here is sealed to the mixer in the transaction of its update, under a pseudonym that the mixer changes:
the database never holds a ballot beside anything that leads to a citizen.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.batch import BALLOT, ERASE, FOLLOW, PRESSURE, Message
from bot.campaigns.lifecycle import campaigns_not_accepting
from bot.core.identity import Address, Citizen
from bot.crypto.gate_keys import GateKeys
from bot.crypto.rectification_keys import RectificationKeys
from bot.crypto.sealed_envelopes import MixerKey, mixer_key_text, seal, sign_and_pad
from bot.storage.schema import all as tables
from survey_flows.ballot import Ballot
from survey_flows.effects import CountPressure, Effect, ErasePerson, HoldRequest, StoreBallot
from survey_flows.errors import MinpingError
from survey_flows.facts import SubmissionFacts
from survey_flows.submission_risk import risk


class CampaignClosed(MinpingError):
    """A campaign was closed by another process while its ballots were on their way; nothing was stored."""

    def __init__(self, campaigns: set[str]) -> None:
        super().__init__("closed meanwhile: " + ", ".join(sorted(campaigns)))


class NoMixerKey(MinpingError):
    """The mixer has not said yet where to seal ballots to, or what the database says is not by its key."""


CastEffects = Sequence[tuple[Citizen, StoreBallot]]
SealedBallots = StoreBallot | ErasePerson | CountPressure | HoldRequest
"""What is sealed to the mixer."""
Screener = Callable[[CastEffects], Awaitable[list[int]]]


async def _unscreened(casts: CastEffects) -> list[int]:
    """When there is nobody to ask: the ballots count, and say that nothing is known."""
    return [risk(SubmissionFacts(seconds=None, questions=0, unchecked=True)) for _ in casts]


class Gate:
    """Seals what citizens submit.

    Args:
        keys: the gate's secrets.
        log_key: the public key of the log, which vouches for the mixer's boxes.
        screen: the judge: what is risky about each ballot (`survey_flows.submission_risk`), whatever it says.
    """

    def __init__(self, keys: GateKeys, log_key: bytes, screen: Screener | None = None) -> None:
        self._keys = keys
        self._log_key = log_key
        self._screen = screen or _unscreened
        self._trusted: dict[str, bytes] = {}

    async def admit(
        self, connection: AsyncConnection, effects: list[tuple[Citizen, Effect]]
    ) -> None:
        """Carry out what touches ballots, within the caller's transaction; the judge hears of them first.

        Raises:
            CampaignClosed: the caller must roll back and step again on the campaigns as they are now.
            NoBox: there is nobody to seal to.
        """
        todo = [
            (citizen, effect) for citizen, effect in effects if isinstance(effect, SealedBallots)
        ]
        if not todo:
            return
        if closed := await campaigns_not_accepting(
            connection, {_campaign(effect) for _, effect in todo}
        ):
            raise CampaignClosed(closed)
        box = await self._box(connection)
        casts = [(citizen, effect) for citizen, effect in todo if isinstance(effect, StoreBallot)]
        risks = iter(await self._screen(casts))
        messages = [
            self._message(citizen, effect, next(risks) if isinstance(effect, StoreBallot) else 0)
            for citizen, effect in todo
        ]
        # In the order in which they came: of two ballots of one person the later one counts.
        rows = [
            {"box": box.id, "sealed": seal(box, sign_and_pad([one], self._keys.signature))}
            for one in messages
        ]
        await connection.execute(tables.staging.insert(), rows)

    def _message(self, citizen: Citizen, effect: SealedBallots, found: int) -> Message:
        campaign = _campaign(effect)
        voter = self._keys.voter(campaign, citizen.channel, citizen.user).hex()
        if isinstance(effect, ErasePerson):
            return {"kind": ERASE, "campaign": campaign, "voter": voter}
        if isinstance(effect, CountPressure):
            return {"kind": PRESSURE, "campaign": campaign, "voter": voter, "unit": effect.unit}
        if isinstance(effect, HoldRequest):
            return {
                "kind": FOLLOW,
                "voter": voter,
                **asdict(effect),
                **self._reachable(citizen, effect),
            }
        ballot = effect.ballot
        return {
            "kind": BALLOT,
            "campaign": campaign,
            "voter": voter,
            "receipt": ballot.receipt,
            "text": ballot.comment,
            "ballot": ballot_columns(ballot, found),
        }

    def _reachable(self, citizen: Citizen, effect: HoldRequest) -> dict[str, str]:
        """What lets an answer be relayed to the citizen, sealed under a key that the mixer does not have."""
        keys, person = (
            RectificationKeys(self._keys.rectification),
            Address(citizen.channel, citizen.user),
        )
        lookup = keys.lookup(effect.campaign, effect.unit, person)
        sealed = b64encode(keys.seal(lookup, person)).decode()
        return {"lookup": lookup.hex(), "sealed": sealed, "mark": keys.mark(person).hex()}

    async def _box(self, connection: AsyncConnection) -> MixerKey:
        """The newest box. A key that was slipped into the database is not sealed to."""
        query = (
            select(tables.boxes)
            .order_by(tables.boxes.c.made.desc(), tables.boxes.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).first()
        if row is None:
            raise NoMixerKey("no box to seal ballots to; is the mixer running?")
        if self._trusted.get(row.id) != row.public:
            try:
                key = Ed25519PublicKey.from_public_bytes(self._log_key)
                key.verify(row.signature, mixer_key_text(row.id, row.public))
            except InvalidSignature as error:
                raise NoMixerKey(
                    "the box in the database is not signed by the log's key"
                ) from error
            self._trusted = {row.id: row.public}
        return MixerKey(row.id, row.public)


def ballot_columns(ballot: Ballot, found: int = 0) -> dict[str, Any]:
    """The columns of `tables.ballots` that a ballot itself fills, and what the judge ``found``."""
    return {
        "unit": ballot.unit,
        "questionnaire": ballot.questionnaire,
        "grp": ballot.group,
        "stratum": ballot.stratum,
        "source": ballot.source,
        "ratings": ballot.ratings,
        "facts": json.dumps(dict(ballot.facts), ensure_ascii=False, sort_keys=True),
        "bucket": ballot.bucket,
        "risk": found,
    }


def _campaign(effect: SealedBallots) -> str:
    return effect.ballot.campaign if isinstance(effect, StoreBallot) else effect.campaign

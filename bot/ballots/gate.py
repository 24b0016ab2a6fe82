"""The gate: the one way from a citizen's conversation to the ballots.

It seals a submission for the mixer in the transaction of its update, under the gate's pseudonym.
The mixer changes the pseudonym, so that the database never holds a ballot beside its citizen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.gate_marks import RatedUnits
from bot.ballots.gate_messages import GateMessages
from bot.ballots.gate_streams import GateStreams
from bot.ballots.held_requests import order_after_stops
from bot.ballots.intake import IntakeCounts
from bot.ballots.sent_reminders import PERSONAL, reminders_sent
from bot.ballots.stored_forms import FOLLOW, STAGED_FORM, Submission
from bot.campaigns.lifecycle import campaigns_in, campaigns_not_accepting
from bot.campaigns.states import CLOSING, HELD
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from bot.crypto.gate_signatures import GateSigner
from bot.crypto.sealed_envelopes import MixerKey, mixer_key_text, seal, sign_and_pad
from bot.storage.database import reading, store_together, writing
from bot.storage.schema import all as tables
from survey_flows.effects import CountPressure, Effect, ErasePerson, HoldRequest, StoreBallot
from survey_flows.errors import MinpingError
from survey_flows.facts import SubmissionFacts
from survey_flows.gate_texts import promise_text
from survey_flows.log_entries import receipt_label
from survey_flows.signed_notes import VerifierKey
from survey_flows.submission_risk import risk


class CampaignClosed(MinpingError):
    """Another process closed the campaign of a submission; nothing was stored."""

    def __init__(self, campaigns: set[str]) -> None:
        super().__init__("closed meanwhile: " + ", ".join(sorted(campaigns)))


class NoMixerKey(MinpingError):
    """There is no mixer key yet, or the database's one is not signed by the log's key."""


CastEffects = Sequence[tuple[Citizen, StoreBallot]]
SealedEffect = StoreBallot | ErasePerson | CountPressure | HoldRequest
"""The effects that are sealed for the mixer."""
Screener = Callable[[AsyncConnection, CastEffects], Awaitable[list[int]]]


async def _unscreened(_connection: AsyncConnection, casts: CastEffects) -> list[int]:
    """Return the risk «unchecked» for each ballot, when nobody can be asked; they count."""
    return [risk(SubmissionFacts(seconds=None, questions=0, unchecked=True)) for _ in casts]


async def no_gate_work() -> None:
    """Do nothing before a mixer's turn, because the gate is another process."""


class Gate:
    """Seals what citizens submit.

    Args:
        keys: the gate's secrets.
        log_key: the public key of the log, which signs mixer keys and names the log.
        screen: returns the risk of each ballot (`survey_flows.submission_risk`).
    """

    def __init__(
        self, keys: GateKeys, log_key: VerifierKey, screen: Screener | None = None
    ) -> None:
        self._keys = keys
        self._log_key = log_key.public
        self._screen = screen or _unscreened
        self._trusted: dict[str, bytes] = {}
        self.signer = GateSigner(keys, log_key.name)
        self._messages = GateMessages(keys, self.signer)
        self._streams = GateStreams(keys, self.signer)
        self._ended: set[tuple[str, str]] = set()

    async def admit(
        self, connection: AsyncConnection, effects: list[tuple[Citizen, Effect]]
    ) -> None:
        """Screen and seal the effects that touch ballots, within the caller's transaction.

        Raises:
            CampaignClosed: the caller must roll back and repeat its step on the present campaigns.
            NoMixerKey: there is no key to seal to.
        """
        todo = [
            (citizen, effect) for citizen, effect in effects if isinstance(effect, SealedEffect)
        ]
        if not todo:
            return
        if closed := await campaigns_not_accepting(
            connection, {campaign_of(effect) for _, effect in todo}
        ):
            raise CampaignClosed(closed)
        key = await self.mixer_key(connection)
        casts = [(citizen, effect) for citizen, effect in todo if isinstance(effect, StoreBallot)]
        risks = iter(await self._screen(connection, casts))
        invited = {cast.ballot.campaign for _, cast in casts if cast.ballot.source == PERSONAL}
        reminders = await reminders_sent(connection, invited)
        rated = RatedUnits(self._keys)
        await rated.read(connection, await self._places(connection, todo))
        numbered = [
            self._message(citizen, effect, risks, rated, reminders) for citizen, effect in todo
        ]
        requests = [message for message, _ in numbered if message["kind"] == FOLLOW]
        await order_after_stops(connection, requests)
        await rated.write(connection)
        await self._streams.number(connection, numbered)
        await self._stage(connection, key, [message for message, _ in numbered])

    def promise(self, campaign: str, code: str, due: int) -> str:
        """Returns the gate's signature of its promise that a receipt will be in the log.

        It must not leave the transaction that admits the ballot before that is committed.
        """
        label = receipt_label(campaign, code)
        return self.signer.sign(promise_text(self.signer.origin, campaign, label, due))

    async def _places(
        self, connection: AsyncConnection, todo: Sequence[tuple[Citizen, SealedEffect]]
    ) -> set[tuple[str, str, Citizen]]:
        """Returns the units that these effects rate or erase, by campaign and citizen."""
        casts = [(citizen, effect) for citizen, effect in todo if isinstance(effect, StoreBallot)]
        rated = [(citizen, effect.ballot) for citizen, effect in casts]
        places = {(ballot.campaign, ballot.unit, citizen) for citizen, ballot in rated}
        erased = [(citizen, effect) for citizen, effect in todo if isinstance(effect, ErasePerson)]
        for campaign in sorted({effect.campaign for _, effect in erased}):
            units = await self._streams.units(connection, campaign)
            units |= {ballot.unit for _, ballot in rated if ballot.campaign == campaign}
            people = {citizen for citizen, effect in erased if effect.campaign == campaign}
            places |= {(campaign, unit, citizen) for unit in units for citizen in people}
        return places

    def _message(
        self,
        citizen: Citizen,
        effect: SealedEffect,
        risks: Iterator[int],
        rated: RatedUnits,
        reminders: Mapping[str, int],
    ) -> tuple[Submission, IntakeCounts]:
        """Returns the message of an effect, and what it adds to the gate's counts."""
        counts = IntakeCounts()
        if isinstance(effect, StoreBallot):
            ballot = effect.ballot
            again = rated.rate(ballot.campaign, ballot.unit, citizen)
            counts.accept(ballot.unit, again, bool(ballot.comment))
            had = reminders.get(ballot.campaign, 0) if ballot.source == PERSONAL else 0
            return self._messages.ballot(citizen, effect, next(risks), again, had), counts
        if isinstance(effect, ErasePerson):
            counts.erase(rated.erase(effect.campaign, citizen))
            return self._messages.erasure(citizen, effect), counts
        if isinstance(effect, CountPressure):
            return self._messages.press(citizen, effect), counts
        return self._messages.request(citizen, effect), counts

    async def begin(self, database: AsyncEngine) -> None:
        """Ends the streams of processes before this one, which may have been killed."""
        await self._end_streams(database, own=False)

    async def stop(self, database: AsyncEngine) -> None:
        """Ends this process's stream."""
        await self._end_streams(database, own=True)

    async def end_campaigns(self, database: AsyncEngine) -> None:
        """Tells the mixer of each closing campaign how many messages this gate accepted.

        A held campaign is told of again, since the first message may be what is missing.
        """
        async with reading(database) as connection:
            waiting = await campaigns_in(connection, (CLOSING, HELD))
        if not waiting - self._ended:
            return
        async with writing(database) as connection:
            # None of them can be closed before this transaction ends, nor can one take a ballot.
            present = await campaigns_in(connection, (CLOSING, HELD), lock=True)
            new = sorted(campaign for campaign, _ in present - self._ended)
            ends = [await self._streams.end_campaign(connection, campaign) for campaign in new]
            if ends:
                await self._stage(connection, await self.mixer_key(connection), ends)
        self._ended |= present

    async def _end_streams(self, database: AsyncEngine, own: bool) -> None:
        async with writing(database) as connection:
            ends = await self._streams.end(connection, own)
            if ends:
                await self._stage(connection, await self.mixer_key(connection), ends)

    async def _stage(
        self, connection: AsyncConnection, key: MixerKey, messages: Sequence[Submission]
    ) -> None:
        """Seals messages for the mixer; the rows keep the order of arrival.

        Of two ballots of one person the later one counts.
        """
        sign = self._keys.signature
        rows = [
            {"box": key.id, "sealed": seal(key, sign_and_pad([one], sign, STAGED_FORM))}
            for one in messages
        ]
        await store_together(connection, tables.staging, rows)

    async def mixer_key(self, connection: AsyncConnection) -> MixerKey:
        """Return the newest mixer key.

        Raises:
            NoMixerKey: there is none, or the log's key has not signed it: whoever owns the database
                could else slip in a key of their own.
        """
        query = (
            select(tables.mixer_keys)
            .order_by(tables.mixer_keys.c.made.desc(), tables.mixer_keys.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).first()
        if row is None:
            raise NoMixerKey("there is no mixer key; is the mixer running?")
        if self._trusted.get(row.id) != row.public:
            try:
                key = Ed25519PublicKey.from_public_bytes(self._log_key)
                key.verify(row.signature, mixer_key_text(row.id, row.public))
            except InvalidSignature as error:
                raise NoMixerKey(
                    "the mixer key in the database is not signed by the log's key"
                ) from error
            self._trusted = {row.id: row.public}
        return MixerKey(row.id, row.public)


def campaign_of(effect: Effect) -> str:
    """Returns the campaign of an effect on ballots; empty for an effect on none."""
    if isinstance(effect, StoreBallot):
        return effect.ballot.campaign
    return effect.campaign if isinstance(effect, SealedEffect) else ""

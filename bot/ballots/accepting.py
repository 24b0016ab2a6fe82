"""What the mixer accepts of the gate's messages, and why it refuses the others.

A message comes once (its running number), its ids are in no other one of the campaign, its receipt
is not in the log yet, and what the gate signed in it for the log is signed by the gate's key.

The database's own account of numbers and ids is not enough: an older database that is restored has
envelopes that were mixed already, and has forgotten both. Its log is filled up from the guard, so
that the receipts in it still tell; a second entry of one would break the log for ever.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.closing_counts import logged_closing
from bot.ballots.mixed_numbers import MixedNumbers
from bot.ballots.mixer_envelopes import campaign_of, submissions_of
from bot.ballots.refused import BAD_SIGNATURE, CLOSED, LOST_KEY, REPEATED, Opened
from bot.ballots.stored_forms import BALLOT, END, ERASE, Submission
from bot.campaigns.states import CLOSED as STATE_CLOSED
from bot.campaigns.states import HELD
from bot.crypto.gate_signatures import is_signed
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.acts import LostGate
from survey_flows.gate_texts import (
    aside_digest,
    aside_text,
    ballot_gate_text,
    comment_gate_text,
    erasure_gate_text,
)
from survey_flows.log_entries import receipt_label, signed_act_text
from survey_flows.signed_notes import VerifierKey

MOMENT_AND_WAY = ("bucket", "risk", "cluster", "reminders")
ID = re.compile("[0-9a-f]{32}")
KEY_ID = 4
"""Bytes of a signature that say whose it is."""
Signed = Callable[[str, str], bool]
"""Whether a signature is the gate's of a text."""


class Acceptance:
    """Accepts or refuses opened envelopes of one batch.

    Args:
        gate: the gate's public key, by which it signs for the log.
        lost: keys of the gate that were lost, whose messages were staged before. Of each no more
            ballots are taken than the gate had accepted: the others somebody signed later, and
            every verification would fail by them.
        origin: the log's name.
        numbers: the account of running numbers.
    """

    def __init__(
        self, gate: VerifierKey, lost: Sequence[LostGate], origin: str, numbers: MixedNumbers
    ) -> None:
        self._gate = gate
        self._lost = {one.key.id: one for one in lost}
        self._gates = [gate, *(one.key for one in lost)]
        self._origin = origin
        self._numbers = numbers
        self._seen: set[tuple[str, str]] = set()
        self._logged: set[bytes] = set()
        self._by_lost: dict[tuple[bytes, str], int] = {}
        self.ids: set[tuple[str, str]] = set()
        """Campaign and id of what was accepted, which no later message may have."""

    async def sort(self, connection: AsyncConnection, opened: Sequence[Opened]) -> list[Opened]:
        """Returns the envelopes, with those that are not accepted refused.

        The numbers are dropped here: nothing of them is stored with a ballot.
        """
        submissions = submissions_of(opened)
        named = {one["campaign"] for one in submissions}
        over = await _closed(connection, named)
        await self._numbers.read(connection, named - over)
        self._seen = await _seen(connection, {id_ for one in submissions for id_ in _ids(one)})
        self._logged = await _logged(
            connection, {label for one in submissions for label in _labels(one)}
        )
        signed = {(_signer(one), one["campaign"]) for one in submissions}
        self._by_lost = {
            (key, campaign): await _mixed_by(connection, key, campaign)
            for key, campaign in signed
            if key in self._lost and campaign not in over
        }
        return [self._sorted(one, over) for one in opened]

    def _sorted(self, one: Opened, over: Set[str]) -> Opened:
        if campaign_of(one) in over:
            # What the gate says twice of a campaign's end is no message of a citizen.
            ends = all(submission["kind"] == END for submission in one.submissions)
            return replace(one, submissions=[]) if ends else one.refuse(CLOSED)
        if not all(self._fits(submission) for submission in one.submissions):
            return one.refuse(BAD_SIGNATURE)
        ids = [id_ for submission in one.submissions for id_ in _ids(submission)]
        if len(set(ids)) < len(ids) or not (self._seen | self.ids).isdisjoint(ids):
            return one.refuse(REPEATED)
        if not self._within_lost(one.submissions):
            return one.refuse(LOST_KEY)
        labels = {label for submission in one.submissions for label in _labels(submission)}
        # Its number counts as come all the same: what the log has was not dropped.
        new = [self._numbers.add(submission) for submission in one.submissions]
        if not all(new) or not self._logged.isdisjoint(labels):
            return one.refuse(REPEATED)
        self.ids.update(ids)
        self._logged |= labels
        dropped = [
            {name: value for name, value in submission.items() if name not in ("stream", "number")}
            for submission in one.submissions
        ]
        return replace(one, submissions=dropped)

    def _fits(self, message: Submission) -> bool:
        """Returns whether the gate signed what a message brings for the log.

        Messages of a gate before it signed bring nothing, and are mixed as they were.
        """

        def signed(signature: str, text: str) -> bool:
            return any(is_signed(gate, signature, text) for gate in self._gates)

        try:
            if message["kind"] == END and "intake" in message:
                intake = message["intake"]
                # The key that holds when it is logged signs what is accepted.
                text = signed_act_text(self._origin, intake["body"])
                return is_signed(self._gate, intake["signature"], text)
            if message["kind"] == ERASE and "erasure" in message:
                text = erasure_gate_text(self._origin, message["campaign"], message["erasure"])
                return is_id(message["erasure"]) and signed(message["gate"], text)
            if message["kind"] == BALLOT and "gate" in message:
                return self._ballot_fits(message, signed) and self._comment_fits(message, signed)
        except (KeyError, TypeError, ValueError):
            return False
        return True

    def _ballot_fits(self, message: Submission, signed: Signed) -> bool:
        body, aside = message["ballot"], message["aside"]
        text = aside_text(*(aside.get(name) for name in MOMENT_AND_WAY))
        return (
            body["campaign"] == message["campaign"]
            and is_id(body["id"])
            and isinstance(body["again"], bool)
            and body["aside"] == aside_digest(bytes.fromhex(aside["salt"]), text)
            and signed(message["gate"], ballot_gate_text(self._origin, body))
        )

    def _comment_fits(self, message: Submission, signed: Signed) -> bool:
        comment = message["comment"]
        if comment is None:
            return not message["text"]
        said = {"kind": "comment", "campaign": message["campaign"], "text": message["text"]}
        said["id"] = comment["id"]
        named = said | {"unit": message["ballot"]["unit"]}
        return (
            is_id(comment["id"])
            and signed(comment["named"], comment_gate_text(self._origin, named))
            and signed(comment["unnamed"], comment_gate_text(self._origin, said))
        )

    def _within_lost(self, messages: Iterable[Submission]) -> bool:
        """Counts ballots of lost keys; returns False for those that are too many.

        Their numbers do not count as come, so that the close is held and somebody looks.
        """
        for message in messages:
            place = (_signer(message), message["campaign"])
            if (lost := self._lost.get(place[0])) is None:
                continue
            found = self._by_lost.get(place, 0)
            if found >= lost.accepted.get(message["campaign"], 0):
                return False
            self._by_lost[place] = found + 1
        return True

    async def remember(self, connection: AsyncConnection) -> None:
        """Stores the ids of what was accepted, in the transaction that mixes it."""
        ordered = sorted(self.ids, key=lambda one: one[1])
        rows = [{"campaign": campaign, "id": bytes.fromhex(id_)} for campaign, id_ in ordered]
        await insert_all(connection, tables.seen_ids, rows)


def is_id(value: Any) -> bool:
    """Returns whether a value is an id as the gate makes them."""
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _ids(message: Submission) -> list[tuple[str, str]]:
    """Returns the ids that a message brings, with its campaign."""
    found = [message.get("erasure")]
    if message["kind"] == BALLOT and "gate" in message:
        found += [(message[part] or {}).get("id") for part in ("ballot", "comment")]
    return [(message["campaign"], str(id_)) for id_ in found if is_id(id_)]


def _labels(message: Submission) -> list[bytes]:
    """Returns the labels under which a message's receipt stands in the log."""
    if message["kind"] != BALLOT:
        return []
    return [receipt_label(message["campaign"], message["receipt"])]


def _signer(message: Submission) -> bytes:
    """Returns the id of the key that a ballot says it is signed by; nothing of other messages."""
    if message["kind"] != BALLOT or "gate" not in message:
        return b""
    try:
        return b64decode(message["gate"])[:KEY_ID]
    except (TypeError, ValueError):
        return b""  # refused for its signature


async def _mixed_by(connection: AsyncConnection, key: bytes, campaign: str) -> int:
    """Counts the ballots of a campaign that a key signed and that were mixed; also replaced ones.

    Ballots that were erased are not counted, as no verification counts them.
    """
    live, old = tables.ballots.c, tables.superseded.c
    # The text of a replaced ballot has its signature, of which five letters say whose it is.
    signed = f'"gate":"{b64encode(key).decode()[:5]}'
    said = (old.body.contains(signed, autoescape=True), old.body.contains('"kind":"ballot"'))
    queries = (
        select(func.count()).where(live.campaign == campaign, _first(live.gate) == key),
        select(func.count()).where(old.campaign == campaign, *said),
    )
    return sum([(await connection.execute(query)).scalar_one() for query in queries])


def _first(signature: Any) -> Any:
    return func.substr(signature, 1, KEY_ID)


async def _logged(connection: AsyncConnection, labels: Iterable[bytes]) -> set[bytes]:
    """Returns those of these labels that the log has already."""
    column = tables.log_entries.c.label
    found = await connection.execute(select(column).where(column.in_(sorted(labels))))
    return {bytes(label) for label in found.scalars()}


async def _seen(
    connection: AsyncConnection, ids: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    columns = tables.seen_ids.c
    wanted = sorted({bytes.fromhex(id_) for _, id_ in ids})
    query = select(columns.campaign, columns.id).where(columns.id.in_(wanted))
    found = await connection.execute(query)
    return {(row.campaign, bytes(row.id).hex()) for row in found}


async def _closed(connection: AsyncConnection, campaigns: Set[str]) -> set[str]:
    """Returns those that take nothing more; a check may hold one after its close."""
    columns = tables.campaigns.c
    query = select(columns.id, columns.state).where(columns.id.in_(campaigns))
    rows = (await connection.execute(query.where(columns.state.in_((STATE_CLOSED, HELD))))).all()
    return {
        row.id
        for row in rows
        if row.state == STATE_CLOSED or await logged_closing(connection, row.id) is not None
    }

"""Makes the messages that the gate seals, with its signatures on what goes into the log.

The gate signs a ballot with an id of its own, with whether its person had rated the unit before,
and with a digest of its moment. So whoever mixes can change no ballot, invent none, and silence
nobody by a later ballot or a withdrawal.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from bot.ballots.intake import SALT_BYTES
from bot.ballots.stored_forms import BALLOT, ERASE, FOLLOW, PRESSURE, Submission
from bot.core.identity import Address, Citizen
from bot.crypto.gate_keys import GateKeys
from bot.crypto.gate_signatures import GateSigner
from bot.crypto.rectification_keys import RectificationKeys
from survey_flows.ballot import Ballot
from survey_flows.effects import CountPressure, ErasePerson, HoldRequest, StoreBallot
from survey_flows.gate_texts import (
    aside_digest,
    aside_text,
    ballot_gate_text,
    comment_gate_text,
    erasure_gate_text,
)

ID_BYTES = 16
"""Random bytes of an id; no two are equal."""
MOST_REMINDERS = 2
"""Stands for two and more, so that few people with many stand for nobody."""


class GateMessages:
    """Makes the messages of one gate.

    Args:
        keys: the gate's secrets.
        signer: signs for the log.
    """

    def __init__(self, keys: GateKeys, signer: GateSigner) -> None:
        self._keys = keys
        self._signer = signer

    def ballot(
        self, citizen: Citizen, effect: StoreBallot, risk: int, again: bool, reminders: int = 0
    ) -> Submission:
        """Returns the message of a ballot.

        Args:
            citizen: who rated.
            effect: the ballot.
            risk: what the online checks found.
            again: this citizen has rated this unit before.
            reminders: how many were sent in the campaign so far, for whom it invited.
        """
        ballot, origin = effect.ballot, self._signer.origin
        salt = secrets.token_bytes(SALT_BYTES)
        way = {"cluster": effect.timing.cluster, "reminders": min(reminders, MOST_REMINDERS)}
        aside = {"bucket": ballot.bucket, "risk": risk, **way}
        body = {
            "kind": "ballot",
            "campaign": ballot.campaign,
            "unit": ballot.unit,
            "questionnaire": ballot.questionnaire,
            "group": ballot.group,
            "stratum": ballot.stratum,
            "source": ballot.source,
            "channel": citizen.channel,
            "ratings": ballot.ratings,
            "facts": dict(ballot.facts),
            "id": new_id(),
            "again": again,
            "aside": aside_digest(salt, aside_text(**aside)),
        }
        return {
            "kind": BALLOT,
            "campaign": ballot.campaign,
            "voter": self._voter(citizen, ballot.campaign),
            "receipt": ballot.receipt,
            "ballot": body,
            "gate": self._signer.sign(ballot_gate_text(origin, body)),
            "aside": {"salt": salt.hex(), **aside},
            "text": ballot.comment,
            "comment": self._comment(ballot) if ballot.comment else None,
        }

    def _comment(self, ballot: Ballot) -> dict[str, str]:
        """Returns id and signatures of a comment: with its unit, and without where few rated it."""
        said = {"kind": "comment", "campaign": ballot.campaign, "text": ballot.comment}
        said["id"] = new_id()
        named = comment_gate_text(self._signer.origin, said | {"unit": ballot.unit})
        unnamed = comment_gate_text(self._signer.origin, said)
        signed = {"named": self._signer.sign(named), "unnamed": self._signer.sign(unnamed)}
        return {"id": said["id"], **signed}

    def erasure(self, citizen: Citizen, effect: ErasePerson) -> Submission:
        """Returns the message that withdraws all of a citizen's ballots."""
        erasure = new_id()
        text = erasure_gate_text(self._signer.origin, effect.campaign, erasure)
        return {
            "kind": ERASE,
            "campaign": effect.campaign,
            "voter": self._voter(citizen, effect.campaign),
            "erasure": erasure,
            "gate": self._signer.sign(text),
        }

    def press(self, citizen: Citizen, effect: CountPressure) -> Submission:
        """Returns the message of a pressure report."""
        voter = self._voter(citizen, effect.campaign)
        return {"kind": PRESSURE, "campaign": effect.campaign, "voter": voter, "unit": effect.unit}

    def request(self, citizen: Citizen, effect: HoldRequest) -> Submission:
        """Returns the message of a request, with the citizen's address under a key of its own."""
        voter = self._voter(citizen, effect.campaign)
        address = self._sealed_address(citizen, effect)
        return {"kind": FOLLOW, "voter": voter, **asdict(effect), **address}

    def _voter(self, citizen: Citizen, campaign: str) -> str:
        return self._keys.voter(campaign, *citizen.voter).hex()

    def _sealed_address(self, citizen: Citizen, effect: HoldRequest) -> dict[str, str]:
        """Returns the citizen's address, sealed under a key that the mixer does not have."""
        keys, person = (
            RectificationKeys(self._keys.rectification),
            Address(citizen.channel, citizen.user),
        )
        lookup = keys.lookup(effect.campaign, effect.unit, person)
        sealed = b64encode(keys.seal(lookup, person)).decode()
        return {"lookup": lookup.hex(), "sealed": sealed, "mark": keys.mark(person).hex()}


def new_id() -> str:
    """Returns 32 hexadecimal digits that nothing else has."""
    return secrets.token_hex(ID_BYTES)


def ballot_columns(ballot: Ballot, found: int = 0) -> dict[str, Any]:
    """Returns an unsigned ballot's columns of `tables.ballots`, with the risk that was found."""
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

"""Rows of ballots and comments, and the texts that their entries commit to.

A row that the gate signed has an id; rows from before it signed have none and keep their text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from bot.ballots.stored_forms import Submission
from bot.transparency.entry_bodies import (
    ballot_body,
    ballot_body_2,
    comment_body,
    comment_body_2,
    withdrawal_body,
    withdrawal_body_2,
)
from survey_flows.gate_texts import aside_digest, aside_text

AnyRow = RowMapping | Mapping[str, Any]
MOMENT = ("bucket", "risk", "aside_salt")
ASIDE = (*MOMENT, "cluster", "reminders")
"""Columns of a ballot that are erased once its weight is final; the text has their digest.

Ballots of before cluster and reminders came have only the first three.
"""


UNSIGNED = dict.fromkeys(
    ("number", "again", "aside", "aside_salt", "gate", "channel", "unit_voter", *ASIDE[3:])
)
"""The columns that a ballot of before the gate signed does not have."""


def erasure_values(message: Submission) -> dict[str, bytes | None]:
    """Returns id and signature of an erasure; none of one that the gate did not sign."""
    if "erasure" not in message:
        return {"erasure": None, "gate": None}
    return {"erasure": bytes.fromhex(message["erasure"]), "gate": b64decode(message["gate"])}


def ballot_values(message: Submission, unit_voter: bytes) -> dict[str, Any]:
    """Returns the columns of a ballot from the gate's message.

    Args:
        message: of any version.
        unit_voter: the person's pseudonym for this unit, which the text has.
    """
    body = message["ballot"]
    if "gate" not in message:
        return dict(body)
    aside = message["aside"]
    return {
        "unit": body["unit"],
        "questionnaire": body["questionnaire"],
        "grp": body["group"],
        "stratum": body["stratum"],
        "source": body["source"],
        "channel": body["channel"],
        "ratings": body["ratings"],
        "facts": json.dumps(body["facts"], ensure_ascii=False, sort_keys=True),
        "bucket": aside["bucket"],
        "risk": aside["risk"],
        "cluster": aside.get("cluster"),
        "reminders": aside.get("reminders"),
        "aside_salt": bytes.fromhex(aside["salt"]),
        "aside": bytes.fromhex(body["aside"]),
        "number": bytes.fromhex(body["id"]),
        "again": body["again"],
        "gate": b64decode(message["gate"]),
        "unit_voter": unit_voter,
    }


def ballot_text(row: AnyRow) -> str:
    """Returns the text of a ballot's entry, from its row.

    Raises:
        ValueError: what the row says of its moment is not what the text has a digest of.
    """
    if row["number"] is None:
        return ballot_body(row)
    aside = bytes(row["aside"]).hex()
    if None not in [row[name] for name in MOMENT]:
        if aside_digest(bytes(row["aside_salt"]), stored_aside(row)) != aside:
            raise ValueError("the aside of a ballot is another one")
    elif any(row[name] is not None for name in ASIDE):
        raise ValueError("the aside of a ballot is kept in part")
    gate = b64encode(bytes(row["gate"])).decode()
    named = {**row, "voter": row["unit_voter"]}
    return ballot_body_2(named, bytes(row["number"]).hex(), bool(row["again"]), aside, gate)


def stored_aside(row: AnyRow) -> str:
    """Returns the text of a ballot's aside, from its row."""
    return aside_text(row["bucket"], row["risk"], row["cluster"], row["reminders"])


def kept_aside(row: AnyRow) -> dict[str, str] | None:
    """Returns salt and text of what a ballot says of its moment; None once it is erased."""
    if row.get("aside_salt") is None:
        return None
    return {"salt": bytes(row["aside_salt"]).hex(), "text": stored_aside(row)}


def comment_text(row: AnyRow) -> str:
    """Returns the text of a comment's entry, from its row."""
    if row["number"] is None:
        return comment_body(row)
    gate = b64encode(bytes(row["gate"])).decode()
    number = bytes(row["number"]).hex()
    return comment_body_2(row["campaign"], row["unit"], row["text"], number, gate)


def withdrawal_text(row: AnyRow) -> str:
    """Returns the text that withdraws an entry, from the row of what was erased."""
    if row["erasure"] is None:
        return withdrawal_body(row["campaign"], row["position"])
    gate = b64encode(bytes(row["gate"])).decode()
    erasure = bytes(row["erasure"]).hex()
    return withdrawal_body_2(row["campaign"], row["position"], erasure, gate)

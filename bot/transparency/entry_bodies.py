"""Makes the texts that entries of the log commit to.

The bytes are hashed and published: no key, order or spelling may ever change. Texts of the second
kind (`ballot_body_2`, …) have the gate's signature; those of the first stay for older rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping

from survey_flows.log_entries import LOG_ITSELF, canonical, positions_digest
from survey_flows.signed_notes import VerifierKey

FORMAT, KEYS, INTAKE = "format", "keys", "intake"
"""Kinds of acts that the mixer or the gate writes by itself."""


def ballot_body(row: RowMapping | Mapping[str, Any]) -> str:
    """Return the text of a ballot's entry, from its row."""
    return canonical(
        {
            "kind": "ballot",
            "campaign": row["campaign"],
            "unit": row["unit"],
            "questionnaire": row["questionnaire"],
            "group": row["grp"],
            "stratum": row["stratum"],
            "source": row["source"],
            "ratings": row["ratings"],
            "facts": _facts(row["facts"]),
            "bucket": row["bucket"],
            "risk": row["risk"],
            "voter": bytes(row["voter"]).hex(),
        }
    )


@lru_cache(maxsize=1024)
def _facts(text: str) -> Any:
    """Returns the facts of a ballot; a million ballots have few different ones."""
    return json.loads(text)


def comment_body(row: RowMapping | Mapping[str, Any]) -> str:
    """Return the text of a comment's entry, from its row; few ballots name no unit."""
    unit = {"unit": row["unit"]} if row["unit"] else {}
    return canonical({"kind": "comment", "campaign": row["campaign"], "text": row["text"], **unit})


def withdrawal_body(campaign: str, position: int) -> str:
    """Return the text of the entry that withdraws another one."""
    return canonical({"kind": "withdrawal", "campaign": campaign, "position": position})


def ballot_body_2(
    row: RowMapping | Mapping[str, Any], number: str, again: bool, aside: str, gate: str
) -> str:
    """Returns the text of a ballot that the gate signed.

    Args:
        row: has campaign, unit, questionnaire, grp, stratum, source, channel, ratings, facts and
            voter.
        number: 32 hexadecimal digits, drawn at random, that no other ballot has.
        again: this voter has rated this unit before and has not erased that since.
        aside: the digest of what the ballot says of its moment (`survey_flows.gate_texts`).
        gate: base64 of the key's id and the signature; empty before the gate signs.
    """
    return canonical(
        {
            "kind": "ballot",
            "campaign": row["campaign"],
            "unit": row["unit"],
            "questionnaire": row["questionnaire"],
            "group": row["grp"],
            "stratum": row["stratum"],
            "source": row["source"],
            "channel": row["channel"],
            "ratings": row["ratings"],
            "facts": _facts(row["facts"]),
            "id": number,
            "again": again,
            "aside": aside,
            "gate": gate,
            "voter": bytes(row["voter"]).hex(),
        }
    )


def comment_body_2(campaign: str, unit: str, text: str, number: str, gate: str) -> str:
    """Returns the text of a comment that the gate signed; ``unit`` is empty where few rated it."""
    about = {"unit": unit} if unit else {}
    said = {"kind": "comment", "campaign": campaign, "text": text, "id": number, "gate": gate}
    return canonical(said | about)


def withdrawal_body_2(campaign: str, position: int, erasure: str, gate: str) -> str:
    """Returns the text that withdraws a sealed entry, with the erasure that the gate signed."""
    said = {"kind": "withdrawal", "campaign": campaign, "position": position}
    return canonical(said | {"erasure": erasure, "gate": gate})


def intake_body(campaign: str, counts: Mapping[str, int], units: str) -> str:
    """Returns the text of the gate's act about what it accepted.

    Args:
        campaign: its id.
        counts: accepted, again, erased, erasures and comments.
        units: the digest of the counts by unit (`survey_flows.gate_texts.units_digest`).
    """
    return canonical(
        {"kind": INTAKE, "campaign": campaign, "name": campaign, "units": units, **counts}
    )


def keys_body(
    number: int,
    desk: VerifierKey | None,
    gate: VerifierKey | None,
    loss: Mapping[str, object] | None = None,
) -> str:
    """Returns the text of the act that names the keys that sign from here on.

    A key that there is not is not named. ``loss`` says why the key before does not sign this.
    """
    named = {"desk": desk, "gate": gate}
    keys = {role: key.write() for role, key in named.items() if key is not None}
    said = {**(loss or {}), "kind": KEYS, "campaign": LOG_ITSELF, "name": str(number)}
    return canonical(said | keys)


def format_body(first: int, positions: Mapping[str, Iterable[int]]) -> str:
    """Returns the text of the act that freezes whose each entry before it is.

    Args:
        first: the act's own position.
        positions: of each campaign's sealed entries so far, ascending.
    """
    campaigns = {name: positions_digest(found) for name, found in positions.items()}
    return canonical(
        {
            "kind": FORMAT,
            "campaign": LOG_ITSELF,
            "name": LOG_ITSELF,
            "from": first,
            "campaigns": campaigns,
        }
    )


def registration_body(row: RowMapping | Mapping[str, Any]) -> str:
    """Returns the text of a registration, from the campaign's row."""
    return canonical({**_registration(row), "name": row["id"]})


def older_registration_body(row: RowMapping | Mapping[str, Any]) -> str:
    """Returns the text of a registration of form 1, which has no name."""
    return canonical(_registration(row))


def _registration(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    frozen = {name: row[name] for name in ("year", "opens_at", "closes_at", "scheme")}
    frozen["paper"] = row["definition"]
    return {"kind": "registration", "campaign": row["id"], **frozen}


def closing_body(
    campaign: str,
    counted: int,
    superseded: int,
    withdrawn: int,
    comments: int,
    voters: int,
    missing: int = 0,
    unended: int = 0,
) -> str:
    """Returns the text of a closing: its sealed entries by what became of them, and voters.

    Only a campaign that was closed with a gap has what is missing: messages that the gate accepted
    and that were not mixed, and streams of the gate whose end nobody knows.
    """
    figures = {
        "counted": counted,
        "superseded": superseded,
        "withdrawn": withdrawn,
        "comments": comments,
        "voters": voters,
    }
    gaps = {"missing": missing, "unended": unended} if missing or unended else {}
    named = {"kind": "closing", "campaign": campaign, "name": campaign}
    return canonical({**named, **figures, **gaps})

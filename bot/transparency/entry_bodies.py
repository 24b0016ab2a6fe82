"""Makes the texts that entries of the log commit to, from stored rows.

The bytes are hashed and published: no key, order or spelling may ever change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping

from survey_flows.log_entries import canonical


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


def registration_body(row: RowMapping | Mapping[str, Any]) -> str:
    """Return the text of a registration, from the campaign's row."""
    frozen = {name: row[name] for name in ("year", "opens_at", "closes_at", "scheme")}
    frozen["paper"] = row["definition"]
    return canonical({"kind": "registration", "campaign": row["id"], **frozen})


def closing_body(
    campaign: str,
    counted: int,
    superseded: int,
    withdrawn: int,
    voters: int,
    missing: int = 0,
    unended: int = 0,
) -> str:
    """Return the text of a closing: counted, superseded and withdrawn entries, and voters.

    Only a campaign that was closed with a gap has what is missing: messages that the gate accepted
    and that were not mixed, and streams of the gate whose end nobody knows.
    """
    figures = {
        "counted": counted,
        "superseded": superseded,
        "withdrawn": withdrawn,
        "voters": voters,
    }
    gaps = {"missing": missing, "unended": unended} if missing or unended else {}
    return canonical({"kind": "closing", "campaign": campaign, **figures, **gaps})

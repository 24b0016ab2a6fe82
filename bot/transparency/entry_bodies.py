"""The text that a sealed entry of the log commits to, from what is stored of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from survey_flows.log_entries import canonical


def ballot_body(row: RowMapping | Mapping[str, Any]) -> str:
    """The text of a ballot's entry, from its row."""
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
            "facts": json.loads(row["facts"]),
            "bucket": row["bucket"],
            "risk": row["risk"],
            "voter": bytes(row["voter"]).hex(),
        }
    )


def comment_body(row: RowMapping | Mapping[str, Any]) -> str:
    """The text of a comment's entry, from its row."""
    return canonical(
        {"kind": "comment", "campaign": row["campaign"], "unit": row["unit"], "text": row["text"]}
    )


def withdrawal_body(campaign: str, position: int) -> str:
    """The text of the entry that says that another one was erased."""
    return canonical({"kind": "withdrawal", "campaign": campaign, "position": position})


def registration_body(row: RowMapping | Mapping[str, Any]) -> str:
    """What a campaign freezes, from its row: questionnaires, units, scheme with its weights and quotas, window."""
    frozen = {name: row[name] for name in ("year", "opens_at", "closes_at", "paper", "scheme")}
    return canonical({"kind": "registration", "campaign": row["id"], **frozen})


def closing_body(campaign: str, counted: int, superseded: int, withdrawn: int, voters: int) -> str:
    """How many ballots count and of how many voters, how many gave way, how many entries were withdrawn."""
    figures = {
        "counted": counted,
        "superseded": superseded,
        "withdrawn": withdrawn,
        "voters": voters,
    }
    return canonical({"kind": "closing", "campaign": campaign, **figures})

"""Gives a notice: appends its row, and orders its act in the public log.

Names stand in the row alone; the act binds them by a salted digest.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.appraisal.commitments import NOTICE, head_facts, salt_of
from bot.records.notices import GivenNotice, add_notice
from bot.records.seals import standing_seal
from bot.transparency.desk import Desk
from survey_flows.log_entries import LOG_ITSELF

ACT = "year-notice"


async def give_notice(
    connection: AsyncConnection, desk: Desk, year: int, notice: GivenNotice, salt: str
) -> GivenNotice:
    """Append a notice of a sealed year and order its act; return it with its number.

    Args:
        connection: the transaction in which it is given.
        desk: orders the act.
        year: the year.
        notice: what is given.
        salt: that of the year's seal.

    Raises:
        BadInput: somebody else has given one just now.
    """
    made = await add_notice(connection, year, notice)
    facts: dict[str, object] = {"year": year, "notice": made.number, "amendment": made.amendment}
    facts |= {name: getattr(made, name).isoformat() for name in ("begins", "ends", "until")}
    facts |= head_facts(salt, NOTICE, notice_row(year, made))
    await desk.order(connection, ACT, LOG_ITSELF, facts, f"{year}/{made.number}")
    return made


async def sealed_salt(connection: AsyncConnection, year: int) -> str:
    """Return the salt of the seal of a year that holds; empty where it has none."""
    seal = await standing_seal(connection, year)
    return salt_of(seal.content) if seal is not None else ""


def notice_row(year: int, notice: GivenNotice) -> dict[str, Any]:
    """Return what the row of a notice says."""
    days = {name: getattr(notice, name).isoformat() for name in ("begins", "ends", "until")}
    subjects = json.dumps(sorted(notice.subjects)) if notice.subjects else ""
    same = ("number", "amendment", "by", "at")
    return {"year": year, "subjects": subjects, **days} | {it: getattr(notice, it) for it in same}

"""What the mixer asks before the log's key signs a result: whether it follows from the ballots.

The desk signs what the service tells it, and the service reads a database. The mixer has the guard
beside the log's key, and makes the totals again from what the log has proven.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.close_check import Examined, hold_or_release
from bot.campaigns.registered import registered_campaign
from bot.campaigns.states import CLOSED
from bot.results.proven_releases import examine_results
from bot.results.releases import read_release
from bot.results.scoring import score_release
from bot.transparency.desk import facts_of
from bot.transparency.guard import Guard
from bot.verification.bundle import totals_file
from bot.verification.public_totals import result_body
from survey_flows.errors import BadInput


async def is_proven_result(database: AsyncEngine, guard: Guard, campaign: str, body: str) -> bool:
    """Returns whether an act ``result`` has the totals of a release that the ballots give.

    A campaign that was imported is in no log, and its result binds nothing; it may say anything.
    A registered one is held for what does not agree.

    Args:
        database: has the campaign.
        guard: the files beside the log's key.
        campaign: its id.
        body: the act's text.
    """
    examined = await examine_results(database, campaign, guard)
    if examined.row is None or examined.row.state != CLOSED:
        return False
    if examined.findings:
        await hold_or_release(database, campaign, examined.findings, examined.registered)
        return False
    return not examined.registered or await asyncio.to_thread(_follows, examined, campaign, body)


def _follows(examined: Examined, campaign: str, body: str) -> bool:
    """Returns whether the act has the totals of one of the releases."""
    known = registered_campaign(examined.row)  # type: ignore[arg-type]
    said = facts_of(body)
    for row in reversed(examined.releases):
        try:
            totals = totals_file(score_release(known, read_release(row)))
        except BadInput:
            continue  # A release of before totals had a secret commits to none.
        if said == facts_of(result_body(campaign, totals)):
            return True
    return False

"""Results with and without each rule: how public scores and ranks would move if one rule had not been there."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.scan import PatternCount
from aggregation.disclosure.suppression import below_floor
from aggregation.estimation.scores import UnitScore, score_units
from aggregation.numbers import half_up
from bot.campaigns.registered import RegisteredCampaign
from bot.core.clock import Clock
from bot.fraud_review.case_finding import TIMEZONE, SignalFindings, run_signals
from bot.fraud_review.verdicts import RELEASE
from bot.results.scoring import ScoredCampaign, UnitRank, unit_ranks
from bot.storage.database import reading, upsert, writing
from bot.storage.schema import all as tables


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What a campaign's result would be without one rule.

    ``moved`` and ``ranks`` are units whose published score or rank would differ, ``largest`` the largest shift in
    points (as it is printed), ``furthest`` the largest in places.
    """

    rule: str
    moved: int
    largest: str
    ranks: int
    furthest: int


async def measure_effects(
    database: AsyncEngine, campaign: str, clock: Clock, timezone: str = TIMEZONE
) -> list[RuleEffect]:
    """Work out the effect of each rule that found something, and keep it for the pages.

    Ballots that reviewers released count as before by every reckoning. A unit of which few ballots change weight is
    left out: by the shift of its score those could be worked out.

    Raises:
        BadInput: no such campaign, or it is not closed.
    """
    looked = await run_signals(database, campaign, timezone=timezone)
    released = await _released(database, campaign)
    effects = await asyncio.to_thread(_measure, looked, released)
    body = json.dumps([asdict(effect) for effect in effects])
    row = {"campaign": campaign, "at": int(clock.now().timestamp()), "body": body}
    async with writing(database) as connection:
        await upsert(connection, tables.rule_effects, ["campaign"], [row])
    return effects


async def _released(database: AsyncEngine, campaign: str) -> dict[int, int]:
    """The ballots that reviewers released, with the weight they had before."""
    columns = tables.case_ballots.c
    query = select(columns.ballot, columns.before).join(
        tables.cases, tables.cases.c.id == columns.case_id
    )
    query = query.where(tables.cases.c.campaign == campaign, tables.cases.c.verdict == RELEASE)
    async with reading(database) as connection:
        return {row.ballot: row.before for row in await connection.execute(query)}


async def scores_without(
    database: AsyncEngine, campaign: str, timezone: str = TIMEZONE
) -> tuple[Mapping[str, UnitScore], dict[str, dict[str, UnitScore]]]:
    """The scores by all rules as they judge now, and those without each rule that found something.

    A unit of which few ballots change weight keeps its score, as `measure_effects` leaves it out. Raises as `measure_effects`.
    """
    looked = await run_signals(database, campaign, timezone=timezone)
    return await asyncio.to_thread(_scores_without, looked, await _released(database, campaign))


def _scores_without(
    looked: SignalFindings, released: Mapping[int, int]
) -> tuple[Mapping[str, UnitScore], dict[str, dict[str, UnitScore]]]:
    from aggregation.fraud.suspicion import weights_with_and_without

    if not looked.rows:
        return {}, {}
    found = weights_with_and_without(looked.table, looked.found, looked.thresholds)
    weighed = {
        rule: _weights(looked.rows, column.tolist(), released) for rule, column in found.items()
    }
    full, floor = weighed.pop(""), looked.campaign.scheme.min_n.publish_cell
    whole = _scored(looked, full).graded
    without: dict[str, dict[str, UnitScore]] = {}
    for rule, column in weighed.items():
        changed = Counter(
            row.unit for row, a, b in zip(looked.rows, full, column, strict=True) if a != b
        )
        scores = _scored(looked, column).graded
        without[rule] = {
            unit: whole[unit] if below_floor(changed[unit], floor) else s
            for unit, s in scores.items()
        }
    return whole, without


async def read_effects(database: AsyncEngine, campaign: str) -> list[RuleEffect]:
    """What `measure_effects` kept last; nothing before."""
    columns = tables.rule_effects.c
    async with reading(database) as connection:
        body = (
            await connection.execute(select(columns.body).where(columns.campaign == campaign))
        ).scalar()
    return [RuleEffect(**effect) for effect in json.loads(body)] if body else []


def _measure(looked: SignalFindings, released: Mapping[int, int]) -> list[RuleEffect]:
    from aggregation.fraud.suspicion import weights_with_and_without

    if not looked.rows:
        return []
    found = weights_with_and_without(looked.table, looked.found, looked.thresholds)
    weighed = {
        rule: _weights(looked.rows, column.tolist(), released) for rule, column in found.items()
    }
    full = weighed.pop("")
    whole = _scored(looked, full)
    return [_effect(rule, looked, whole, full, column) for rule, column in sorted(weighed.items())]


def _weights(
    rows: Sequence[Any], proposed: Sequence[int], released: Mapping[int, int]
) -> list[int]:
    return [released.get(row.id, weight) for row, weight in zip(rows, proposed, strict=True)]


def _scored(looked: SignalFindings, weights: Sequence[int]) -> ScoredCampaign:
    poll = looked.campaign
    found = Counter(
        (row.unit, row.questionnaire, row.grp, row.stratum, row.source, weight, row.ratings)
        for row, weight in zip(looked.rows, weights, strict=True)
    )
    counts = tuple(PatternCount(*pattern, count) for pattern, count in sorted(found.items()))
    categories = {code: unit.category for code, unit in poll.units.items()}
    return ScoredCampaign(
        poll, counts, score_units(counts, categories, poll.questionnaires, poll.scheme)
    )


def _effect(
    rule: str,
    looked: SignalFindings,
    whole: ScoredCampaign,
    full: Sequence[int],
    without: Sequence[int],
) -> RuleEffect:
    poll, other = looked.campaign, _scored(looked, without)
    changed = Counter(
        row.unit for row, a, b in zip(looked.rows, full, without, strict=True) if a != b
    )
    floor = poll.scheme.min_n.publish_cell
    before, after = unit_ranks(whole), unit_ranks(other)
    told = [code for code in before.keys() & after.keys() if not below_floor(changed[code], floor)]
    shifts = [_points(whole, code, poll) - _points(other, code, poll) for code in told]
    steps = [_places_moved(before[code], after[code]) for code in told]
    largest = max(map(abs, shifts), default=Fraction(0))
    return RuleEffect(
        rule,
        sum(map(bool, shifts)),
        str(half_up(largest, poll.scheme.places)),
        sum(map(bool, steps)),
        max(steps, default=0),
    )


def _points(scored: ScoredCampaign, code: str, poll: RegisteredCampaign) -> Fraction:
    """The score as it is published; more digits would tell of few ballots."""
    return Fraction(half_up(scored.scores[code].score or Fraction(0), poll.scheme.places))


def _places_moved(before: UnitRank, after: UnitRank) -> int:
    return abs(before.rank - after.rank)

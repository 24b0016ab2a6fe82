"""Measures each fraud rule's effect: public scores and ranks with and without it."""

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
from aggregation.disclosure.disclosed import below_floor
from aggregation.estimation.scores import Frozen, UnitScore, score_units
from aggregation.estimation.unit_score import kept_contrasts
from aggregation.numbers import half_up
from bot.campaigns.registered import RegisteredCampaign
from bot.core.clock import Clock
from bot.fraud_review.case_finding import TIMEZONE, SignalFindings, run_signals
from bot.results.scoring import ScoredCampaign, UnitRank, unit_ranks
from bot.storage.database import reading, upsert, writing
from bot.storage.schema import all as tables
from bot.transparency.verdicts import RELEASE


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """The difference of a campaign's result without one rule.

    Args:
        rule: its code.
        moved: units whose published score would differ.
        largest: the largest shift of a score, in points as printed.
        ranks: units whose rank would differ.
        furthest: the largest shift of a rank.
    """

    rule: str
    moved: int
    largest: str
    ranks: int
    furthest: int


async def measure_effects(
    database: AsyncEngine, campaign: str, clock: Clock, timezone: str = TIMEZONE
) -> list[RuleEffect]:
    """Measure the effect of each rule that found something, and keep it for the pages.

    Ballots that checkers released count as before with and without every rule.
    A unit of which few ballots change weight is left out, because they would follow from its shift.

    Raises:
        BadInput: there is no such campaign, or it is not closed.
    """
    findings = await run_signals(database, campaign, timezone=timezone)
    released = await _released(database, campaign)
    effects = await asyncio.to_thread(_measure, findings, released)
    body = json.dumps([asdict(effect) for effect in effects])
    row = {"campaign": campaign, "at": int(clock.now().timestamp()), "body": body}
    async with writing(database) as connection:
        await upsert(connection, tables.rule_effects, ["campaign"], [row])
    return effects


async def _released(database: AsyncEngine, campaign: str) -> dict[int, int]:
    """Read the ballots that checkers released, with the weight that they had before."""
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
    """Return the scores by all rules as they judge now, and those without each rule.

    A unit of which few ballots change weight keeps its score, as `measure_effects` leaves it out.

    Raises:
        BadInput: as `measure_effects`.
    """
    findings = await run_signals(database, campaign, timezone=timezone)
    return await asyncio.to_thread(_scores_without, findings, await _released(database, campaign))


def _scores_without(
    findings: SignalFindings, released: Mapping[int, int]
) -> tuple[Mapping[str, UnitScore], dict[str, dict[str, UnitScore]]]:
    from aggregation.fraud.suspicion import weights_with_and_without

    if not findings.rows:
        return {}, {}
    found = weights_with_and_without(findings.table, findings.found, findings.thresholds)
    weighed = {
        rule: _weights(findings.rows, column.tolist(), released) for rule, column in found.items()
    }
    full, floor = weighed.pop(""), findings.campaign.scheme.min_n.publish_cell
    base = _scored(findings, full)
    whole, kept = base.graded, kept_contrasts(base.scores)
    without: dict[str, dict[str, UnitScore]] = {}
    for rule, column in weighed.items():
        changed = Counter(
            row.unit for row, a, b in zip(findings.rows, full, column, strict=True) if a != b
        )
        scores = _scored(findings, column, kept).graded
        without[rule] = {
            unit: whole[unit] if below_floor(changed[unit], floor) else s
            for unit, s in scores.items()
        }
    return whole, without


async def read_effects(database: AsyncEngine, campaign: str) -> list[RuleEffect]:
    """Read what `measure_effects` kept last; nothing when it never ran."""
    columns = tables.rule_effects.c
    async with reading(database) as connection:
        body = (
            await connection.execute(select(columns.body).where(columns.campaign == campaign))
        ).scalar()
    return [RuleEffect(**effect) for effect in json.loads(body)] if body else []


def _measure(findings: SignalFindings, released: Mapping[int, int]) -> list[RuleEffect]:
    from aggregation.fraud.suspicion import weights_with_and_without

    if not findings.rows:
        return []
    found = weights_with_and_without(findings.table, findings.found, findings.thresholds)
    weighed = {
        rule: _weights(findings.rows, column.tolist(), released) for rule, column in found.items()
    }
    full = weighed.pop("")
    whole = _scored(findings, full)
    return [
        _effect(rule, findings, whole, full, column) for rule, column in sorted(weighed.items())
    ]


def _weights(
    rows: Sequence[Any], proposed: Sequence[int], released: Mapping[int, int]
) -> list[int]:
    return [released.get(row.id, weight) for row, weight in zip(rows, proposed, strict=True)]


def _scored(
    findings: SignalFindings, weights: Sequence[int], contrasts: Frozen = None
) -> ScoredCampaign:
    campaign = findings.campaign
    found = Counter(
        (row.unit, row.questionnaire, row.grp, row.stratum, row.source, weight, row.ratings)
        for row, weight in zip(findings.rows, weights, strict=True)
    )
    counts = tuple(PatternCount(*pattern, count) for pattern, count in sorted(found.items()))
    categories = {code: unit.category for code, unit in campaign.units.items()}
    scores = score_units(counts, categories, campaign.questionnaires, campaign.scheme, contrasts)
    return ScoredCampaign(campaign, counts, scores)


def _effect(
    rule: str,
    findings: SignalFindings,
    whole: ScoredCampaign,
    full: Sequence[int],
    without: Sequence[int],
) -> RuleEffect:
    campaign = findings.campaign
    other = _scored(findings, without, kept_contrasts(whole.scores))
    changed = Counter(
        row.unit for row, a, b in zip(findings.rows, full, without, strict=True) if a != b
    )
    floor = campaign.scheme.min_n.publish_cell
    before, after = unit_ranks(whole), unit_ranks(other)
    disclosed = [
        code for code in before.keys() & after.keys() if not below_floor(changed[code], floor)
    ]
    shifts = [_points(whole, code, campaign) - _points(other, code, campaign) for code in disclosed]
    steps = [_places_moved(before[code], after[code]) for code in disclosed]
    largest = max(map(abs, shifts), default=Fraction(0))
    return RuleEffect(
        rule,
        sum(map(bool, shifts)),
        str(half_up(largest, campaign.scheme.places)),
        sum(map(bool, steps)),
        max(steps, default=0),
    )


def _points(scored: ScoredCampaign, code: str, campaign: RegisteredCampaign) -> Fraction:
    """Return the score as it is published, because more digits would disclose few ballots."""
    return Fraction(half_up(scored.graded[code].score or Fraction(0), campaign.scheme.places))


def _places_moved(before: UnitRank, after: UnitRank) -> int:
    return abs(before.rank - after.rank)

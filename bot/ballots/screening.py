"""Screens ballots at the gate: finds the risk that is sealed with each one."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.gate import CastEffects
from bot.ballots.link_people import count_link_people
from bot.ballots.rate_counters import CountedSubmission, RateCounters
from bot.campaigns.fraud_rules import DEFAULT_RULES, FraudRules, RateLimits
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from survey_flows.effects import StoreBallot
from survey_flows.submission_risk import risk


class Screening:
    """Asks the counters about each ballot by its campaign's rules, and reads no answer."""

    def __init__(self, redis: Redis, keys: GateKeys, live_campaigns: LiveCampaigns) -> None:
        self._redis = redis
        self._keys = keys
        self._live_campaigns = live_campaigns
        self._counters: dict[RateLimits, RateCounters] = {}

    async def __call__(self, connection: AsyncConnection, casts: CastEffects) -> list[int]:
        """Return the risk of each ballot, in one round trip for each campaign."""
        users = await self._link_users(connection, casts)
        rules = {cast.ballot.campaign: self._rules(cast.ballot.campaign) for _, cast in casts}
        found: dict[int, int] = {}
        for campaign, own in rules.items():
            places = [
                place for place, (_, cast) in enumerate(casts) if cast.ballot.campaign == campaign
            ]
            facts = await self._counters_for(own.rates).ballot_facts(
                [self._submission(*casts[place], users.get(place, 0)) for place in places]
            )
            found |= {
                place: risk(fact, own.limits) for place, fact in zip(places, facts, strict=True)
            }
        return [found[place] for place in range(len(casts))]

    def _rules(self, campaign: str) -> FraudRules:
        rules: Mapping[str, FraudRules] = self._live_campaigns.rules
        return rules.get(campaign, DEFAULT_RULES)

    def _counters_for(self, rates: RateLimits) -> RateCounters:
        if rates not in self._counters:
            self._counters[rates] = RateCounters(self._redis, rates)
        return self._counters[rates]

    def _limit(self, campaign: str, token: str) -> int | None:
        definition = self._live_campaigns.get(campaign)
        link = definition.links.get(token) if definition else None
        return link.max_people if link else None

    async def _link_users(self, connection: AsyncConnection, casts: CastEffects) -> dict[int, int]:
        """Return the people of each ballot's link, where it is meant for a number of them."""
        limited = [
            (place, cast.ballot.campaign, cast.timing.link, citizen)
            for place, (citizen, cast) in enumerate(casts)
            if cast.timing.link and self._limit(cast.ballot.campaign, cast.timing.link) is not None
        ]
        marks = [
            (campaign, link, self._keys.link_person(campaign, link, *person.voter))
            for _, campaign, link, person in limited
        ]
        counts = await count_link_people(connection, marks)
        return {place: count for (place, *_), count in zip(limited, counts, strict=True)}

    def _submission(
        self, citizen: Citizen, cast: StoreBallot, link_users: int
    ) -> CountedSubmission:
        ballot, pace, campaign = cast.ballot, cast.timing, cast.ballot.campaign

        def counter(kind: str, name: str) -> bytes:
            return self._keys.counter(campaign, kind, name)

        return CountedSubmission(
            person=self._keys.passing_name("counter", campaign, *citizen.voter),
            source=counter("source", f"{citizen.channel} {pace.link or ballot.source}"),
            unit=counter("unit", ballot.unit),
            seconds=pace.seconds,
            questions=pace.questions,
            link_users=link_users,
            link_limit=self._limit(campaign, pace.link),
            stale=pace.stale,
        )

"""Counts arrivals for screening: rates and bursts, in one round trip for a whole batch.

No ballot is refused or kept waiting for a counter; without Redis the facts quickly say so.

Keys hold only pseudonyms, and all of them expire.
A counter shows when it was touched.
So a person's is named under a secret that lies in memory alone and is new each day
(`bot.crypto.ram_secrets`): no file and no key that is left leads from a counter to a person.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.campaigns.fraud_rules import RateLimits
from bot.core.events import event, fault
from survey_flows.facts import SubmissionFacts

log = logging.getLogger(__name__)

PREFIX = b"minping:watch:"
QUARTER = 900  # seconds
MEMORY = 0.2
"""Weight of the last quarter of an hour in the expectation; 3 hours leave 7 % of the past."""
FORGOTTEN = 2 * 86_400  # seconds after which a silent unit and source begin anew
DAY = 86_400
ANSWER_WITHIN = 0.25  # seconds that a batch waits for counters at most
AWAY_FOR = 2.0  # seconds in which Redis is not asked again after a failure
VALUES = 6

# Time is Redis' own, so that processes with different clocks share one rate.
# A GCRA keeps one number, the theoretical arrival time (ITU-T I.371, virtual scheduling algorithm);
# a conforming arrival moves it on by one interval.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local quarter = math.floor(clock[1] / tonumber(ARGV[7]))
local memory, forgotten, day = tonumber(ARGV[8]), ARGV[9], ARGV[10]

local function exceeded(key, most, seconds)
  local interval = seconds * 1000000 / most
  local due = math.max(tonumber(redis.call('GET', key) or '0'), now)
  if due - now > interval * (most - 1) then return 1 end
  due = math.floor(due + interval)
  redis.call('SET', key, string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1)
  return 0
end

local function tally(key)
  local kept = redis.call('HMGET', key, 'q', 'n', 'e')
  local last, count = tonumber(kept[1] or quarter), tonumber(kept[2] or 0)
  local usual = tonumber(kept[3] or -1)
  if quarter > last then
    usual = usual < 0 and count or usual + memory * (count - usual)
    usual = usual * (1 - memory) ^ (quarter - last - 1)
    count = 0
  end
  local expected = string.format('%.6f', usual)
  redis.call('HSET', key, 'q', math.max(quarter, last), 'n', count + 1, 'e', expected)
  redis.call('EXPIRE', key, forgotten)
  return count + 1, usual
end

local result = {}
for at = 1, #KEYS, 5 do
  for kind = 0, 2 do
    local most, seconds = tonumber(ARGV[1 + kind * 2]), tonumber(ARGV[2 + kind * 2])
    result[#result + 1] = exceeded(KEYS[at + kind], most, seconds)
  end
  result[#result + 1] = redis.call('INCR', KEYS[at + 3])
  redis.call('EXPIRE', KEYS[at + 3], day, 'NX')
  local count, usual = tally(KEYS[at + 4])
  result[#result + 1] = count
  result[#result + 1] = math.floor(usual * 1000 + 0.5)
end
return result
"""


@dataclass(frozen=True, slots=True)
class CountedSubmission:
    """A ballot before its admission.

    ``person`` is a name of the day, ``source`` and ``unit`` are keyed names of a campaign.
    ``link_users`` persons rated by this link, ``link_limit`` is None when anyone may use it.
    The other fields are those of `survey_flows.facts.SubmissionFacts`.
    """

    person: bytes
    source: bytes
    unit: bytes
    seconds: float | None
    questions: int
    link_users: int = 0
    link_limit: int | None = None
    replayed: bool = False
    young: bool = False
    stale: int = 0


class RateCounters:
    """Counts submissions in Redis; any number of tasks of a process may share one."""

    def __init__(
        self, redis: Redis, rates: RateLimits | None = None, answer_within: float = ANSWER_WITHIN
    ) -> None:
        rates = rates or RateLimits()
        self._script = redis.register_script(SCRIPT)
        self._answer_within = answer_within
        self._ask_again = 0.0
        limits = [
            number
            for rate in (rates.user, rates.source, rates.unit)
            for number in (rate.most, rate.seconds)
        ]
        self._settings: list[float | int] = [
            *limits,
            QUARTER,
            MEMORY,
            FORGOTTEN,
            DAY,
        ]

    async def ballot_facts(self, submissions: Sequence[CountedSubmission]) -> list[SubmissionFacts]:
        """Count the submissions and return the facts of each, in their order.

        A replayed submission is not counted again.
        Call this once for a batch, and not again when its transaction is repeated.
        Without Redis it raises nothing and marks the facts ``unchecked``.
        """
        new = [submission for submission in submissions if not submission.replayed]
        counted = await self._counted(new) if new else []
        if counted is None:
            return [_facts(submission, None, unchecked=True) for submission in submissions]
        rows = iter(counted)
        return [
            _facts(submission, None if submission.replayed else next(rows))
            for submission in submissions
        ]

    async def _counted(self, submissions: Sequence[CountedSubmission]) -> list[list[int]] | None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._ask_again:
            return None
        try:
            async with asyncio.timeout(self._answer_within):
                values = await self._script(keys=_keys(submissions), args=self._settings)
        except (RedisError, OSError, TimeoutError) as error:
            self._ask_again = loop.time() + AWAY_FOR
            log.warning(
                "ballots are admitted unchecked: Redis is away (%s)",
                type(error).__name__,
                extra=event("ballots_unchecked", **fault(error)),
            )
            return None
        return [values[at : at + VALUES] for at in range(0, len(values), VALUES)]


def _keys(submissions: Sequence[CountedSubmission]) -> list[bytes]:
    return [
        PREFIX + name
        for s in submissions
        for name in (
            b"user:" + s.person,
            b"source:" + s.source,
            b"unit:" + s.unit,
            b"ballots:" + s.person,
            # Without the length two pairs could run together into one name.
            b"cell:%d:" % len(s.unit) + s.unit + s.source,
        )
    ]


def _facts(
    submission: CountedSubmission, counted: Sequence[int] | None, unchecked: bool = False
) -> SubmissionFacts:
    known = SubmissionFacts(
        seconds=submission.seconds,
        questions=submission.questions,
        replayed=submission.replayed,
        link_users=submission.link_users,
        link_limit=submission.link_limit,
        young=submission.young,
        stale=submission.stale,
        unchecked=unchecked,
    )
    if counted is None:
        return known
    user, source, unit, ballots, burst, expected = counted
    return replace(
        known,
        ballots=ballots,
        user_rate=bool(user),
        source_rate=bool(source),
        unit_rate=bool(unit),
        burst=burst,
        expected=expected / 1000 if expected >= 0 else None,
    )

"""Who said what: joins of comments, presses and people to ballots, with each set of keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.attacks.honest_campaign import Habits, Played, honest_campaign
from tests.attacks.joins import people_by_their_units, people_to_voters
from tests.attacks.openers import moments_to_ballots
from tests.attacks.outcomes import Outcome
from tests.attacks.words import comments_to_ballots, presses_to_ballots, requests_to_ballots

HOUR = timedelta(hours=1)


async def attacks(url: str, folder: Path, habits: Habits) -> list[Outcome]:
    """Play one campaign and every attack on it, while it is open and after its close."""
    async with honest_campaign(url, folder, habits) as played:
        outcomes = await while_open(played)
        await played.close()
        return outcomes + await after_close(played)


async def while_open(played: Played) -> list[Outcome]:
    """Attackers C and D: one dump, with the gate's keys or with the mixer's.

    C comes in the hour of the last taps and after it.
    """
    last = max(visit.quarter for visit in played.visits) // 4
    recent = sorted({visit.user for visit in played.visits if visit.quarter // 4 == last})
    name = "open, gate's keys"
    outcomes = await people_to_voters(played, f"{name} in the hour", recent, named=True)
    played.road.clock.time += 2 * HOUR
    await played.rotation.rotate()
    outcomes += await people_by_their_units(played)
    outcomes += await people_to_voters(played, name, played.users)
    mixers = played.folder / "keys" / "mixer"
    return outcomes + await people_to_voters(
        played, "open, mixer's keys", played.users, secrets=mixers
    )


async def after_close(played: Played) -> list[Outcome]:
    """Attackers A (no key), E (openings and a moment), and B (every key left, all user ids)."""
    return [
        *await comments_to_ballots(played),
        *await presses_to_ballots(played),
        *await moments_to_ballots(played),
        *await requests_to_ballots(played),
        *await people_to_voters(played, "closed, every key left", played.users),
    ]

"""Nobody joins what an honest campaign left better than by guessing; at 800 voters, as gated."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.honest_campaign import Habits
from tests.attacks.linking import attacks
from tests.chance import most_by_chance

UNITS = 8


async def test_no_join_hits_more_often_than_chance(sqlite_url: str, tmp_path: Path) -> None:
    outcomes = await attacks(sqlite_url, tmp_path, Habits(voters=800, units=UNITS))
    linked = [
        f"{one.join}: {one.hits} of {one.tries}, by chance {one.chance:.1f}"
        for one in outcomes
        if one.hits > most_by_chance(one.chance) and not one.named
    ]
    assert linked == []
    assert all(one.tries > 20 for one in outcomes if not one.join.startswith("person"))
    # A receipt leads to its batch, which is more than chance knows, and to no ballot in it.
    named = {one.join for one in outcomes if one.named}
    hour = "person to voter, open, gate's keys in the hour"
    asked = "person to voter, open, gate's keys, by the units rated"
    kept = "moment to ballot, openings, moment and unit, asides kept"
    assert named == {f"{hour}, by moment", f"{hour}, by order", asked, kept}

"""Counts searches that found nothing, by word and by people, without saying who they are.

A person's mark is HMAC(the campaign's gate key, word, channel, user), as is the mark of a word.
Only when ten people have typed a word is it written down; marks go with the key at the close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.closed_marks import forget_marks
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys
from bot.storage.database import insert
from bot.storage.schema import all as tables
from survey_flows.effects import SearchMissed
from survey_flows.thesaurus import plain

PEOPLE = 10
"""The fewest people whose word is written down."""
MOST_MARKS = 50_000
"""Marks of a campaign; beyond them nothing more is counted, so that nobody can fill the disk."""
_WORD = re.compile(r"[^\W\d_]{2,12}")


@dataclass(frozen=True, slots=True)
class MissedWord:
    """A searched word that found nothing, and how many people typed it; disclose it rounded."""

    word: str
    people: int


async def count_misses(
    connection: AsyncConnection, keys: GateKeys, missed: Iterable[tuple[Citizen, SearchMissed]]
) -> None:
    """Counts the searches of these citizens, each person once for each word."""
    for citizen, effect in missed:
        word = plain(effect.words)
        # Words with figures may be numbers of telephones or of identity cards.
        if _WORD.fullmatch(word):
            await _count(connection, keys, citizen, effect.campaign, word)


async def _count(
    connection: AsyncConnection, keys: GateKeys, citizen: Citizen, campaign: str, word: str
) -> None:
    columns = tables.search_misses.c
    own = select(func.count()).where(columns.campaign == campaign)
    if int((await connection.execute(own)).scalar_one()) >= MOST_MARKS:
        return
    mark, name = keys.search_miss(campaign, word, citizen.channel, citizen.user)
    row = {"mark": mark, "campaign": campaign, "word": name}
    await connection.execute(
        insert(connection, tables.search_misses).on_conflict_do_nothing(), [row]
    )
    people = (await connection.execute(own.where(columns.word == name))).scalar_one()
    if people >= PEOPLE:
        known = insert(connection, tables.missed_words).on_conflict_do_nothing()
        await connection.execute(known, [{"campaign": campaign, "word": word}])


async def read_missed_words(
    connection: AsyncConnection, keys: GateKeys, campaign: str
) -> list[MissedWord]:
    """Returns the words that ten people or more have typed in vain, the most frequent first.

    After the close nobody can count any more, and each word is told with `PEOPLE`.
    """
    words, marks = tables.missed_words.c, tables.search_misses.c
    known = (
        await connection.execute(select(words.word).where(words.campaign == campaign))
    ).scalars()
    found = []
    for word in known:
        name = keys.missed_word(campaign, word)
        query = select(func.count()).where(marks.campaign == campaign, marks.word == name)
        count = int((await connection.execute(query)).scalar_one()) if name else 0
        found.append(MissedWord(word, max(count, PEOPLE)))
    return sorted(found, key=lambda one: (-one.people, one.word))


async def forget_search_misses(database: AsyncEngine) -> None:
    """Deletes the marks of closed campaigns; callers repeat this."""
    await forget_marks(database, tables.search_misses)

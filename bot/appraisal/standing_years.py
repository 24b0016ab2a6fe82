"""The standing result of a sealed year: its seal with all amendments, for every reader alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.corrections import Correction, CorrectionKind, corrected
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.standing import Amendment, Change
from bot.appraisal.amended_content import amended
from bot.appraisal.plain_form import read_plain
from bot.appraisal.sealed_content import SealedContent, SealedRelease, read_content
from bot.records.amendments import StoredAmendment, read_amendments
from bot.records.seals import Seal, standing_seal
from survey_flows.errors import BadInput, Message, Place
from survey_flows.spoken_terms import speak

KEPT = 4
"""So many years are kept in memory by their digests: one takes megabytes."""


@dataclass(frozen=True, slots=True)
class StandingYear:
    """A sealed year as it stands.

    Args:
        seal: what was sealed.
        content: the seal's content, with the results as they stand.
        amendments: what was amended since, in order.
        corrections: all that was put right, in order.
    """

    seal: Seal
    content: SealedContent
    amendments: tuple[StoredAmendment, ...]
    corrections: tuple[Correction, ...]

    @property
    def digest(self) -> str:
        """The digest of what stands."""
        return self.amendments[-1].after if self.amendments else self.seal.digest

    @property
    def inputs(self) -> AppraisalInputs:
        """What the appraisal of the city's units read, with all that was put right."""
        return corrected(self.content.inputs, self.corrections)

    @property
    def releases(self) -> tuple[SealedRelease, ...]:
        """The releases whose scores stand: those of the seal, and those that corrected one."""
        found = {it.campaign: it for it in self.content.releases}
        for it in self.corrections:
            if it.kind is CorrectionKind.SCORE and it.score is not None:
                campaign, _, number = it.what.rpartition("/")
                found[campaign] = SealedRelease(campaign, int(number))
        return tuple(found.values())


async def read_standing(connection: AsyncConnection, year: int) -> StandingYear | None:
    """Return a sealed year as it stands; None for a year that is not sealed.

    Raises:
        BadInput: the seal or an amendment is not what its digest says.
    """
    seal = await standing_seal(connection, year)
    if seal is None:
        return None
    made = [it for it in await read_amendments(connection, year) if it.seal == seal.number]
    _check_chain(seal, made)
    return await asyncio.to_thread(_standing, seal, tuple(made))


async def read_shown_year(connection: AsyncConnection, year: int) -> StandingYear | None:
    """Return a year that is shown: the caller's task calls its grades as its scheme does.

    Raises:
        BadInput: as `read_standing`.
    """
    stands = await read_standing(connection, year)
    if stands is not None:
        speak(stands.content.inputs.scheme.terms)
    return stands


def _check_chain(seal: Seal, made: Sequence[StoredAmendment]) -> None:
    stood = seal.digest
    for it in made:
        if it.before != stood:
            message = Message("records-amendment-differs", number=it.number)
            raise BadInput(message, Place(subject=str(it.year)))
        stood = it.after


@lru_cache(maxsize=KEPT)
def _standing(seal: Seal, made: tuple[StoredAmendment, ...]) -> StandingYear:
    content = read_content(seal.content)
    read = [amendment_of(it) for it in made]
    corrections = tuple(one for it in made for one in corrections_of(it))
    return StandingYear(seal, amended(content, read), made, corrections)


def amendment_of(stored: StoredAmendment) -> Amendment:
    """Return what a stored amendment says."""
    changes = read_plain(json.loads(stored.changes or "[]"), tuple[Change, ...])
    cause = str(json.loads(stored.cause)["kind"]) if stored.cause else ""
    return Amendment(stored.number, stored.appeal, stored.subject, stored.reason, changes, cause)


def corrections_of(stored: StoredAmendment) -> tuple[Correction, ...]:
    """Return what a stored amendment puts right."""
    found: tuple[Correction, ...] = read_plain(
        json.loads(stored.corrections), tuple[Correction, ...]
    )
    return found

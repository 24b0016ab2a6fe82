"""The digest of all rows that the appraisal of a year reads: it differs once any of them does.

A person confirms what they have seen by it, so that nothing is sealed that changed meanwhile.
"""

from __future__ import annotations

import json
from hashlib import sha256

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

DATED = (
    tables.inner_units,
    tables.leaders,
    tables.indicators,
    tables.adjustments,
    tables.decisions,
    tables.unit_decisions,
)
"""Tables that belong to a year."""
STANDING = (
    *(tables.units, tables.memberships, tables.unit_periods, tables.unit_events),
    *(tables.findings, tables.posts, tables.absences, tables.discipline),
)
"""Tables that hold in every year; a finding may belong to another year than it came for."""


async def material_digest(connection: AsyncConnection, year: int) -> str:
    """Returns the digest, in hexadecimal."""
    whole = sha256()
    for name, query in _queries(year):
        whole.update(name.encode())
        rows = [list(row) for row in await connection.execute(query)]
        lines = sorted(json.dumps(row, ensure_ascii=False, default=bytes.hex) for row in rows)
        whole.update("\n".join(lines).encode())
    return whole.hexdigest()


def _queries(year: int) -> list[tuple[str, Select[tuple[object, ...]]]]:
    found = [(table.name, select(table)) for table in STANDING]
    found += [(table.name, select(table).where(table.c.year == year)) for table in DATED]
    found.append(("grades", select(tables.grades).where(tables.grades.c.year < year)))
    seals, amendments = tables.seals.c, tables.amendments.c
    earlier = select(seals.year, seals.number, seals.digest).where(seals.year < year)
    found.append(("seals", earlier))
    found.append(("amendments", select(tables.amendments).where(amendments.year < year)))
    campaigns, releases = tables.campaigns.c, tables.releases.c
    own = select(campaigns.id, campaigns.state, campaigns.scheme).where(campaigns.year == year)
    found.append(("campaigns", own))
    names = select(campaigns.id).where(campaigns.year == year)
    released = select(releases.campaign, releases.number, releases.digest)
    found.append(("releases", released.where(releases.campaign.in_(names))))
    return found

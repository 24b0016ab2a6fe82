"""Sums of few answers in stored releases join others, unless a result was signed with them apart.

A release of method 2 keeps sums by key of link and by reminders when both are erased from ballots.
Those of fewer than ten answers told of single people. The digest of the totals in the log commits
to these sums, so that a release of a campaign whose result was ordered stays as it is.
"""

import json
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

FEWEST = 10
ORDERED = sa.text(
    "SELECT campaign FROM log_entries WHERE kind = 'result' AND body IS NOT NULL"
    " UNION SELECT campaign FROM notices WHERE kind = 'result'"
)
STORED = sa.text("SELECT campaign, number, body FROM releases")
CHANGED = sa.text(
    "UPDATE releases SET body = :body, digest = :digest"
    " WHERE campaign = :campaign AND number = :number"
)


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    ordered = set(connection.execute(ORDERED).scalars())
    for campaign, number, body in connection.execute(STORED).all():
        said = json.loads(body)
        if campaign in ordered or "kept" not in said:
            continue
        for sums in said["kept"].values():
            sums["reminders"] = _gathered(sums["reminders"])
            sums["clusters"] = _joined(sums["clusters"])
        new = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = sha256(new.encode()).hexdigest()
        named = {"campaign": campaign, "number": number}
        connection.execute(CHANGED, named | {"body": new, "digest": digest})


def downgrade() -> None:
    """Undo: what was joined cannot be parted, and an older version reads it."""


def _plus(one: list[int], other: list[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _whole(found: dict[int, list[int]]) -> tuple[dict[int, list[int]], list[int]]:
    """Return the sums of enough answers, and what is left over at the end."""
    whole: dict[int, list[int]] = {}
    carried = [0, 0, 0, 0]
    for key, sums in sorted(found.items()):
        carried = _plus(carried, sums)
        if carried[0] >= FEWEST:
            whole[key], carried = carried, [0, 0, 0, 0]
    return whole, carried


def _gathered(rows: list[list[int]]) -> list[list[int]]:
    """Return rows by reminders; a row is the number of reminders and four sums."""
    whole, carried = _whole({had: sums for had, *sums in rows})
    if whole:
        whole[max(whole)] = _plus(whole[max(whole)], carried)
    return [[had, *sums] for had, sums in sorted(whole.items())]


def _joined(rows: list[list[object]]) -> list[list[object]]:
    """Return rows by key; a row is a group, a channel, a key and four sums.

    Keys of few answers were joined already. What had no key joins the last one.
    """
    found: dict[tuple[object, object], dict[int, list[int]]] = {}
    for group, channel, key, *sums in rows:
        found.setdefault((group, channel), {})[int(str(key))] = [int(str(n)) for n in sums]
    left: list[list[object]] = []
    for (group, channel), keys in sorted(found.items(), key=repr):
        if len(keys) > 1 and 0 in keys and keys[0][0] < FEWEST:
            last = max(keys)
            keys[last] = _plus(keys[last], keys.pop(0))
        left += [[group, channel, key, *sums] for key, sums in sorted(keys.items())]
    return left

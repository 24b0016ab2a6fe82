"""Commands that change something: each is noted in the audit log. A test demands that every command is in one list."""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from bot.core.settings import Settings

TABLES = (
    *(
        "units",
        "leaders",
        "inner",
        "people",
        "indicators",
        "adjustments",
        "findings",
        "decisions",
        "history",
    ),
    "ballots",
)
CHANGING = frozenset(
    (
        "archive write",
        *(
            "campaign create",
            "campaign link",
            "campaign open",
            "campaign pause",
            "campaign resume",
            "campaign close",
        ),
        *(
            "contacts import",
            "contacts opt-out",
            "demo",
            "invitations make",
            *(f"import {table}" for table in TABLES),
        ),
        *(
            "letters replay",
            "letters drop",
            "push begin",
            "push pause",
            "push resume",
            "push cancel",
            "release",
        ),
        *(
            "review scan",
            "review reopen",
            "review effect",
            "sample plan",
            "sample draw",
            "score",
            "bundle",
            "appraise",
        ),
        "calendar import",
        "quotas set",
        *("token add", "token revoke", "publish"),
        *(
            "staff add",
            "staff password",
            "staff change",
            "staff disable",
            "staff enable",
            "staff sign-out",
        ),
        "staff reset-factor",
    )
)
"""Those that may: `score`, `archive write`, `bundle`, `appraise` make a release, log the result or seal the year."""
LOOKING = frozenset(
    (
        *("archive check", "archive score"),
        *(
            "audit show",
            "audit verify",
            "campaign show",
            "contacts count",
            "export",
            "invitations count",
        ),
        *(
            "letters show",
            "mixer gate",
            "mixer key",
            "mixer run",
            "posters",
            "push show",
            "push test",
            "push work",
        ),
        *(
            "questionnaire check",
            "questionnaire show",
            "review list",
            "review show",
            "sample verify",
            "serve",
            "staff show",
        ),
        *("verify", "witness"),
        *("appeals list", "appeals show", "calendar show"),
        *("quotas show", "responses"),
        *(
            "token list",
            "openapi",
            "report",
            "sensitivity",
            "scheme check",
            "scheme diff",
            "scheme simulate",
        ),
        "scheme show",
        "table",
    )
)
NAMED = frozenset(
    (
        *(
            "campaign",
            "push",
            "invitations",
            "sample",
            "review",
            "release",
            "staff",
            "score",
            "bundle",
            "archive",
        ),
        "quotas",
        *("token", "publish"),
    )
)
"""Commands whose next word is the name of what they are about; other words may be files."""


def audited_command(arguments: Sequence[str]) -> tuple[str, str]:
    """The command as it is noted, and what it is about; empty when it changes nothing."""
    words = [word for word in arguments if not word.startswith("-")]
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in CHANGING:
            rest = words[length:]
            return name, rest[0] if rest and words[0] in NAMED else ""
    return "", ""


async def note_command(settings: Settings, arguments: Sequence[str], outcome: str) -> None:
    """Note a command that changes something, and what came of it."""
    name, what = audited_command(arguments)
    if not name:
        return
    from bot.accounts.audit_log import AuditRecord, append_record
    from bot.core.clock import SystemClock
    from bot.service.composition import open_store

    async with open_store(settings) as database:
        await append_record(
            database,
            AuditRecord(f"cli:{getpass.getuser()}", "", name, what, outcome),
            SystemClock(),
        )

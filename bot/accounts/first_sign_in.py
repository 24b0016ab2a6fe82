"""The first sign-in of an installation: a link that is good once, in a file of its owner.

Nothing that opens anything is printed: what stands on a screen or in a log is read by others.
The file goes with the first sign-in. Its link opens the page on which the administrator chooses a
password of their own; with a new start there is a new link until that has happened.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from bot.accounts.officers import Officers
from bot.accounts.roles import ADMINISTRATOR
from bot.accounts.roster import Roster
from bot.accounts.staff import Account, find_known_account, generate_password

FIRST_ADMINISTRATOR = "admin"
FILE = "first-sign-in"
PATH = "/admin/first"
"""The address of the page; the token stands behind the #, which no server's log sees."""
FROM_THE_START = "cli:first start"


async def add_first_administrator(officers: Officers) -> None:
    """Adds the first administrator, with a password that nobody knows."""
    await officers.appoint(
        FIRST_ADMINISTRATOR, generate_password(), ADMINISTRATOR, "", FROM_THE_START
    )


async def write_link(data: Path, roster: Roster, address: str) -> Path | None:
    """Writes the file with a fresh link, as long as the first administrator has not signed in.

    Args:
        data: the data folder.
        roster: has the accounts.
        address: the service's, without a slash at its end.

    Returns:
        The file, or None when nobody waits for one.
    """
    if await waiting_account(roster) is None:
        return None
    token = secrets.token_urlsafe(32)
    text = f"{address}{PATH}#{token}\n"
    await asyncio.to_thread(_write, data / FILE, text)
    return data / FILE


async def waiting_account(roster: Roster) -> Account | None:
    """Returns the first administrator's account until its password was chosen."""
    account = await find_known_account(roster, FIRST_ADMINISTRATOR)
    if account is None or account.disabled or not account.initial_until:
        return None
    return account


async def fits_link(data: Path, token: str) -> bool:
    """Returns whether this is the token of the link in the file."""
    known = await asyncio.to_thread(_read, data / FILE)
    given = sha256(token.encode()).digest()
    return bool(known) and hmac.compare_digest(given, sha256(known.encode()).digest())


async def remove_link(data: Path) -> None:
    """Removes the file, after the first sign-in."""
    await asyncio.to_thread(_remove, data / FILE)


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{FILE}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    draft.replace(file)


def _read(file: Path) -> str:
    """Returns the token in the file; empty when there is none."""
    with suppress(FileNotFoundError):
        return file.read_text().strip().rpartition("#")[2]
    return ""


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)

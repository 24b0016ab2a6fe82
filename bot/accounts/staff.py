"""Accounts of the people who can sign in to the console, and their passwords."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import Field, model_validator
from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.profiles import GUARDED
from bot.accounts.roles import ADMINISTRATOR, ROLE_CHOICES, ROLES, UNIT
from bot.accounts.roster import Roster
from bot.core.checked_input import CheckedInput, WrongTogether, checked
from bot.core.clock import Clock
from bot.core.stale_forms import require_seen
from bot.storage.database import reading, writing
from bot.storage.schema.all import provider_accounts, recusals, second_factors, staff, units
from survey_flows.errors import BadInput, Message, Place

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHORTEST, LONGEST = 12, 256
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
INITIAL_DAYS = 7
"""The days within which a handed-out password has to be changed."""
GUESSES = 100_000_000
"""The guesses that a password must outlast; those that people have chosen before need fewer."""
LOOKED_AT = 72
"""The characters of a password that are weighed; more can only make it harder to guess."""
NOT_WEIGHED = ("minping", "民评")

# OWASP's password storage cheat sheet holds argon2id with 9 MiB and four passes as strong as 19 MiB
# and two. A sign-in must not take a fifth of the memory of the citizens' service.
_HASHER = PasswordHasher(time_cost=4, memory_cost=9 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``password`` is a hash; ``signed_out``, ``initial_until`` are in epoch seconds.

    Sessions that began until ``signed_out`` are over. A handed-out password opens a session
    until ``initial_until``, for its owner to choose another; 0 when the password is their own.
    ``provider`` names the identity provider that opens the account, which then has no password, and
    ``name`` is the real name by its word; both are empty for an account with a password.
    """

    login: str
    password: str
    role: str
    unit: str
    disabled: bool
    signed_out: int
    initial_until: int
    has_second_factor: bool
    provider: str = ""
    name: str = ""


class AccountInput(CheckedInput):
    """An account that is asked for, or its new role and unit; ``unit`` is empty for none."""

    login: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    role: Literal[*ROLES]  # type: ignore[valid-type]
    unit: str = ""

    problems: ClassVar = {
        "login": Message("account-bad-login"),
        "role": Message("account-unknown-role", roles=ROLE_CHOICES),
        "unit": Message("account-unit-missing"),
    }

    @model_validator(mode="after")
    def _unit_of_role(self) -> AccountInput:
        if self.role == UNIT and not self.unit:
            raise WrongTogether(Message("account-unit-missing"), "unit")
        return self


def generate_password() -> str:
    """Returns a password of 100 random bits, in five groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))


async def has_staff(database: AsyncEngine) -> bool:
    """Returns whether there is any account."""
    async with reading(database) as connection:
        return (await connection.execute(select(staff.c.login).limit(1))).first() is not None


async def find_account(database: AsyncEngine, login: str) -> Account | None:
    """Returns the account of a login, also a disabled one; white space and case do not matter."""
    login = normalize_login(login)
    if not LOGIN.fullmatch(login):
        return None
    async with reading(database) as connection:
        row = (await connection.execute(_accounts().where(staff.c.login == login))).first()
    return _account(row) if row else None


async def find_known_account(roster: Roster, login: str) -> Account | None:
    """Returns the account of a login as `find_account` does, if the service wrote it.

    An account, or its second factor, that somebody wrote into the database is nobody's.
    """
    account = await find_account(roster.database, login)
    if account is None:
        return None
    async with reading(roster.database) as connection:
        known = await roster.knows(connection, "staff", account.login)
        for part in ("factors", "providers"):
            known = known and await roster.knows(connection, part, account.login)
    return account if known else None


async def list_accounts(database: AsyncEngine) -> list[Account]:
    """Returns every account, by login."""
    async with reading(database) as connection:
        return [
            _account(row) for row in await connection.execute(_accounts().order_by(staff.c.login))
        ]


def normalize_login(login: str) -> str:
    """Returns a login as it is stored."""
    return login.strip().lower()[:64]


def initial_password_expiry(clock: Clock) -> int:
    """Returns the end, in epoch seconds, of a password that is handed out now."""
    return int(clock.now().timestamp()) + INITIAL_DAYS * 86400


async def add_staff(
    roster: Roster,
    login: str,
    password: str,
    role: str,
    unit: str = "",
    initial_until: int = 0,
) -> None:
    """Adds an account; ``unit`` is the code of the unit that the person belongs to, if any.

    Whether a second person has to sign is asked above this room (`bot.accounts.officers`).

    A password that the person did not choose is drawn (`generate_password`) and has an end
    (`initial_password_expiry`).

    Raises:
        BadInput: a field is wrong (`AccountInput`), the login is taken, the password is too short,
            too long or too easy to guess, or the unit does not exist.
    """
    checked(AccountInput, login=login, role=role, unit=unit)
    hashed = await hash_password(password, login, drawn=initial_until > 0)
    async with roster.change() as connection:
        await insert_account(connection, login, hashed, role, unit, initial_until)


async def insert_account(
    connection: AsyncConnection,
    login: str,
    hashed: str,
    role: str,
    unit: str = "",
    initial_until: int = 0,
) -> None:
    """Does what `add_staff` does, with a hashed password, in the caller's transaction."""
    await _require_unit(connection, unit)
    taken = select(staff.c.login).where(staff.c.login == login)
    if (await connection.execute(taken)).first() is not None:
        raise BadInput(Message("account-login-taken"), Place(subject=login))
    row: dict[str, Any] = {"login": login, "password": hashed, "role": role, "unit": unit or None}
    row |= {"initial_until": initial_until}
    await connection.execute(staff.insert(), [row])


async def set_password(roster: Roster, login: str, password: str, initial_until: int = 0) -> None:
    """Gives a person another password; their sessions end. ``initial_until`` as in `add_staff`.

    Raises:
        BadInput: there is no such login, or the password is too short, too long or too easy.
    """
    values = {
        "password": await hash_password(password, login, drawn=initial_until > 0),
        "initial_until": initial_until,
    }
    async with roster.change() as connection:
        await change_account(connection, login, values)


async def change_staff(
    roster: Roster,
    login: str,
    role: str,
    unit: str = "",
    by: str = "",
    seen: str | None = None,
) -> None:
    """Gives a person another role and unit, from their next request on.

    ``by`` is the login of the administrator who does it, empty on the machine itself; ``seen`` is
    the digest of the account that the form showed, None where whatever stands is replaced.

    Raises:
        BadInput: there is no such login, it is ``by``'s own, there is no such role or unit, or no
            administrator would be left; or the account is another one than was seen.
    """
    require_other_account(login, by)
    checked(AccountInput, login=login, role=role, unit=unit)
    values = {"role": role, "unit": unit or None}
    async with roster.change() as connection:
        row = (await connection.execute(_accounts().where(staff.c.login == login))).first()
        if row:
            require_seen(said_account(_account(row)), seen)
        await change_account(connection, login, values, unit, keeps=role == ADMINISTRATOR)


def said_account(account: Account) -> dict[str, str]:
    """Returns what the form of an account says."""
    return {"role": account.role, "unit": account.unit}


async def disable_staff(roster: Roster, login: str, disabled: bool = True, by: str = "") -> None:
    """Closes an account, which ends its sessions, or opens it again; ``by`` as in `change_staff`.

    Raises:
        BadInput: no such login, ``by`` closes their own, or no administrator would be left.
    """
    if disabled:
        require_other_account(login, by)
    async with roster.change() as connection:
        await change_account(connection, login, {"disabled": disabled}, keeps=not disabled)


def require_other_account(login: str, by: str) -> None:
    """Refuses an administrator's act on their own account, which a second person has to do.

    Raises:
        BadInput: ``login`` is ``by``.
    """
    if by and login == by:
        raise BadInput(Message("account-not-own"), Place(subject=login))


def require_no_provider(account: Account) -> None:
    """Refuses what an account that an identity provider opens cannot have.

    Raises:
        BadInput: it is such an account.
    """
    if account.provider:
        raise BadInput(Message("account-of-provider"), Place(subject=account.login))


async def end_sessions(database: AsyncEngine, login: str, now: int) -> None:
    """Ends the sessions of a person that began until ``now``, in epoch seconds.

    Raises:
        BadInput: there is no such login.
    """
    async with writing(database) as connection:
        await change_account(connection, login, {"signed_out": now})


async def verify_password(hashed: str, password: str) -> bool:
    """Returns whether a password fits a hash, in a thread; an empty hash never fits.

    An empty hash takes as long, so that the time does not say whether a login exists.
    """
    fits = await asyncio.to_thread(_verify, hashed, password[:LONGEST])
    return fits and len(password) <= LONGEST


async def change_account(
    connection: AsyncConnection,
    login: str,
    values: dict[str, Any],
    unit: str = "",
    keeps: bool = True,
) -> None:
    """Changes columns of an account, in the caller's transaction.

    Raises:
        BadInput: there is no such login or unit, no administrator is left (unless it ``keeps``
            them), or an account that a provider opens would get a password or an officer's role.
    """
    await _require_unit(connection, unit)
    if "password" in values or values.get("role") in GUARDED:
        await _require_no_provider(connection, login)
    if "unit" in values:
        await _keep_left_unit(connection, login, values["unit"])
    done = await connection.execute(update(staff).where(staff.c.login == login).values(**values))
    if not done.rowcount:
        raise BadInput(Message("account-unknown"), Place(subject=login))
    if not keeps:
        await _require_administrator(connection, login)


async def _require_no_provider(connection: AsyncConnection, login: str) -> None:
    """Keeps passwords and officers' roles apart from accounts that an identity provider opens."""
    query = select(provider_accounts.c.login).where(provider_accounts.c.login == login)
    if (await connection.execute(query)).first() is not None:
        raise BadInput(Message("account-of-provider"), Place(subject=login))


async def _keep_left_unit(connection: AsyncConnection, login: str, unit: str | None) -> None:
    """Keeps which unit an account leaves: its owner stands aside from it for the year."""
    query = select(staff.c.unit).where(staff.c.login == login)
    left = (await connection.execute(query)).scalar()
    if not left or left == unit:
        return
    now = datetime.now(UTC)
    last = (await connection.execute(select(func.max(recusals.c.number)))).scalar()
    row = {"number": (last or 0) + 1, "kind": "left", "login": login, "subject": left}
    row |= {"year": 0, "refers": 0, "text": "", "by": "", "on": now.date().isoformat()}
    await connection.execute(recusals.insert(), [row | {"at": int(now.timestamp())}])


async def _require_administrator(connection: AsyncConnection, login: str) -> None:
    query = select(staff.c.login).where(staff.c.role == ADMINISTRATOR, ~staff.c.disabled).limit(1)
    if (await connection.execute(query)).first() is None:
        raise BadInput(Message("account-last-administrator"), Place(subject=login))


async def _require_unit(connection: AsyncConnection, unit: str) -> None:
    """Refuses an unknown unit: by a slip in the code a person could decide on their own unit."""
    if (
        unit
        and (await connection.execute(select(units.c.code).where(units.c.code == unit))).first()
        is None
    ):
        raise BadInput(Message("account-unknown-unit", unit=unit), Place(field="unit"))


def _accounts() -> Select[Any]:
    factors, provided = second_factors.c, provider_accounts.c
    joined = staff.outerjoin(second_factors, factors.login == staff.c.login)
    joined = joined.outerjoin(provider_accounts, provided.login == staff.c.login)
    return select(*staff.c, factors.confirmed, provided.provider, provided.name).select_from(joined)


def _account(row: Row[Any]) -> Account:
    rest = (row.disabled, row.signed_out, row.initial_until, bool(row.confirmed))
    provided = (row.provider or "", row.name or "")
    return Account(row.login, row.password, row.role, row.unit or "", *rest, *provided)


async def hash_password(password: str, login: str, drawn: bool = False) -> str:
    """Returns a password as it is stored; raises `BadInput` as `add_staff`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            Message("account-password-length", shortest=SHORTEST, longest=LONGEST),
            Place(field="password"),
        )
    if not drawn and await asyncio.to_thread(_guesses, password, login) < GUESSES:
        raise BadInput(Message("account-password-easy"), Place(field="password"))
    return await asyncio.to_thread(_HASHER.hash, password)


def _guesses(password: str, login: str) -> float:
    from zxcvbn import zxcvbn  # its lists of common passwords and words take memory

    return float(zxcvbn(password[:LOOKED_AT], user_inputs=[login, *NOT_WEIGHED])["guesses"])


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed or _nobodys_hash(), password) and bool(hashed)
    except (VerifyMismatchError, InvalidHashError):
        return False

"""Accounts that an identity provider opens: who may have one, and what its word gives.

A provider's groups give the roles staff, observer, office and unit, and no other: whoever runs the
provider could sign in as anybody, and must not decide on a year by that. Such an account has no
password. Its role and unit follow the groups at each sign-in; whether it is closed is decided here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.roles import OBSERVER, OFFICE, STAFF, UNIT
from bot.accounts.roster import Roster
from bot.accounts.staff import (
    LOGIN,
    Account,
    change_account,
    end_sessions,
    find_known_account,
    insert_account,
    normalize_login,
)
from bot.storage.database import reading
from bot.storage.schema.accounts import provider_accounts, staff
from survey_flows.errors import BadInput, Message, Place

GROUP_ROLES = (STAFF, OBSERVER, OFFICE, UNIT)
"""The roles that a group can give."""
GROUP_ROLE_NAMES = (
    Message("account-role-staff"),
    Message("account-role-observer"),
    Message("account-role-office"),
    Message("account-role-unit"),
)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class GroupRole:
    """What a group gives: a role, and the code of the unit that its people belong to, if any."""

    role: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ProvidedPerson:
    """A person by a provider's word.

    Attributes:
        provider: the name of the provider's file.
        issuer: the provider's name for itself.
        subject: its name for the person, which never changes.
        login: what the person is called there; only a new account takes it.
        name: the real name; empty where none is said.
        groups: those that the person is in.
    """

    provider: str
    issuer: str
    subject: str
    login: str
    name: str
    groups: Collection[str]


def read_group_role(group: str, text: str) -> GroupRole:
    """Returns what a file gives to a group, such as ``staff`` or ``unit TAX``.

    Raises:
        BadInput: the role is none that a group can give, or a unit's people have no unit.
    """
    role, *rest = text.split() or [""]
    if role not in GROUP_ROLES:
        raise BadInput(Message("group-role-refused", group=group, roles=GROUP_ROLE_NAMES))
    if len(rest) > 1 or (role == UNIT and not rest):
        raise BadInput(Message("group-role-unit", group=group))
    return GroupRole(role, "".join(rest))


def role_of_groups(roles: Mapping[str, GroupRole], groups: Collection[str]) -> GroupRole | None:
    """Returns what a person's groups give: the first in the file's order; None for nothing."""
    return next((given for group, given in roles.items() if group in groups), None)


async def enter_by_provider(
    roster: Roster, person: ProvidedPerson, roles: Mapping[str, GroupRole], now: int
) -> Account:
    """Returns the account of a person whom a provider vouches for, made or changed as it says.

    Args:
        roster: has the accounts.
        person: whom the provider vouches for.
        roles: what each group gives.
        now: the present moment in epoch seconds.

    Raises:
        BadInput: none of the groups gives a role, the account is closed here or is an officer's,
            or the unit is unknown. Whoever has lost every group also loses the sessions.
        AccountsChanged: somebody else wrote the account into the database.
    """
    given = role_of_groups(roles, person.groups)
    login = await login_of_person(roster, person)
    if given is None:
        if login:
            await end_sessions(roster.database, login, now)
        raise BadInput(Message("provider-no-group"))
    account = await find_known_account(roster, login) if login else None
    if account is not None:
        _require_open(account)
    if account is None or _said(account) != (given, person.name or account.name):
        # Not `login`: of two first sign-ins at once, the second finds what the first has made.
        async with roster.change() as connection:
            login = await _write(connection, roster, person, given)
        account = await find_known_account(roster, login)
    if account is None:
        raise BadInput(Message("provider-account-changed"))
    _require_open(account)
    return account


def _said(account: Account) -> tuple[GroupRole, str]:
    return GroupRole(account.role, account.unit), account.name


def _require_open(account: Account) -> None:
    if account.disabled:
        raise BadInput(Message("provider-account-closed"))
    if account.role not in GROUP_ROLES:
        raise BadInput(Message("provider-officer"))


async def login_of_person(roster: Roster, person: ProvidedPerson) -> str:
    """Returns the login of a person's account; empty where there is none."""
    async with reading(roster.database) as connection:
        return await _find(connection, person)


async def _find(connection: AsyncConnection, person: ProvidedPerson) -> str:
    columns = provider_accounts.c
    query = select(columns.login).where(
        columns.issuer == person.issuer, columns.subject == person.subject
    )
    return str((await connection.execute(query)).scalar() or "")


async def _write(
    connection: AsyncConnection, roster: Roster, person: ProvidedPerson, given: GroupRole
) -> str:
    """Makes or changes the account in the caller's transaction; returns its login."""
    login, name = await _find(connection, person), person.name
    if not login:
        login = await _free_login(connection, person)
        await insert_account(connection, login, "", given.role, given.unit)
        row: dict[str, Any] = {"login": login, "provider": person.provider, "name": name}
        row |= {"issuer": person.issuer, "subject": person.subject}
        await connection.execute(provider_accounts.insert(), [row])
        return login
    for part in ("staff", "providers"):
        await roster.require(connection, part, login)
    values = {"role": given.role, "unit": given.unit or None}
    await change_account(connection, login, values, given.unit)
    if name:
        columns = provider_accounts.c
        renamed = update(provider_accounts).where(columns.login == login).values(name=name)
        await connection.execute(renamed)
    return login


async def _free_login(connection: AsyncConnection, person: ProvidedPerson) -> str:
    """Returns a login that nobody has; an account with a password is never taken over.

    What a person is called at the provider may be changed there, so it opens nothing here.
    """
    wanted = normalize_login(person.login.partition("@")[0])
    mark = sha256(f"{person.issuer}\n{person.subject}".encode()).hexdigest()
    if not LOGIN.fullmatch(wanted):
        wanted = f"{person.provider}-{mark[:8]}"
    for login in (wanted, f"{wanted[:50]}-{person.provider[:4]}-{mark[:8]}"):
        taken = select(staff.c.login).where(staff.c.login == login)
        if (await connection.execute(taken)).first() is None:
            return login
    raise BadInput(Message("account-login-taken"), Place(subject=wanted))


def real_name(value: object) -> str:
    """Returns a real name as pages show it: one line, and not without end; empty for none."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    shown = "".join(sign for sign in text if not unicodedata.category(sign).startswith("C"))
    return shown[:LONGEST_NAME].strip()

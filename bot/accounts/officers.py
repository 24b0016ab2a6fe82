"""Officers: who is appointed, raised, reset or granted something, and by how many people.

Administrators, checkers, auditors and approvers are officers. In the profiles office and city one
person prepares their appointment and another approves it; it is told in the public log under an
alias before it holds. Other accounts are an administrator's matter alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import COMMAND, Approval, Approvals, Decision, has_approver
from bot.accounts.profiles import (
    APPROVE_IN,
    CITY,
    GUARDED,
    PROFILE,
    Profile,
    is_lower,
)
from bot.accounts.roles import ADMINISTRATOR, APPROVER, AUDITOR
from bot.accounts.roster import Book, Roster
from bot.accounts.second_factor import delete_factor, reset_factor
from bot.accounts.staff import (
    Account,
    AccountInput,
    add_staff,
    change_account,
    change_staff,
    disable_staff,
    find_account,
    hash_password,
    insert_account,
    normalize_login,
    require_no_provider,
    require_other_account,
    said_account,
    set_password,
)
from bot.core.checked_input import checked
from bot.core.clock import Clock
from bot.core.stale_forms import require_seen
from bot.storage.database import reading, writing
from bot.storage.schema.accounts import grants, staff
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF

APPOINT, PASSWORD, FACTOR, ENABLE = "appoint", "password", "factor", "enable"
GRANT, OFFICER = "grant", "officer"
INITIAL = 7 * 86_400
"""Seconds from its effect in which a handed-out password has to be changed."""
LONGEST_GRANT = 90
DAY = 86_400


def alias(desk: Desk, login: str) -> str:
    """Returns the name under which the public log knows an officer; the machine has none."""
    if login.startswith(COMMAND):
        return "operator"
    return f"{OFFICER}-{desk.mark('alias', login)[:4].hex()}"


class Officers:
    """Appoints, raises, resets, grants.

    Args:
        approvals: prepares what a second person has to sign.
        clock: the present time.
    """

    def __init__(self, approvals: Approvals, clock: Clock) -> None:
        self._approvals = approvals
        self._roster: Roster = approvals.roster
        self._clock = clock

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def appoint(
        self, login: str, password: str, role: str, unit: str, by: str
    ) -> Approval | None:
        """Makes an account with a drawn password, or prepares it; returns what was prepared.

        Raises:
            BadInput: as `add_staff`, or the same waits already.
        """
        checked(AccountInput, login=login, role=role, unit=unit)
        if role not in GUARDED:
            await add_staff(self._roster, login, password, role, unit, self._now() + INITIAL)
            return None
        if await find_account(self._roster.database, login) is not None:
            raise BadInput(Message("account-login-taken"), Place(subject=login))
        hashed = await hash_password(password, login, drawn=True)
        details = {"role": role, "unit": unit, "password": hashed, "new": True}
        return await self._approvals.prepare(APPOINT, login, details, by)

    async def change(
        self, login: str, role: str, unit: str, by: str, seen: str | None = None
    ) -> Approval | None:
        """Gives a person another role and unit, or prepares it; ``seen`` as in `change_staff`.

        Raises:
            BadInput: as `change_staff`, an identity provider opens the account, or the same waits
                already.
        """
        account = await self._other(login, by)
        checked(AccountInput, login=login, role=role, unit=unit)
        require_seen(said_account(account), seen)
        if role == account.role or role not in GUARDED:
            await change_staff(self._roster, login, role, unit, _by(by), seen)
            if account.role in GUARDED and role != account.role:
                await self._tell_end(account)
            return None
        require_no_provider(account)
        details = {"role": role, "was": account.role, "unit": unit, "new": False}
        return await self._approvals.prepare(APPOINT, login, details, by)

    async def reset_password(self, login: str, password: str, by: str) -> Approval | None:
        """Gives a person another, drawn password, or prepares it.

        Raises:
            BadInput: there is no such login, or the same waits already.
        """
        account = await self._account(login)
        if account.role not in GUARDED:
            await set_password(self._roster, login, password, self._now() + INITIAL)
            return None
        details = {"password": await hash_password(password, login, drawn=True)}
        return await self._approvals.prepare(PASSWORD, account.login, details, by)

    async def reset_factor(self, login: str, by: str) -> Approval | None:
        """Removes a person's second factor, or prepares it; raises as `reset_factor`."""
        account = await self._other(login, by)
        if account.role not in GUARDED:
            await reset_factor(self._roster, login, _by(by))
            return None
        return await self._approvals.prepare(FACTOR, account.login, {}, by)

    async def disable(self, login: str, by: str) -> None:
        """Closes an account, at once; raises as `disable_staff`."""
        account = await self._account(login)
        await disable_staff(self._roster, account.login, by=_by(by))
        if account.role in GUARDED:
            await self._tell_end(account)

    async def enable(self, login: str, by: str) -> Approval | None:
        """Opens a closed account, or prepares it.

        Raises:
            BadInput: there is no such login, or the same waits already.
        """
        account = await self._account(login)
        if account.role not in GUARDED:
            await disable_staff(self._roster, login, disabled=False)
            return None
        return await self._approvals.prepare(ENABLE, account.login, {"role": account.role}, by)

    async def grant(self, login: str, campaign: str, days: int, by: str) -> Approval:
        """Lets an auditor open a campaign's ballots for some days, or prepares it.

        Raises:
            BadInput: this is no auditor, the days are wrong, or the same waits already.
        """
        account = await self._account(login)
        if account.role != AUDITOR:
            raise BadInput(Message("grant-no-auditor"), Place(subject=login))
        if not 1 <= days <= LONGEST_GRANT:
            raise BadInput(Message("grant-days", most=LONGEST_GRANT), Place(field="days"))
        details = {"auditor": account.login, "campaign": campaign, "days": days}
        subject = f"{account.login} {campaign}"
        return await self._approvals.prepare(GRANT, subject, details, by)

    async def set_profile(self, wanted: str, by: str) -> Approval:
        """Changes the profile: raising it is free, lowering it takes two once something counts.

        Raises:
            BadInput: it holds already, or nobody could sign as the second in it.
        """
        present = await self._approvals.profile()
        lower = is_lower(wanted, present.name)
        if wanted == present.name:
            raise BadInput(Message("profile-holds"), Place(subject=wanted))
        async with reading(self._roster.database) as connection:
            if not lower and not await has_approver(connection, APPROVE_IN[wanted]):
                missing = "profile-city-approver" if wanted == CITY else "profile-office-approver"
                raise BadInput(Message(missing), Place(subject=wanted))
        alone = not lower or not await self._approvals.is_counting()
        details = {"profile": wanted, "lower": lower}
        return await self._approvals.prepare(PROFILE, PROFILE, details, by, alone=alone)

    async def _account(self, login: str) -> Account:
        account = await find_account(self._roster.database, login)
        if account is None:
            raise BadInput(Message("account-unknown"), Place(subject=normalize_login(login)))
        return account

    async def _other(self, login: str, by: str) -> Account:
        require_other_account(login, by)
        return await self._account(login)

    async def _tell_end(self, account: Account) -> None:
        desk = self._roster.desk
        facts = {"alias": alias(desk, account.login), "role": account.role, "until": self._now()}
        async with writing(self._roster.database) as connection:
            await desk.order(connection, OFFICER, LOG_ITSELF, facts)


def _by(by: str) -> str:
    """Returns a login; at the machine there is none."""
    return "" if by.startswith(COMMAND) else by


async def may_open(roster: Roster, login: str, campaign: str, now: int) -> bool:
    """Returns whether an auditor has a grant to open a campaign's ballots now."""
    return await any_grant(roster, campaign, now, login)


async def any_grant(roster: Roster, campaign: str, now: int, login: str = "") -> bool:
    """Returns whether there is a grant for a campaign's ballots now; for ``login`` if given."""
    query = select(grants.c.id).where(
        grants.c.campaign == campaign, grants.c.begins <= now, grants.c.ends > now
    )
    query = query.where(grants.c.auditor == login) if login else query
    async with reading(roster.database) as connection:
        for number in (await connection.execute(query)).scalars().all():
            if await roster.knows(connection, "grants", str(number)):
                return True
    return False


def officer_decisions(desk: Desk) -> Mapping[str, Decision]:
    """Returns what is decided about officers, by kind."""

    async def tell(connection: AsyncConnection, one: Approval, profile: Profile) -> None:
        facts = _signers(desk, one, profile) | {"alias": alias(desk, one.subject)}
        facts |= {"role": one.details["role"], "from": one.due}
        await desk.order(connection, OFFICER, LOG_ITSELF, facts)

    async def tell_reset(connection: AsyncConnection, one: Approval, profile: Profile) -> None:
        facts = _signers(desk, one, profile) | {"alias": alias(desk, one.subject)}
        await desk.order(
            connection, OFFICER, LOG_ITSELF, facts | {"reset": one.kind, "from": one.due}
        )

    async def tell_grant(connection: AsyncConnection, one: Approval, profile: Profile) -> None:
        facts = _signers(desk, one, profile)
        facts |= {"auditor": alias(desk, one.details["auditor"]), "from": one.due}
        facts |= {"until": one.due + one.details["days"] * DAY}
        await desk.order(connection, GRANT, one.details["campaign"], facts)

    async def tell_profile(connection: AsyncConnection, one: Approval, profile: Profile) -> None:
        facts = _signers(desk, one, profile) | {"profile": one.details["profile"]}
        await desk.order(connection, PROFILE, LOG_ITSELF, facts | {"at": one.due})

    return {
        APPOINT: Decision(
            _appoint,
            tell,
            waits=True,
            two_approvers=lambda said: said["role"] == APPROVER,
            still=_may_be_appointed,
        ),
        PASSWORD: Decision(_set_password, tell_reset, waits=True),
        FACTOR: Decision(_reset_factor, tell_reset, waits=True),
        ENABLE: Decision(_enable, tell, waits=True, still=_may_be_enabled),
        GRANT: Decision(_grant, tell_grant, waits=True, still=_may_be_granted),
        PROFILE: Decision(_set_profile, tell_profile, two_approvers=lambda said: said["lower"]),
    }


def _signers(desk: Desk, one: Approval, profile: Profile) -> dict[str, Any]:
    """Returns who decided, as the log tells it: signed in when they did, under their aliases."""
    approved = [alias(desk, login) for login in one.approvers]
    return {
        "prepared": alias(desk, one.prepared_by),
        "approved": approved,
        "in": profile.name,
    }


async def _may_be_appointed(connection: AsyncConnection, one: Approval) -> None:
    was = one.details.get("was", "")
    if was:
        await _require_unchanged(connection, one.subject, was)


async def _may_be_enabled(connection: AsyncConnection, one: Approval) -> None:
    await _require_unchanged(connection, one.subject, one.details["role"], disabled=True)


async def _may_be_granted(connection: AsyncConnection, one: Approval) -> None:
    await _require_unchanged(connection, one.details["auditor"], AUDITOR)


async def _require_unchanged(
    connection: AsyncConnection, login: str, role: str, disabled: bool = False
) -> None:
    """Refuse what is given to an account that is not any more what it was when it was prepared."""
    query = select(staff.c.role, staff.c.disabled).where(staff.c.login == login)
    row = (await connection.execute(query)).first()
    if row is None or (row.role, row.disabled) != (role, disabled):
        raise BadInput(Message("approval-account-changed", login=login), Place(subject=login))


async def _appoint(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    role, unit = one.details["role"], one.details["unit"]
    if one.details["new"]:
        hashed = one.details["password"]
        await insert_account(connection, one.subject, hashed, role, unit, now + INITIAL)
        return
    values = {"role": role, "unit": unit or None}
    keeps = role == ADMINISTRATOR
    await change_account(connection, one.subject, values, unit, keeps=keeps)


async def _set_password(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    values = {"password": one.details["password"], "initial_until": now + INITIAL}
    await change_account(connection, one.subject, values)


async def _reset_factor(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    await change_account(connection, one.subject, {"signed_out": now})
    await delete_factor(connection, one.subject)


async def _enable(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
    await change_account(connection, one.subject, {"disabled": False})


async def _grant(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    row = {"auditor": one.details["auditor"], "campaign": one.details["campaign"]}
    row |= {"begins": now, "ends": now + one.details["days"] * DAY}
    await connection.execute(grants.insert(), [row])


async def _set_profile(_connection: AsyncConnection, book: Book, one: Approval, now: int) -> None:
    book.profile, book.since = one.details["profile"], now

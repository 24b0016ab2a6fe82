"""The people whom a command names: who decides, signs in or asks, at the machine.

One class finds their accounts for every command, so that none of them takes a row that somebody
wrote into the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.profiles import APPROVE_IN, SOLO
from bot.accounts.roster import AccountsChanged, Roster
from bot.accounts.staff import Account, find_account, find_known_account, normalize_login
from survey_flows.errors import BadInput, Message, Place

DECIDERS = 2
"""So many decide on a loss, unless one person alone runs the installation."""


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """Finds the accounts of people who are named.

    Args:
        database: has the accounts.
        roster: knows which of them the service wrote. None: the desk's key is lost or on another
            machine, and nobody can tell; only what comes of the loss itself is done then.
    """

    database: AsyncEngine
    roster: Roster | None

    async def find(self, login: str) -> Account | None:
        """Returns the account of a login.

        Raises:
            AccountsChanged: there is such a row, and the service did not write it.
        """
        account = await find_account(self.database, login)
        if account is None or self.roster is None:
            return account
        if await find_known_account(self.roster, login) is None:
            raise AccountsChanged(account.login)
        return account

    async def require_deciders(self, people: Sequence[str], profile: str) -> None:
        """Refuses too few people for a profile, and people of another role.

        Raises:
            BadInput: fewer than the profile asks for, one twice, or one who may not sign.
            AccountsChanged: as `find`.
        """
        different = {normalize_login(login) for login in people}
        needed = 1 if profile == SOLO else DECIDERS
        if len(different) < needed or len(different) != len(people):
            raise BadInput(Message("log-loss-two-people"))
        for login in people:
            account = await self.find(login)
            if account is None or account.disabled or account.role not in APPROVE_IN[profile]:
                raise BadInput(Message("log-loss-other-role"), Place(subject=login))

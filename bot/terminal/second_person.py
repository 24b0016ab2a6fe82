"""What commands say of things that a second person has to sign, and who prepares them."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path

from bot.accounts.approvals import APPROVED, COMMAND, WAITING, Approval
from bot.accounts.named_people import NamedPeople
from bot.accounts.second_factor import check_factor, load_factor_keys
from bot.accounts.staff import verify_password
from bot.core.clock import Clock, SystemClock
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place


def at_machine() -> str:
    """Returns who prepares what a command does."""
    return f"{COMMAND}{getpass.getuser()}"


def office_here(settings: Settings, login: str = "") -> Office:
    """Returns the official who acts: who is at the machine, or an account that has signed in."""
    return Office(login or at_machine(), SystemClock(), settings.timezone)


async def confirm_people(
    accounts: NamedPeople, people: Sequence[str], factor_keys: Path, clock: Clock
) -> None:
    """Asks each person to sign in, so that nobody signs with another's name.

    It takes the password, and the code of the second factor where the account has one.

    Args:
        accounts: finds the people.
        people: their logins.
        factor_keys: the folder of the key that opens second factors.
        clock: the present time.

    Raises:
        BadInput: a password or a code is wrong.
        AccountsChanged: somebody wrote the account into the database.
        KeyMissing: an account has a second factor, and its key is not in the folder.
    """
    for login in people:
        account = await accounts.find(login)
        given = await _asked("second-person-password", login)
        if account is None or not await verify_password(account.password, given):
            raise BadInput(Message("second-person-wrong"), Place(subject=login))
        if account.has_second_factor:
            keys, now = load_factor_keys(factor_keys), clock.now().timestamp()
            code = await _asked("second-person-code", login)
            if not await check_factor(accounts.database, keys, account.login, code, now):
                raise BadInput(Message("second-person-wrong-code"), Place(subject=login))


async def signed_in(settings: Settings, accounts: NamedPeople, login: str) -> Office:
    """Returns the official with this account, who signs in as `confirm_people` asks."""
    office = office_here(settings, login)
    await confirm_people(accounts, [login], settings.data / "keys", office.clock)
    return office


async def _asked(what: str, login: str) -> str:
    prompt = worded(Message(what, login=login))
    return await asyncio.to_thread(getpass.getpass, f"{prompt} ")


def say_waits(made: Approval | None) -> None:
    """Says that something holds only once it is signed, or once its wait is over."""
    if made is not None and made.state == WAITING:
        say(Message("approval-prepared", number=made.id))
    elif made is not None and made.state == APPROVED:
        say(Message("approval-waits-a-day", number=made.id))

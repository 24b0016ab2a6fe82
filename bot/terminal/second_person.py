"""What commands say of things that a second person has to sign, and who prepares them."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import APPROVED, COMMAND, WAITING, Approval
from bot.accounts.staff import find_account, verify_password
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place


def at_machine() -> str:
    """Returns who prepares what a command does."""
    return f"{COMMAND}{getpass.getuser()}"


async def confirm_people(database: AsyncEngine, people: Sequence[str]) -> None:
    """Asks each person for their password, so that nobody signs with another's name.

    Raises:
        BadInput: a password is wrong.
    """
    for login in people:
        prompt = worded(Message("second-person-password", login=login))
        given = await asyncio.to_thread(getpass.getpass, f"{prompt} ")
        account = await find_account(database, login)
        if account is None or not await verify_password(account.password, given):
            raise BadInput(Message("second-person-wrong"), Place(subject=login))


def say_waits(made: Approval | None) -> None:
    """Says that something holds only once it is signed, or once its wait is over."""
    if made is not None and made.state == WAITING:
        say(Message("approval-prepared", number=made.id))
    elif made is not None and made.state == APPROVED:
        say(Message("approval-waits-a-day", number=made.id))

"""What one person prepares and another one approves.

An approval is a row with all that its effect needs. Who prepared it, whom it is about and who has
signed it already do not sign it. Rows are known to the roster: what somebody writes into the table
is not carried out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.profiles import APPROVE_IN, PROFILE, SOLO, WAIT, WAIVE, Profile
from bot.accounts.programs import PROGRAM, may_still_prepare, who_answers
from bot.accounts.roles import ADMINISTRATOR, APPROVER
from bot.accounts.roster import Book, Roster
from bot.core.clock import Clock
from bot.core.events import event
from bot.storage.database import reading
from bot.storage.schema.accounts import approvals, staff
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)

WAITING, APPROVED, DONE = "waiting", "approved", "done"
REFUSED, WITHDRAWN = "refused", "withdrawn"
APPROVE, WAIVED = "approve", "waive"
WAIVERS = 2
"""So many others waive a wait."""
COMMAND = "cli:"
"""Begins who prepared something at the machine."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who approved, or waived the wait; ``at`` is in epoch seconds."""

    login: str
    act: str
    at: int


@dataclass(frozen=True, slots=True)
class Approval:
    """What is prepared; ``due`` is the second from which it holds, 0 before it is approved.

    ``seen`` is the digest of what a person sees of it, and comes back with the signature.
    """

    id: int
    kind: str
    subject: str
    details: Mapping[str, Any]
    prepared_by: str
    prepared_at: int
    signers: Sequence[Signer]
    state: str
    due: int

    @property
    def seen(self) -> str:
        """The digest of what is approved."""
        said = json.dumps([self.id, self.kind, self.subject, dict(self.details)], sort_keys=True)
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who has approved it."""
        return tuple(one.login for one in self.signers if one.act == APPROVE)


Effect = Callable[[AsyncConnection, Book, Approval, int], Awaitable[None]]
"""Carries something out, in the transaction of its last signature, or once its wait is over."""
Keep = Callable[[AsyncConnection], Awaitable[None]]
"""Stores what is too large for the details; nothing of it is left where the same waits already."""
Check = Callable[[AsyncConnection, Approval], Awaitable[None]]
"""Refuses what whoever it is about may not be given any more."""
Notice = Callable[[AsyncConnection, Approval, Profile], Awaitable[None]]
"""Orders the act that tells of it in the public log, when it is approved."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind of thing that two people decide.

    Attributes:
        effect: carries it out.
        notice: tells of it in the log.
        waits: whether it waits a day once a counting campaign is registered.
        two_approvers: whether two approve it beside who prepared it, where there are two.
        prepared_in: the roles that prepare it, also when the last signature is given.
        still: refuses it where the account that it is about has changed meanwhile.
    """

    effect: Effect
    notice: Notice | None = None
    waits: bool = False
    two_approvers: Callable[[Mapping[str, Any]], bool] = lambda _details: False
    prepared_in: Sequence[str] = (ADMINISTRATOR,)
    still: Check | None = None


class Approvals:
    """Prepares, approves and carries out.

    Args:
        roster: has the rows.
        decisions: what there is to decide, by kind.
        counting: returns whether a counting campaign is registered.
        clock: the present time.
    """

    def __init__(
        self,
        roster: Roster,
        decisions: Mapping[str, Decision],
        counting: Callable[[AsyncConnection], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        self.roster = roster
        self._decisions = decisions
        self._counting = counting
        self._clock = clock

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def profile(self) -> Profile:
        """Returns the profile that holds."""
        book = await self.roster.settled_book()
        return Profile(book.profile, book.since)

    async def is_counting(self) -> bool:
        """Returns whether a counting campaign is registered."""
        async with reading(self.roster.database) as connection:
            return await self._counting(connection)

    async def prepare(
        self,
        kind: str,
        subject: str,
        details: Mapping[str, Any],
        by: str,
        alone: bool = False,
        keep: Keep | None = None,
    ) -> Approval:
        """Prepares something; in the profile solo, or where one is enough, it is done at once.

        What a program prepares waits for a person in every profile.

        Args:
            kind: one of the decisions.
            subject: what it is about: a login, a campaign.
            details: what its effect needs.
            by: the login that prepares it, ``cli:`` and an account of the machine, or ``api:`` and
                the name of a program's token.
            alone: whether one person is enough whatever the profile.
            keep: stores what the effect reads beside the details, in the same transaction.

        Raises:
            BadInput: the effect or ``keep`` refuses, or the same waits already.
        """
        async with self.roster.change_with_book() as (connection, book):
            profile = Profile(book.profile, book.since)
            await refuse_twice(connection, kind, subject)
            if keep is not None:
                await keep(connection)
            row = {
                "kind": kind,
                "subject": subject,
                "details": json.dumps(dict(details), ensure_ascii=False, sort_keys=True),
                "prepared_by": by,
                "prepared_at": self._now(),
                "signers": "[]",
                "state": WAITING,
                "due": 0,
            }
            made = await connection.execute(approvals.insert().returning(approvals.c.id), [row])
            one = await _find(connection, made.scalar_one())
            if (profile.needs_two or by.startswith(PROGRAM)) and not alone:
                return one
            await self._approved(connection, book, one, profile, wait=False)
            return await _find(connection, one.id)

    async def approve(self, number: int, login: str, seen: str) -> Approval:
        """Signs as the second person.

        Raises:
            BadInput: it waits for nobody, the person may not sign it, or has not seen what it is;
                whoever prepared or signed it before may not do so any more, or the account that it
                is about has changed.
        """
        async with self.roster.change_with_book() as (connection, book):
            profile = Profile(book.profile, book.since)
            one = await self._waiting(connection, number)
            await self._require_signer(connection, one, login, APPROVE_IN[profile.name])
            if seen != one.seen:
                raise BadInput(Message("approval-changed"), Place(subject=str(number)))
            await self._require_still(connection, one, APPROVE_IN[profile.name])
            one = await _sign(connection, one, Signer(login, APPROVE, self._now()))
            if len(one.approvers) >= await self._needed(connection, one, profile):
                await self._approved(connection, book, one, profile, wait=True)
            return await _find(connection, number)

    async def waive(self, number: int, login: str) -> Approval:
        """Waives the wait of something approved; the second of two others ends it.

        Raises:
            BadInput: it does not wait, or the person may not waive it.
        """
        async with self.roster.change_with_book() as (connection, book):
            one = await _find(connection, number)
            await self.roster.require(connection, "approvals", str(number))
            if one.state != APPROVED:
                raise BadInput(Message("approval-not-waiting"), Place(subject=str(number)))
            await self._require_signer(connection, one, login, WAIVE)
            await self._require_still(connection, one, APPROVE_IN[book.profile])
            one = await _sign(connection, one, Signer(login, WAIVED, self._now()))
            if sum(signer.act == WAIVED for signer in one.signers) >= WAIVERS:
                await self._carry_out(connection, book, one)
            return await _find(connection, number)

    async def refuse(self, number: int, login: str) -> Approval:
        """Refuses something, or withdraws what one has prepared oneself.

        Raises:
            BadInput: it is done already, or the person may not sign it.
        """
        async with self.roster.change_with_book() as (connection, book):
            one = await _find(connection, number)
            await self.roster.require(connection, "approvals", str(number))
            if one.state not in (WAITING, APPROVED):
                raise BadInput(Message("approval-not-waiting"), Place(subject=str(number)))
            own = login in (one.prepared_by, await who_answers(connection, one.prepared_by))
            if not own:
                roles = APPROVE_IN[book.profile]
                await self._require_signer(connection, one, login, roles, again=True)
            await _set(connection, number, state=WITHDRAWN if own else REFUSED)
            return await _find(connection, number)

    async def apply_due(self) -> int:
        """Carries out what has waited long enough; returns how many things."""
        query = select(approvals.c.id).where(
            approvals.c.state == APPROVED, approvals.c.due <= self._now()
        )
        async with reading(self.roster.database) as connection:
            numbers = list((await connection.execute(query.order_by(approvals.c.id))).scalars())
        done = 0
        for number in numbers:
            try:
                done += await self._apply(number)
            except BadInput:
                # It has become impossible meanwhile, such as a login that is taken now.
                log.warning(
                    "approval %d cannot be carried out any more",
                    number,
                    extra=event("approval_lapsed"),
                )
                async with self.roster.change() as connection:
                    await _set(connection, number, state=REFUSED)
        return done

    async def _apply(self, number: int) -> bool:
        async with self.roster.change_with_book() as (connection, book):
            one = await _find(connection, number)
            known = await self.roster.knows(connection, "approvals", str(number))
            if known and one.state == APPROVED:
                await self._require_still(connection, one, APPROVE_IN[book.profile])
                await self._carry_out(connection, book, one)
            return known and one.state == APPROVED

    async def list(self, states: Sequence[str] = (WAITING, APPROVED)) -> list[Approval]:
        """Returns what is in these states and was written by the service, the oldest first."""
        query = select(approvals).where(approvals.c.state.in_(states)).order_by(approvals.c.id)
        async with reading(self.roster.database) as connection:
            found = [_read(row) for row in await connection.execute(query)]
            return [
                one
                for one in found
                if await self.roster.knows(connection, "approvals", str(one.id))
            ]

    async def may_sign(self, one: Approval, login: str) -> bool:
        """Returns whether this person's signature is what something waits for."""
        if one.state not in (WAITING, APPROVED):
            return False
        book = await self.roster.book()
        roles = APPROVE_IN[book.profile] if one.state == WAITING else WAIVE
        try:
            async with reading(self.roster.database) as connection:
                await self._require_signer(connection, one, login, roles)
        except BadInput:
            return False
        return True

    async def _waiting(self, connection: AsyncConnection, number: int) -> Approval:
        one = await _find(connection, number)
        await self.roster.require(connection, "approvals", str(number))
        if one.state != WAITING:
            raise BadInput(Message("approval-not-waiting"), Place(subject=str(number)))
        return one

    async def _require_signer(
        self,
        connection: AsyncConnection,
        one: Approval,
        login: str,
        roles: Sequence[str],
        again: bool = False,
    ) -> None:
        """Refuses who prepared it, whom it is about, who has signed it, and other roles."""
        query = select(staff.c.role, staff.c.disabled).where(staff.c.login == login)
        row = (await connection.execute(query)).first()
        if row is None or row.disabled or row.role not in roles:
            raise BadInput(Message("approval-other-role"), Place(subject=login))
        await self.roster.require(connection, "staff", login)
        signed = login in {signer.login for signer in one.signers} and not again
        # In solo one person signs what their own program has prepared: there is nobody else.
        alone = roles == APPROVE_IN[SOLO]
        answers = "" if alone else await who_answers(connection, one.prepared_by)
        if login in (one.prepared_by, one.subject, answers) or signed:
            raise BadInput(Message("approval-not-own"), Place(subject=login))

    async def _require_still(
        self, connection: AsyncConnection, one: Approval, roles: Sequence[str]
    ) -> None:
        """Refuses what rests on somebody who may not prepare or sign it any more."""
        decision = self._decisions[one.kind]
        wanted = dict.fromkeys(one.approvers, ("approval-signer-left", roles))
        if one.prepared_by.startswith(PROGRAM):
            if not await may_still_prepare(connection, one.prepared_by, self._now()):
                left = Message("approval-program-left", token=one.prepared_by.removeprefix(PROGRAM))
                raise BadInput(left, Place(subject=str(one.id)))
        elif not one.prepared_by.startswith(COMMAND):
            wanted[one.prepared_by] = ("approval-preparer-left", decision.prepared_in)
        for login, (message, able) in wanted.items():
            query = select(staff.c.role, staff.c.disabled).where(staff.c.login == login)
            row = (await connection.execute(query)).first()
            if row is None or row.disabled or row.role not in able:
                raise BadInput(Message(message, login=login), Place(subject=str(one.id)))
        if decision.still is not None:
            await decision.still(connection, one)

    async def _needed(self, connection: AsyncConnection, one: Approval, profile: Profile) -> int:
        """Returns how many have to approve; never more than there are."""
        if not self._decisions[one.kind].two_approvers(one.details):
            return 1
        if one.kind == PROFILE:
            return 2
        query = select(staff.c.login).where(
            staff.c.role.in_(APPROVE_IN[profile.name]),
            ~staff.c.disabled,
            staff.c.login.not_in((one.prepared_by, one.subject)),
        )
        return min(2, len((await connection.execute(query)).all()))

    async def _approved(
        self,
        connection: AsyncConnection,
        book: Book,
        one: Approval,
        profile: Profile,
        wait: bool,
    ) -> None:
        decision = self._decisions[one.kind]
        waits = wait and decision.waits and await self._counting(connection)
        due = self._now() + (WAIT if waits else 0)
        await _set(connection, one.id, state=APPROVED, due=due)
        one = await _find(connection, one.id)
        if decision.notice is not None:
            await decision.notice(connection, one, profile)
        if not waits:
            await self._carry_out(connection, book, one)

    async def _carry_out(self, connection: AsyncConnection, book: Book, one: Approval) -> None:
        await self._decisions[one.kind].effect(connection, book, one, self._now())
        await _set(connection, one.id, state=DONE)


async def has_approver(connection: AsyncConnection, roles: Sequence[str] = (APPROVER,)) -> bool:
    """Returns whether somebody with one of these roles can sign in."""
    query = select(staff.c.login).where(staff.c.role.in_(roles), ~staff.c.disabled).limit(1)
    return (await connection.execute(query)).first() is not None


async def refuse_twice(connection: AsyncConnection, kind: str, subject: str) -> None:
    """Refuses what waits already.

    Raises:
        BadInput: the same is prepared and neither done nor refused.
    """
    query = select(approvals.c.id).where(
        approvals.c.kind == kind,
        approvals.c.subject == subject,
        approvals.c.state.in_((WAITING, APPROVED)),
    )
    if (await connection.execute(query)).first() is not None:
        raise BadInput(Message("approval-waits-already"), Place(subject=subject))


async def _find(connection: AsyncConnection, number: int) -> Approval:
    query = select(approvals).where(approvals.c.id == number)
    row = (await connection.execute(query)).first()
    if row is None:
        raise BadInput(Message("approval-unknown"), Place(subject=str(number)))
    return _read(row)


async def _sign(connection: AsyncConnection, one: Approval, signer: Signer) -> Approval:
    signers = [[s.login, s.act, s.at] for s in (*one.signers, signer)]
    await _set(connection, one.id, signers=json.dumps(signers))
    return await _find(connection, one.id)


async def _set(connection: AsyncConnection, number: int, **values: object) -> None:
    await connection.execute(update(approvals).where(approvals.c.id == number).values(**values))


def _read(row: Row[Any]) -> Approval:
    signers = [Signer(*one) for one in json.loads(row.signers)]
    return Approval(
        row.id,
        row.kind,
        row.subject,
        json.loads(row.details),
        row.prepared_by,
        row.prepared_at,
        signers,
        row.state,
        row.due,
    )

"""What goes to whom: the message of each claimed row, and the address that is tried first."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import event
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.outreach.message_templates import (
    MessageTemplate,
    approved_template,
    read_templates,
)
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    DeliveryOutcome,
    Messenger,
    OutgoingMessage,
)
from bot.fieldwork.outreach.null_messenger import NullMessenger
from bot.fieldwork.outreach.outbox import (
    FAILED,
    ClaimedMessage,
    Key,
    Push,
    Recipient,
    SealedAddress,
    read_having,
    read_opened_contacts,
    read_people,
)
from bot.fieldwork.outreach.short_texts import fill_short
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.wording import DEFAULT, Wording

log = logging.getLogger(__name__)

Pushes = Mapping[tuple[str, int], Push]
"""The pushes that may send now, by campaign and step."""
_Opened = tuple[Address, SealedAddress]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message for an address, whose pseudonym is ``lookup``.

    ``next_kind`` is the kind of the person's next address that is worth an attempt, or empty.
    ``awaits``: a receipt is waited for. Of reminders to people who have not opened theirs none is,
    since what is kept of it would show who they are.
    """

    messenger: Messenger
    address: str
    message: OutgoingMessage
    lookup: bytes = b""
    next_kind: str = ""
    awaits: bool = False


@dataclass(slots=True)
class Composed:
    """What becomes of claimed messages.

    Attributes:
        envelopes: those that are sent.
        states: the final states of those that need no attempt.
        untimely: those whose push or campaign has stopped meanwhile; another time may have them.
        elsewhere: those whose next address is of another kind, with that kind.
    """

    envelopes: dict[Key, Envelope] = field(default_factory=dict)
    states: dict[Key, str] = field(default_factory=dict)
    untimely: list[ClaimedMessage] = field(default_factory=list)
    elsewhere: list[tuple[ClaimedMessage, str]] = field(default_factory=list)


class Composer:
    """Writes an account's messages to the addresses of their people.

    Args:
        keys: the gate's keys, which make the tokens of invitations.
        contact_keys: the keys of sealed addresses.
        messenger: writes to the addresses of one kind.
        words: labels of the buttons.
        site: the service's public address, for links.
    """

    def __init__(
        self,
        keys: GateKeys,
        contact_keys: ContactKeys,
        messenger: Messenger,
        words: Wording,
        site: str = "",
    ) -> None:
        self._site = site
        self._keys = keys
        self._contact_keys = contact_keys
        self._messenger = messenger
        self._words = words

    async def compose(
        self,
        connection: AsyncConnection,
        claimed: Sequence[ClaimedMessage],
        allowed: Pushes,
        invitations: Mapping[str, Push],
        served: Collection[str],
    ) -> Composed:
        """Return what becomes of a batch.

        Args:
            connection: reads the people.
            claimed: the batch.
            allowed: the pushes that may send now.
            invitations: the last invitation of each campaign, for people who have none yet.
            served: the kinds of addresses to which some account of the service writes.
        """
        people = await read_people(connection, [item.key for item in claimed])
        readable = {key: self._readable(one, served) for key, one in people.items()}
        opened = await read_opened_contacts(connection, self._marks(people, allowed))
        blocked = await self._blocked(connection, readable)
        having = await read_having(connection, people)
        account = self._messenger.account
        sends_templates = account.link == TEMPLATE
        templates = await read_templates(connection, account.name) if sends_templates else []
        composed = Composed()
        for item in claimed:
            one, push = people.get(item.key), allowed.get(item.key[:2])
            open_to = [
                (address, sealed)
                for address, sealed in readable.get(item.key, ())
                if not sealed.unreachable and sealed.lookup not in blocked
            ]
            # The key of a campaign that was closed just now is gone, and must not be made again.
            if push is None or self._keys.voters.find(push.campaign) is None:
                composed.untimely.append(item)
            elif one is None or one.opted_out or not one.addresses:
                composed.states[item.key] = "opted_out"
            elif not open_to:
                lost = any(not self._opens(sealed) for sealed in one.addresses)
                composed.states[item.key] = FAILED if lost else DeliveryOutcome.UNREACHABLE.value
            elif open_to[0][1].kind != self._messenger.account.kind:
                composed.elsewhere.append((item, open_to[0][1].kind))
            elif push.spares_openers and item.key[2] in opened:
                message = OutgoingMessage("", "", "", "")
                spared = NullMessenger(self._messenger.account)
                composed.envelopes[item.key] = Envelope(spared, "", message)
            else:
                # Nobody is reminded of an invitation that they never got.
                first = invitations.get(push.campaign, push)
                known = (item.key[0], item.key[2]) in having
                own = push if known else first
                composed.envelopes[item.key] = self._envelope(own, one, open_to, templates)
        return composed

    def _readable(self, one: Recipient, served: Collection[str]) -> list[_Opened]:
        """Return the addresses to which some account of the service writes, in their order."""
        found = []
        for sealed in one.addresses:
            address = self._opens(sealed) if sealed.kind in served else None
            if address is not None:
                found.append((address, sealed))
        return found

    def _opens(self, sealed: SealedAddress) -> Address | None:
        try:
            return self._contact_keys.unseal(sealed.lookup, sealed.sealed)
        except BadSession:
            log.error(
                "a contact was sealed under another key and cannot be written to;"
                " restore contacts.key",
                extra=event("key_wrong", reason="contacts"),
            )
            return None

    def _envelope(
        self,
        push: Push,
        one: Recipient,
        open_to: Sequence[_Opened],
        templates: Sequence[MessageTemplate],
    ) -> Envelope:
        address, sealed = open_to[0]
        lang = one.lang if one.lang in push.texts else DEFAULT
        begin, stop = (
            self._words.say(lang, key) for key in ("invitation-begin", "invitation-stop")
        )
        token = self._keys.invitation(push.campaign, one.number, one.turn)
        link = f"{self._site}/{token}"
        short = fill_short(push.short.get(lang, ""), link, token)
        leave = f"{self._site}/out/{self._contact_keys.leave_token(sealed.lookup)}"
        subject = self._words.say(lang, "invitation-subject")
        head = (push.texts[lang], begin, token, stop)
        template = approved_template(templates, push.kind, lang)
        message = OutgoingMessage(*head, link, short, subject, leave, template)
        following = open_to[1][1].kind if len(open_to) > 1 else ""
        to = (self._messenger, address.address, message, sealed.lookup)
        return Envelope(*to, following, awaits=not push.spares_openers)

    def _marks(self, people: Mapping[Key, Recipient], allowed: Pushes) -> dict[bytes, bytes]:
        marks: dict[bytes, bytes] = {}
        for key, one in people.items():
            push = allowed.get(key[:2])
            if push and push.spares_openers and self._keys.voters.find(key[0]):
                token = self._keys.invitation(key[0], one.number, one.turn)
                marks[key[2]] = self._keys.invitation_mark(key[0], token) or b""
        return marks

    async def _blocked(
        self, connection: AsyncConnection, readable: Mapping[Key, Sequence[_Opened]]
    ) -> set[bytes]:
        """Return the addresses that have blocked the bot and not come back since."""
        marks = {
            self._keys.person(address.channel, address.address): sealed.lookup
            for found in readable.values()
            for address, sealed in found
        }
        query = select(tables.unreachable.c.person).where(
            tables.unreachable.c.person.in_(list(marks))
        )
        return {marks[bytes(person)] for person in (await connection.execute(query)).scalars()}

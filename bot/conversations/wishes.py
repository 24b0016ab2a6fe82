"""Reads in typed words whether somebody wants no more invitations, or wants them again.

What weak words mean depends on whether their writer was invited, which the contacts tell.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.stored_conversation import Conversation
from bot.core.identity import WEB, Address, Citizen
from bot.crypto.contact_keys import ContactKeys
from bot.storage.schema import all as tables
from survey_flows.choice_numbers import command_words
from survey_flows.effects import Input, Screen
from survey_flows.events import OptedIn, OptedOut, Started, Typed, Update
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.screens import current_screen
from survey_flows.session_repair import fit_session
from survey_flows.thesaurus import plain

START = "start"


class Wishes:
    """Turns typed words into opt-outs and their undoing.

    Args:
        live_campaigns: the campaigns whose screens say what words are asked for.
        keys: the keys of the contacts; without them only strong words count.
    """

    def __init__(self, live_campaigns: LiveCampaigns, keys: ContactKeys | None) -> None:
        self._live_campaigns = live_campaigns
        self._keys = keys

    async def meant(
        self,
        connection: AsyncConnection,
        citizen: Citizen,
        before: Conversation | None,
        event: Update,
    ) -> Update:
        """Returns the update that typed words mean; all others as they are."""
        wish = wish_of(event.text) if isinstance(event, Typed) and not event.media else Wish.NOTHING
        if wish is Wish.NOTHING or not isinstance(event, Typed):
            return event
        screen = self._screen(before)
        if wish is Wish.STOP:
            return event if screen and _asks_for(screen, event) else OptedOut()
        if citizen.channel == WEB and wish is Wish.AGAIN and plain(event.text) != START:
            return OptedIn()  # which is answered by what a browser is
        opted_out, invited = await self._contact(connection, citizen)
        if wish is Wish.AGAIN and opted_out:
            return OptedIn()
        if wish is Wish.AGAIN:
            return Started(lang="en") if plain(event.text) == START else event
        rating = before is not None and before.session is not None and before.session.rating
        return OptedOut() if invited and not opted_out and not rating else event

    def _screen(self, before: Conversation | None) -> Screen | None:
        """Returns the screen to which words belong, if a conversation is under way."""
        session = before.session if before else None
        definition = self._live_campaigns.get(before.campaign) if before else None
        if session is None or definition is None:
            return None
        return current_screen(
            definition, fit_session(definition, session, session.seen, timed_out=False)[0]
        )

    async def _contact(self, connection: AsyncConnection, citizen: Citizen) -> tuple[bool, bool]:
        """Returns whether a person has opted out from here, and whether they were invited."""
        if self._keys is None:
            return False, False
        persons, own = tables.persons.c, tables.addresses.c
        lookup = self._keys.lookup(Address(citizen.channel, citizen.user))
        joined = tables.addresses.join(tables.persons, own.person == persons.lookup)
        query = select(own.opted_out, persons.invited, persons.opted_out.label("gone"))
        row = (
            await connection.execute(query.select_from(joined).where(own.lookup == lookup))
        ).first()
        if row is None:
            return False, False
        return bool(row.gone and row.opted_out), bool(row.invited)


def _asks_for(screen: Screen, event: Typed) -> bool:
    """Whether words of one's own are asked for, or the text named these words as a choice."""
    if screen.input is Input.TEXT:
        return True
    labels = {plain(command_words(button)) for row in screen.rows for button in row}
    return event.sent > 0 and plain(event.text) in labels

"""The gate's promises: signed with each ballot, kept with its receipt, shown when asked for.

A promise is signed in the transaction that stages the ballot, so that none is out whose ballot was
not accepted. It is sealed in the conversation, and goes with the receipt and with the key.
"""

from __future__ import annotations

from dataclasses import replace

from bot.ballots.gate import Gate
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.steps import CitizenStep
from bot.conversations.stored_conversation import Conversation
from survey_flows.ballot import Ballot
from survey_flows.effects import Effect, ShowScreen, StoreBallot
from survey_flows.promises import promise_due, promise_fragment, promise_note
from survey_flows.session import PROMISED

PAGE = "/p/"
"""The page of a promise, before the campaign's id."""
NONE = "promise-none"


class Promises:
    """Signs promises and adds them to the screens that show them.

    Args:
        gate: has the key.
        live_campaigns: the campaigns, with their registered ends.
        site: the public https address of the service; empty means none.
    """

    def __init__(self, gate: Gate, live_campaigns: LiveCampaigns, site: str = "") -> None:
        self._gate = gate
        self._live_campaigns = live_campaigns
        self._site = site.rstrip("/") if site.startswith("https://") else ""

    def with_promise(self, one: CitizenStep) -> Conversation | None:
        """Returns the conversation after a step, with the promise about its receipt if any."""
        after, receipt = one.after, _receipt(one.after)
        if after is None or not receipt:
            return after
        for effect in one.effects:
            if isinstance(effect, StoreBallot):
                return replace(after, promise=self._signed(effect.ballot))
        if one.before is not None and _receipt(one.before) == receipt:
            return replace(after, promise=one.before.promise)
        return after

    def shown(self, effect: Effect, conversation: Conversation | None) -> Effect:
        """Returns an effect; the screen of a promise with its file and its address.

        A conversation from before promises has none, and its screen says so.
        """
        if not isinstance(effect, ShowScreen) or effect.screen.step != PROMISED:
            return effect
        screen, receipt = effect.screen, _receipt(conversation)
        due = self._due(conversation.campaign) if conversation else None
        if conversation is None or due is None or not (receipt and conversation.promise):
            none = self._live_campaigns.sentence(screen.lang, NONE)
            return ShowScreen(replace(screen, text=none))
        campaign, signature = conversation.campaign, conversation.promise
        signer = self._gate.signer
        keep = promise_note(signer.origin, signer.key.name, campaign, receipt, due, signature)
        address = f"{self._site}{PAGE}{campaign}#{promise_fragment(receipt, due, signature)}"
        return ShowScreen(replace(screen, keep=keep, address=address))

    def _signed(self, ballot: Ballot) -> str:
        due = self._due(ballot.campaign)
        return "" if due is None else self._gate.promise(ballot.campaign, ballot.receipt, due)

    def _due(self, campaign: str) -> int | None:
        definition = self._live_campaigns.get(campaign)
        return promise_due(int(definition.closes_at.timestamp())) if definition else None


def _receipt(conversation: Conversation | None) -> str:
    session = conversation.session if conversation else None
    return session.receipt if session else ""

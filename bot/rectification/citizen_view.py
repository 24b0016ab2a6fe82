"""A citizen's own requests and their actions on them, in Telegram and in the web chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.rectification import FixRating, RectificationState
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.core.shipped_files import shipped_words
from bot.rectification.buttons import ALL, LEAD, LIST, OPEN, SAY, SHARE, STOP
from bot.rectification.requests import (
    MAX_TEXT,
    PUSHED,
    RectificationRequest,
    Requester,
    add_person_message,
    has_stopped_held_requests,
    rate_outcome,
    requests_of_person,
    share_with_unit,
    stop_held_requests,
    stop_requests,
)
from survey_flows.effects import Button, Effect, Input, Screen, ShowNotice, ShowScreen
from survey_flows.errors import BadInput
from survey_flows.events import RequestAction
from survey_flows.localized_names import unit_name
from survey_flows.typed_commands import FOLLOW
from survey_flows.typed_text import clean

MOST_SHOWN = 8
MAX_SHOWN = 3200
"""Characters of messages on one screen; Telegram takes 4096 with the rest."""
Action = Callable[
    [AsyncConnection, RectificationRequest, RequestAction, Requester], Awaitable[None]
]


async def handle_request_action(
    connection: AsyncConnection,
    live_campaigns: LiveCampaigns,
    person: Requester,
    event: RequestAction,
    lang: str,
) -> tuple[Effect, ...]:
    """Carry out a citizen's action on their requests and show the result.

    Other people's requests are not visible.
    """
    mine = await requests_of_person(connection, person)
    view = _View(live_campaigns, person, lang or (mine[0].lang if mine else ""))
    if event.act == ALL:
        await stop_requests(connection, mine)
        await stop_held_requests(connection, person)
        mine = await requests_of_person(connection, person)
        return ShowNotice(view.say("follow-stopped")), ShowScreen(view.listed(mine, stopped=True))
    found = next((one for one in mine if one.id == event.code), None)
    if found is None:
        stopped = await has_stopped_held_requests(connection, person)
        return (ShowScreen(view.listed(mine, stopped=stopped)),)
    try:
        said = await _act(connection, found, event, person)
    except BadInput:
        said = "follow-long" if len(event.text) > MAX_TEXT else "follow-cannot"
    mine = await requests_of_person(connection, person)
    screen = ShowScreen(view.opened(next(one for one in mine if one.id == found.id)))
    return (ShowNotice(view.say(said)), screen) if said else (screen,)


async def _act(
    connection: AsyncConnection,
    found: RectificationRequest,
    event: RequestAction,
    person: Requester,
) -> str:
    """Carry out an action; returns the key of its confirmation, empty for just looking."""
    action = _ACTIONS.get(event.act)
    if action is None:
        return ""
    await action(connection, found, event, person)
    return _CONFIRMED[event.act]


async def _say(
    connection: AsyncConnection,
    found: RectificationRequest,
    event: RequestAction,
    person: Requester,
) -> None:
    await add_person_message(connection, found, clean(event.text), person)


async def _share(
    connection: AsyncConnection,
    found: RectificationRequest,
    _event: RequestAction,
    _person: Requester,
) -> None:
    await share_with_unit(connection, found)


async def _stop(
    connection: AsyncConnection,
    found: RectificationRequest,
    _event: RequestAction,
    _person: Requester,
) -> None:
    await stop_requests(connection, [found])


async def _rate(
    connection: AsyncConnection,
    found: RectificationRequest,
    event: RequestAction,
    person: Requester,
) -> None:
    await rate_outcome(connection, found, event.act, person)


_ACTIONS: Mapping[str, Action] = {
    SAY: _say,
    SHARE: _share,
    STOP: _stop,
    FixRating.YES: _rate,
    FixRating.NO: _rate,
}
_CONFIRMED: Mapping[str, str] = {
    SAY: "follow-said",
    SHARE: "follow-shared",
    STOP: "follow-stopped",
    FixRating.YES: "follow-rated",
    FixRating.NO: "follow-rated",
}


class _View:
    """The screens in one citizen's language, or in each while none is known: after a deletion."""

    def __init__(self, live_campaigns: LiveCampaigns, person: Requester, lang: str) -> None:
        self._live_campaigns = live_campaigns
        self._pushed = person.address.channel == PUSHED
        self._today = person.now.date()
        self._languages = (lang,) if lang else shipped_words().languages
        self._lang = self._languages[0]

    def say(self, key: str, between: str = "\n", **args: str | int) -> str:
        """Return a sentence; ``between`` stands between languages."""
        args |= {"limit": MAX_TEXT} if key == "follow-long" else {}
        return between.join(shipped_words().say(lang, key, **args) for lang in self._languages)

    def listed(self, mine: Sequence[RectificationRequest], *, stopped: bool) -> Screen:
        """Return the screen with all of a person's requests; ``stopped``: all those before now."""
        lines = [self.say("follow-list" if mine else "follow-none"), self.say("follow-waiting")]
        if stopped:
            lines.append(self.say("follow-all-stopped"))
        rows = [(Button(self._named(one), f"{LEAD}{OPEN}:{one.id}"),) for one in mine[:20]]
        rows.append((Button(self.say("follow-stop-all", between=" · "), f"{LEAD}{ALL}:"),))
        return Screen(FOLLOW, self._lang, "\n".join(lines), tuple(rows))

    def _named(self, one: RectificationRequest) -> str:
        name = f"{self._unit(one)} · {one.day}"
        return name if one.open else self.say("follow-mark-stopped", request=name)

    def opened(self, one: RectificationRequest) -> Screen:
        """Return the screen of one request: its messages, newest last, and the actions."""
        head = self.say("follow-head", unit=self._unit(one), code=f"F-{one.id}")
        lines = [head, self.say(f"follow-{one.standing.state}")]
        if one.first_answered_on is None and one.is_contact_overdue(self._today):
            lines.append(self.say("follow-late"))
        lines += self._said(one)
        if not one.open:
            lines.append(self.say("follow-is-stopped"))
        elif self._pushed:
            lines.append(self.say("follow-how"))
        text = Input.TEXT if one.open else Input.NONE
        return Screen(f"follow:{one.id}", self._lang, "\n".join(lines), self._buttons(one), text)

    def _said(self, one: RectificationRequest) -> list[str]:
        """Return the last messages, as many as there is room for."""
        lines: list[str] = []
        for message in reversed(one.messages[-MOST_SHOWN:]):
            key = "follow-office" if message.sender else "follow-you"
            head = self.say(key, day=message.sent_on.isoformat())
            if sum(map(len, lines)) + len(message.text) > MAX_SHOWN:
                break
            lines = ["", head, f"→ {message.text}", *lines]
        return [*lines, ""]

    def _buttons(self, one: RectificationRequest) -> tuple[tuple[Button, ...], ...]:
        keys: list[str] = []
        if (
            one.standing.state in (RectificationState.FIXED, RectificationState.CLOSED)
            and not one.standing.rating
        ):
            keys += [FixRating.YES, FixRating.NO]
        keys += [SHARE] if one.open and not one.shared else []
        keys += [STOP] if one.open else []
        return tuple(
            (Button(self.say(f"follow-do-{key}"), f"{LEAD}{key}:{one.id}"),)
            for key in (*keys, LIST)
        )

    def _unit(self, one: RectificationRequest) -> str:
        definition = self._live_campaigns.get(one.campaign)
        return unit_name(definition, one.unit, self._lang) if definition else one.unit

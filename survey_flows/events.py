"""Events in the past tense, which a channel makes of its updates; the engine interprets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """The citizen opened the chat: by a deep link (``link``, ``unit``) or by the start command.

    ``token`` is a fresh random string; it becomes the conversation's nonce, to which every button
    is bound. ``told``: a page before this has said who asks and what is promised.
    """

    link: str = ""
    unit: str = ""
    lang: str = ""
    token: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """Free text: a search, a comment, or an answer by number or by words. ``token``: see `Pressed`.

    ``sent`` is the time of writing, in seconds since 1970, on a channel that shows choices as
    numbers instead of buttons (`survey_flows.choice_numbers`): such words can only refer to an
    earlier screen. It is 0 on other channels. ``media`` is the kind of what came instead of words,
    or with them: ``voice``, ``photo``, ``location``, ``contact`` or ``other``. ``key`` is that of
    the rating whose page has the words, empty on channels that cannot tell.
    """

    text: str
    token: str = ""
    sent: int = 0
    media: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """The citizen changed words that they had sent; ``message`` is their number in the chat."""

    text: str
    message: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button with the engine's ``data``; its random ``token`` may become the receipt."""

    data: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class TopicRequested:
    """A command by its topic.

    It is ``language``, ``help``, ``privacy``, ``delete``, ``receipt``, ``promise`` or ``identity``.
    """

    topic: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The citizen came back (a reload, a repeated update): show where they are, change nothing.

    ``lang`` is the channel's guess, for somebody who has chosen no language.
    """

    lang: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The conversation was idle for longer than the campaign allows."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The citizen wants no more invitations; the conversation stays as it is."""


@dataclass(frozen=True, slots=True)
class OptedIn:
    """The citizen wants invitations again after an opt-out; the conversation stays as it is."""


@dataclass(frozen=True, slots=True)
class RequestAction:
    """The citizen acts on a request of theirs or lists them; the conversation stays as it is.

    ``act`` is ``list``, ``open``, ``say`` (with ``text``), ``share``, ``stop``, ``all`` (stop all),
    or ``yes`` and ``no`` to whether it is fixed; ``code`` names the request. ``lang`` is the
    channel's guess, for somebody who has chosen no language.
    """

    act: str
    code: str = ""
    text: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """The citizen has shown an identity on the page for it, for one campaign.

    ``identity`` is the pseudonym that it has in this campaign. ``token`` is as of `Started`.
    """

    campaign: str
    identity: str
    lang: str = ""
    token: str = ""


Event = Started | Typed | Pressed | TopicRequested | Returned | TimedOut | Identified
Update = Event | Edited | OptedOut | OptedIn | RequestAction
"""All events of a channel: those of the conversation and those outside it."""

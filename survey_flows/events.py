"""What happened, in the past tense. A channel turns its updates into these; the engine alone gives them meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """The citizen opened the chat: by a deep link (``link``, ``unit``) or by the bare start command.

    ``token`` is a fresh random string; it becomes the conversation's nonce, to which every button is bound.
    """

    link: str = ""
    unit: str = ""
    lang: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """Free text: a search, a comment, or an answer by number or by words. ``token`` as in `Pressed`.

    ``sent`` is when it was written, in seconds since 1970, on a channel that shows choices as numbers instead of
    buttons (`survey_flows.choice_numbers`): such words can only be meant for what was shown before. 0 on other channels.
    """

    text: str
    token: str = ""
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button; ``data`` is what the engine put on it. ``token`` is fresh and random: the receipt if this submits."""

    data: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class TopicRequested:
    """A command at any step: ``language``, ``help``, ``privacy``, ``delete`` or ``receipt``."""

    topic: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The citizen came back (a reload, a repeated update): show where they are, change nothing."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The conversation was idle for longer than the campaign allows."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The citizen wants no more invitations. It is no matter of a conversation, which stays as it is."""


@dataclass(frozen=True, slots=True)
class RequestAction:
    """The citizen does something about a follow-up, or looks at them all. It is no matter of a conversation either.

    ``act`` is ``list``, ``open``, ``say`` (with ``text``), ``share``, ``stop``, ``all`` (stop all), or ``yes`` and
    ``no`` to whether it is mended; ``code`` names the follow-up.
    """

    act: str
    code: str = ""
    text: str = ""


Event = Started | Typed | Pressed | TopicRequested | Returned | TimedOut
Update = Event | OptedOut | RequestAction
"""What a channel may bring: events of the conversation, and what is none of its business."""

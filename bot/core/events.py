"""Events of the service's log: one line each, with a name from a closed list and typed fields.

Nothing that a citizen wrote, chose or is known by may stand in a field or a sentence: a test walks
through all of them. What a library says is told without its arguments, which may hold anything.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

EVENTS: Mapping[str, str] = {
    "account_silent": "an account that sends is refused, or does not answer",
    "accounts_taken_over": "accounts were taken over as they stand",
    "acts_refused": "acts without the desk's signature were kept aside",
    "approval_lapsed": "an approval cannot be carried out any more",
    "ballots_unchecked": "Redis is away, so that ballots are admitted unchecked",
    "campaign_differs": "a campaign differs from its registration, or waits for it",
    "campaign_key": "a campaign's key is missing, another one, or back",
    "channel_away": "a channel cannot be reached, or refuses what it is told",
    "check_failed": "a check or a figure could not be read",
    "child_ended": "a child process ended with an error",
    "clock_differs": "a message's time is too far from ours",
    "close_held": "a campaign is held at its close",
    "code_not_sent": "a code that confirms a telephone was not sent",
    "connection_failed": "a connection or a request could not be read",
    "conversation_lost": "a stored conversation could not be read and was begun anew",
    "database_away": "the database cannot be reached, or takes nothing",
    "dead_letter": "an update was put aside, or dropped",
    "desk_made": "the desk's key was made",
    "envelopes_refused": "envelopes were put aside",
    "guard_made": "the log's guard was made once",
    "invitation_freed": "an invitation was made free by nobody",
    "key_wrong": "something was sealed under another key",
    "links_refused": "links that nobody made lead nowhere",
    "log_form": "the public log goes on in another form",
    "mixer_key": "a mixer key is missing",
    "page_failed": "a page or an answer to a program failed",
    "push_failed": "messages cannot be sent or noted now",
    "quotas_lowered": "counts of quotas were lowered",
    "readiness": "what is ready has changed",
    "reply_failed": "a reply of a chat waits, or is given up",
    "request": "a page of the console or of the interface was answered",
    "rights": "other accounts may read files",
    "service_started": "the service listens",
    "service_stopped": "the service has ended in order",
    "sign_in_refused": "a sign-in by an identity provider was not taken",
    "state_not_ordered": "a campaign stands in a state that nobody ordered",
    "step_stopped": "a provider refuses the messages of a step",
    "sums_lost": "a campaign loses its keys without sums",
    "task_failed": "a task pauses after an error",
    "task_recovered": "a task works again",
    "valkey_ended": "the bundled Valkey ended and starts again",
}
"""Every event by its name, and what it says."""
LIBRARY = "library"
"""The event of a line that a library wrote."""
FIELDS = (
    *("request", "task", "campaign", "account", "reason", "count", "error", "code", "at"),
    *("area", "method", "route", "status", "ms", "version", "schema", "address"),
)
"""Every field, in the order in which a line has them."""
PLAIN = re.compile(r"[A-Za-z0-9_.:/{}<>|+-]+")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    """The id of one request: a proxy's, or drawn when somebody first asks for it."""

    def __init__(self, given: str = "") -> None:
        self._text = given if GIVEN_ID.fullmatch(given) else ""

    def __str__(self) -> str:
        self._text = self._text or secrets.token_hex(8)
        return self._text


REQUEST: ContextVar[RequestId | None] = ContextVar("request", default=None)
"""The id of the request that is being answered; None outside one."""


def event(name: str, **fields: str | int | None) -> dict[str, Any]:
    """Return the ``extra`` of a log call: the event's name, and its fields without empty ones.

    Raises:
        KeyError: no event or field has such a name.
    """
    unknown = {name} - EVENTS.keys() or fields.keys() - set(FIELDS)
    if unknown:
        raise KeyError(*sorted(unknown))
    return {
        "event": name,
        "fields": {key: it for key, it in fields.items() if it not in ("", None)},
    }


def fault(error: BaseException | None) -> dict[str, str]:
    """Return the fields of an error: its class, and the code by which a driver knows it."""
    if error is None:
        return {"error": "", "code": ""}
    found = getattr(error, "orig", None) or error
    names = ("sqlite_errorname", "sqlstate")
    code = next((str(getattr(found, name)) for name in names if getattr(found, name, None)), "")
    return {"error": type(error).__name__, "code": code}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line has, in order: time (UTC), level, event, fields and the sentence."""
    name = getattr(record, "event", LIBRARY)
    own: dict[str, Any] = dict(getattr(record, "fields", {}))
    if (request := REQUEST.get()) is not None:
        own.setdefault("request", str(request))
    if record.exc_info and record.exc_info[1] is not None:
        own.setdefault("error", type(record.exc_info[1]).__name__)
    moment = datetime.fromtimestamp(record.created, UTC)
    head = {
        "ts": f"{moment:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
        "level": record.levelname,
        "event": name,
    }
    said = f"{record.name}: {record.msg!s}" if name == LIBRARY else record.getMessage()
    fields = {key: own[key] for key in FIELDS if key in own}
    return {**head, **fields, "said": said.partition("\n")[0]}


class TextLines(logging.Formatter):
    """Writes an event for people: time, level, event, fields as ``name=value``, sentence."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        parts = fields_of(record)
        said = parts.pop("said")
        head = [str(parts.pop(name)) for name in ("ts", "level", "event")]
        fields = [f"{name}={_quoted(value)}" for name, value in parts.items()]
        return " ".join([*head, *fields]) + f": {said}"


class JsonLines(logging.Formatter):
    """Writes an event for programs, as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(fields_of(record), ensure_ascii=False)


def _quoted(value: object) -> str:
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


TEXT, JSON = "text", "json"
FORMATS: Mapping[str, type[logging.Formatter]] = {TEXT: TextLines, JSON: JsonLines}


def write_lines(level: str, form: str) -> None:
    """Set up the log of this process on the standard error output, from a level on.

    Libraries log statements and requests, which hold answers, below WARNING.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[form]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("bot").setLevel(level)

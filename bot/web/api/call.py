"""A request of a program that passed every check, and the refusal of one that did not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.accounts.api_tokens import ApiToken
from bot.campaigns.summaries import CampaignSummary, show_campaign
from bot.service.composition import Service
from bot.web.shared.caching import etag_of, not_modified_or
from bot.web.shared.problems import problem
from survey_flows.errors import NOWHERE, BadInput, Message, Place

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{8,64}")
T = TypeVar("T")


class RequestRefused(Exception):
    """A request that is not met.

    Args:
        status: the HTTP status of the answer.
        message: what is wrong and what to do.
        place: the header, parameter, field or name that is wrong.
        headers: of the answer, with ``_`` for ``-``.
    """

    def __init__(
        self, status: int, message: Message, place: Place = NOWHERE, **headers: str
    ) -> None:
        super().__init__(status, message)
        self.status, self.error, self.headers = status, BadInput(message, place), headers

    @classmethod
    def because(cls, status: int, error: BadInput) -> RequestRefused:
        """Returns the refusal of a request in which a room found an error."""
        refused = cls(status, error.message, error.place)
        refused.error = error
        return refused

    def response(self, request: web.Request) -> web.Response:
        """Returns the problem that answers the request."""
        response = problem(request, self.status, self.error)
        response.headers.update({k.replace("_", "-"): v for k, v in self.headers.items()})
        return response


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request whose token has the scope; ``query`` and ``body`` are the operation's models."""

    request: web.Request
    service: Service
    token: ApiToken
    query: Any
    body: Any
    raw: bytes

    def path_param(self, name: str) -> str:
        """Returns a part of the path."""
        return self.request.match_info[name]

    def may(self, scope: str) -> bool:
        """Returns whether the token has this scope too."""
        return scope in self.token.scopes

    async def summary(self) -> CampaignSummary:
        """Returns the campaign that the path names.

        Raises:
            RequestRefused: there is none (404).
        """
        try:
            return await show_campaign(self.service.database, self.path_param("campaign"))
        except BadInput as error:
            raise RequestRefused.because(404, error) from error

    def paged(self, rows: list[T]) -> tuple[list[T], str | None]:
        """Returns the rows of the requested page, and the address of the next page."""
        page, limit = self.query.page, self.query.limit
        more = page * limit < len(rows)
        following = self.request.rel_url.update_query(page=str(page + 1), limit=str(limit))
        return rows[(page - 1) * limit : page * limit], str(following) if more else None

    def response(self, model: BaseModel, status: int = 200) -> web.Response:
        """Returns the answer; for a GET, 304 when the program has it already."""
        body = model.model_dump_json(by_alias=True).encode()
        if self.request.method != "GET":
            return web.Response(body=body, status=status, content_type="application/json")
        return not_modified_or(
            self.request,
            etag_of(body),
            lambda: web.Response(body=body, content_type="application/json"),
        )


def idempotency_key(call: ApiCall) -> str:
    """Returns the key by which a repeated request is recognised.

    Raises:
        RequestRefused: there is none, or it does not have the form (400).
    """
    key = call.request.headers.get("Idempotency-Key", "")
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise RequestRefused(
            400, Message("api-idempotency-key-needed"), Place(field="Idempotency-Key")
        )
    return key

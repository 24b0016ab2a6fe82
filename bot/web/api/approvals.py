"""What two people decide: programs may prepare, and a person signs at the console."""

from __future__ import annotations

from aiohttp import web

from bot.web.api.call import ApiCall, RequestRefused
from survey_flows.errors import Message, Place


async def sign_one(call: ApiCall) -> web.Response:
    """Refuses: a token is nobody's signature."""
    place = Place(subject=call.path_param("approval"))
    raise RequestRefused(409, Message("api-no-signature"), place)

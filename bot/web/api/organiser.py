"""Who asks, for programs: what the next campaign that is opened tells citizens."""

from __future__ import annotations

from aiohttp import web

from bot.campaigns.organiser import chosen_organiser, read_organiser, save_organiser
from bot.web.api.call import ApiCall, RequestRefused
from bot.web.api.models import LocalizedNames, Organiser
from survey_flows import campaign_definition
from survey_flows.errors import Message


async def show_organiser(call: ApiCall) -> web.Response:
    """Answers with who asks; 404 while nobody has said so."""
    found = await read_organiser(call.service.database)
    if found is None:
        raise RequestRefused(404, Message("api-no-organiser"))
    return call.response(_model(found))


async def put_organiser(call: ApiCall) -> web.Response:
    """Stores who asks."""
    wanted = call.body
    organiser = chosen_organiser(
        name_zh=wanted.name.zh,
        name_en=wanted.name.en,
        **wanted.model_dump(include={"phone", "privacy", "country", "icp", "police"}),
    )
    await save_organiser(call.service.database, organiser)
    return call.response(_model(organiser))


def _model(found: campaign_definition.Organiser) -> Organiser:
    names = {"zh": found.name["zh-Hans"], "en": found.name["en"]}
    return Organiser(
        name=LocalizedNames.model_validate(names),
        phone=found.phone,
        privacy=found.privacy,
        country=found.country,
        icp=found.icp,
        police=found.police,
    )

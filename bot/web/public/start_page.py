"""The page that a visitor sees before anything is stored about them: what is asked, and by whom."""

from __future__ import annotations

from aiohttp import web

from bot.campaigns.titles import marked_title
from bot.service.composition import Service
from bot.web.public.citizen_cookie import form_id, read_cookie
from bot.web.public.waiting_room import has_ticket
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.templates import accepted_language, render
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import ShowScreen
from survey_flows.events import Started
from survey_flows.front_door import Choice
from survey_flows.localized_names import in_language, loss_notice, unit_name
from survey_flows.organiser import organiser_line
from survey_flows.outside_window import Phase, answer_outside_window, phase


def start_page(request: web.Request, link: str, unit: str) -> web.Response:
    """Returns the page that a visitor sees before anything is stored about them."""
    service, lang = request.app[SERVICE], accepted_language(request)
    way = service.live_campaigns.way(Started(link=link, unit=unit), "", service.clock.now())
    # Of several campaigns one is chosen after the start; until then none is named.
    several = isinstance(way, Choice)
    definition = way.campaigns[0] if isinstance(way, Choice) else way
    code = definition.unit_code(unit) if definition else ""
    refused = "begun" in request.query and read_cookie(request) is None and not has_ticket(request)
    return render(
        request,
        "start.html",
        lang,
        title=_title(definition, lang) if definition and not several else "",
        unit=unit_name(definition, code, lang) if definition and code else "",
        unit_unknown=bool(unit) and not code,
        pilot=definition is not None and definition.aim.pilot,
        organisers=organiser_lines(way, lang),
        shut=_shut(service, definition, lang),
        lost=loss_notice(definition, lang) if definition else "",
        cookie_refused=refused,
        fields={"l": link, "u": unit, "lang": lang, "id": form_id(request)},
        query={name: request.query[name] for name in ("l", "u") if name in request.query},
    )


def _title(definition: CampaignDefinition, lang: str) -> str:
    return in_language(marked_title(definition.title, definition.aim.pilot), lang, definition)


def organiser_lines(way: Choice | CampaignDefinition | None, lang: str) -> list[str]:
    """Returns who asks: of each campaign that may be chosen, each line once."""
    found = way.campaigns if isinstance(way, Choice) else (way,)
    lines = (organiser_line(one.organiser, lang, one.wording) for one in found if one is not None)
    return list(dict.fromkeys(filter(None, lines)))


def _shut(service: Service, definition: CampaignDefinition | None, lang: str) -> str:
    """Returns why no rating can be begun now; empty when one can."""
    if definition is None:
        return service.live_campaigns.sentence_in_each_language("no-campaign")
    now = service.clock.now()
    where = phase(definition, now)
    if where is Phase.OPEN:
        return ""
    effects = answer_outside_window(definition, None, Started(lang=lang), where, now)[1]
    return next(effect.screen.text for effect in effects if isinstance(effect, ShowScreen))

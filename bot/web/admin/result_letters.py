"""The console's page of letters: whom the notices of a year tell, orders, prints and receipts."""

from __future__ import annotations

from aiohttp import web

from bot.accounts.approvals import DONE
from bot.appraisal.letters import list_letters, prepare_letters
from bot.appraisal.receipts import record_delivery
from bot.core.identity import Office
from bot.core.labels import name, pick
from bot.web.admin.page import Visit, no_such_button, staff_page, year_of
from bot.web.shared.attachments import attachment
from bot.web.shared.templates import page_words

ORDER, PRINT, DELIVER = "order", "print", "deliver"


@staff_page
async def show_letters(visit: Visit) -> web.Response:
    """Shows the people of each unit with their letters; ``?unit=`` opens one unit."""
    year = year_of(visit)
    units = await list_letters(visit.service.database, year)
    return visit.render(
        "letters",
        year=year,
        units=units,
        chosen=next((it for it in units if it.unit.unit == visit.query("unit")), None),
        me=visit.visitor.login,
        today=visit.today,
        waiting=sum(len(it.waiting()) for it in units),
        name=lambda code: name(code, visit.lang),
        pick=lambda it: pick((it.zh, it.en), visit.lang),
        languages_of_letters=page_words().languages,
    )


@staff_page
async def take_letters(visit: Visit) -> web.StreamResponse:
    """Prepares letters, prints those that are ordered, or takes the day of a receipt."""
    year, act, service = year_of(visit), visit.text("act"), visit.service
    office = visit.office
    unit, here = visit.text("unit"), visit.request.path
    if act == ORDER:
        whose = visit.text("whose") or unit
        given = (service.database, service.approvals, year, whose, office)
        if (await prepare_letters(*given)).state != DONE:
            return visit.redirect("/admin/approvals", "prepared")
        return visit.redirect(f"{here}?unit={unit}", "ordered")
    if act == PRINT:
        return await _print(visit, year, unit, office)
    if act != DELIVER:
        raise no_such_button(act)
    receipt = (visit.text("whose"), visit.text("on"))
    await record_delivery(service.database, year, *receipt, office)
    return visit.redirect(f"{here}?unit={unit}", "delivered")


async def _print(visit: Visit, year: int, unit: str, office: Office) -> web.Response:
    from bot.publication.reports.letters import print_letters

    service, lang = visit.service, visit.text("lang")
    lang = lang if lang in page_words().languages else visit.lang
    site = service.settings.public_url or str(visit.request.url.origin())
    given = (year, unit, office, site, lang)
    body = await print_letters(service.database, service.keys.result_code, *given)
    headers = attachment(f"letters-{year}-{unit}.pdf")
    return web.Response(body=body, content_type="application/pdf", headers=headers)

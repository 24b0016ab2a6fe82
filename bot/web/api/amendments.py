"""Amendments that programs prepare: the console's own functions, and a person signs."""

from __future__ import annotations

from aiohttp import web

from aggregation.appraisal.standing import Cause
from bot.accounts.programs import PROGRAM
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import prepare_cause, preview_cause
from bot.core.identity import Office
from bot.web.api.call import ApiCall
from bot.web.api.models import Approval, ChangeModel, PreparedAmendment


async def prepare_amendment(call: ApiCall) -> web.StreamResponse:
    """Answers with what an amendment would do; with ``seen`` it is prepared for a signature.

    A program decides nothing: what has to be decided with an amendment keeps it back here, and
    nobody is said to have gained by false material, which needs a hearing.
    """
    service, wanted, year = call.service, call.body, int(call.path_param("year"))
    office = Office(f"{PROGRAM}{call.token.name}", service.clock, service.settings.timezone)
    said = (Cause(wanted.cause), wanted.what, wanted.document, wanted.reason)
    request = CauseRequest(*said, wanted.subject, wanted.on, wanted.value)
    preview = await preview_cause(service.database, year, request, office)
    waits = None
    if wanted.seen:
        given = (year, request, wanted.seen, office)
        made = await prepare_cause(service.database, service.approvals, *given)
        waits = Approval.model_validate({"number": made.id, "state": made.state})
    return call.response(
        PreparedAmendment(
            year=year,
            subject=preview.subject,
            seen=preview.seen,
            changes=[
                ChangeModel(subject=it.subject, before=it.before, after=it.after, kept=it.kept)
                for it in (*preview.changed, *preview.protected)
            ],
            moved=sorted(preview.worked.moved),
            undecided=[it.key for it in preview.undecided],
            waits=waits,
        )
    )

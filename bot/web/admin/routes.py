"""The routes of the console; a page's module is loaded when the page is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.shared.lazy_routes import lazy_module, lazy_route

if TYPE_CHECKING:
    from bot.web.admin import (
        amendments,
        appeals,
        approvals,
        audit,
        bundles,
        calendars,
        campaigns,
        closed_campaigns,
        contacts,
        data_pages,
        drafts,
        exports,
        fraud_cases,
        imports,
        inner_units,
        message_templates,
        own_account,
        own_start,
        own_unit,
        people,
        posters,
        provider_sign_in,
        push,
        questionnaires,
        rectification,
        recusal,
        reports,
        responses,
        result_letters,
        schemes,
        seals,
        sensitivity,
        settings,
        sign_in,
        tokens,
        year_notices,
        year_page,
        years,
    )
else:
    amendments = lazy_module("bot.web.admin.amendments")
    approvals = lazy_module("bot.web.admin.approvals")
    appeals = lazy_module("bot.web.admin.appeals")
    audit = lazy_module("bot.web.admin.audit")
    bundles = lazy_module("bot.web.admin.bundles")
    calendars = lazy_module("bot.web.admin.calendars")
    campaigns = lazy_module("bot.web.admin.campaigns")
    closed_campaigns = lazy_module("bot.web.admin.closed_campaigns")
    contacts = lazy_module("bot.web.admin.contacts")
    data_pages = lazy_module("bot.web.admin.data_pages")
    drafts = lazy_module("bot.web.admin.drafts")
    exports = lazy_module("bot.web.admin.exports")
    fraud_cases = lazy_module("bot.web.admin.fraud_cases")
    imports = lazy_module("bot.web.admin.imports")
    inner_units = lazy_module("bot.web.admin.inner_units")
    message_templates = lazy_module("bot.web.admin.message_templates")
    own_account = lazy_module("bot.web.admin.own_account")
    own_start = lazy_module("bot.web.admin.own_start")
    own_unit = lazy_module("bot.web.admin.own_unit")
    people = lazy_module("bot.web.admin.people")
    posters = lazy_module("bot.web.admin.posters")
    provider_sign_in = lazy_module("bot.web.admin.provider_sign_in")
    push = lazy_module("bot.web.admin.push")
    questionnaires = lazy_module("bot.web.admin.questionnaires")
    rectification = lazy_module("bot.web.admin.rectification")
    recusal = lazy_module("bot.web.admin.recusal")
    reports = lazy_module("bot.web.admin.reports")
    responses = lazy_module("bot.web.admin.responses")
    result_letters = lazy_module("bot.web.admin.result_letters")
    schemes = lazy_module("bot.web.admin.schemes")
    seals = lazy_module("bot.web.admin.seals")
    sensitivity = lazy_module("bot.web.admin.sensitivity")
    settings = lazy_module("bot.web.admin.settings")
    sign_in = lazy_module("bot.web.admin.sign_in")
    tokens = lazy_module("bot.web.admin.tokens")
    year_notices = lazy_module("bot.web.admin.year_notices")
    year_page = lazy_module("bot.web.admin.year_page")
    years = lazy_module("bot.web.admin.years")

PAGES = (
    ("GET", "/admin/sign-in", sign_in.show_sign_in),
    ("POST", "/admin/sign-in", sign_in.take_sign_in),
    ("GET", "/admin/first", sign_in.show_first),
    ("POST", "/admin/first", sign_in.take_first),
    ("GET", "/admin/sign-in/code", sign_in.show_code),
    ("POST", "/admin/sign-in/code", sign_in.take_code),
    ("GET", "/admin/sign-in/with/{provider}", provider_sign_in.begin),
    ("GET", "/admin/sign-in/back/{provider}", provider_sign_in.take_back),
    ("GET", "/admin/sign-in/out/{provider}", provider_sign_in.sign_out_there),
    ("POST", "/admin/sign-out", sign_in.take_sign_out),
    ("GET", "/admin/password", own_account.show_password),
    ("POST", "/admin/password", own_account.take_password),
    ("GET", "/admin/second-factor", own_account.show_factor),
    ("POST", "/admin/second-factor", own_account.take_factor),
    ("GET", "/admin/sessions", own_account.show_sessions),
    ("POST", "/admin/sessions", own_account.take_sessions),
    ("GET", "/admin/recusal", recusal.show_own),
    ("POST", "/admin/recusal", recusal.take_own),
    ("GET", "/admin/challenges", recusal.show_challenges),
    ("POST", "/admin/challenges", recusal.take_challenge),
    ("GET", "/admin/people", people.show_people),
    ("POST", "/admin/people", people.take_person),
    ("GET", "/admin/people/{login}", people.show_person),
    ("POST", "/admin/people/{login}", people.take_change),
    ("GET", "/admin/approvals", approvals.show_approvals),
    ("POST", "/admin/approvals", approvals.take_new),
    ("POST", r"/admin/approvals/{approval:\d{1,9}}", approvals.take_signature),
    ("GET", "/admin/logo.png", settings.send_logo),
    ("GET", "/admin/settings", settings.show_settings),
    ("POST", "/admin/settings", settings.take_settings),
    ("GET", "/admin/campaigns/{campaign}/openings.zip", bundles.send_openings),
    ("GET", "/admin/start", own_start.show_start),
    ("GET", "/admin", year_page.show_home),
    ("GET", "/admin/", year_page.show_home),
    ("GET", "/admin/campaigns", campaigns.show_overview),
    ("GET", "/admin/drafts", drafts.show_draft),
    ("POST", "/admin/drafts", drafts.take_draft),
    ("GET", "/admin/drafts/{model}.yaml", drafts.send_model),
    ("GET", "/admin/campaigns/{campaign}", campaigns.show_one),
    ("POST", "/admin/campaigns/{campaign}/open", campaigns.take_open),
    ("POST", "/admin/campaigns/{campaign}/choice", campaigns.take_choice),
    ("GET", "/admin/campaigns/{campaign}/draft", drafts.show_change),
    ("POST", "/admin/campaigns/{campaign}/draft", drafts.take_change),
    ("POST", "/admin/campaigns/{campaign}/discard", drafts.take_discard),
    ("GET", "/admin/campaigns/{campaign}/scheme", schemes.show_scheme),
    ("POST", "/admin/campaigns/{campaign}/scheme", schemes.take_scheme),
    ("POST", "/admin/campaigns/{campaign}/questionnaires", questionnaires.take_new),
    (
        "GET",
        "/admin/campaigns/{campaign}/questionnaires/{questionnaire}",
        questionnaires.show_questionnaire,
    ),
    (
        "POST",
        "/admin/campaigns/{campaign}/questionnaires/{questionnaire}",
        questionnaires.take_questionnaire,
    ),
    (
        "POST",
        "/admin/campaigns/{campaign}/questionnaires/{questionnaire}/preview",
        questionnaires.take_preview,
    ),
    ("POST", "/admin/campaigns/{campaign}/pause", campaigns.take_pause),
    ("POST", "/admin/campaigns/{campaign}/close", campaigns.take_close),
    ("POST", "/admin/campaigns/{campaign}/links", campaigns.take_link),
    (
        "GET",
        "/admin/campaigns/{campaign}/links/{link}/{place:web|telegram}.svg",
        posters.send_code,
    ),
    ("GET", "/admin/campaigns/{campaign}/posters", posters.show_posters),
    ("POST", "/admin/campaigns/{campaign}/posters", posters.take_posters),
    ("POST", "/admin/campaigns/{campaign}/scan", closed_campaigns.take_scan),
    ("POST", "/admin/campaigns/{campaign}/release", closed_campaigns.take_release),
    ("GET", "/admin/campaigns/{campaign}/push", push.show_push),
    ("GET", "/admin/campaigns/{campaign}/push/live", push.show_live),
    ("GET", "/admin/campaigns/{campaign}/push/sample.json", push.send_sample),
    ("POST", "/admin/campaigns/{campaign}/push/plan", push.take_plan),
    ("POST", "/admin/campaigns/{campaign}/push/invite", push.take_invite),
    ("POST", "/admin/campaigns/{campaign}/push/begin", push.take_begin),
    ("POST", "/admin/campaigns/{campaign}/push/turn", push.take_turn),
    ("POST", "/admin/campaigns/{campaign}/push/handouts", push.take_handout),
    ("GET", "/admin/campaigns/{campaign}/responses", responses.show_responses),
    ("GET", "/admin/campaigns/{campaign}/responses/live", responses.show_live),
    ("POST", "/admin/campaigns/{campaign}/responses/quotas", responses.take_quotas),
    ("POST", "/admin/campaigns/{campaign}/responses/targets", responses.take_targets),
    ("GET", "/admin/audit", audit.show_audit),
    ("GET", "/admin/appeals", appeals.show_list),
    ("POST", "/admin/appeals", appeals.take_new),
    ("GET", r"/admin/appeals/{appeal:\d{1,9}}", appeals.show_one),
    ("POST", r"/admin/appeals/{appeal:\d{1,9}}", appeals.take_step),
    ("GET", "/admin/calendar", calendars.show_calendar),
    ("POST", "/admin/calendar", calendars.take_calendar),
    ("GET", "/admin/templates", message_templates.show_templates),
    ("POST", "/admin/templates", message_templates.take_template),
    ("GET", "/admin/tokens", tokens.show_tokens),
    ("POST", "/admin/tokens", tokens.take_token),
    ("POST", "/admin/tokens/{token}", tokens.take_revoke),
    ("GET", "/admin/exports", exports.show_exports),
    ("POST", "/admin/campaigns/{campaign}/publish", exports.take_publish),
    ("GET", "/admin/campaigns/{campaign}/bundle.zip", bundles.send_bundle),
    ("GET", "/admin/requests", rectification.show_list),
    ("GET", "/admin/requests/{name}", rectification.show_one),
    ("POST", "/admin/requests/{name}", rectification.take_act),
    ("GET", "/admin/themes", rectification.show_themes),
    ("GET", "/admin/unit", own_unit.show_unit),
    ("POST", "/admin/unit", own_unit.take_unit),
    ("GET", "/admin/contacts", contacts.show_contacts),
    ("POST", "/admin/contacts", contacts.take_contacts),
    ("GET", "/admin/contacts/{list}.xlsx", contacts.send_list),
    ("GET", "/admin/campaigns/{campaign}/scores", campaigns.show_scores),
    (
        "GET",
        "/admin/campaigns/{campaign}/ranking.{form:png|svg|pdf}",
        campaigns.send_picture,
    ),
    (
        "GET",
        "/admin/campaigns/{campaign}/export.{form:xlsx|zip|sav|parquet}",
        campaigns.send_book,
    ),
    ("GET", "/admin/cases", fraud_cases.show_list),
    ("GET", "/admin/cases/{case}", fraud_cases.show_one),
    ("POST", "/admin/cases/{case}", fraud_cases.take_vote),
    ("POST", "/admin/cases/{case}/reopen", fraud_cases.take_reopen),
    ("GET", r"/admin/years/{year:\d{4}}", year_page.show_year),
    ("GET", r"/admin/years/{year:\d{4}}/ranking", years.show_ranking),
    ("GET", r"/admin/years/{year:\d{4}}/ranking.{form:png|svg|pdf}", years.send_picture),
    (
        "GET",
        r"/admin/years/{year:\d{4}}/export.{form:xlsx|zip|sav|parquet}",
        years.send_book,
    ),
    ("GET", r"/admin/years/{year:\d{4}}/circular.{form:pdf|html}", reports.send_circular),
    (
        "GET",
        r"/admin/years/{year:\d{4}}/evidence/{unit}.{form:pdf|html}",
        reports.send_evidence,
    ),
    ("GET", r"/admin/years/{year:\d{4}}/leaders", years.show_leaders),
    ("GET", r"/admin/years/{year:\d{4}}/inner-units", inner_units.show_inner_units),
    ("GET", r"/admin/years/{year:\d{4}}/proposals", years.show_proposals),
    ("POST", r"/admin/years/{year:\d{4}}/decisions", years.take_decision),
    ("POST", r"/admin/years/{year:\d{4}}/grades", years.take_grade),
    ("GET", r"/admin/years/{year:\d{4}}/seal", seals.show_seal),
    ("POST", r"/admin/years/{year:\d{4}}/seal", seals.take_seal),
    ("GET", r"/admin/years/{year:\d{4}}/amendments", amendments.show_amendments),
    ("POST", r"/admin/years/{year:\d{4}}/amendments", amendments.take_amendment),
    ("GET", r"/admin/years/{year:\d{4}}/notice", year_notices.show_year_notice),
    ("POST", r"/admin/years/{year:\d{4}}/notice", year_notices.take_year_notice),
    ("GET", r"/admin/years/{year:\d{4}}/auditors.zip", bundles.send_year),
    ("GET", r"/admin/years/{year:\d{4}}/letters", result_letters.show_letters),
    ("POST", r"/admin/years/{year:\d{4}}/letters", result_letters.take_letters),
    ("GET", r"/admin/years/{year:\d{4}}/explain/{subject}", years.show_reasons),
    ("GET", r"/admin/years/{year:\d{4}}/sensitivity", sensitivity.show_sensitivity),
    (
        "GET",
        r"/admin/years/{year:\d{4}}/sensitivity.{form:xlsx|zip}",
        sensitivity.send_sensitivity,
    ),
    ("GET", r"/admin/years/{year:\d{4}}/data/{kind}", data_pages.show_data),
    ("POST", r"/admin/years/{year:\d{4}}/data/{kind}", data_pages.take_row),
    ("GET", r"/admin/years/{year:\d{4}}/import", imports.show_import),
    ("POST", r"/admin/years/{year:\d{4}}/import", imports.take_import),
    ("GET", r"/admin/years/{year:\d{4}}/import/{kind}.xlsx", imports.send_table),
    ("POST", r"/admin/years/{year:\d{4}}/material", imports.take_close),
    ("POST", r"/admin/years/{year:\d{4}}/reports", imports.take_report),
)


FORMS = {
    "decisions": "proposals",
    "grades": "ranking",
    "material": "import",
    "publish": "",
    "release": "scores",
    "sign-out": "",
}
"""The page on which a form stands whose address has none, by the end of that address."""


def console_routes() -> list[web.RouteDef]:
    """Returns a route for each page, form and file, and for a look at a form's address alone.

    Whoever reloads a refused form, or returns to its address, is led to the page it stands on.
    """
    looks = {path for method, path, _ in PAGES if method == "GET"}
    forms = {path for method, path, _ in PAGES if method == "POST"} - looks
    return [lazy_route(method, path, handler) for method, path, handler in PAGES] + [
        web.get(path, lead_back) for path in sorted(forms)
    ]


async def lead_back(request: web.Request) -> web.Response:
    """Redirects from the address of a form to the page on which it stands."""
    before, _, last = request.path.rpartition("/")
    page = f"{before}/{FORMS[last]}".rstrip("/") if last in FORMS else before
    return web.Response(status=303, headers={"Location": page})

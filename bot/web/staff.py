"""The addresses of the administrators' pages; each is loaded when it is first asked for."""

from __future__ import annotations

from aiohttp import web

from bot.web.later import later

PAGES = (
    ("GET", "/admin/sign-in", "admin.show_sign_in"),
    ("POST", "/admin/sign-in", "admin.take_sign_in"),
    ("POST", "/admin/sign-out", "admin.take_sign_out"),
    ("GET", "/admin/password", "admin.show_password"),
    ("POST", "/admin/password", "admin.take_password"),
    ("GET", "/admin", "admin.show_overview"),
    ("GET", "/admin/", "admin.show_overview"),
    ("GET", "/admin/campaigns/{campaign}", "admin.show_one"),
    ("POST", "/admin/campaigns/{campaign}/open", "admin.take_open"),
    ("POST", "/admin/campaigns/{campaign}/pause", "admin.take_pause"),
    ("POST", "/admin/campaigns/{campaign}/close", "admin.take_close"),
    ("POST", "/admin/campaigns/{campaign}/links", "admin.take_link"),
    ("GET", "/admin/campaigns/{campaign}/push", "push.show_push"),
    ("GET", "/admin/campaigns/{campaign}/push/live", "push.show_live"),
    ("GET", "/admin/campaigns/{campaign}/push/sample.json", "push.send_sample"),
    ("POST", "/admin/campaigns/{campaign}/push/plan", "push.take_plan"),
    ("POST", "/admin/campaigns/{campaign}/push/invite", "push.take_invite"),
    ("POST", "/admin/campaigns/{campaign}/push/begin", "push.take_begin"),
    ("POST", "/admin/campaigns/{campaign}/push/turn", "push.take_turn"),
    ("GET", "/admin/campaigns/{campaign}/responses", "responses.show_responses"),
    ("GET", "/admin/campaigns/{campaign}/responses/live", "responses.show_live"),
    ("POST", "/admin/campaigns/{campaign}/responses/quotas", "responses.take_quotas"),
    ("GET", "/admin/audit", "audit.show_audit"),
    ("GET", "/admin/appeals", "appeals.show_list"),
    ("POST", "/admin/appeals", "appeals.take_new"),
    ("GET", r"/admin/appeals/{appeal:\d{1,9}}", "appeals.show_one"),
    ("POST", r"/admin/appeals/{appeal:\d{1,9}}", "appeals.take_step"),
    ("GET", "/admin/tokens", "tokens.show_tokens"),
    ("POST", "/admin/tokens", "tokens.take_token"),
    ("POST", "/admin/tokens/{token}", "tokens.take_revoke"),
    ("GET", "/admin/exports", "exports.show_exports"),
    ("POST", "/admin/campaigns/{campaign}/publish", "exports.take_publish"),
    ("GET", "/admin/campaigns/{campaign}/bundle.zip", "exports.send_bundle"),
    ("GET", "/admin/shortcomings", "shortcomings.show_list"),
    ("GET", "/admin/shortcomings/{name}", "shortcomings.show_one"),
    ("POST", "/admin/shortcomings/{name}", "shortcomings.take_act"),
    ("GET", "/admin/themes", "shortcomings.show_themes"),
    ("GET", "/admin/unit", "shortcomings.show_unit"),
    ("POST", "/admin/unit", "shortcomings.take_unit"),
    ("GET", "/admin/contacts", "contacts.show_contacts"),
    ("POST", "/admin/contacts", "contacts.take_contacts"),
    ("GET", "/admin/campaigns/{campaign}/scores", "admin.show_scores"),
    ("GET", "/admin/campaigns/{campaign}/ranking.{form:png|svg|pdf}", "admin.send_picture"),
    ("GET", "/admin/campaigns/{campaign}/export.{form:xlsx|zip}", "admin.send_book"),
    ("GET", "/admin/review", "review.show_list"),
    ("GET", "/admin/review/{case}", "review.show_one"),
    ("POST", "/admin/review/{case}", "review.take_vote"),
    ("GET", r"/admin/years/{year:\d{4}}", "years.show_year"),
    ("GET", r"/admin/years/{year:\d{4}}/ranking.{form:png|svg|pdf}", "years.send_picture"),
    ("GET", r"/admin/years/{year:\d{4}}/export.{form:xlsx|zip}", "years.send_book"),
    ("GET", r"/admin/years/{year:\d{4}}/circular.{form:pdf|html}", "reports.send_circular"),
    ("GET", r"/admin/years/{year:\d{4}}/evidence/{unit}.{form:pdf|html}", "reports.send_evidence"),
    ("GET", r"/admin/years/{year:\d{4}}/leaders", "years.show_leaders"),
    ("GET", r"/admin/years/{year:\d{4}}/proposals", "years.show_proposals"),
    ("POST", r"/admin/years/{year:\d{4}}/decisions", "years.take_decision"),
    ("POST", r"/admin/years/{year:\d{4}}/grades", "years.take_grade"),
    ("GET", r"/admin/years/{year:\d{4}}/explain/{subject}", "years.show_reasons"),
    ("GET", r"/admin/years/{year:\d{4}}/sensitivity", "sensitivity.show_sensitivity"),
    ("GET", r"/admin/years/{year:\d{4}}/sensitivity.{form:xlsx|zip}", "sensitivity.send_sensitivity"),
    ("GET", r"/admin/years/{year:\d{4}}/import", "years.show_import"),
    ("POST", r"/admin/years/{year:\d{4}}/import", "years.take_import"),
)


def staff_routes() -> list[web.RouteDef]:
    """A route for each page."""
    return [web.route(method, path, later(where)) for method, path, where in PAGES]

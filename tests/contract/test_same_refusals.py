"""Function, form, interface and command refuse the same wrong input with the same message."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import redirect_stderr
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from aggregation.scheme.scheme import parse_scheme
from bot.__main__ import main
from bot.accounts.api_tokens import SCOPES, create_token
from bot.accounts.second_factor import reset_factor
from bot.accounts.staff import add_staff, change_staff, disable_staff
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link
from bot.campaigns.quotas import set_quotas
from bot.campaigns.scheme_files import shipped_scheme
from bot.service.composition import Service
from bot.web.server import make_web
from survey_flows.errors import BadInput
from survey_flows.messages import Message, render
from survey_flows.readers import word_for
from tests.console import PASSWORD, Console
from tests.web_city import city, make_draft

FIGURES = [
    {"group": "deputy", "value": "430102", "people": 40},
    {"group": "deputy", "value": "430103", "people": 60},
]
Call = Callable[[Service], Awaitable[object]]


@dataclass(frozen=True)
class Road:
    """A wrong input by each road; a road that cannot say it is left out.

    ``page`` has the form, ``address`` takes it. ``api`` is the address and the body of a request.
    """

    id: str
    call: Call
    page: str
    address: str
    form: Mapping[str, str] = field(default_factory=dict)
    file: bytes = b""
    api: tuple[str, str, object] | None = None
    command: tuple[str, ...] = ()


def link(id_: str, group: str, stratum: str = "", people: str = "") -> Road:
    body: dict[str, object] = {"group": group, "stratum": stratum}
    command = ["campaign", "link", "draft", "--group", group, "--stratum", stratum]
    return Road(
        f"campaign-link-{id_}",
        lambda s: create_link(s.database, "draft", group, stratum, s.desk, s.clock, people or None),
        "/admin/campaigns/draft",
        "/admin/campaigns/draft/links",
        {"group": group, "stratum": stratum, "max_people": people},
        api=(
            "POST",
            "/campaigns/draft/links",
            body | ({"max_people": int(people)} if people else {}),
        ),
        command=(*command, *(("--people", people) if people else ())),
    )


def quota(id_: str, unit: str, capacity: int, group: str = "") -> Road:
    file = f"unit,group,most\n{unit},{group},{capacity}\n".encode()
    return Road(
        id_,
        lambda s: set_quotas(s.database, "draft", "quotas.csv", file),
        "/admin/campaigns/draft/responses",
        "/admin/campaigns/draft/responses/quotas",
        file=file,
        api=(
            "PUT",
            "/campaigns/draft/quotas",
            {"items": [{"unit": unit, "group": group, "capacity": capacity}]},
        ),
        command=("quotas", "set", "draft", "quotas.csv"),
    )


def account(id_: str, login: str, role: str, unit: str = "") -> Road:
    return Road(
        f"account-{id_}",
        lambda s: add_staff(s.roster, login, PASSWORD, role, unit),
        "/admin/people",
        "/admin/people",
        {"login": login, "role": role, "unit": unit},
        command=("staff", "add", login, "--role", role, "--unit", unit),
    )


def token(id_: str, scope: str, days: str = "30") -> Road:
    return Road(
        f"token-{id_}",
        lambda s: create_token(s.roster, "robot", [scope], days, "zhou", s.clock),
        "/admin/tokens",
        "/admin/tokens",
        {"name": "robot", "scope": scope, "days": days},
        command=("token", "add", "robot", "--scope", scope, "--days", days),
    )


def own(act: str, call: Call) -> Road:
    form = {"act": act, "role": "observer", "unit": ""}
    return Road("account-not-own", call, "/admin/people/zhou", "/admin/people/zhou", form)


ROADS = {
    "a link for an unknown group": link("unknown-group", "kings"),
    "a link for a mistyped stratum": link("unknown-stratum", "deputy", "43102"),
    "a link for nobody": link("for-nobody", "deputy", "430102", "0"),
    "a quota for a unit that is not rated": quota("spreadsheets-unknown-code-of-few", "NONE", 500),
    "a quota for an unknown group": quota("spreadsheets-unknown-code-of-few", "FIN", 500, "kings"),
    "a quota that is too small": quota("campaign-quota-bad-number", "FIN", 3),
    "an account of an unknown role": account("unknown-role", "chen", "king"),
    "an account of an unknown unit": account("unknown-unit", "chen", "checker", "FNI"),
    "an account of a bad login": account("bad-login", "li hua", "observer"),
    "a token of an unknown scope": token("unknown-scope", "everything"),
    "a token that is good too long": token("bad-days", "results:read", "9999"),
    "one's own role": own(
        "change", lambda s: change_staff(s.roster, "zhou", "observer", by="zhou")
    ),
    "one's own account": own("disable", lambda s: disable_staff(s.roster, "zhou", by="zhou")),
    "one's own factor": own("factor", lambda s: reset_factor(s.roster, "zhou", by="zhou")),
}


@pytest.fixture(autouse=True)
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_GB.UTF-8")


async def refused(call: Awaitable[object]) -> Message:
    with pytest.raises(BadInput) as wrong:
        await call
    message = wrong.value.problems[0].message
    assert isinstance(message, Message)
    return message


async def sent(console: Console, road: Road) -> str:
    """The page that answers the form."""
    await console.open(road.page)
    if not road.file:
        return unescape(await console.post(road.address, {"csrf": console.csrf, **road.form}))
    form = FormData()
    form.add_field("csrf", console.csrf)
    form.add_field("file", road.file, filename="quotas.csv")
    return unescape(await console.post(road.address, form))


async def asked(client: TestClient, road: Road, secret: str) -> str:
    """The detail with which the interface refuses."""
    assert road.api
    method, address, body = road.api
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = "only-this-once"
    response = await client.request(
        method, f"/api/v1{address}", data=json.dumps(body), headers=headers
    )
    assert response.status in (400, 422)
    return str((await response.json())["detail"])


def on_a_page(message: Message) -> str:
    """The sentence as the console says it, which names a page in place of a command."""
    context = copy_context()
    context.run(word_for, "console")
    return context.run(render, message, "en")


def typed(road: Road) -> tuple[int, str]:
    """The exit code of the command, and what it says."""
    said = io.StringIO()
    with redirect_stderr(said):
        code = main(road.command)
    return code, said.getvalue()


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
async def test_every_road_refuses_alike(road: Road, tmp_path: Path, valkey_url: str) -> None:
    scheme = shipped_scheme().model_dump(mode="json") | {"population": {"figures": FIGURES}}
    draft = replace(make_draft(), id="draft", scheme=parse_scheme(scheme).model_dump_json())
    if road.file:
        (tmp_path / "quotas.csv").write_bytes(road.file)
    async with city(tmp_path, valkey_url) as town:
        service = town.service
        await create_campaign(service.database, draft, service.clock)
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        await add_staff(service.roster, "wang", PASSWORD, "administrator")
        secret = await create_token(service.roster, "all", tuple(SCOPES), 30, "zhou", service.clock)
        message = await refused(road.call(service))
        assert message.id == road.id
        sentence = render(message, "en")
        async with TestClient(TestServer(make_web(service))) as client:
            console = Console(client, service)
            await console.sign_in()
            assert on_a_page(message) in await sent(console, road)
            assert console.status == 422
            if road.api:
                assert sentence in await asked(client, road, secret)
        if road.command:
            code, said = await asyncio.to_thread(typed, road)
            assert (code, sentence in said) == (1, True), said

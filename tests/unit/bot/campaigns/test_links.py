"""A link vouches only for a group and a stratum in which ballots count; every road says so."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.accounts.staff import add_staff
from bot.campaigns.links import _require_cell, create_link
from bot.campaigns.scheme_files import shipped_scheme
from bot.web.server import make_web
from survey_flows.errors import BadInput, Message
from survey_flows.messages import render
from tests.console import PASSWORD, Console
from tests.openapi.stand import standing
from tests.web_city import city

FIGURES = [
    {"group": "deputy", "value": "430102", "people": 40},
    {"group": "deputy", "value": "430103", "people": 60},
    {"group": "enterprise", "margin": 1, "value": "east", "people": 100},
    {"group": "enterprise", "margin": 2, "value": "large", "people": 100},
]


def weighted() -> Scheme:
    plain = shipped_scheme().model_dump(mode="json") | {"population": {"figures": FIGURES}}
    return parse_scheme(plain)


def refusal(group: str, stratum: str) -> Message | str | None:
    """The message by which the weighted scheme refuses a cell; None when it takes it."""
    try:
        _require_cell(weighted(), group, stratum)
    except BadInput as error:
        return error.message
    return None


@pytest.mark.parametrize(
    ("group", "stratum"),
    [("deputy", ""), ("deputy", "430102"), ("enterprise", "east/large"), ("resident", "anywhere")],
)
def test_a_cell_in_which_ballots_count_is_taken(group: str, stratum: str) -> None:
    assert refusal(group, stratum) is None


def test_a_mistyped_stratum_is_refused_where_population_figures_weight_the_group() -> None:
    for group, stratum in (
        ("deputy", "43102"),
        ("enterprise", "east"),
        ("enterprise", "est/large"),
    ):
        message = refusal(group, stratum)
        assert isinstance(message, Message)
        assert message.id == "campaign-link-unknown-stratum"
        assert dict(message.values)["stratum"] == stratum


WRONG = [
    ({"group": "kings"}, "campaign-link-unknown-group", "group"),
    ({"group": "deputy", "max_people": "0"}, "campaign-link-for-nobody", "max_people"),
]


@pytest.mark.parametrize(("fields", "id_", "field"), WRONG)
async def test_function_and_form_refuse_alike(
    fields: dict[str, str], id_: str, field: str, tmp_path: Path, valkey_url: str
) -> None:
    async with city(tmp_path, valkey_url) as town:
        most = fields.get("max_people")
        with pytest.raises(BadInput) as wrong:
            await create_link(
                town.service.database,
                "2026",
                fields["group"],
                "",
                town.service.desk,
                town.clock,
                most,
            )
        message = wrong.value.message
        assert isinstance(message, Message)
        assert (message.id, wrong.value.place.field) == (id_, field)
        await add_staff(town.service.roster, "zhou", PASSWORD, "administrator")
        async with TestClient(TestServer(make_web(town.service))) as client:
            console = Console(client, town.service)
            await console.sign_in()
            await console.open("/admin/campaigns/2026")
            page = await console.post(
                "/admin/campaigns/2026/links", {"csrf": console.csrf, **fields}
            )
            assert (console.status, render(message, "en") in unescape(page)) == (422, True)


async def test_the_interface_refuses_an_unknown_group_alike(
    tmp_path: Path, valkey_url: str
) -> None:
    async with standing(tmp_path, valkey_url) as (service, server, token):
        with pytest.raises(BadInput) as wrong:
            await create_link(service.database, "2026", "kings", "", service.desk, service.clock)
        async with TestClient(server) as client:
            response = await client.post(
                "/api/v1/campaigns/2026/links",
                data=json.dumps({"group": "kings"}),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": "one-link-only",
                },
            )
            answer = await response.json()
    assert (response.status, answer["place"]) == (422, {"field": "group"})
    assert answer["detail"] == wrong.value.render("en").removeprefix("evaluator group: ")

"""The interface for programs: rights by token, repeated requests, and the audit log."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from aggregation.appraisal.corrections import Correction, CorrectionKind, bonus_text
from aggregation.appraisal.standing import Change
from aggregation.model.facts import Adjustment, Grade
from bot.__main__ import main
from bot.accounts.api_tokens import SCOPES, create_token, revoke_token
from bot.accounts.audit_log import read_records
from bot.appraisal.plain_form import write_plain
from bot.campaigns.definition import read_definition
from bot.campaigns.draft_changes import read_draft
from bot.campaigns.registered import find_registered_campaign, read_registered_campaigns
from bot.records.amendments import StoredAmendment, add_amendment
from bot.records.tellings import Telling, TellingAct, add_tellings
from bot.service.composition import Service
from bot.storage.database import writing
from bot.web.api.openapi import document, written
from bot.web.api.operation import Operation
from bot.web.api.operation_table import OPERATIONS
from bot.web.api.rate_limit import BURST, seconds_to_wait
from bot.web.shared.lazy_routes import name_of
from survey_flows.campaign_aim import Aim
from tests.openapi.stand import standing
from tests.web_city import after_notice

DRAFT = {
    "year": 2026,
    "title": {"zh-Hans": "试评", "en": "Trial"},
    "opens_at": "2026-12-01T00:00:00Z",
    "closes_at": "2026-12-31T00:00:00+08:00",
}
AMENDMENT = {"cause": "correction", "what": "objective", "subject": "U1", "value": "90"}
AMENDMENT |= {"document": "通知", "reason": "统计口径有误"}
BODIES: dict[str, Any] = {
    "CampaignCreate": DRAFT,
    "LinkCreate": {"group": "deputy"},
    "QuotaListInput": {"items": [{"unit": "FIN", "capacity": 20}]},
    "CloseConfirmation": {"confirm": "2026"},
    "AmendmentRequest": AMENDMENT,
}


class Program:
    """A program with its tokens."""

    def __init__(self, client: TestClient, service: Service, everything: str) -> None:
        self.client, self.service, self.everything = client, service, everything

    async def token(self, *scopes: str, name: str = "portal") -> str:
        return await create_token(self.service.roster, name, scopes, 30, "zhou", self.service.clock)

    async def ask(
        self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str
    ) -> tuple[int, Any, Any]:
        own = {"Authorization": f"Bearer {self.everything if token is None else token}"}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(
            method, f"/api/v1{path}", json=body, headers=own
        ) as response:
            text = await response.read()
            told = json.loads(text) if "json" in response.content_type and text else text
            return response.status, told, response.headers


@pytest.fixture
async def program(tmp_path: Path, valkey_url: str) -> AsyncIterator[Program]:
    async with (
        standing(tmp_path, valkey_url) as (service, server, token),
        TestClient(server) as client,
    ):
        yield Program(client, service, token)


def address(operation: Operation) -> str:
    closed = ("results", "releases", "export", "close")
    campaign = "closed" if any(word in operation.path for word in closed) else "2026"
    path = operation.path.replace("{campaign}", campaign).replace("{approval}", "1")
    path = path.replace("{appeal}", "1")
    return path.replace("{year}", "2026")


async def test_each_operation_asks_for_a_token_and_for_its_scope(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.api.request.MAX_REFUSED_TOKENS", 2 * len(OPERATIONS))
    tokens = {
        s: await program.token(*(set(SCOPES) - {s}), name=s.replace(":", "-")) for s in SCOPES
    }
    for operation in OPERATIONS:
        body = BODIES.get(name_of(operation.body)) if operation.body else None
        for wrong in ("", "minping_aaaaaaaaaa_" + "x" * 43):
            status, told, headers = await program.ask(
                operation.method, address(operation), body, wrong
            )
            assert (status, told["status"], headers["WWW-Authenticate"][:6]) == (
                401,
                401,
                "Bearer",
            ), operation.path
        if operation.scope:
            status, told, _ = await program.ask(
                operation.method, address(operation), body, tokens[operation.scope]
            )
            assert (status, told["detail"]) == (
                403,
                f"this token is not good for {operation.scope}",
            ), operation.path
    assert {
        campaign["state"] for campaign in (await program.ask("GET", "/campaigns"))[1]["items"]
    } == {
        "open",
        "closed",
    }


async def test_what_is_answered_is_what_the_document_says(program: Program) -> None:
    schemas = document()["components"]["schemas"]
    for operation in OPERATIONS:
        if operation.method != "GET" or not operation.answer:
            continue
        status, told, headers = await program.ask("GET", address(operation))
        named = name_of(operation.answer) if status == 200 else "ProblemDetails"
        schema = {"$ref": f"#/components/schemas/{named}"}
        Draft202012Validator({**schema, "components": {"schemas": schemas}}).validate(told)
        empty = operation.path.endswith(("/notices", "/appeals", "/amendments"))
        lacks = operation.path.startswith("/years") and not empty
        assert status == (409 if lacks else 200), operation.path
        if status == 200:
            assert (
                await program.ask(
                    "GET", address(operation), None, None, If_None_Match=headers["ETag"]
                )
            )[0] == 304


def test_the_document_is_valid_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    validate(json.loads(written()))
    assert main(["openapi"]) == 0
    assert capsys.readouterr().out.encode() == written()


async def test_a_draft_is_made_once_however_often_it_is_sent(program: Program) -> None:
    status, told, _ = await program.ask("PUT", "/campaigns/spring", DRAFT)
    assert (status, told["state"], told["closes_at"], told["units"]) == (
        201,
        "draft",
        "2026-12-30T16:00:00Z",
        2,
    )
    assert (await program.ask("PUT", "/campaigns/spring", DRAFT))[0:2] == (200, told)
    other = {**DRAFT, "title": {"zh-Hans": "别的", "en": "Other"}}
    status, problem, _ = await program.ask("PUT", "/campaigns/spring", other)
    assert (status, problem["place"]) == (409, {"subject": "spring"})
    assert (await program.ask("GET", "/campaigns/spring"))[1] == told
    graded = {**DRAFT, "grades": {"first": 1, "second": 1, "third": 0}}
    assert (await program.ask("PUT", "/campaigns/spring", graded))[0] == 409
    assert (await program.ask("PUT", "/campaigns/graded", graded))[0] == 201
    registered = next(
        registered
        for registered in await read_registered_campaigns(program.service.database)
        if registered.id == "graded"
    )
    quota = registered.scheme.unit_quota
    assert (told["purpose"], registered.aim) == ("counting", Aim())
    halves = {**DRAFT, "purpose": "pilot", "halves": ["scale", "items"], "identity": ["phone"]}
    status, made, _ = await program.ask("PUT", "/campaigns/pilot", halves)
    assert (status, made["purpose"]) == (201, "pilot")
    pilot = await find_registered_campaign(program.service.database, "pilot")
    assert (pilot.halves, registered.halves) == (("scale", "items"), ())
    row, _ = await read_draft(program.service.database, "pilot")
    assert read_definition(row).identity == ("phone",)
    assert (quota.first, quota.second, quota.third) == (1, 1, 0)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"closes_at": "2026-11-01T00:00:00Z"}, 422, "closes_at"),
        ({"opens_at": "2026-12-01T00:00:00"}, 400, "opens_at"),
        ({"opens_at": "0001-01-01T00:00:00Z"}, 422, "opens_at"),
        ({"units": ["NONE"]}, 422, "units"),
        ({"units": []}, 400, "units"),
        ({"grades": {"first": 1, "second": 1}}, 400, "grades.third"),
        ({"grades": {"first": -1, "second": 1, "third": 0}}, 400, "grades.first"),
        ({"year": "2026"}, 400, "year"),
        ({"colour": "red"}, 400, "colour"),
        ({"halves": ["sex"]}, 400, "halves.0"),
        ({"halves": ["items", "items"]}, 422, "halves"),
        ({"identity": ["face"]}, 400, "identity.0"),
        ({"identity": ["phone", "phone"]}, 422, "identity"),
        ({"title": {"zh-Hans": "试评"}}, 400, "title.en"),
        ({"title": {"zh-Hans": "试评", "en": "Po\u202ell"}}, 422, "title"),
        ({"title": {"zh-Hans": "试\x0b评", "en": "Poll"}}, 400, "title.zh-Hans"),
    ],
)
async def test_a_wrong_draft_is_told_where_and_nothing_is_stored(
    program: Program, change: dict[str, Any], status: int, field: str
) -> None:
    found, problem, headers = await program.ask("PUT", "/campaigns/spring", DRAFT | change)
    assert (found, headers["Content-Type"].split(";")[0]) == (status, "application/problem+json")
    assert problem["place"] == {"field": field}
    assert "\n" not in problem["detail"]
    assert (await program.ask("GET", "/campaigns/spring"))[0] == 404


async def test_a_body_nested_too_deep_is_a_sentence(program: Program) -> None:
    for lang, said in (
        ("en", "the body's lists and objects lie too deep inside each other"),
        ("zh-Hans", "请求体中的列表和对象嵌套太深"),
    ):
        async with program.client.put(
            "/api/v1/campaigns/spring",
            data='{"year": ' + "[" * 3000 + "]" * 3000 + "}",
            headers={
                "Authorization": f"Bearer {program.everything}",
                "Content-Type": "application/json",
                "Accept-Language": lang,
            },
        ) as response:
            assert (response.status, (await response.json())["detail"]) == (400, said)


async def test_a_campaign_is_moved_by_its_states_and_closed_by_its_name(program: Program) -> None:
    await program.ask("PUT", "/campaigns/counting", DRAFT)
    status, problem, _ = await program.ask("POST", "/campaigns/counting/open")
    assert (status, "a person looks at what is locked" in problem["detail"]) == (409, True)
    await program.ask("PUT", "/campaigns/spring", DRAFT | {"purpose": "pilot"})
    assert (await program.ask("POST", "/campaigns/spring/pause"))[0] == 409
    for act, state in (("open", "open"), ("pause", "paused"), ("resume", "open")):
        status, told, _ = await program.ask("POST", f"/campaigns/spring/{act}")
        assert (status, told["state"]) == (200, state)
    assert (await program.ask("GET", "/campaigns/spring/results"))[0] == 409
    assert (await program.ask("POST", "/campaigns/spring/close", {"confirm": "other"}))[0] == 422
    status, problem, _ = await program.ask("POST", "/campaigns/spring/close", {"confirm": "spring"})
    assert (status, "the planned end is not reached" in problem["detail"]) == (409, True)
    asked = {"confirm": "spring", "reason": "typhoon"}
    status, told, _ = await program.ask("POST", "/campaigns/spring/close", asked)
    assert told["closed_early_at"] < told["closes_at"]
    assert (status, told["state"]) == (200, "closed")
    acts = [
        (a.who, a.act, a.what, a.outcome)
        for a in reversed(await read_records(program.service.database))
    ]
    path = "/api/v1/campaigns/{campaign}"
    assert acts == [
        ("api:everything", f"PUT {path}", "counting", "done"),
        ("api:everything", f"POST {path}/open", "counting", "refused"),
        ("api:everything", f"PUT {path}", "spring", "done"),
        ("api:everything", f"POST {path}/pause", "spring", "refused"),
        *(
            ("api:everything", f"POST {path}/{act}", "spring", "done")
            for act in ("open", "pause", "resume")
        ),
        ("api:everything", f"POST {path}/close", "spring", "refused"),
        ("api:everything", f"POST {path}/close", "spring", "refused"),
        ("api:everything", f"POST {path}/close", "spring", "done"),
    ]


async def test_a_link_is_made_once_for_each_key_and_told_to_who_may_make_one(
    program: Program,
) -> None:
    path, asked = "/campaigns/2026/links", {"group": "deputy", "stratum": "east"}
    status, made, _ = await program.ask("POST", path, asked, Idempotency_Key="first-key")
    assert (status, made["group"], made["source"]) == (201, "deputy", "invited")
    assert (await program.ask("POST", path, asked, Idempotency_Key="first-key"))[:2] == (201, made)
    assert (await program.ask("POST", path, {"group": "resident"}, Idempotency_Key="first-key"))[
        0
    ] == 409
    assert (await program.ask("POST", path, asked))[0] == 400
    assert (await program.ask("POST", path, {"group": "nobody"}, Idempotency_Key="other-key"))[
        0
    ] == 422
    _, another, _ = await program.ask("POST", path, asked, Idempotency_Key="other-key")
    assert another["addresses"] != made["addresses"]
    reader = await program.token("campaigns:read", name="reader")
    assert [
        link["source"] for link in (await program.ask("GET", path, None, reader))[1]["items"]
    ] == ["open"]
    assert len((await program.ask("GET", path))[1]["items"]) == 3


async def test_a_link_may_say_how_many_it_is_meant_for(program: Program) -> None:
    path = "/campaigns/2026/links"
    status, made, _ = await program.ask(
        "POST", path, {"group": "deputy", "max_people": 12}, Idempotency_Key="few-people"
    )
    assert (status, made["max_people"]) == (201, 12)
    assert (
        await program.ask(
            "POST", path, {"group": "deputy", "max_people": 12}, Idempotency_Key="few-people"
        )
    )[1] == made
    told = {
        link["addresses"][0]: link["max_people"]
        for link in (await program.ask("GET", path))[1]["items"]
    }
    assert (told[made["addresses"][0]], sorted(told.values(), key=str)) == (12, [12, None])
    for most in (0, -1, 1.5, "12", 1_000_001):
        asked = {"group": "deputy", "max_people": most}
        assert (await program.ask("POST", path, asked, Idempotency_Key=f"most-of-{most}"))[0] == 400


async def test_quotas_are_given_to_a_draft_and_locked_with_it(program: Program) -> None:
    path = "/campaigns/mine/quotas"
    assert (await program.ask("PUT", path, BODIES["QuotaListInput"]))[0] == 404
    await program.ask("PUT", "/campaigns/mine", DRAFT | {"purpose": "pilot"})
    assert (await program.ask("GET", path))[1] == {"items": [], "step": 10}
    items = [
        {"unit": "FIN", "capacity": 20},
        {"unit": "EDU", "group": "resident", "source": "open", "capacity": 30},
    ]
    status, told, _ = await program.ask("PUT", path, {"items": items})
    empty = {"group": "", "stratum": "", "source": "", "taken": 0, "full": False}
    assert (status, told["items"]) == (200, [empty | items[1], empty | items[0]])
    assert (await program.ask("GET", path))[1] == told
    for wrong, said in (
        ({"unit": "NONE", "capacity": 20}, "unit of this campaign"),
        ({"unit": "FIN", "group": "nobody", "capacity": 20}, "evaluator group"),
        ({"unit": "FIN", "capacity": 3}, "10 or more"),
    ):
        status, problem, _ = await program.ask("PUT", path, {"items": [wrong]})
        assert (status, said in problem["detail"]) == (422, True), problem
    assert (await program.ask("PUT", path, {"items": []}))[0] == 400
    assert (await program.ask("GET", path))[1] == told
    reader = await program.token("campaigns:read", name="reader")
    assert (await program.ask("PUT", path, {"items": items}, reader))[0] == 403
    assert (await program.ask("POST", "/campaigns/mine/open"))[0] == 200
    status, problem, _ = await program.ask("PUT", path, {"items": items})
    assert (status, "cannot be changed any more" in problem["detail"]) == (409, True)
    acts = {
        (act.act, act.outcome)
        for act in await read_records(program.service.database)
        if "quotas" in act.act
    }
    assert acts == {
        ("PUT /api/v1/campaigns/{campaign}/quotas", outcome) for outcome in ("done", "refused")
    }


async def test_results_come_in_pages_with_exact_figures(program: Program) -> None:
    whole = (await program.ask("GET", "/campaigns/closed/results"))[1]
    assert [unit["unit"] for unit in whole["items"]] == ["FIN", "EDU"]
    # Service users said S and D (80, 30), residents VS and B (100, 60);
    # they weigh 25 and 20: (25·55 + 20·80) / 45.
    assert whole["items"][0]["score"] == "66.1111"
    assert whole["items"][0]["n_valid"] == 60
    assert {fate["reason"]: fate["ballots"] for fate in whole["exclusions"]}["counted"] == 120
    first = (await program.ask("GET", "/campaigns/closed/results?limit=1"))[1]
    assert first["next"] == "/api/v1/campaigns/closed/results?limit=1&page=2"
    second = (await program.ask("GET", first["next"].removeprefix("/api/v1")))[1]
    assert first["items"] + second["items"] == whole["items"]
    assert second["next"] is None


async def test_counts_are_rounded_while_a_campaign_runs(program: Program) -> None:
    live = (await program.ask("GET", "/campaigns/2026/counts"))[1]
    assert (live["rounded"], live["ballots"], live["step"]) == (True, 0, 10)
    assert (await program.ask("GET", "/campaigns/closed/counts"))[1][
        "units"
    ] == []  # nothing before the release
    await program.ask("GET", "/campaigns/closed/results")
    told = (await program.ask("GET", "/campaigns/closed/counts"))[1]
    assert told["units"] == [{"unit": "FIN", "ballots": 60}, {"unit": "EDU", "ballots": 60}]


async def test_internal_files_need_both_scopes(program: Program) -> None:
    files = await program.token("exports:read", name="files")
    path = "/years/2026/export.zip?audience=internal"
    assert (await program.ask("GET", path, None, files))[0] == 403
    assert (await program.ask("GET", path))[
        0
    ] == 409  # good for both; the year lacks its other indicators
    status, body, headers = await program.ask("GET", "/campaigns/closed/export.zip", None, files)
    assert (status, body[:2], headers["Content-Type"]) == (200, b"PK", "application/zip")


async def test_notices_say_whom_they_tell_and_how_many_surely_know(program: Program) -> None:
    assert (await program.ask("GET", "/years/2026/notices"))[1] == {"year": 2026, "items": []}
    await after_notice(program.service, 2026)
    day = date(2020, 1, 2)
    acts = (("L1", TellingAct.LETTER), ("L2", TellingAct.LETTER), ("L1", TellingAct.OPENED))
    told = [Telling(2026, 1, subject, act, day, "zhou", 0, subject) for subject, act in acts]
    async with writing(program.service.database) as connection:
        await add_tellings(connection, 2026, told)
    scores = await program.token("results:read", name="scores")
    assert (await program.ask("GET", "/years/2026/notices", None, scores))[0] == 403
    (notice,) = (await program.ask("GET", "/years/2026/notices"))[1]["items"]
    assert notice == {
        "number": 1,
        "begins": "2020-01-01",
        "ends": "2020-01-08",
        "until": "2020-01-13",
        "amendment": None,
        "subjects": [],
        "letters": 2,
        "known": 1,
    }


async def test_amendments_say_what_was_put_right_why_and_whom_it_changes(
    program: Program,
) -> None:
    bonus = bonus_text(Adjustment("U1", Decimal("-2"), "通报", "文件"))
    signed = ("chen", "查实", "2026-03-01T09:00:00+08:00")
    put_right = (Correction(CorrectionKind.BONUS, "U1", "1a2b3c4d", bonus, "", *signed),)
    changes = (Change("U1", Grade.SECOND, Grade.SECOND, False), Change("L1", None, None, True))
    texts = [
        json.dumps(write_plain(*it), ensure_ascii=False)
        for it in ((put_right, tuple[Correction, ...]), (changes, tuple[Change, ...]))
    ]
    cause = json.dumps({"kind": "correction"})
    signed_by = ("chen", "he", "查实", 1_770_000_000, cause)
    made = StoredAmendment(2026, 1, 1, 0, 0, "U1", *texts, "0" * 64, *signed_by)
    async with writing(program.service.database) as connection:
        await add_amendment(connection, made)
    scores = await program.token("results:read", name="scores")
    assert (await program.ask("GET", "/years/2026/amendments", None, scores))[0] == 403
    (told,) = (await program.ask("GET", "/years/2026/amendments"))[1]["items"]
    assert told == {
        **{"number": 1, "appeal": None, "cause": "correction", "subject": "U1"},
        **{"reason": "查实", "at": "2026-02-02T02:40:00Z", "by": "chen", "approved_by": "he"},
        "corrections": [
            {"kind": "bonus", "subject": "U1", "what": "1a2b3c4d", "before": bonus, "after": ""}
        ],
        "changes": [
            {"subject": "U1", "before": "second", "after": "second", "kept": False},
            {"subject": "L1", "before": None, "after": None, "kept": True},
        ],
    }
    status, told, _ = await program.ask("POST", "/years/2026/amendments", AMENDMENT)
    assert (status, told["place"]) == (409, {"subject": "2026"}), "it is not sealed"
    refused = AMENDMENT | {"heard_on": "2026-02-02", "verdicts": {}}
    assert (await program.ask("POST", "/years/2026/amendments", refused))[0] == 400


async def test_a_token_that_asks_too_often_waits_and_others_do_not(program: Program) -> None:
    redis = program.service.redis
    waits = [await seconds_to_wait(redis, "everything", 1) for _ in range(BURST + 3)]
    assert waits[:BURST] == [0] * BURST
    assert waits[-1] == 1
    assert await seconds_to_wait(redis, "portal", 1) == 0
    await redis.set("minping:api:everything", 10**18)  # paid for until long after this test
    status, problem, headers = await program.ask("GET", "/campaigns")
    assert (status, problem["status"], headers["Retry-After"].isdigit()) == (429, 429, True)


async def test_who_guesses_tokens_is_turned_off(program: Program) -> None:
    statuses = [
        (await program.ask("GET", "/campaigns", None, f"minping_{n:a>10}"))[0] for n in range(62)
    ]
    assert statuses == [401] * 60 + [429] * 2
    assert (await program.ask("GET", "/campaigns"))[0] == 200


async def test_a_revoked_token_is_good_for_nothing_at_once(program: Program) -> None:
    await revoke_token(program.service.roster, "everything", program.service.clock)
    assert (await program.ask("GET", "/token"))[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PATCH", "/campaigns", 405),
        ("GET", "/campaigns/None", 400),
        ("GET", "/campaigns?limit=0", 400),
        ("GET", "/campaigns?limit=1&limit=2", 400),
        ("GET", "/campaigns?access_token=x", 400),
        ("GET", "/campaigns/none", 404),
        ("GET", "/years/2030/units", 404),
    ],
)
async def test_every_error_is_a_problem(
    program: Program, method: str, path: str, status: int
) -> None:
    found, told, headers = await program.ask(method, path)
    assert (found, told["status"], told["type"]) == (status, status, "about:blank")
    assert ("Allow" in headers) == (status == 405)


async def test_no_token_reaches_a_log(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = program.everything.split("_", 2)[2]
    await program.ask("GET", "/campaigns")
    await program.ask("PUT", "/campaigns/spring", {"year": secret})
    await program.ask("GET", f"/campaigns/{program.everything}")
    logging.getLogger("bot.web").info("heard")
    ours = [
        record.getMessage() for record in caplog.records if record.name != "aiohttp.access"
    ]  # the service has none
    assert "heard" in ours
    assert secret not in "\n".join(ours)
    assert secret not in str(await read_records(program.service.database))


def test_limits_are_told_as_json_schema_has_them() -> None:
    def keys(part: object) -> set[str]:
        if isinstance(part, dict):
            return {*part}.union(*(keys(value) for value in part.values()))
        return set().union(*(keys(value) for value in part)) if isinstance(part, list) else set()

    assert not keys(document()) & {"ge", "gt", "le", "lt"}


async def test_a_problem_has_its_place_as_data_and_speaks_the_programs_language(
    program: Program,
) -> None:
    path = "/campaigns/mine/quotas"
    await program.ask("PUT", "/campaigns/mine", DRAFT)
    few = {"items": [{"unit": "FIN", "capacity": 3}]}
    _, problem, headers = await program.ask("PUT", path, few)
    assert problem["place"].get("row", 2) == 2
    assert headers["Content-Language"] == "en"
    _, problem, headers = await program.ask("PUT", path, {}, Accept_Language="zh-CN,en;q=0.5")
    assert (problem["detail"], problem["place"]) == ("缺少这个字段", {"field": "items"})
    assert headers["Content-Language"] == "zh-Hans"
    _, problem, _ = await program.ask("GET", "/campaigns/none", Accept_Language="fr")
    assert (problem["detail"], problem["place"]) == (
        "there is no such campaign; "
        "look for its name in the list of campaigns (`minping campaign show`)",
        {"subject": "none"},
    )


async def test_a_program_signs_nothing(program: Program) -> None:
    status, told, _ = await program.ask("POST", "/approvals/1")
    assert (status, told["detail"]) == (
        409, "a program does not sign; a person signs it at /admin/approvals",
    )  # fmt: skip

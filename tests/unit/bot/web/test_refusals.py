"""Refusals of every room on three roads: no English in Chinese, and the place named once."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from aggregation.model.facts import Grade, Verdict
from aggregation.scheme.scheme import parse_scheme
from bot.accounts.api_tokens import create_token, revoke_token
from bot.accounts.preferences import chosen_preferences
from bot.accounts.staff import add_staff, change_staff, set_password
from bot.appraisal.appeals import receive_appeal, reject_appeal, uphold_appeal
from bot.appraisal.deciding import record_decision, record_unit_decision
from bot.appraisal.import_tables import import_table
from bot.appraisal.sealing import compare_with_seal, preview_seal
from bot.ballots.imported.importer import import_ballots
from bot.campaigns.drafting import chosen_scheme, parse_moment, stored_units
from bot.campaigns.lifecycle import create_campaign, discard_draft, pause_campaign
from bot.campaigns.links import create_link
from bot.campaigns.population_file import read_population
from bot.campaigns.quotas import set_quotas
from bot.campaigns.scheme_files import load_scheme_file, read_scheme, shipped_scheme
from bot.core.identity import Office
from bot.core.settings import read_settings
from bot.fieldwork.audience.cell_file import read_cells
from bot.fieldwork.audience.contact_file import read_contacts
from bot.fraud_review.case_review import cast_vote
from bot.records.working_days import import_calendar
from bot.rectification.requests import read_request
from bot.service.composition import Service
from bot.spreadsheets.reader import read_sheet
from bot.verification.strict_files import read_json
from survey_flows.errors import BadInput
from survey_flows.load import load_questionnaire
from survey_flows.messages import Place, render_place
from tests.console import PASSWORD, Console
from tests.openapi.stand import standing
from tests.openings import open_campaign
from tests.sealing import give_notice
from tests.web_city import NOW, make_draft

LANGUAGES = ("en", "zh-Hans")
TODAY = date(2026, 11, 24)
QUOTED = re.compile(r"`[^`]*`|“[^”]*”|«[^»]*»|'[^']*'|\"[^\"]*\"")
LATIN_SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,;:]+){2,}\b[A-Za-z]{2,}\b")
HEADING = re.compile(r"\([\u4e00-\u9fff]+\)")
"""A column's other heading, which people write in Chinese."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Stand:
    """A running service with a closed and an open campaign."""

    service: Service
    server: TestServer
    token: str
    folder: Path

    @property
    def office(self) -> Office:
        return Office("zhou", self.service.clock, "Asia/Shanghai")


Wrong = Callable[[Stand], Awaitable[object] | object]


@pytest.fixture
async def stand(tmp_path: Path, valkey_url: str) -> AsyncIterator[Stand]:
    folder = tmp_path / "files"
    folder.mkdir()
    async with standing(tmp_path / "data", valkey_url) as (service, server, token):
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        yield Stand(service, server, token, folder)


def table(kind: str, text: str, file: str = "t.csv", year: int = 2026) -> Wrong:
    return lambda on: import_table(on.service.database, kind, file, text.encode(), year)


def sheet(text: str, file: str = "t.csv") -> Any:
    return read_sheet(file, text.encode())


def written(on: Stand, name: str, text: str) -> Path:
    path = on.folder / name
    path.write_text(text)
    return path


UNIT_ROW = "code,name_zh,name_en,category,questionnaire\n"
QUESTIONS = "id: q\ntitle: {zh-Hans: 问, en: Q}\n"
SCHEME: Mapping[str, Any] = shipped_scheme().model_dump(mode="json")

# Files: the place is a file with a row and a column, or with a field or a line.
FILES: dict[str, Wrong] = {
    "unknown format": table("units", "x", "t.docx"),
    "empty table": table("units", ""),
    "missing column": table("units", "code\nA\n"),
    "unknown column": table("units", UNIT_ROW.strip() + ",colour\nA,甲,A,x,y,red\n"),
    "bad code and category": table("units", UNIT_ROW + "A B,甲,A,none,city\n"),
    "same unit twice": table("units", UNIT_ROW + "A,甲,A,B_econ,q\nA,甲,A,B_econ,q\n"),
    "no such leader's role": table(
        "leaders", "id,name_zh,name_en,unit,role,post\nL1,张,Zhang,FIN,king,x\n"
    ),
    "points that are none": table("indicators", "subject,indicator,value\nFIN,none,many\n"),
    "deduction without reason": table("adjustments", "unit,points,reason,source\nFIN,1,,\n"),
    "finding of another year": table(
        "findings", "id,kind,subject,date,source\nE1,veto,FIN,2001-01-01,x\n"
    ),
    "decision on nothing": table("decisions", "proposal,verdict,by,reason,at\nx,perhaps,a,b,c\n"),
    "grade of nobody": table("history", "year,subject,grade\n2031,FIN,ninth\n"),
    "part without unit": table(
        "inner", "code,name_zh,name_en,parent,category\nS1,科,Section,NONE,section\n"
    ),
    "table without year": table("leaders", "id\nx\n", year=0),
    "population": lambda _: read_population(sheet("unit,group,value,people\n,,x,few\n")),
    "sampling cells": lambda _: read_cells(sheet("group,area,size,value\ndeputy,x,,many\n")),
    "contacts": lambda _: read_contacts(
        sheet("channel,address,name\npigeon,x,y\n"), ("deputy",), TODAY
    ),
    "calendar": lambda on: import_calendar(
        on.service.database, "c.csv", b"date,kind,name\n2026-13-01,feast,x\n"
    ),
    "ballots' mapping": lambda on: import_ballots(
        on.service.database,
        on.service.keys,
        on.service.clock,
        written(on, "b.csv", "a,b\n1,2\n"),
        written(on, "map.yaml", "columns: [\n"),
    ),
    "scheme not there": lambda on: load_scheme_file(on.folder / "none.yaml"),
    "scheme nested too deep": lambda _: read_scheme("[" * 3000, "scheme.yaml"),
    "scheme not YAML": lambda _: read_scheme("a: [", "scheme.yaml"),
    "scheme with a wrong weight": lambda _: parse_scheme(
        {**SCHEME, "default_scale": "none", "confidence_pct": 500}
    ),
    "scheme without categories": lambda _: parse_scheme({**SCHEME, "categories": {}}),
    "questionnaire not YAML": lambda _: load_questionnaire("a: [", "q.yaml"),
    "questionnaire with a loose condition": lambda _: load_questionnaire(
        QUESTIONS + "questions:\n- {id: a, type: choice, colour: red}\n", "q.yaml"
    ),
    "bundle's file that is no JSON": lambda _: read_json(b"{", Place(file="scores.json")),
}

# Requests: the place is a field, or the subject.
REQUESTS: dict[str, Wrong] = {
    "draft that ends before it begins": lambda on: create_campaign(
        on.service.database,
        replace(make_draft(), id="x", closes_at=NOW - timedelta(days=2)),
        on.service.clock,
    ),
    "draft with a bad name": lambda on: create_campaign(
        on.service.database, replace(make_draft(), id="A b"), on.service.clock
    ),
    "draft without units": lambda on: create_campaign(
        on.service.database, replace(make_draft(), id="x", units=[]), on.service.clock
    ),
    "draft that exists": lambda on: create_campaign(
        on.service.database, replace(make_draft(), year=2025), on.service.clock
    ),
    "unknown units": lambda on: stored_units(on.service.database, ["NONE"], 2026),
    "moment that is none": lambda _: parse_moment("soon", "Asia/Shanghai", "opens"),
    "grade quota that is none": lambda _: chosen_scheme(None, None, ["1", "-2", "x"]),
    "closed campaign opened": lambda on: open_campaign(
        on.service.database, "closed", on.service.keys, on.service.desk
    ),
    "campaign that is none": lambda on: pause_campaign(
        on.service.database, "none", on.service.desk, on.service.clock
    ),
    "open campaign discarded": lambda on: discard_draft(on.service.database, "2026"),
    "link for no group": lambda on: create_link(
        on.service.database, "2026", "kings", "", on.service.desk, on.service.clock
    ),
    "link for nobody": lambda on: create_link(
        on.service.database, "2026", "deputy", "", on.service.desk, on.service.clock, "0"
    ),
    "quota of an open campaign": lambda on: set_quotas(
        on.service.database, "2026", "q.csv", b"unit,capacity\nNONE,few\n"
    ),
    "account of no role": lambda on: add_staff(on.service.roster, "li", PASSWORD, "king"),
    "account with a bad name": lambda on: add_staff(on.service.roster, "L i", PASSWORD, "staff"),
    "unit's account without unit": lambda on: add_staff(on.service.roster, "li", PASSWORD, "unit"),
    "short password": lambda on: set_password(on.service.roster, "zhou", "short"),
    "weak password": lambda on: set_password(on.service.roster, "zhou", "passwordpassword"),
    "role of nobody": lambda on: change_staff(on.service.roster, "nobody", "staff"),
    "token with a bad name": lambda on: create_token(
        on.service.roster, "A b", ("results:read",), 30, "zhou", on.service.clock
    ),
    "token for no scope": lambda on: create_token(
        on.service.roster, "x", ("all",), 30, "zhou", on.service.clock
    ),
    "token that is none": lambda on: revoke_token(on.service.roster, "none", on.service.clock),
    "sending times": lambda _: chosen_preferences("late", (), 1, ()),
    "days without sending": lambda _: chosen_preferences("08:00-20:00", ("soon",), 1, ()),
    "second factor of no role": lambda _: chosen_preferences("08:00-20:00", (), 1, ("king",)),
    "setting that is none": lambda _: read_settings({"MINPING_COLOUR": "red"}),
    "setting that is no number": lambda _: read_settings({"MINPING_PORT": "many"}),
    "time zone that is none": lambda _: read_settings({"MINPING_TIMEZONE": "Mars/North"}),
    "notice of nothing": lambda on: give_notice(on.service.database, 2030, on.office),
    "appeal without notice": lambda on: receive_appeal(
        on.service.database, 2026, "FIN", "x", on.office
    ),
    "answer to no appeal": lambda on: reject_appeal(on.service.database, 99, "x", on.office),
    "upholding of no appeal": lambda on: uphold_appeal(
        on.service.database, on.service.approvals, 99, ["score::"], "x", on.office
    ),
    "decision in no year": lambda on: record_decision(
        on.service.database, 2030, "x", Verdict.CONFIRMED, "a", "b", on.office, ""
    ),
    "grade in no year": lambda on: record_unit_decision(
        on.service.database, 2030, "FIN", Grade.FIRST, "a", "b", on.office, "0"
    ),
    "sealing of no year": lambda on: preview_seal(on.service.database, 2030),
    "comparison of no seal": lambda on: compare_with_seal(on.service.database, 2030),
    "vote on no case": lambda on: cast_vote(
        on.service.database,
        "none",
        "zhou",
        "uphold",
        "same-wording",
        "",
        on.service.desk,
        on.service.clock,
    ),
    "vote without such a reason": lambda on: cast_vote(
        on.service.database, "none", "zhou", "uphold", "mood", "", on.service.desk, on.service.clock
    ),
    "request that is none": lambda on: read_request(on.service.database, "none"),
}


async def refusal(wrong: Wrong, on: Stand) -> BadInput | None:
    try:
        made = wrong(on)
        if isinstance(made, Awaitable):
            await made
    except BadInput as error:
        return error
    return None


def faults(text: str, lang: str) -> list[str]:
    """What is wrong with a sentence in a language."""
    bare = QUOTED.sub("", text)
    if lang == "en":
        return ["Chinese"] if CHINESE.search(HEADING.sub("", bare)) else []
    found = ["English"] if LATIN_SENTENCE.search(bare) else []
    return found if CHINESE.search(bare) else [*found, "no Chinese"]


def misplaced(error: BadInput, lang: str) -> list[str]:
    """Places that an error does not name exactly once."""
    text, found = error.render(lang), []
    for problem in error.problems[:20]:
        where, line = render_place(problem.place, lang), problem.render(lang)
        named = where + ("：" if lang == "zh-Hans" else ":")
        if where and not (line.startswith(named) and line.count(named) == 1 and line in text):
            found.append(where)
    file = error.file or error.place.file
    return found + ([file] if file and text.count(file) != 1 else [])


async def test_a_refusal_speaks_one_language_and_names_its_place_once(stand: Stand) -> None:
    wrong: dict[str, object] = {}
    placeless: set[str] = set()
    cells: set[str] = set()
    for name, make in (FILES | REQUESTS).items():
        error = await refusal(make, stand)
        if error is None:
            wrong[name] = "it is taken"
            continue
        for lang in LANGUAGES:
            text = error.render(lang)
            if found := [*faults(text, lang), *misplaced(error, lang)]:
                wrong[f"{name} ({lang})"] = (found, text)
        data = [problem.place.as_data() for problem in error.problems]
        if not any(data) and not error.file:
            placeless.add(name)
        if any({"row", "column"} <= set(place) for place in data):
            cells.add(name)
    assert wrong == {}, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    assert placeless == set()
    assert cells >= {"bad code and category", "points that are none", "finding of another year"}


API: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("GET", "/campaigns/none", None, {"subject": "none"}),
    ("PUT", "/campaigns/x", {"year": "2026"}, {"field": "year"}),
    ("POST", "/campaigns/2026/links", {"group": "kings"}, {"field": "group"}),
    ("PUT", "/campaigns/2026/quotas", {}, {"field": "items"}),
    ("GET", "/years/2031/units", None, {}),
]


async def test_the_interface_gives_the_place_as_data(stand: Stand) -> None:
    async with TestClient(stand.server) as client:
        for number, (method, path, body, place) in enumerate(API):
            for lang in LANGUAGES:
                headers = {
                    "Authorization": f"Bearer {stand.token}",
                    "Accept-Language": lang,
                    "Idempotency-Key": f"refused-{number}-{lang}",
                }
                async with client.request(
                    method, f"/api/v1{path}", json=body, headers=headers
                ) as response:
                    told = json.loads(await response.text())
                assert response.status >= 400
                assert faults(told["detail"], lang) == [], told
                assert place.items() <= told["place"].items(), (path, told)
                where = render_place(Place(**told["place"]), lang)
                assert not where or not re.match(re.escape(where) + "[:：]", told["detail"])


async def test_a_form_says_the_same_words(stand: Stand) -> None:
    async with TestClient(stand.server) as client:
        desk = Console(client, stand.service)
        await desk.sign_in()
        for lang in LANGUAGES:
            body = UNIT_ROW + "A B,甲,A,none,city\n"
            error = await refusal(table("units", body, "units.csv"), stand)
            assert error is not None
            await desk.open(f"/admin/years/2026/import?lang={lang}")
            form = FormData({"csrf": desk.csrf, "kind": "units"})
            form.add_field("file", io.BytesIO(body.encode()), filename="units.csv")
            page = unescape(
                await desk.post("/admin/years/2026/import", form, **{"Accept-Language": lang})
            )
            assert desk.status == 422
            for problem in error.problems:
                assert page.count(problem.render(lang)) == 1

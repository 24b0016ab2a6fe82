"""The console's pages of a draft: its form and files, its changes, and discarding it."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Row

from aggregation.model.facts import UNIT_GRADES, AppraisedUnit
from aggregation.scheme.parts import UnitQuota
from bot.campaigns.definition import read_definition
from bot.campaigns.draft_changes import change_draft, read_draft, take_over_quotas
from bot.campaigns.lifecycle import CampaignDraft, CampaignInput, create_campaign, discard_draft
from bot.campaigns.registered import (
    RegisteredCampaign,
    find_registered_campaign,
    read_campaign_row,
)
from bot.campaigns.scheme_files import offered_text
from bot.campaigns.summaries import list_campaigns
from bot.campaigns.titles import AIM_WORDS, printed_title
from bot.core import labels
from bot.core.checked_input import checked
from bot.core.labels import pick
from bot.core.shipped_files import offered_questionnaires, questionnaire_text
from bot.storage.database import reading
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.downloads import download
from bot.web.shared.templates import page_words
from survey_flows.campaign_aim import USUAL, Aim
from survey_flows.campaign_definition import DOORS
from survey_flows.errors import BadInput, Message, Place, with_renamed_files
from survey_flows.halves import HALVES
from survey_flows.identity_kinds import IDENTITY_KINDS
from survey_flows.messages import render
from survey_flows.spoken_terms import speak

FIELDS = (
    "id",
    "year",
    "title_zh",
    "title_en",
    "opens",
    "closes",
    "units",
    "purpose",
    "about",
    "asks",
    "door",
    "like",
    *UNIT_GRADES,
)
TICKED = ("halves", "identity")
"""Fields of which none or several are chosen."""
SCHEME = "scheme"
FILES = ("scheme", "population", "questionnaires")
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class YearTerms:
    """What a draft's scheme has to fit: the year with its units and places, and its pattern."""

    year: int
    units: Sequence[AppraisedUnit]
    locked: UnitQuota | None
    like: RegisteredCampaign | None


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """Scheme and questionnaires as texts, as `bot.campaigns.lifecycle.CampaignDraft` keeps them."""

    scheme: str
    questionnaires: Mapping[str, str]


@staff_page
async def show_draft(visit: Visit) -> web.Response:
    """Shows the form for a new campaign; ``?like=`` fills it with what another one says."""
    like = visit.query("like")
    return await _show(visit, typed=await _like(visit, like) if like else None)


@staff_page
async def show_change(visit: Visit) -> web.Response:
    """Shows the form of a draft with what it says now."""
    row, seen = await read_draft(visit.service.database, visit.path_param("campaign"))
    return await _show(visit, typed=await _said(visit, row), seen=seen)


@staff_page
async def send_model(visit: Visit) -> web.Response:
    """Sends the shipped scheme, or a shipped questionnaire by its id, to start one's own from."""
    name = visit.path_param("model")
    if name != SCHEME and name not in offered_questionnaires():
        raise web.HTTPNotFound
    text = offered_text() if name == SCHEME else questionnaire_text(name)
    return download(text.encode(), "application/yaml", f"minping-{name}.yaml")


@staff_page
async def take_draft(visit: Visit) -> web.Response:
    """Stores a draft, whole or not at all; after an error the form keeps what was typed."""
    service, like = visit.service, visit.text("like")
    try:
        draft = await _draft(visit)
        if visit.text("leaders") == "yes":
            await _take_over_leaders(visit, like, draft.year)
        await create_campaign(service.database, draft, service.clock)
        if like:
            await take_over_quotas(service.database, like, draft.id)
    except BadInput as error:
        return await _show(visit, 422, error.render(visit.lang))
    return visit.redirect(f"/admin/campaigns/{draft.id}", "drafted")


async def _take_over_leaders(visit: Visit, like: str, year: int) -> None:
    """Brings the leaders of the other campaign's year, by somebody who may import tables.

    Raises:
        BadInput: the visitor may not, or as `take_over_leaders`.
    """
    from bot.appraisal.import_tables import Clearance, take_over_leaders

    if not visit.visitor.may("POST", f"/admin/years/{year}/import"):
        raise no_such_button("leaders")
    service = visit.service
    before = (await find_registered_campaign(service.database, like)).year
    office = visit.office
    clearance = Clearance(service.approvals, "")
    await take_over_leaders(service.database, year, before, office, clearance)


@staff_page
async def take_change(visit: Visit) -> web.Response:
    """Changes a draft; a form that is older than the draft comes back with both values."""
    campaign = visit.path_param("campaign")
    row, seen = await read_draft(visit.service.database, campaign)
    try:
        draft = replace(await _draft(visit, campaign), id=campaign)
        await change_draft(visit.service.database, draft, visit.text("seen"))
    except BadInput as error:
        stale = visit.text("seen") != seen
        now = await _said(visit, row) if stale else None
        return await _show(visit, 422, error.render(visit.lang), seen=seen, now=now)
    return visit.redirect(f"/admin/campaigns/{campaign}", "drafted")


@staff_page
async def take_discard(visit: Visit) -> web.Response:
    """Discards a draft; the form asks for its name, so that no slip discards it."""
    campaign = visit.path_param("campaign")
    if visit.text("name") != campaign:
        raise BadInput(Message("admin-not-this-name"), Place(subject=campaign))
    await discard_draft(visit.service.database, campaign)
    return visit.redirect("/admin/campaigns", "discarded")


async def _show(
    visit: Visit,
    status: int = 200,
    problem: str | None = None,
    typed: Mapping[str, str] | None = None,
    seen: str = "",
    now: Mapping[str, str] | None = None,
) -> web.Response:
    """Returns the form; ``now`` is what a draft says meanwhile, where it says something else."""
    posted = {name: visit.text(name) for name in FIELDS}
    posted |= {name: " ".join(_ticked(visit, name)) for name in TICKED}
    filled = dict(typed) if typed else posted
    filled["year"] = filled["year"] or str(visit.today.year)
    models = [
        (name, _titled(form.title, visit.lang)) for name, form in offered_questionnaires().items()
    ]
    known = await list_campaigns(visit.service.database)
    like = next((it for it in known if it.id == filled["like"]), None)
    imports = f"/admin/years/{filled['year']}/import"
    base = visit.request.match_info.get("campaign", "") or (like.id if like else "")
    if base:
        # The form calls the grades as the scheme does that the draft has, or takes over.
        speak((await find_registered_campaign(visit.service.database, base)).scheme.terms)
    return visit.render(
        "draft",
        models=models,
        doors=DOORS,
        halves=HALVES,
        identities=IDENTITY_KINDS,
        ticked={name: filled[name].split() for name in TICKED},
        status=status,
        problem=problem,
        typed=filled,
        this_year=visit.today.year,
        seen=seen,
        grades={str(grade): labels.name(grade, visit.lang) for grade in UNIT_GRADES},
        patterns=[
            (it.id, it.year, printed_title(it.title, it.aim.pilot).text(visit.lang))
            for it in reversed(known)
        ],
        like=like,
        offers_leaders=like is not None and visit.visitor.may("POST", imports),
        aims=[
            (name, [(word, render(said, visit.lang)) for word, said in words.items()])
            for name, words in AIM_WORDS.items()
        ],
        differs=[
            (name, _in_words(visit, name, value), _in_words(visit, name, filled[name]))
            for name, value in (now or {}).items()
            if value != filled[name] and name != "id"
        ],
    )


def _in_words(visit: Visit, name: str, value: str) -> str:
    """Returns what a field says as a person reads it: stored words are those of programs."""
    if name in AIM_WORDS and value in AIM_WORDS[name]:
        return render(AIM_WORDS[name][value], visit.lang)
    words = page_words()
    if name == "door":
        return words.say(visit.lang, f"draft-door-{value or 'open'}")
    if name == "halves":
        return "; ".join(words.say(visit.lang, f"draft-half-{half}") for half in value.split())
    if name == "identity":
        kinds = (words.say(visit.lang, f"draft-identity-{kind}") for kind in value.split())
        return "; ".join(kinds)
    return value


async def _like(visit: Visit, campaign: str) -> dict[str, str]:
    """Returns what a new campaign says as another one did: names of its year, units, door."""
    async with reading(visit.service.database) as connection:
        row = await read_campaign_row(connection, campaign)
    before, now = str(row.year), str(row.year + 1)
    said = await _fields(visit, row)
    said |= {name: said[name].replace(before, now) for name in ("title_zh", "title_en", "id")}
    kept = dict.fromkeys(UNIT_GRADES, "") | {"opens": "", "closes": "", "year": now}
    return said | kept | {"like": campaign}


async def _said(visit: Visit, row: Row[Any]) -> dict[str, str]:
    """Returns what a draft says, as its form does."""
    zone = ZoneInfo(visit.service.settings.timezone)
    times = {
        name: datetime.fromtimestamp(at, zone).strftime("%Y-%m-%dT%H:%M")
        for name, at in (("opens", row.opens_at), ("closes", row.closes_at))
    }
    return await _fields(visit, row) | times


async def _fields(visit: Visit, row: Row[Any]) -> dict[str, str]:
    """Returns what form and campaign share; ``units`` is empty where all of the year are meant."""
    from bot.campaigns.drafting import units_of_year

    found = read_definition(row)
    codes = [unit.code for unit in await units_of_year(visit.service.database, row.year)]
    whole = sorted(codes) == sorted(found.units)
    quota = found.scheme.unit_quota
    return {
        "id": row.id,
        "year": str(row.year),
        "title_zh": found.title["zh-Hans"],
        "title_en": found.title.get("en", found.title["zh-Hans"]),
        "units": "" if whole else " ".join(found.units),
        **asdict(found.aim),
        "door": found.said_door,
        "halves": " ".join(found.halves),
        "identity": " ".join(found.identity),
        "like": "",
        **{grade: str(getattr(quota, grade)) for grade in UNIT_GRADES},
    }


def _titled(title: Mapping[str, str], lang: str) -> str:
    return pick((title["zh-Hans"], title["en"]), lang)


async def _draft(visit: Visit, changed: str = "") -> CampaignDraft:
    """Returns what the form says; what it brings no file for stays as in the draft, or as ``like``.

    Raises:
        BadInput: a field or a file is wrong.
    """
    from bot.campaigns.drafting import (
        locked_places,
        parse_moment,
        stored_units,
        units_of_year,
    )

    zone = visit.service.settings.timezone
    asked = checked(
        CampaignInput,
        id=changed or visit.text("id"),
        **{name: visit.text(name) for name in ("year", "title_zh", "title_en")},
        opens_at=parse_moment(visit.text("opens"), zone, "opens_at"),
        closes_at=parse_moment(visit.text("closes"), zone, "closes_at"),
    )
    units = await units_of_year(visit.service.database, asked.year)
    locked = await locked_places(visit.service.database, asked.year)
    base = changed or visit.text("like")
    like = await find_registered_campaign(visit.service.database, base) if base else None
    terms = YearTerms(asked.year, units, locked, like)
    made = await _read_files(visit, _grades(visit), terms)
    return CampaignDraft(
        id=asked.id,
        year=asked.year,
        title={"zh-Hans": asked.title_zh, "en": asked.title_en},
        opens_at=asked.opens_at,
        closes_at=asked.closes_at,
        units=await stored_units(visit.service.database, visit.text("units").split(), asked.year),
        questionnaires=made.questionnaires,
        scheme=made.scheme,
        aim=Aim(**{name: visit.text(name) or usual for name, usual in asdict(USUAL).items()}),
        door=visit.text("door"),
        halves=_ticked(visit, "halves"),
        identity=_ticked(visit, "identity"),
    )


def _ticked(visit: Visit, name: str) -> list[str]:
    """Returns the values of a field of `TICKED` that were ticked."""
    given = visit.form.getall(name, []) if visit.form is not None else []
    return [str(value) for value in given]


def _grades(visit: Visit) -> list[str] | None:
    """Returns how many units get each grade; None when the form leaves that to the scheme."""
    texts = [visit.text(grade) for grade in UNIT_GRADES]
    return texts if any(texts) else None


async def _read_files(
    visit: Visit,
    grades: Sequence[str] | None,
    terms: YearTerms,
) -> DraftTexts:
    """Returns the uploaded scheme and questionnaires, else those of the pattern, else the shipped.

    Files are read as the command line reads them; an error names the file as its owner knows it.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            files = {name: _saved(visit, name, Path(folder)) for name in FILES}
            return await asyncio.to_thread(_texts, files, grades, terms)
        except BadInput as error:
            upload = re.compile(rf"{re.escape(folder)}/[^/]*/")
            raise with_renamed_files(error, lambda name: upload.sub("", name)) from None


def _saved(visit: Visit, name: str, folder: Path) -> list[Path]:
    """Stores the files of a field, each under its own name in a folder of its own."""
    found = visit.form.getall(name, []) if visit.form is not None else []
    files = [file for file in found if isinstance(file, web.FileField) and file.filename]
    if len(files) > MAX_FILES:
        raise BadInput(Message("admin-too-many-files", n=MAX_FILES), Place(field=name))
    saved: list[Path] = []
    for file in files:
        path = folder / f"{name}-{len(saved)}" / (_plain(file.filename) or name)
        path.parent.mkdir()
        path.write_bytes(file.file.read())
        saved.append(path)
    return saved


def _plain(name: str) -> str:
    """Returns a file's name, fit for any file system: at most 255 bytes, no dot in front."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).lstrip(".")[-60:]


def _texts(
    files: Mapping[str, Sequence[Path]],
    grades: Sequence[str] | None,
    terms: YearTerms,
) -> DraftTexts:
    from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme

    scheme, population = (next(iter(files[name]), None) for name in ("scheme", "population"))
    return DraftTexts(
        chosen_scheme(
            scheme,
            population,
            grades,
            terms.year,
            terms.units,
            terms.locked,
            terms.like.scheme if terms.like else None,
        ),
        chosen_questionnaires(
            files["questionnaires"], terms.like.questionnaires if terms.like else None
        ),
    )

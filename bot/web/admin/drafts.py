"""The console's page of a new campaign: its form, its files, and discarding a draft."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from aggregation.model.facts import UNIT_GRADES, AppraisedUnit
from aggregation.scheme.parts import UnitQuota
from bot.campaigns.lifecycle import CampaignDraft, CampaignInput, create_campaign, discard_draft
from bot.campaigns.scheme_files import offered_text
from bot.core.checked_input import checked
from bot.core.labels import pick
from bot.core.shipped_files import offered_questionnaires, questionnaire_text
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.downloads import download
from survey_flows.campaign_definition import DOORS
from survey_flows.errors import BadInput, Message, Place, with_renamed_files
from survey_flows.halves import HALVES

FIELDS = (
    "id",
    "year",
    "title_zh",
    "title_en",
    "opens",
    "closes",
    "units",
    "pilot",
    "door",
    *UNIT_GRADES,
)
SCHEME = "scheme"
FILES = ("scheme", "population", "questionnaires")
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """Scheme and questionnaires as texts, as `bot.campaigns.lifecycle.CampaignDraft` keeps them."""

    scheme: str
    questionnaires: Mapping[str, str]


@staff_page
async def show_draft(visit: Visit) -> web.Response:
    """Shows the form for a new campaign."""
    return _show(visit)


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
    try:
        draft = await _draft(visit)
        await create_campaign(visit.service.database, draft, visit.service.clock)
    except BadInput as error:
        return _show(visit, 422, error.render(visit.lang))
    return visit.redirect(f"/admin/campaigns/{draft.id}", "drafted")


@staff_page
async def take_discard(visit: Visit) -> web.Response:
    """Discards a draft; the form asks for its name, so that no slip discards it."""
    campaign = visit.path_param("campaign")
    if visit.text("name") != campaign:
        raise BadInput(Message("admin-not-this-name"), Place(subject=campaign))
    await discard_draft(visit.service.database, campaign)
    return visit.redirect("/admin", "discarded")


def _show(visit: Visit, status: int = 200, problem: str | None = None) -> web.Response:
    typed = {name: visit.text(name) for name in FIELDS}
    typed["year"] = typed["year"] or str(visit.today.year)
    models = [
        (name, _titled(form.title, visit.lang)) for name, form in offered_questionnaires().items()
    ]
    return visit.render(
        "draft",
        models=models,
        doors=DOORS,
        halves=HALVES,
        ticked=_halves(visit),
        status=status,
        problem=problem,
        typed=typed,
        this_year=visit.today.year,
    )


def _titled(title: Mapping[str, str], lang: str) -> str:
    return pick((title["zh-Hans"], title["en"]), lang)


async def _draft(visit: Visit) -> CampaignDraft:
    from bot.campaigns.drafting import (
        locked_places,
        parse_moment,
        stored_units,
        units_of_year,
    )

    zone = visit.service.settings.timezone
    asked = checked(
        CampaignInput,
        **{name: visit.text(name) for name in ("id", "year", "title_zh", "title_en")},
        opens_at=parse_moment(visit.text("opens"), zone, "opens_at"),
        closes_at=parse_moment(visit.text("closes"), zone, "closes_at"),
    )
    units = await units_of_year(visit.service.database, asked.year)
    locked = await locked_places(visit.service.database, asked.year)
    made = await _read_files(visit, _grades(visit), asked.year, units, locked)
    return CampaignDraft(
        id=asked.id,
        year=asked.year,
        title={"zh-Hans": asked.title_zh, "en": asked.title_en},
        opens_at=asked.opens_at,
        closes_at=asked.closes_at,
        units=await stored_units(visit.service.database, visit.text("units").split(), asked.year),
        questionnaires=made.questionnaires,
        scheme=made.scheme,
        pilot=visit.text("pilot") == "yes",
        door=visit.text("door"),
        halves=_halves(visit),
    )


def _halves(visit: Visit) -> list[str]:
    """Returns the halves that were ticked."""
    given = visit.form.getall("halves", []) if visit.form is not None else []
    return [str(half) for half in given]


def _grades(visit: Visit) -> list[str] | None:
    """Returns how many units get each grade; None when the form leaves that to the scheme."""
    texts = [visit.text(grade) for grade in UNIT_GRADES]
    return texts if any(texts) else None


async def _read_files(
    visit: Visit,
    grades: Sequence[str] | None,
    year: int,
    units: Sequence[AppraisedUnit],
    locked: UnitQuota | None,
) -> DraftTexts:
    """Returns the uploaded scheme and questionnaires, else the shipped ones.

    Files are read as the command line reads them; an error names the file as its owner knows it.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            files = {name: _saved(visit, name, Path(folder)) for name in FILES}
            return await asyncio.to_thread(_texts, files, grades, year, units, locked)
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
    year: int,
    units: Sequence[AppraisedUnit],
    locked: UnitQuota | None,
) -> DraftTexts:
    from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme

    scheme, population = (next(iter(files[name]), None) for name in ("scheme", "population"))
    return DraftTexts(
        chosen_scheme(scheme, population, grades, year, units, locked),
        chosen_questionnaires(files["questionnaires"]),
    )

"""The console's pages of recusal: one's own kin; challenges and their decisions."""

from __future__ import annotations

from aiohttp import web

from bot.accounts.staff import list_accounts
from bot.appraisal.challenges import (
    able_to_decide,
    decide_challenge,
    declare_kin,
    end_kin,
    find_person,
    known_people,
    list_challenges,
    make_challenge,
    name_person,
    read_kin,
)
from bot.records.recusals import RecusalKind
from bot.storage.database import reading
from bot.web.admin.page import Visit, no_such_button, staff_page
from survey_flows.errors import BadInput, Message, Place

OWN, OFFICE = "/admin/recusal", "/admin/challenges"
PERSON, KIN, NO_KIN, CHALLENGE = "person", "kin", "no-kin", "challenge"
RULINGS = (RecusalKind.ACCEPTED, RecusalKind.REFUSED)


@staff_page
async def show_own(visit: Visit) -> web.Response:
    """Shows the officer's own declarations, which nobody else is shown."""
    async with reading(visit.service.database) as connection:
        kin = await read_kin(connection, visit.visitor.login)
    people = await known_people(visit.service.database)
    return visit.render("recusal", kin=kin, people=people)


@staff_page
async def take_own(visit: Visit) -> web.Response:
    """Takes that a person is one's own kin."""
    database, login = visit.service.database, visit.visitor.login
    person = await find_person(database, visit.text("person"))
    await declare_kin(database, login, person, visit.office)
    return visit.redirect(OWN, "recusal")


@staff_page
async def show_challenges(visit: Visit) -> web.Response:
    """Shows every challenge with its decision, and the forms of the office."""
    database = visit.service.database
    async with reading(database) as connection:
        found = await list_challenges(connection)
        able = {
            it.asked.number: await able_to_decide(connection, it.asked)
            for it in found
            if it.ruling is None
        }
    return visit.render(
        "challenges",
        challenges=found,
        able=able,
        accounts=[it.login for it in await list_accounts(database) if not it.disabled],
        me=visit.visitor.login,
        this_year=visit.today.year,
    )


@staff_page
async def take_challenge(visit: Visit) -> web.Response:
    """Takes a challenge, decides about one, or takes who an account is or its kin."""
    database, act, office = visit.service.database, visit.text("act"), visit.office
    login, reason = visit.text("login"), visit.text("reason")
    if act == CHALLENGE:
        year = visit.text("year")
        if not (year.isdecimal() and len(year) == 4):
            raise BadInput(Message("admin-choose-year"), Place(field="year"))
        given = (int(year), visit.text("subject"), login, reason, office)
        await make_challenge(database, *given)
    elif act in RULINGS:
        number = visit.text("number")
        accepted = act == RecusalKind.ACCEPTED
        number_ = int(number) if number.isdecimal() and len(number) < 10 else 0
        await decide_challenge(database, number_, accepted, reason, office)
    elif act in (PERSON, KIN, NO_KIN):
        typed = visit.text("person")
        person = await find_person(database, typed) if typed or act != PERSON else ""
        if act == PERSON:
            await name_person(database, login, person, office)
        elif act == KIN:
            await declare_kin(database, login, person, office)
        else:
            await end_kin(database, login, person, reason, office)
    else:
        raise no_such_button(act)
    return visit.redirect(OFFICE, "recusal")

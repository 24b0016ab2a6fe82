"""The register of templates that providers approve: texts, the providers' ids, and approvals.

Who wrote or approved one, and when, stands beside it. A text that is written anew is a draft again,
since what its provider approved was another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.code_accounts import CODE
from bot.core.clock import Clock
from bot.fieldwork.audience.addresses import SMS
from bot.fieldwork.outreach.accounts import read_accounts
from bot.fieldwork.outreach.messenger import TEMPLATE, Account, ApprovedTemplate
from bot.fieldwork.outreach.outbox import INVITATION, REMINDER
from bot.fieldwork.outreach.short_texts import SAMPLE_CODE, ShortPreview, count_parts, count_units
from bot.fieldwork.outreach.template_texts import check_template_text, fill_template
from bot.storage.database import insert, reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place
from survey_flows.wording import DEFAULT

TEMPLATE_KINDS = (INVITATION, REMINDER, CODE)
TEMPLATE_LANGUAGES = (DEFAULT, "en")
DRAFT, FILED, APPROVED, REFUSED = "draft", "filed", "approved", "refused"
STATES = (DRAFT, FILED, APPROVED, REFUSED)
FOLLOWING: Mapping[str, tuple[str, ...]] = {
    DRAFT: (FILED,),
    FILED: (APPROVED, REFUSED),
    APPROVED: (REFUSED,),
    REFUSED: (),
}
"""What may follow a state; a text that is written anew is a draft, whatever it was."""
PUBLIC_CLOUDS = ("aliyun", "tencent")
"""Providers whose rules forbid surveys in templates and personal links in variables."""
PRIMARY = ["account", "kind", "lang"]
LONGEST_ID, LONGEST_NOTE = 64, 200


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of an account.

    Attributes:
        account: the account's name.
        kind: one of `TEMPLATE_KINDS`.
        lang: of its text.
        text: with the provider's variables, or the lines of a card.
        provider_id: by which the provider knows it; empty while it is not filed.
        state: `DRAFT`, `FILED`, `APPROVED` or `REFUSED`.
        note: number of the provider's paper, or why it refused.
        by: login of who put it into this state.
        at: epoch seconds of that moment.
    """

    account: str
    kind: str
    lang: str
    text: str
    provider_id: str
    state: str
    note: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Writer:
    """Who changes a template, and the clock that says when."""

    login: str
    clock: Clock

    def stamp(self) -> dict[str, object]:
        """Return the columns of person and moment."""
        return {"changed_by": self.login, "changed_at": int(self.clock.now().timestamp())}


async def list_templates(database: AsyncEngine) -> list[tuple[Account, list[MessageTemplate]]]:
    """Return the accounts that send templates alone, each with its templates."""
    async with reading(database) as connection:
        accounts = await read_accounts(connection)
        found = await read_templates(connection)
    return [
        (one, [template for template in found if template.account == one.name])
        for one in accounts
        if one.link == TEMPLATE
    ]


async def read_templates(connection: AsyncConnection, account: str = "") -> list[MessageTemplate]:
    """Return the templates of an account, or of all."""
    columns = tables.message_templates.c
    query = select(tables.message_templates).order_by(columns.account, columns.kind, columns.lang)
    if account:
        query = query.where(columns.account == account)
    return [MessageTemplate(*row) for row in await connection.execute(query)]


def preview_template(account: Account, template: MessageTemplate) -> ShortPreview:
    """Return a template as one person gets it, with a code of nobody."""
    text = fill_template(account.kind, template.text, SAMPLE_CODE)
    return ShortPreview(text, count_units(text), count_parts(text))


async def write_template(
    database: AsyncEngine, place: tuple[str, str, str], text: str, writer: Writer
) -> None:
    """Write the text of a template, which is a draft then.

    Args:
        database: with the register.
        place: account, kind and language.
        text: with the provider's variables, or the lines of a card.
        writer: who writes it.

    Raises:
        BadInput: no account of this name sends templates, no such kind or language, or a text as
            `check_template_text` refuses it.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    async with writing(database) as connection:
        account = await _account_of(connection, place)
        check_template_text(account.kind, text)
        changed = {"text": text, "state": DRAFT, "note": "", **writer.stamp()}
        row = dict(zip(PRIMARY, place, strict=True)) | changed
        statement = insert(connection, tables.message_templates).values(row)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=PRIMARY, set_=changed)
        )


async def turn_template(
    database: AsyncEngine,
    place: tuple[str, str, str],
    state: str,
    writer: Writer,
    provider_id: str = "",
    note: str = "",
) -> None:
    """Note how far the provider has come with a template.

    Args:
        database: with the register.
        place: account, kind and language.
        state: the next one, as `FOLLOWING` says.
        writer: who notes it.
        provider_id: by which the provider knows it; without one it stays.
        note: number of the provider's paper, or why it refused.

    Raises:
        BadInput: there is no such template, this state does not follow, an approved one has no id,
            one of a public cloud no paper, or a field is too long.
    """
    provider_id, note = provider_id.strip(), note.strip()
    if len(provider_id) > LONGEST_ID or len(note) > LONGEST_NOTE:
        raise BadInput(Message("fieldwork-template-long", id=LONGEST_ID, note=LONGEST_NOTE))
    async with writing(database) as connection:
        account = await _account_of(connection, place)
        found = [one for one in await read_templates(connection, place[0]) if _place(one) == place]
        if not found or state not in FOLLOWING[found[0].state]:
            raise BadInput(Message("fieldwork-template-state"), Place(subject=" ".join(place)))
        values = {"provider_id": provider_id or found[0].provider_id, "state": state, "note": note}
        if state == APPROVED:
            _require_approval(account, place[1], values)
        columns = tables.message_templates.c
        own = [columns[name] == part for name, part in zip(PRIMARY, place, strict=True)]
        changed = update(tables.message_templates).where(*own)
        await connection.execute(changed.values(**values, **writer.stamp()))


def _require_approval(account: Account, kind: str, values: Mapping[str, str]) -> None:
    """Refuse an approval without the provider's id, or, of a public cloud, without its paper.

    Codes are what the clouds' rules allow, so that their templates need no paper.
    """
    if not values["provider_id"]:
        raise BadInput(Message("fieldwork-template-id"), Place(field="provider_id"))
    if kind != CODE and account.provider in PUBLIC_CLOUDS and not values["note"]:
        # Who would try it reads here why it is forbidden.
        raise BadInput(Message("fieldwork-cloud-forbids"), Place(field="note"))


def kinds_of(account: Account) -> tuple[str, ...]:
    """Return the kinds of templates that an account may have; codes go to telephones alone."""
    return tuple(kind for kind in TEMPLATE_KINDS if kind != CODE or account.kind == SMS)


def approved_template(
    found: Iterable[MessageTemplate], kind: str, lang: str
) -> ApprovedTemplate | None:
    """Return the approved template of a kind: in a language, else in another one; None if none."""
    fitting = [one for one in found if one.kind == kind and one.state == APPROVED]
    fitting.sort(key=lambda one: (one.lang != lang, one.lang != DEFAULT))
    return ApprovedTemplate(fitting[0].provider_id, fitting[0].text) if fitting else None


async def require_approved(
    connection: AsyncConnection, campaign: str, kinds: Collection[str]
) -> None:
    """Refuse a step for which an account that may send it lacks an approved template.

    Args:
        connection: reads accounts, addresses and templates.
        campaign: whose invited people may be written to at any of their addresses.
        kinds: of the step's messages.

    Raises:
        BadInput: the first one that is missing; of a public cloud with what its rules forbid.
    """
    frames, own = tables.frames.c, tables.addresses.c
    joined = tables.frames.join(tables.addresses, own.person == frames.lookup)
    query = select(own.kind).select_from(joined).distinct()
    query = query.where(frames.campaign == campaign, frames.invited, own.sealed.is_not(None))
    used = set((await connection.execute(query)).scalars())
    found = await read_templates(connection)
    for account in await read_accounts(connection):
        if account.link != TEMPLATE or account.kind not in used:
            continue
        own_ones = [one for one in found if one.account == account.name]
        for kind in sorted(kinds):
            if approved_template(own_ones, kind, DEFAULT) is None:
                raise BadInput(_missing(account, kind), Place(subject=campaign))


def _missing(account: Account, kind: str) -> Message:
    """Return what a step lacks; of a public cloud with what its rules forbid."""
    name, reminder = account.name, int(kind == REMINDER)
    if account.provider in PUBLIC_CLOUDS:
        return Message("fieldwork-template-missing-cloud", account=name, reminder=reminder)
    return Message("fieldwork-template-missing", account=name, reminder=reminder)


async def _account_of(connection: AsyncConnection, place: tuple[str, str, str]) -> Account:
    name, kind, lang = place
    accounts = await read_accounts(connection)
    account = next((one for one in accounts if one.name == name and one.link == TEMPLATE), None)
    if account is None:
        raise BadInput(Message("fieldwork-template-account"), Place(subject=name[:40]))
    if kind not in kinds_of(account) or lang not in TEMPLATE_LANGUAGES:
        raise BadInput(Message("fieldwork-template-unknown"), Place(subject=name))
    return account


def _place(template: MessageTemplate) -> tuple[str, str, str]:
    return template.account, template.kind, template.lang

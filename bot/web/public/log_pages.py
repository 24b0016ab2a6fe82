"""The public log on the web: checkpoints, proofs for witnesses, and the check of a receipt.

A receipt's code comes by a form only: browsers and proxies keep addresses.
"""

from __future__ import annotations

from aiohttp import web

from bot.campaigns.choice_records import choice_at, told
from bot.campaigns.log_loss import LOST, NOT_YET, told_of_receipt
from bot.crypto.note_signatures import verify_signature
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import checkpoints, cosignatures
from bot.transparency.log_reader import (
    StoredCheckpoint,
    StoredEntry,
    find_receipt,
    latest_checkpoint,
    prove_consistency,
    prove_inclusion,
)
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.attachments import attachment
from bot.web.shared.middleware import close_files, is_over_limit, read_form
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput, Message
from survey_flows.log_entries import inclusion_file, read_code
from survey_flows.messages import ENGLISH
from survey_flows.messages import render as render_message
from survey_flows.signed_notes import (
    Note,
    Signature,
    VerifierKey,
    read_checkpoint,
    read_key,
    read_note,
)
from survey_flows.wording import DEFAULT

MAX_FORM_BYTES = 4096
MAX_NOTE_BYTES = 16_384
MAX_DIGITS = 18
MAX_PROOFS = 600
"""Receipts and proofs for one address in an hour; a witness asks every ten seconds, 360 times."""

routes = web.RouteTableDef()


@routes.get("/log/checkpoint")
async def show_checkpoint(request: web.Request) -> web.Response:
    """Sends the newest checkpoint with the witnesses' cosignatures, as a signed note."""
    async with reading(request.app[SERVICE].database) as connection:
        newest = await latest_checkpoint(connection)
    return _plain(newest.note) if newest else _refusal(Message("public-log-empty"), 404)


@routes.get("/log/consistency")
async def show_consistency(request: web.Request) -> web.Response:
    """Sends the proof that the log of ``new`` entries begins with the log of ``old`` entries."""
    await _limit_rate(request)
    sizes = [request.query.get(name, "") for name in ("old", "new")]
    if not all(size.isascii() and size.isdigit() and len(size) <= MAX_DIGITS for size in sizes):
        return _refusal(Message("public-sizes-needed"), 400)
    old, new = map(int, sizes)
    try:
        async with reading(request.app[SERVICE].database) as connection:
            proof = await prove_consistency(connection, old, new)
    except BadInput as error:
        return _plain(f"{error}\n", 400)
    return web.json_response({"old": old, "new": new, "proof": [hash_.hex() for hash_ in proof]})


@routes.post("/log/cosignatures")
async def take_cosignatures(request: web.Request) -> web.Response:
    """Stores a witness's cosignature of one of our checkpoints, sent as a signed note."""
    service = request.app[SERVICE]
    body = await request.clone(client_max_size=MAX_NOTE_BYTES).read()
    try:
        note = read_note(body.decode())
        size = read_checkpoint(note.text).size
    except UnicodeDecodeError:
        return _refusal(Message("public-not-text"), 400)
    except BadInput as error:
        return _plain(f"{error}\n", 400)
    lines = [
        s
        for s in note.signatures
        if _is_by_a_witness(s, note, witness_keys(service.settings.witnesses))
    ]
    if not lines:
        return _refusal(Message("public-no-known-witness"), 403)
    async with writing(service.database) as connection:
        query = checkpoints.select().where(checkpoints.c.size == size)
        ours = (await connection.execute(query)).first()
        if ours is None or read_note(ours.note).text != note.text:
            return _refusal(Message("public-not-our-checkpoint"), 409)
        rows = [{"size": size, "name": line.name, "line": line.line()} for line in lines]
        await upsert(connection, cosignatures, ["size", "name"], rows)
    return _plain("stored\n")


@routes.get("/receipt")
async def show_form(request: web.Request) -> web.Response:
    """Shows the form for a receipt."""
    return render(
        request,
        "receipt.html",
        accepted_language(request),
        code="",
        problem="",
        found=None,
        newest=None,
    )


@routes.post("/log/receipt")
async def show_receipt(request: web.Request) -> web.Response:
    """Shows whether a receipt is in the log, with the proof; it says nothing of the answers."""
    await _limit_rate(request)
    form = await read_form(request, MAX_FORM_BYTES)
    close_files(form)
    typed, lang = str(form.get("code", "")), str(form.get("lang", ""))
    try:
        code = read_code(typed)
    except BadInput:
        return render(
            request,
            "receipt.html",
            lang,
            400,
            code=typed[:40],
            problem="receipt-malformed",
            found=None,
            newest=None,
        )
    async with reading(request.app[SERVICE].database) as connection:
        found = await find_receipt(connection, code)
        newest = await latest_checkpoint(connection)
        told_as = await told_of_receipt(connection, found)
        inside = found is not None and newest is not None and found.position < newest.size
        choice = await choice_at(connection, found.position) if found else None
        proof = (
            await prove_inclusion(connection, found.position, newest.size)
            if inside and found and newest
            else []
        )
    if found and newest and inside and form.get("as") == "proof":
        return _download(found, newest, proof)
    return render(
        request,
        "receipt.html",
        lang,
        code=code,
        problem="" if inside else (NOT_YET if found else told_as),
        lost=told_as == LOST,
        choice=render_message(told(choice), _known(lang)) if choice else "",
        found=found if inside else None,
        newest=_checkpoint(newest) if inside and newest else None,
    )


def _known(lang: str) -> str:
    """The language of a form, which anybody may have typed."""
    return ENGLISH if lang == ENGLISH else DEFAULT


async def _limit_rate(request: web.Request) -> None:
    """Refuses an address that asks for too many proofs, since each reads the database."""
    if await is_over_limit(request, "proof", MAX_PROOFS):
        raise web.HTTPTooManyRequests


def witness_keys(setting: str) -> list[VerifierKey]:
    """Returns the witnesses' public keys of the setting `MINPING_WITNESSES`.

    Raises:
        BadInput: a key cannot be read.
    """
    return [read_key(key) for key in setting.split()]


def _is_by_a_witness(signature: Signature, note: Note, keys: list[VerifierKey]) -> bool:
    return any(
        (signature.name, signature.key_id) == (key.name, key.id)
        and verify_signature(key, signature, note.text)
        for key in keys
    )


def _checkpoint(newest: StoredCheckpoint) -> dict[str, object]:
    note = read_note(newest.note)
    witnesses = [
        signature.name
        for signature in note.signatures
        if signature.name != note.text.split("\n")[0]
    ]
    return {"size": newest.size, "note": newest.note, "witnesses": witnesses}


def _download(found: StoredEntry, newest: StoredCheckpoint, proof: list[bytes]) -> web.Response:
    return web.Response(
        body=inclusion_file(found.position, found.line, proof, newest.note),
        content_type="application/json",
        headers=attachment(f"minping-proof-{found.position}.json"),
    )


def _refusal(message: Message, status: int) -> web.Response:
    """Returns a refusal as text in English: programs that follow tlog specifications read it."""
    return _plain(f"{render_message(message, ENGLISH)}\n", status)


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status)

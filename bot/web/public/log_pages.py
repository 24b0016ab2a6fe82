"""The log in public: its checkpoints, proofs for witnesses, and a page that finds a receipt.

A receipt's code comes by a form only: an address would be kept in histories and proxies' logs.
"""

from __future__ import annotations

from aiohttp import web

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
from bot.web.shared.middleware import close_files, is_over_limit, read_form
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput
from survey_flows.log_entries import inclusion_file, read_code
from survey_flows.signed_notes import (
    Note,
    Signature,
    VerifierKey,
    read_checkpoint,
    read_key,
    read_note,
)

MOST_FORM = 4096
MOST_NOTE = 16_384
LONGEST_NUMBER = 18
MOST_PROOFS = 600
"""Receipts and proofs for one address in an hour: a witness that looks every ten seconds needs 360."""

routes = web.RouteTableDef()


@routes.get("/log/checkpoint")
async def show_checkpoint(request: web.Request) -> web.Response:
    """The newest signed checkpoint with the witnesses' signatures, as text."""
    async with reading(request.app[SERVICE].database) as connection:
        newest = await latest_checkpoint(connection)
    return _plain(newest.note) if newest else _plain("the log is empty\n", 404)


@routes.get("/log/consistency")
async def show_consistency(request: web.Request) -> web.Response:
    """The proof that the log of ``new`` entries begins with that of ``old``."""
    await _spare(request)
    sizes = [request.query.get(name, "") for name in ("old", "new")]
    if not all(size.isascii() and size.isdigit() and len(size) <= LONGEST_NUMBER for size in sizes):
        return _plain("give old and new as numbers of entries\n", 400)
    old, new = map(int, sizes)
    try:
        async with reading(request.app[SERVICE].database) as connection:
            proof = await prove_consistency(connection, old, new)
    except BadInput as error:
        return _plain(f"{error}\n", 400)
    return web.json_response({"old": old, "new": new, "proof": [hash_.hex() for hash_ in proof]})


@routes.post("/log/cosignatures")
async def take_cosignatures(request: web.Request) -> web.Response:
    """A witness's signature under one of our checkpoints: the note's text with its own line below."""
    service = request.app[SERVICE]
    body = await request.clone(client_max_size=MOST_NOTE).read()
    try:
        note = read_note(body.decode())
        size = read_checkpoint(note.text).size
    except (BadInput, UnicodeDecodeError) as error:
        return _plain(f"{error if isinstance(error, BadInput) else 'this is not text'}\n", 400)
    lines = [
        s
        for s in note.signatures
        if _is_by_a_witness(s, note, witness_keys(service.settings.witnesses))
    ]
    if not lines:
        return _plain("none of the signatures is by a witness that is known here\n", 403)
    async with writing(service.database) as connection:
        query = checkpoints.select().where(checkpoints.c.size == size)
        ours = (await connection.execute(query)).first()
        if ours is None or read_note(ours.note).text != note.text:
            return _plain("this is none of our checkpoints\n", 409)
        rows = [{"size": size, "name": line.name, "line": line.line()} for line in lines]
        await upsert(connection, cosignatures, ["size", "name"], rows)
    return _plain("taken\n")


@routes.get("/receipt")
async def show_form(request: web.Request) -> web.Response:
    """Where a citizen types a receipt."""
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
    """Whether a receipt is in the log, and the proof of it; never what the ballot says."""
    await _spare(request)
    form = await read_form(request, MOST_FORM)
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
        inside = found is not None and newest is not None and found.position < newest.size
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
        problem="" if inside else "receipt-not-yet",
        found=found if inside else None,
        newest=_told(newest) if inside and newest else None,
    )


async def _spare(request: web.Request) -> None:
    """Turn off an address that asks for too many proofs: each costs reads of the database."""
    if await is_over_limit(request, "proof", MOST_PROOFS):
        raise web.HTTPTooManyRequests


def witness_keys(setting: str) -> list[VerifierKey]:
    """The witnesses' public keys in the setting `MINPING_WITNESSES`; raises `BadInput` for one that cannot be read."""
    return [read_key(key) for key in setting.split()]


def _is_by_a_witness(signature: Signature, note: Note, keys: list[VerifierKey]) -> bool:
    return any(
        (signature.name, signature.key_id) == (key.name, key.id)
        and verify_signature(key, signature, note.text)
        for key in keys
    )


def _told(newest: StoredCheckpoint) -> dict[str, object]:
    note = read_note(newest.note)
    witnesses = [
        signature.name
        for signature in note.signatures
        if signature.name != note.text.split("\n")[0]
    ]
    return {"size": newest.size, "note": newest.note, "witnesses": witnesses}


def _download(found: StoredEntry, newest: StoredCheckpoint, proof: list[bytes]) -> web.Response:
    response = web.Response(
        body=inclusion_file(found.position, found.data, proof, newest.note),
        content_type="application/json",
    )
    response.headers["Content-Disposition"] = (
        f'attachment; filename="minping-proof-{found.position}.json"'
    )
    return response


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status)

"""Calls to providers: answers that come in pieces, and certificates that are pinned."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome
from bot.messengers.http import MOST_BYTES, NO_ANSWER, HttpCaller, answer_by_status

ACCOUNT = Account("city", "sms", "gateway")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def in_pieces(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for piece in (b'{"status"', b": ", b'"accepted"}'):
        await response.write(piece)
        await asyncio.sleep(0.05)
    return response


async def without_end(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(50):
        await response.write(b"[" * MOST_BYTES)
    return response


async def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    """What is half read would count as no answer, and the message would go twice."""
    async with serving(in_pieces) as port, HttpCaller(ACCOUNT) as caller:
        found = await caller.post(f"http://127.0.0.1:{port}/", b"", {})
    assert (found.status, found.said) == (200, {"status": "accepted"})


async def test_an_answer_without_end_is_no_answer_to_read() -> None:
    async with serving(without_end) as port, HttpCaller(ACCOUNT) as caller:
        found = await caller.get(f"http://127.0.0.1:{port}/")
    assert found.said is None
    assert answer_by_status(found) in (None, Answer(DeliveryOutcome.LATER))


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A certificate of nobody that the system knows, and its pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    own = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, sha256(signed.public_bytes(serialization.Encoding.DER)).hexdigest()


async def test_a_pin_trusts_one_certificate_and_no_pin_trusts_the_system_s(tmp_path: Path) -> None:
    async def say(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "accepted"})

    context, pin = certificate(tmp_path)
    async with serving(say, context) as port:
        for given, trusted in ((pin, True), ("0" * 64, False), ("", False)):
            async with HttpCaller(ACCOUNT, "", given) as caller:
                found = await caller.post(f"https://127.0.0.1:{port}/", b"", {})
            assert (found != NO_ANSWER) == trusted, given

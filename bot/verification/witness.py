"""A witness: cosigns a log's checkpoints for as long as the log only grows.

It remembers the last checkpoint that it signed.
It signs a newer one after a proof that the newer log begins with the remembered one.
A log that shows another history gets no signature, and its note is kept as evidence.
One that shows an older state gets none either, but that contradicts nothing: a proxy may keep old
answers, and whoever owns the database can hide the newest note. The witness looks again later.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.core.file_errors import unwritable
from bot.crypto.note_signatures import cosign, open_note, public_key, verify_signature
from survey_flows.errors import BadInput, Message, Place
from survey_flows.merkle import SIZE, verify_consistency
from survey_flows.signed_notes import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    read_checkpoint,
    read_note,
)

ANSWER_SECONDS = 20
MAX_BYTES = 65_536


class LogForked(BadInput):
    """The log contradicts what it signed before, as both signed notes prove to anybody."""


class LogBehind(BadInput):
    """The log shows fewer entries than it signed before; nothing contradicts that so far."""

    def __init__(self, before: int, now: int, origin: str) -> None:
        message = Message("verification-log-behind", before=before, now=now)
        super().__init__(message, Place(subject=origin))


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness's name and secret seed, and the key of its log."""

    name: str
    seed: bytes
    log: VerifierKey

    @property
    def key(self) -> VerifierKey:
        """The witness's public key."""
        return public_key(self.seed, self.name, COSIGNATURE)


def verified_growth(witness: Witness, before: str, note: str, proof: Sequence[bytes]) -> Checkpoint:
    """Return the checkpoint in ``note``, if the log only grew since the one in ``before``.

    ``before`` is empty when nothing was signed yet.

    Raises:
        BadInput: the note cannot be read, or the log has not signed it.
        LogBehind: it is an older checkpoint, with which the one in ``before`` begins.
        LogForked: the log was rewritten, or does not prove that the one begins with the other.
    """
    new = open_note(note, [witness.log]).checkpoint
    if new.origin != witness.log.name:
        raise BadInput(Message("verification-other-log"), Place(subject=new.origin))
    if not before:
        return new
    old = read_checkpoint(read_note(before).text)
    if new.size == old.size and new.root != old.root:
        raise LogForked(
            Message("verification-log-two-roots", size=new.size), Place(subject=new.origin)
        )
    first, last = sorted((old, new), key=lambda one: one.size)
    if not verify_consistency(first.size, last.size, proof, first.root, last.root):
        raise LogForked(
            Message("verification-growth-unproven", size=first.size), Place(subject=new.origin)
        )
    if new.size < old.size:
        raise LogBehind(old.size, new.size, new.origin)
    return new


def countersign(
    witness: Witness, before: str, note: str, proof: Sequence[bytes], now: int
) -> Signature:
    """Return the witness's signature for ``note`` at ``now`` (epoch seconds).

    Raises:
        BadInput: as `verified_growth`.
        LogForked: as `verified_growth`.
    """
    return cosign(witness.seed, witness.name, verified_growth(witness, before, note, proof), now)


@dataclass(frozen=True, slots=True)
class WitnessResult:
    """The log's size at a visit, and whether the witness signed something new."""

    size: int
    signed: bool


class WitnessClient:
    """Visits a log; the file ``state`` remembers the last checkpoint that was signed."""

    def __init__(self, witness: Witness, url: str, state: Path, now: Callable[[], int]) -> None:
        self._witness = witness
        self._url = url.rstrip("/")
        self._place = Place(subject=self._url)
        self._state = state
        self._now = now

    async def check_growth(self, session: aiohttp.ClientSession) -> WitnessResult:
        """Fetch, check, remember, sign and hand in one checkpoint.

        Raises:
            BadInput: the log cannot be reached or answers with something else; later it may.
            LogBehind: it shows an older checkpoint than before.
            LogForked: as `verified_growth`; the note is kept beside the state as evidence.
        """
        before = await asyncio.to_thread(self._read)
        note = await self._get(session, "/log/checkpoint")
        new = open_note(note, [self._witness.log])
        if before and note_text(before) == new.note.text and self._has_signed(new.note):
            return WitnessResult(new.checkpoint.size, False)
        try:
            proof = await self._proof(session, before, new.checkpoint)
            signature = countersign(self._witness, before, note, proof, self._now())
        except LogForked:
            await asyncio.to_thread(
                _write_durably, self._state.with_name(self._state.name + ".evidence"), note
            )
            raise
        # A witness that forgot what it signed could sign a fork, so that it remembers first.
        await asyncio.to_thread(_write_durably, self._state, note)
        await self._post(session, Note(new.note.text, (signature,)).write())
        return WitnessResult(new.checkpoint.size, True)

    def _has_signed(self, note: Note) -> bool:
        key = self._witness.key
        own = [s for s in note.signatures if (s.name, s.key_id) == (key.name, key.id)]
        return any(verify_signature(key, signature, note.text) for signature in own)

    def _read(self) -> str:
        try:
            text = self._state.read_text("utf-8")
        except FileNotFoundError:
            return ""
        open_note(text, [self._witness.log])
        return text

    async def _proof(
        self, session: aiohttp.ClientSession, before: str, new: Checkpoint
    ) -> list[bytes]:
        old = read_checkpoint(read_note(before).text) if before else None
        if old is None:
            return []
        first, last = sorted((old.size, new.size))
        if not 0 < first < last:
            return []
        try:
            answer = await self._get(session, f"/log/consistency?old={first}&new={last}")
        except BadInput as error:
            # A log that is behind in earnest does not know the larger size.
            if new.size < old.size:
                raise LogBehind(old.size, new.size, new.origin) from error
            raise
        try:
            proof = [bytes.fromhex(hash_) for hash_ in json.loads(answer)["proof"]]
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise BadInput(Message("verification-log-proof-unreadable"), self._place) from error
        if any(len(hash_) != SIZE for hash_ in proof):
            raise BadInput(Message("verification-log-proof-unreadable"), self._place)
        return proof

    async def _get(self, session: aiohttp.ClientSession, path: str) -> str:
        return await self._call(session.get(self._url + path), path)

    async def _post(self, session: aiohttp.ClientSession, note: str) -> None:
        path = "/log/cosignatures"
        await self._call(
            session.post(
                self._url + path, data=note.encode(), headers={"Content-Type": "text/plain"}
            ),
            path,
        )

    async def _call(self, request: Awaitable[aiohttp.ClientResponse], path: str) -> str:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await request
                async with response:
                    body = await _read_most(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BadInput(Message("verification-log-unreachable"), self._place) from error
        if response.status >= 300 or len(body) > MAX_BYTES:
            raise BadInput(
                Message(
                    "verification-log-answered", status=response.status, path=path.partition("?")[0]
                ),
                self._place,
            )
        return body.decode("utf-8", "replace")


async def _read_most(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            break
    return body


def note_text(note: str) -> str:
    """Return the signed text of a note."""
    return read_note(note).text


def _write_durably(path: Path, text: str) -> None:
    """Write so that after a crash there is the old text or the new one."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise unwritable(error, path) from error

"""A witness: signs a log's checkpoints, but only while the log does nothing else than grow.

It remembers the last checkpoint it signed. A newer one is signed after a proof that it begins with that one; a log that
shows a shorter or another history is told on, and nothing is signed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.crypto.note_signatures import cosign, open_note, public_key, verify_signature
from survey_flows.errors import BadInput
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

SECONDS = 20
MAX_BYTES = 65_536


class LogForked(BadInput):
    """The log contradicts what it signed before. Both signed notes together prove it to anybody."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Who signs, and for which log."""

    name: str
    seed: bytes
    log: VerifierKey

    @property
    def key(self) -> VerifierKey:
        """The witness's public key."""
        return public_key(self.seed, self.name, COSIGNATURE)


def verified_growth(witness: Witness, before: str, note: str, proof: Sequence[bytes]) -> Checkpoint:
    """The checkpoint in ``note``, if the log only grew since the one in ``before`` (empty: nothing was seen yet).

    Raises:
        BadInput: the note cannot be read or is not signed by the log, or the proof does not fit.
        Dishonest: the log was rolled back or rewritten.
    """
    new = open_note(note, [witness.log]).checkpoint
    if new.origin != witness.log.name:
        raise BadInput("the checkpoint is that of another log", new.origin)
    if not before:
        return new
    old = read_checkpoint(read_note(before).text)
    if new.size < old.size:
        raise LogForked(
            f"the log was rolled back: it had {old.size} entries, and now it has {new.size}",
            new.origin,
        )
    if new.size == old.size and new.root != old.root:
        raise LogForked(
            f"the log was rewritten: it signed two different roots of {new.size} entries",
            new.origin,
        )
    if not verify_consistency(old.size, new.size, proof, old.root, new.root):
        raise LogForked(
            f"the log does not prove that its first {old.size} entries are what they were",
            new.origin,
        )
    return new


def countersign(
    witness: Witness, before: str, note: str, proof: Sequence[bytes], now: int
) -> Signature:
    """The witness's signature for ``note`` at ``now`` (seconds); raises as `verified_growth`."""
    return cosign(witness.seed, witness.name, verified_growth(witness, before, note, proof), now)


@dataclass(frozen=True, slots=True)
class WitnessResult:
    """What one look at the log led to: its size, and whether something new was signed."""

    size: int
    signed: bool


class WitnessClient:
    """Looks at a log again and again; ``state`` is the file that remembers the last checkpoint that was signed."""

    def __init__(self, witness: Witness, url: str, state: Path, now: Callable[[], int]) -> None:
        self._witness = witness
        self._url = url.rstrip("/")
        self._state = state
        self._now = now

    async def check_growth(self, session: aiohttp.ClientSession) -> WitnessResult:
        """Fetch, judge, remember, sign and hand in, once.

        Raises:
            BadInput: the log cannot be reached or answers with something else; it may do better later.
            Dishonest: as `verified_growth`; the note is kept beside the state as evidence.
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
        # Remembered before it is handed out: a witness that forgets what it signed could sign a fork after it.
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
        if old is None or not 0 < old.size < new.size:
            return []
        answer = await self._get(session, f"/log/consistency?old={old.size}&new={new.size}")
        try:
            proof = [bytes.fromhex(hash_) for hash_ in json.loads(answer)["proof"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("the log's proof cannot be read", self._url) from error
        if any(len(hash_) != SIZE for hash_ in proof):
            raise BadInput("the log's proof cannot be read", self._url)
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
            async with asyncio.timeout(SECONDS):
                response = await request
                async with response:
                    body = await _read_most(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BadInput(
                f"the log cannot be reached ({type(error).__name__})", self._url
            ) from error
        if response.status >= 300 or len(body) > MAX_BYTES:
            raise BadInput(
                f"the log answered {response.status} to {path.partition('?')[0]}", self._url
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
    """The signed text of a note."""
    return read_note(note).text


def _write_durably(path: Path, text: str) -> None:
    """Write durably: after a crash there is the old text or the new one."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error

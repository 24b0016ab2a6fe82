"""The second factor of an account: time-based codes (RFC 6238), and recovery codes.

Codes have six digits and change every half minute; recovery codes are for a lost telephone.
A code is taken once: neither it nor an older one opens a second session.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.roster import Roster
from bot.accounts.staff import require_other_account
from bot.crypto.gate_keys import NONCE, pseudonym
from bot.crypto.keyrings import Keyring
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.all import recovery_codes, second_factors
from survey_flows.errors import BadInput, BadSession, Message, Place

STEP, DIGITS, SECRET = 30, 6, 20
"""Seconds, digits and bytes that every authenticator app takes; so is SHA-1 (RFC 6238, 1.2)."""
FACTOR_KEY = "staff"
DRIFT = 1
"""The steps by which a telephone's clock may be off."""
RECOVERY, GROUPS = 8, 6
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class FactorKeys:
    """The secret of the second factors; it never leaves this object's methods."""

    secret: bytes

    def seal(self, login: str, secret: bytes) -> bytes:
        """Encrypts a person's secret, bound to the login (ChaCha20-Poly1305, RFC 8439)."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher().encrypt(nonce, secret, login.encode())

    def unseal(self, login: str, sealed: bytes) -> bytes:
        """Decrypts what `seal` made.

        Raises:
            BadSession: it was sealed under another key or for another login, or is damaged.
        """
        try:
            return self._cipher().decrypt(sealed[:NONCE], sealed[NONCE:], login.encode())
        except InvalidTag as error:
            raise BadSession(Message("second-factor-other-key"), Place(subject=login)) from error

    def mark(self, login: str, code: str) -> bytes:
        """Returns the keyed hash of a recovery code as it is stored, 32 bytes."""
        return pseudonym(self.secret, "recovery", login, code)

    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(pseudonym(self.secret, "seal"))


def load_factor_keys(folder: Path) -> FactorKeys:
    """Returns the secret in ``folder``; raises `KeyMissing` when it is not there."""
    return FactorKeys(Keyring(folder).demand(FACTOR_KEY))


async def begin_factor(database: AsyncEngine, keys: FactorKeys, login: str) -> None:
    """Makes a new secret, which a first code has to confirm.

    Raises:
        BadInput: the account has a confirmed second factor.
    """
    async with writing(database) as connection:
        columns = second_factors.c
        query = select(columns.confirmed).where(columns.login == login)
        if (await connection.execute(query)).scalar():
            raise BadInput(Message("second-factor-in-use"), Place(subject=login))
        sealed = keys.seal(login, secrets.token_bytes(SECRET))
        row = {"login": login, "sealed": sealed, "confirmed": False, "step": 0}
        await upsert(connection, second_factors, ["login"], [row])


async def pending_uri(database: AsyncEngine, keys: FactorKeys, login: str, issuer: str) -> str:
    """Returns the ``otpauth:`` address of an unconfirmed secret; empty when there is none."""
    columns = second_factors.c
    async with reading(database) as connection:
        query = select(columns.sealed).where(columns.login == login, ~columns.confirmed)
        sealed = (await connection.execute(query)).scalar()
    return (
        _totp(keys.unseal(login, bytes(sealed))).get_provisioning_uri(login, issuer)
        if sealed
        else ""
    )


async def confirm_factor(
    roster: Roster, keys: FactorKeys, login: str, code: str, now: float
) -> list[str]:
    """Takes the first code, so that a code is needed from now on.

    Returns the recovery codes, which are shown once; none when the code does not fit.
    """
    async with roster.change() as connection:
        if not await _take_code(connection, keys, login, code, now, confirmed=False):
            return []
        return await _new_codes(connection, keys, login)


async def check_factor(
    database: AsyncEngine, keys: FactorKeys, login: str, code: str, now: float
) -> bool:
    """Returns whether a code of the app or an unused recovery code fits, and uses it up."""
    code = code.replace(" ", "").lower()
    async with writing(database) as connection:
        if len(code) == DIGITS:
            return await _take_code(connection, keys, login, code, now, confirmed=True)
        columns = recovery_codes.c
        done = await connection.execute(
            delete(recovery_codes).where(
                columns.login == login, columns.code == keys.mark(login, code)
            )
        )
        return bool(done.rowcount)


async def renew_codes(database: AsyncEngine, keys: FactorKeys, login: str) -> list[str]:
    """Returns new recovery codes; the older ones are void."""
    async with writing(database) as connection:
        return await _new_codes(connection, keys, login)


async def reset_factor(roster: Roster, login: str, by: str = "") -> bool:
    """Deletes a person's second factor and recovery codes; returns whether there was one.

    ``by`` is the login of the administrator who does it. It is empty on the machine itself, and
    for a person who has shown a code of their own.

    Raises:
        BadInput: ``by`` is the login itself.
    """
    require_other_account(login, by)
    async with roster.change() as connection:
        return await delete_factor(connection, login)


async def delete_factor(connection: AsyncConnection, login: str) -> bool:
    """Does what `reset_factor` does, in the caller's transaction."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.login == login))
    done = await connection.execute(delete(second_factors).where(second_factors.c.login == login))
    return bool(done.rowcount)


async def _take_code(
    connection: AsyncConnection,
    keys: FactorKeys,
    login: str,
    code: str,
    now: float,
    confirmed: bool,
) -> bool:
    columns = second_factors.c
    mine = (columns.login == login, columns.confirmed.is_(confirmed))
    sealed = (await connection.execute(select(columns.sealed).where(*mine))).scalar()
    step = _step(keys.unseal(login, bytes(sealed)), code, now) if sealed else 0
    if not step:
        return False
    # Two requests with one code may come at once; the condition lets one of them pass.
    later = (
        update(second_factors).where(*mine, columns.step < step).values(step=step, confirmed=True)
    )
    return bool((await connection.execute(later)).rowcount)


def _step(secret: bytes, code: str, now: float) -> int:
    """Returns the half minute since 1970 of a code; 0 when it is of none near ``now``."""
    totp, present = _totp(secret), int(now) // STEP
    near = [present + drift for drift in range(-DRIFT, DRIFT + 1)]
    fitting = [
        step for step in near if hmac.compare_digest(totp.generate(step * STEP), code.encode())
    ]
    return fitting[0] if fitting else 0


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 - as an HMAC; apps take no other


async def _new_codes(connection: AsyncConnection, keys: FactorKeys, login: str) -> list[str]:
    """Returns codes of 119 random bits; for so many a fast hash is enough (ASVS 5.0, 6.5.2)."""
    codes = [_recovery_code() for _ in range(RECOVERY)]
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.login == login))
    rows = [{"login": login, "code": keys.mark(login, code)} for code in codes]
    await connection.execute(recovery_codes.insert(), rows)
    return codes


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(GROUPS))

"""A messenger that hands mails to a relay over SMTP (RFC 5321), one connection for each.

Every mail has the two headers of RFC 8058: the mail program posts to our address, and the person
is opted out without a page. DKIM is the relay's.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Self

from bot.core.clock import Clock, SystemClock
from bot.fieldwork.audience.addresses import EMAIL
from bot.fieldwork.outreach.messenger import UNKNOWN, Answer, DeliveryOutcome, OutgoingMessage
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import BadReceipt, Hooked, Request
from survey_flows.errors import BadInput, Message

SECONDS = 20.0
CALLS = 8
"""Mails on their way at once, as many as a sender has."""
PAUSE = 300.0
"""Seconds of silence after a relay that closes the door (421) or takes no more for now (4.5.3)."""
SECURITIES = ("starttls", "tls", "none")
HERE = ("127.0.0.1", "::1", "localhost")
"""Hosts to which a mail may go without TLS."""
STATUS = re.compile(rb"^([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
"""Statuses (RFC 3463) of an address to which nothing will ever be delivered."""
FULL = ("5.2.2",)
LOGIN = (530, 534, 535, 538)


class MailMessenger:
    """Sends mails by one relay.

    Args:
        file: the account.
        clock: for the date of a mail.

    Raises:
        BadInput: a setting is missing, or the connection would be open to everybody.
    """

    pause_seconds = 0.0
    hook = ""

    def __init__(self, file: AccountFile, clock: Clock | None = None) -> None:
        self.account = file.declare(EMAIL, 2000)
        self._host = file.setting("host")
        self._security = file.settings.get("security", "starttls")
        self._port = _port(file, self._security)
        self._sender = _mail_address(file)
        self._user = file.secrets.get("user", "")
        self._password = file.secret("password") if self._user else ""
        self._clock = clock or SystemClock()
        # Threads of its own: a relay that hangs takes none from the rest of the service.
        self._threads = ThreadPoolExecutor(CALLS, f"mail-{file.name}")
        if self._security not in SECURITIES or (
            self._security == "none" and self._host not in HERE
        ):
            raise BadInput(Message("messengers-mail-security"), file.place("settings.security"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a mail once."""
        mail = self.written(address, message)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, address, mail)

    def written(self, address: str, message: OutgoingMessage) -> EmailMessage:
        """Return the mail of a message."""
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = MailAddress(addr_spec=address)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = make_msgid(domain=self._sender.domain)
        mail["List-Unsubscribe"] = f"<{message.leave}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.with_links + "\n", charset="utf-8", cte="base64")
        return mail

    def _send(self, address: str, mail: EmailMessage) -> Answer:
        try:
            with self._connected() as relay:
                relay.send_message(mail, self._sender.addr_spec, [address])
        except smtplib.SMTPRecipientsRefused as refused:
            return read_reply(*refused.recipients[address])
        except smtplib.SMTPResponseException as refused:
            said = refused.smtp_error
            return read_reply(refused.smtp_code, said if isinstance(said, bytes) else said.encode())
        except ssl.SSLError:
            return Answer(DeliveryOutcome.REFUSED, reason="tls")
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPHeloError):
            return Answer(DeliveryOutcome.REFUSED, reason="relay")
        except (OSError, smtplib.SMTPException):
            return Answer(DeliveryOutcome.LATER)
        return Answer(DeliveryOutcome.ACCEPTED)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        on = (self._host, self._port)
        if self._security == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(*on, timeout=SECONDS, context=context)
        else:
            relay = smtplib.SMTP(*on, timeout=SECONDS)
        try:
            if self._security == "starttls":
                relay.starttls(context=context)
            if self._user:
                relay.login(self._user, self._password)
        except BaseException:
            relay.close()
            raise
        return relay

    def read_hook(self, _request: Request, /) -> Hooked:
        """No relay of this kind tells anything later."""
        raise BadReceipt


def read_reply(code: int, said: bytes) -> Answer:
    """Return what a relay's refusal means, by its status (RFC 3463) or its code (RFC 5321)."""
    found = STATUS.match(said)
    status = found[1].decode() if found else ""
    reason = status or f"smtp {code}"
    if code == 421 or status == "4.5.3":
        return Answer(DeliveryOutcome.SILENCE, seconds=PAUSE, reason=reason)
    if code < 500 or status in FULL:
        return Answer(DeliveryOutcome.LATER, reason=reason)
    if status in GONE:
        return Answer(DeliveryOutcome.UNREACHABLE, reason=reason)
    if status.startswith("5.7.") or code in LOGIN or code in (552, 554):
        return Answer(DeliveryOutcome.REFUSED, reason=reason)
    # A 550 alone may be about us or about them: nobody is burnt by it.
    return Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def _port(file: AccountFile, security: str) -> int:
    text = file.settings.get("port", "465" if security == "tls" else "587")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise BadInput(Message("messengers-mail-port"), file.place("settings.port"))
    return int(text)


def _mail_address(file: AccountFile) -> MailAddress:
    try:
        name = file.settings.get("from_name", "")
        return MailAddress(display_name=name, addr_spec=file.setting("from"))
    except (ValueError, IndexError):
        raise BadInput(Message("messengers-mail-from"), file.place("settings.from")) from None


def make(file: AccountFile, _data: Path) -> MailMessenger:
    """Return the messenger of an account; raises `BadInput` as `MailMessenger`."""
    return MailMessenger(file)

"""A mail relay that checks each command and each mail by RFC 5321, 5322 and 8058."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

ORDER = ("EHLO", "MAIL", "RCPT", "DATA")
OUT = re.compile(r"<https://[^<>\s]+>")


@dataclass
class Relay:
    """Answers 250 unless ``replies`` has another line for the verb, such as ``550 5.1.1 x``.

    ``DATA.`` names the reply after the mail. ``unknown`` are addresses that it does not know.
    """

    replies: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    mails: list[EmailMessage] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = 0

        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        say(self.replies.get("CONNECT", "220 relay"))
        while line := await reader.readline():
            if not line.endswith(b"\r\n"):
                self.violations.append("a line without CRLF")
            verb = line[:4].decode().upper()
            if verb == "QUIT":
                say("221 bye")
                break
            if verb == "RSET":
                say("250 ok")
                continue
            if verb not in ORDER or ORDER.index(verb) not in (place, place - 1):
                self.violations.append(f"{verb} out of order")
            place = ORDER.index(verb) + 1 if verb in ORDER else place
            if verb == "RCPT":
                self.people.append(line.partition(b"<")[2].partition(b">")[0].decode())
            reply = self.replies.get(verb)
            if verb == "RCPT" and self.people[-1] in self.unknown:
                reply = "550 5.1.1 no such user"
            if verb == "DATA" and reply is None:
                say("354 go on")
                self._take(await reader.readuntil(b"\r\n.\r\n"))
                say(self.replies.get("DATA.", "250 2.0.0 taken"))
            else:
                say(reply or "250 ok")
        writer.close()

    def _take(self, data: bytes) -> None:
        text = data[:-3].replace(b"\r\n..", b"\r\n.")
        mail = message_from_bytes(text, policy=policy.default)
        self.mails.append(mail)
        wrong = [name for name in ("From", "To", "Subject", "Date", "Message-ID") if not mail[name]]
        if not OUT.fullmatch(mail["List-Unsubscribe"] or ""):
            wrong.append("List-Unsubscribe")
        if mail["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
            wrong.append("List-Unsubscribe-Post")
        if any(len(line) > 998 for line in text.split(b"\r\n")) or max(text) > 127:
            wrong.append("lines")
        self.violations += wrong

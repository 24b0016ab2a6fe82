"""A messenger for Tencent Cloud's SendSms (2021-01-11)."""

from __future__ import annotations

import json
from pathlib import Path

from bot.core.clock import Clock, SystemClock
from bot.fieldwork.audience.addresses import SMS, returned_number
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    UNKNOWN,
    Answer,
    ApprovedTemplate,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.template_texts import code_parts
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import (
    NO_TEMPLATE,
    BadReceipt,
    Hooked,
    Request,
    Verdict,
    answer_by_code,
)
from bot.messengers.http import HttpCaller, Response, answer_by_status, parse_json, text_at
from bot.messengers.operator_codes import outcome_of
from bot.messengers.tencent.signature import TYPE, authorization

URL = "https://sms.tencentcloudapi.com"
ACTION, VERSION, REGION = "SendSms", "2021-01-11", "ap-guangzhou"
TAKEN = '{"result":0,"errmsg":"OK"}'
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
CODES = {
    "LimitExceeded.PhoneNumberDailyLimit": Verdict(DeliveryOutcome.LIMITED, DAY),
    "LimitExceeded.PhoneNumberOneHourLimit": Verdict(DeliveryOutcome.LIMITED, HOUR),
    "LimitExceeded.PhoneNumberThirtySecondLimit": Verdict(DeliveryOutcome.LIMITED, MINUTE),
    "LimitExceeded.PhoneNumberSameContentDailyLimit": Verdict(DeliveryOutcome.LIMITED, DAY),
    "LimitExceeded.AppDailyLimit": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "LimitExceeded.AppMainlandChinaDailyLimit": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "LimitExceeded.DeliveryFrequencyLimit": Verdict(DeliveryOutcome.SILENCE, MINUTE),
    "LimitExceeded.DailyLimit": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "FailedOperation.InsufficientBalanceInSmsPackage": Verdict(DeliveryOutcome.SILENCE, HOUR),
    "RequestLimitExceeded": Verdict(DeliveryOutcome.SILENCE, MINUTE),
    "FailedOperation.PhoneNumberInBlacklist": Verdict(DeliveryOutcome.OPTED_OUT),
    "InvalidParameterValue.IncorrectPhoneNumber": Verdict(DeliveryOutcome.UNREACHABLE),
}
REFUSED = (
    "AuthFailure",
    "UnauthorizedOperation",
    "InvalidParameter",
    "MissingParameter",
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.Template",
    "FailedOperation.Signature",
    "FailedOperation.FailResolvePacket",
)
"""Beginnings of the codes of what nobody would get (document 38780)."""


class TencentMessenger(HttpCaller):
    """Sends approved templates.

    Args:
        file: the account: secrets ``secret_id`` and ``secret_key``, settings ``app_id``, ``sign``
            and ``region``.
        clock: for the moment that is signed; Tencent takes five minutes.

    Raises:
        BadInput: one of these is missing.
    """

    def __init__(self, file: AccountFile, clock: Clock | None = None) -> None:
        super().__init__(file.declare(SMS, 500, TEMPLATE), file.hook, file.tls_pin)
        self._url = file.url or URL
        self._id, self._key = file.secret("secret_id"), file.secret("secret_key")
        self._app, self._sign = file.setting("app_id"), file.setting("sign")
        self._region = file.settings.get("region", REGION)
        self._clock = clock or SystemClock()

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        """Send a message once."""
        if message.template is None:
            return NO_TEMPLATE
        body, headers = self.written(address, message, message.template)
        return read_answer(await self.post(f"{self._url}/", body, headers))

    def written(
        self, address: str, message: OutgoingMessage, template: ApprovedTemplate
    ) -> tuple[bytes, dict[str, str]]:
        """Return body and headers of the request for a message."""
        said = {
            "PhoneNumberSet": [address],
            "SmsSdkAppId": self._app,
            "TemplateId": template.id,
            "SignName": self._sign,
            "TemplateParamSet": list(code_parts(template.text, message.token).values()),
        }
        body = json.dumps(said, ensure_ascii=False).encode()
        host = self._url.partition("://")[2].rstrip("/")
        at = int(self._clock.now().timestamp())
        headers = {
            "Host": host,
            "Content-Type": TYPE,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Region": self._region,
            "X-TC-Timestamp": str(at),
            "Authorization": authorization(self._id, self._key, host, body, at),
        }
        return body, headers

    def read_hook(self, request: Request) -> Hooked:
        """Read reports and words that people sent back."""
        said = parse_json(request.body)
        items = said if isinstance(said, list) else [said] if isinstance(said, dict) else None
        if items is None:
            raise BadReceipt
        receipts, words = [], []
        for item in items:
            reference, text = text_at(item, "sid"), text_at(item, "content")
            nation, mobile = text_at(item, "nationcode"), text_at(item, "mobile")
            sender = returned_number(f"+{nation.lstrip('+')}{mobile}" if nation else mobile)
            if text and sender:
                words.append((sender, text))
            elif reference:
                arrived = text_at(item, "report_status") == "SUCCESS"
                receipts.append((reference, outcome_of(arrived, text_at(item, "errmsg"))))
        return Hooked(tuple(receipts), tuple(words), TAKEN, json=True)


def read_answer(response: Response) -> Answer:
    """Return what an answer means: of the request, or of its one number."""
    plain = answer_by_status(response)
    if plain is not None:
        return plain
    code = text_at(response.said, "Response.Error.Code")
    code = code or text_at(response.said, "Response.SendStatusSet.0.Code")
    if code == "Ok":
        serial = text_at(response.said, "Response.SendStatusSet.0.SerialNo")
        return Answer(DeliveryOutcome.ACCEPTED, serial)
    known = answer_by_code(code, CODES)
    if known is None and code.startswith(REFUSED):
        known = Verdict(DeliveryOutcome.REFUSED).answer(code)
    return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)


def make(file: AccountFile, _data: Path) -> TencentMessenger:
    """Return the messenger of an account; raises `BadInput` as `TencentMessenger`."""
    return TencentMessenger(file)

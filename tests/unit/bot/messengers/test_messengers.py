"""What every messenger does alike, shown by each against a stand-in of its provider."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.fieldwork.audience.addresses import returned_number
from bot.fieldwork.outreach.messenger import Answer, ApprovedTemplate, OutgoingMessage
from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.messengers.account_files import read_account
from bot.messengers.contract import AccountMessenger, BadReceipt, Request
from bot.messengers.gateway.description import NUMBERS
from bot.messengers.gateway.messenger import number_as
from bot.messengers.registry import PROVIDERS
from tests.standins import aliyun, cmas, dingtalk, feishu, plain, tencent, twilio, wechat, wecom
from tests.standins.server import Checker, StandIn

HOOK = "A" * 22
PHONE = "+8613800138000"
MESSAGE = OutgoingMessage(
    "A long text",
    "Begin",
    "7K3M9P2QXB",
    "No more",
    "https://mp.cs.cn/7K3M9P2QXB",
    "您被随机抽中评价政府部门工作：https://mp.cs.cn/7K3M9P2QXB 拒收请回复R",
    leave="https://mp.cs.cn/out/AAAA",
)


@dataclass
class Case:
    """A provider: an account, the stand-in, what its answers and receipts mean."""

    account: str
    check: Checker
    taken: tuple[int, Any]
    reference: str
    answers: list[tuple[int, Any, To]]
    receipts: list[tuple[Any, list[tuple[str, To]]]] = field(default_factory=list)
    words: tuple[Any, tuple[str, str]] | None = None
    address: str = PHONE
    secrets: tuple[str, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    template: ApprovedTemplate | None = None

    @property
    def message(self) -> OutgoingMessage:
        return replace(MESSAGE, template=self.template)

    async def send(self, messenger: AccountMessenger) -> Answer:
        return await messenger.send(self.address, self.message)

    def provider(self, *answers: tuple[int, Any]) -> StandIn:
        return StandIn(self.check, list(answers), self.before)


def cmas_refusal(code: str) -> dict[str, Any]:
    return {"msgGroup": "", "rspcod": code, "success": False}


def cmas_receipt(code: str) -> list[dict[str, str]]:
    item = {"errorCode": code, "mobile": "13800138000", "msgGroup": "0728123456001000000000"}
    item |= {"receiveDate": "20261130101010", "reportStatus": "CM:0000", "submitDate": "2026"}
    return [item]


GROUP = "0728123456001000000000"
CASES = {
    "cmas": Case(
        account="""
provider: gateway
url: {url}/sms/norsubmit
secrets: {{ecName: 清水市考评办, apId: mpuser, secretKey: s3cr3t-of-cmas}}
settings: {{description: cmas-norsubmit, sign: QrTs8xxxx, addSerial: ""}}
hook: {hook}
""",
        check=cmas.check,
        taken=(200, {"msgGroup": GROUP, "rspcod": "success", "success": True}),
        reference=GROUP,
        answers=[
            (200, cmas_refusal("IllegalMac"), To.REFUSED),
            (200, cmas_refusal("NoSignId"), To.REFUSED),
            (200, cmas_refusal("NeverHeardOf"), To.LATER),
        ],
        receipts=[
            (cmas_receipt("DELIVRD"), [(GROUP, To.DELIVERED)]),
            (cmas_receipt("EXPIRED"), [(GROUP, To.LATER)]),
            (cmas_receipt("MK:0013"), [(GROUP, To.UNREACHABLE)]),
            (cmas_receipt("MBBLACK"), [(GROUP, To.OPTED_OUT)]),
            (cmas_receipt("NEW:CODE"), []),
        ],
        secrets=("s3cr3t-of-cmas",),
    ),
    "plain": Case(
        account="""
provider: gateway
url: {url}/
secrets: {{key: a key of the city}}
settings: {{description: plain-json}}
hook: {hook}
""",
        check=plain.check,
        taken=(200, {"status": "accepted", "id": "m-1"}),
        reference="m-1",
        answers=[
            (200, {"status": "unknown-number"}, To.UNREACHABLE),
            (200, {"status": "opted-out"}, To.OPTED_OUT),
            (200, {"status": "one-too-many"}, To.LIMITED),
            (429, {"status": "too-fast"}, To.SILENCE),
            (200, {"status": "later"}, To.LATER),
            (422, {"status": "text-refused"}, To.REFUSED),
        ],
        receipts=[
            (
                {
                    "receipts": [
                        {"id": "a", "status": "delivered"},
                        {"id": "b", "status": "expired"},
                    ]
                },
                [("a", To.DELIVERED), ("b", To.LATER)],
            ),
        ],
        words=({"words": [{"from": "13800138000", "text": "退订"}]}, (PHONE, "退订")),
        secrets=("a key of the city",),
    ),
}


def tencent_answer(code: str) -> dict[str, Any]:
    one = {"SerialNo": "5000:1045710669157053657849499619", "PhoneNumber": "+8613800138000"}
    one |= {"Fee": 1, "SessionContext": "", "Code": code, "Message": "x", "IsoCode": "CN"}
    return {"Response": {"SendStatusSet": [one], "RequestId": "a"}}


def tencent_error(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": "x"}, "RequestId": "a"}}


def tencent_report(status: str, message: str) -> list[dict[str, str]]:
    item = {"user_receive_time": "2026-11-30 10:00:00", "nationcode": "86", "sid": "s-1"}
    item |= {"mobile": "13800138000", "report_status": status, "errmsg": message}
    return [item | {"description": "x"}]


def aliyun_report(success: bool, code: str) -> list[dict[str, Any]]:
    item = {"phone_number": "13800138000", "send_time": "2026-11-30 10:00:00", "sms_size": "1"}
    item |= {"report_time": "2026-11-30 10:00:01", "err_code": code, "err_msg": "x"}
    return [item | {"success": success, "biz_id": "b-1", "out_id": ""}]


def aliyun_answer(code: str, message: str = "x") -> dict[str, str]:
    return {"Code": code, "Message": message, "RequestId": "a"}


def cloud(variables: str) -> ApprovedTemplate:
    return ApprovedTemplate("SMS_1", f"请打开 https://mp.cs.cn/k 输入编码 {variables}")


CASES |= {
    "aliyun": Case(
        account="""
provider: aliyun
url: {url}
secrets: {{access_key_id: LTAI-test, access_key_secret: secret-of-test}}
settings: {{sign: 清水市考评办}}
hook: {hook}
""",
        check=aliyun.check,
        taken=(200, aliyun_answer("OK", "OK") | {"BizId": "b-1"}),
        reference="b-1",
        answers=[
            (200, aliyun_answer("isv.MOBILE_NUMBER_ILLEGAL"), To.UNREACHABLE),
            (
                200,
                aliyun_answer("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10"),
                To.LIMITED,
            ),
            (200, aliyun_answer("isv.DAY_LIMIT_CONTROL"), To.SILENCE),
            (200, aliyun_answer("isv.AMOUNT_NOT_ENOUGH"), To.SILENCE),
            (400, aliyun_answer("Throttling.User"), To.SILENCE),
            (200, aliyun_answer("isv.SMS_TEMPLATE_ILLEGAL"), To.REFUSED),
            (200, aliyun_answer("isv.SMS_SIGNATURE_ILLEGAL"), To.REFUSED),
            (403, aliyun_answer("isp.RAM_PERMISSION_DENY"), To.REFUSED),
            (404, aliyun_answer("InvalidAccessKeyId.NotFound"), To.REFUSED),
            (200, aliyun_answer("isp.SYSTEM_ERROR"), To.LATER),
        ],
        receipts=[
            (aliyun_report(True, "DELIVERED"), [("b-1", To.DELIVERED)]),
            (aliyun_report(False, "MK:0001"), [("b-1", To.UNREACHABLE)]),
            (aliyun_report(False, "MBBLACK"), [("b-1", To.OPTED_OUT)]),
            (aliyun_report(False, "DELIVERED"), [("b-1", To.LATER)]),
            (aliyun_report(False, "EXPIRED"), [("b-1", To.LATER)]),
        ],
        words=([{"phone_number": "13800138000", "content": "TD"}], (PHONE, "TD")),
        secrets=("secret-of-test",),
        template=cloud("${a}${b}"),
    ),
    "tencent": Case(
        account="""
provider: tencent
url: {url}
secrets: {{secret_id: AKID-test, secret_key: key-of-test}}
settings: {{app_id: "1400000000", sign: 清水市考评办}}
hook: {hook}
""",
        check=tencent.check,
        taken=(200, tencent_answer("Ok")),
        reference="5000:1045710669157053657849499619",
        answers=[
            (200, tencent_answer("LimitExceeded.PhoneNumberDailyLimit"), To.LIMITED),
            (200, tencent_answer("LimitExceeded.AppDailyLimit"), To.SILENCE),
            (200, tencent_error("RequestLimitExceeded"), To.SILENCE),
            (200, tencent_answer("FailedOperation.InsufficientBalanceInSmsPackage"), To.SILENCE),
            (200, tencent_answer("FailedOperation.PhoneNumberInBlacklist"), To.OPTED_OUT),
            (200, tencent_answer("InvalidParameterValue.IncorrectPhoneNumber"), To.UNREACHABLE),
            (200, tencent_answer("InvalidParameterValue.TemplateParameterFormatError"), To.REFUSED),
            (200, tencent_error("AuthFailure.SignatureFailure"), To.REFUSED),
            (200, tencent_error("InternalError.Timeout"), To.LATER),
        ],
        receipts=[
            (tencent_report("SUCCESS", "DELIVRD"), [("s-1", To.DELIVERED)]),
            (tencent_report("FAIL", "UNDELIV"), [("s-1", To.UNREACHABLE)]),
            (tencent_report("FAIL", "REJECTD"), [("s-1", To.OPTED_OUT)]),
            (tencent_report("FAIL", "DELIVRD"), [("s-1", To.LATER)]),
        ],
        words=({"mobile": "13800138000", "nationcode": "86", "content": "T"}, (PHONE, "T")),
        secrets=("key-of-test",),
        template=cloud("{1}"),
    ),
}


def wecom_answer(code: int, invalid: str = "") -> dict[str, Any]:
    return {"errcode": code, "errmsg": "x", "invaliduser": invalid, "msgid": "m"}


CASES["wecom"] = Case(
    account="""
provider: wecom
url: {url}
secrets: {{corp_id: ww-test, corp_secret: secret-of-corp}}
settings: {{agent_id: "1000002"}}
""",
    check=wecom.check,
    taken=(200, wecom_answer(0)),
    reference="",
    answers=[
        (200, wecom_answer(0, "ZhangSan"), To.UNREACHABLE),
        (200, wecom_answer(45009), To.SILENCE),
        (200, wecom_answer(60020), To.REFUSED),
        (200, wecom_answer(40056), To.REFUSED),
        (200, wecom_answer(81013), To.LATER),
        (200, wecom_answer(-1), To.LATER),
    ],
    address="zhangsan",
    secrets=("secret-of-corp", "T" * 64),
    before={"/cgi-bin/gettoken": wecom.TOKEN},
)


def twilio_error(code: int) -> dict[str, Any]:
    return {"code": code, "message": "x", "more_info": "https://x.example", "status": 400}


CASES["twilio"] = Case(
    account="""
provider: twilio
url: {url}
secrets: {{account_sid: AC-test, auth_token: token-of-test}}
settings: {{from: "+14155550199", site: "https://mp.cs.cn"}}
hook: {hook}
""",
    check=twilio.check,
    taken=(201, {"sid": "SM1", "status": "queued"}),
    reference="SM1",
    answers=[
        (400, twilio_error(21610), To.OPTED_OUT),
        (400, twilio_error(21211), To.UNREACHABLE),
        (429, twilio_error(20429), To.SILENCE),
        (401, twilio_error(20003), To.REFUSED),
        (400, twilio_error(21606), To.REFUSED),
        (400, twilio_error(99999), To.LATER),
        (503, twilio_error(20503), To.LATER),
    ],
    secrets=("token-of-test",),
)


def feishu_answer(code: int) -> dict[str, Any]:
    return {"code": code, "msg": "x", "data": {"message_id": "om_1"}}


CASES["feishu"] = Case(
    account="""
provider: feishu
url: {url}
secrets: {{app_id: cli-test, app_secret: secret-of-app}}
""",
    check=feishu.check,
    taken=(200, feishu_answer(0)),
    reference="",
    answers=[
        (400, feishu_answer(230013), To.UNREACHABLE),
        (429, feishu_answer(99991400), To.SILENCE),
        (400, feishu_answer(230002), To.REFUSED),
        (400, feishu_answer(99991672), To.REFUSED),
        (400, feishu_answer(230001), To.LATER),
    ],
    address="b3c7940b",
    secrets=("secret-of-app", "B" * 40),
    before={feishu.PATH: feishu.TOKEN},
)


CASES["cmas-template"] = replace(
    CASES["cmas"],
    account=CASES["cmas"]
    .account.replace("norsubmit", "tmpsubmit")
    .replace("cmas-norsubmit", "cmas-tmpsubmit"),
    template=cloud("${a}，${b}"),
)


def wechat_answer(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "x"}


CASES["wechat"] = Case(
    account="""
provider: wechat
url: {url}
secrets: {{app_id: wx-test, app_secret: secret-of-wx}}
""",
    check=wechat.check,
    taken=(200, wechat_answer(0)),
    reference="",
    answers=[
        (200, wechat_answer(40003), To.UNREACHABLE),
        (200, wechat_answer(43101), To.UNREACHABLE),
        (200, wechat_answer(45009), To.SILENCE),
        (200, wechat_answer(40037), To.REFUSED),
        (200, wechat_answer(47003), To.REFUSED),
        (200, wechat_answer(41030), To.REFUSED),
        (200, wechat_answer(-1), To.LATER),
    ],
    address="o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    secrets=("secret-of-wx", "W" * 40),
    before={wechat.PATH: wechat.TOKEN},
    template=ApprovedTemplate(
        "T" * 43, "thing1: 请您评价本市政府部门工作\ncharacter_string2：{code}\n"
    ),
)


def dingtalk_answer(code: int, inner: str = "") -> dict[str, Any]:
    said = {"errcode": code, "errmsg": "x", "request_id": "r"}
    return said | ({"task_id": dingtalk.TASK} if code == 0 else {"sub_code": inner})


CASES["dingtalk"] = Case(
    account="""
provider: dingtalk
url: {url}
secrets: {{app_key: ding-test, app_secret: secret-of-ding}}
settings: {{agent_id: "836390886"}}
""",
    check=dingtalk.check,
    taken=(200, dingtalk_answer(0)),
    reference="",
    answers=[
        (200, dingtalk_answer(33012), To.UNREACHABLE),
        (200, dingtalk_answer(143103), To.SILENCE),
        (200, dingtalk_answer(143105), To.LIMITED),
        (200, dingtalk_answer(88, "60011"), To.REFUSED),
        (200, dingtalk_answer(1430002), To.REFUSED),
        (200, dingtalk_answer(1430003), To.LATER),
        (200, dingtalk_answer(-1), To.LATER),
    ],
    address="manager4220",
    secrets=("secret-of-ding", "D" * 32),
    before={dingtalk.PATH: dingtalk.TOKEN, dingtalk.RESULT: dingtalk.result()},
)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """DingTalk is asked for results without a wait."""
    monkeypatch.setattr("bot.messengers.dingtalk.messenger.WAITS", (0.0,) * 2)


def messenger_of(case: Case, url: str, data: Path) -> AccountMessenger:
    file = read_account(case.account.format(url=url, hook=HOOK), "city")
    return PROVIDERS[file.provider](file, data)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


async def test_a_message_is_as_the_interface_demands_and_its_reference_is_kept(
    case: Case, tmp_path: Path
) -> None:
    async with (
        case.provider(case.taken) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        answer = await case.send(messenger)
        assert provider.violations == []
        assert (answer.outcome, answer.reference) == (To.ACCEPTED, case.reference)
        assert len(provider.requests) == 1


async def test_who_sends_templates_alone_sends_nothing_where_none_is_approved(
    case: Case, tmp_path: Path
) -> None:
    async with (
        case.provider(case.taken) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        answer = await messenger.send(case.address, MESSAGE)
        assert (messenger.account.link == "template") == (case.template is not None)
        expected = (To.ACCEPTED, 1) if case.template is None else (To.REFUSED, 0)
        assert (answer.outcome, len(provider.requests)) == expected


async def test_each_of_the_provider_s_codes_has_its_outcome(case: Case, tmp_path: Path) -> None:
    for status, said, outcome in case.answers:
        async with (
            case.provider((status, said)) as provider,
            messenger_of(case, provider.url, tmp_path) as messenger,
        ):
            answer = await case.send(messenger)
            assert answer.outcome is outcome, said
            assert (answer.seconds > 0) == (outcome in (To.LIMITED, To.SILENCE)), said
            assert provider.violations == []


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (500, "<html>Bad gateway</html>", To.LATER),
        (200, "no JSON", To.LATER),
        (200, "[" * 5000, To.LATER),
        (200, [], To.LATER),
        (200, {}, To.LATER),
        (302, "", To.REFUSED),
        (404, "<html>Not found</html>", To.REFUSED),
        (429, "", To.SILENCE),
    ],
)
async def test_what_is_no_word_of_the_provider_s_burns_nobody(
    case: Case, tmp_path: Path, status: int, said: Any, outcome: To
) -> None:
    async with (
        case.provider((status, said)) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        assert (await case.send(messenger)).outcome is outcome


async def test_a_provider_that_is_away_is_asked_later(case: Case, tmp_path: Path) -> None:
    async with case.provider(case.taken) as provider:
        url = provider.url
    async with messenger_of(case, url, tmp_path) as messenger:
        assert (await case.send(messenger)).outcome is To.LATER


async def test_neither_number_nor_secret_nor_code_is_logged(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        case.provider(case.taken, (500, ""), (200, "x")) as provider,
        messenger_of(case, provider.url, tmp_path) as messenger,
    ):
        for _ in range(3):
            await case.send(messenger)
        for body, _ in case.receipts:
            messenger.read_hook(Request(json.dumps(body).encode()))
    said = caplog.text
    for told in (case.address.removeprefix("+86"), MESSAGE.token, HOOK, *case.secrets):
        assert told not in said


async def test_receipts_name_the_reference_and_nothing_else_counts(
    case: Case, tmp_path: Path
) -> None:
    messenger = messenger_of(case, "https://gateway.example", tmp_path)
    for body, expected in case.receipts:
        hooked = messenger.read_hook(Request(json.dumps(body).encode()))
        assert list(hooked.receipts) == expected
    if case.words:
        body, word = case.words
        assert messenger.read_hook(Request(json.dumps(body).encode())).words == (word,)
        with_country = json.dumps(body).replace('"13800138000"', '"8613800138000"')
        if "nationcode" not in body:
            assert messenger.read_hook(Request(with_country.encode())).words == (word,)
    for body in (b"", b"\xff", b"no", b"3", b"null", b"[" * 9999):
        with pytest.raises(BadReceipt):
            messenger.read_hook(Request(body))


@pytest.mark.parametrize("form", NUMBERS)
@pytest.mark.parametrize("number", [PHONE, "+85291234567", "+447700900123"])
def test_words_come_back_from_a_number_in_the_form_in_which_it_was_written_to(
    form: str, number: str
) -> None:
    assert returned_number(number_as(form, number)) == number


@pytest.mark.parametrize("text", ["", "8612345", "86", "+", "095013", "not a number"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert returned_number(text) is None

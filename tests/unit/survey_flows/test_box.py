"""The one box for words: its destination, what leaves with the rating, and personal data in it."""

from __future__ import annotations

import pytest

from survey_flows.box import BOX_LENGTH, HIDDEN, personal_data, without_personal_data
from survey_flows.effects import HoldRequest, StoreBallot
from tests.conversations import Talk, build_definition

COUNT = "只作统计：按主题计数，没有人答复"
OFFICE = "交办公室答复、督促整改，原话不给该单位"
UNIT = "交办公室，原话也给该单位看"
WORDS = "大厅的门开得太晚"


def at_box(unit: str = "FIN") -> Talk:
    talk = Talk(build_definition())
    talk.start(unit=unit)
    talk.press("不了解")
    return talk


def places(talk: Talk) -> str:
    assert talk.session is not None
    return talk.session.place


@pytest.mark.parametrize(
    ("destination", "comment", "shared"),
    [(COUNT, WORDS, None), (OFFICE, "", False), (UNIT, "", True)],
)
def test_only_counted_words_are_the_ballots_comment_and_only_others_a_request(
    destination: str, comment: str, shared: bool | None
) -> None:
    talk = at_box()
    talk.write(WORDS)
    assert places(talk) == "goes"
    assert not any(isinstance(effect, HoldRequest) for effect in talk.press(destination))
    assert places(talk) == "review"
    effects = talk.press("提交")
    [ballot] = [effect.ballot for effect in effects if isinstance(effect, StoreBallot)]
    requests = [effect for effect in effects if isinstance(effect, HoldRequest)]
    assert ballot.comment == comment
    assert [(one.text, one.shared, one.unit, one.day) for one in requests] == (
        [] if shared is None else [(WORDS, shared, "FIN", "2026-11-05")]
    )
    assert any("交给办公室" in notice for notice in talk.notices) == (shared is not None)
    assert talk.session is not None
    assert (talk.session.answers, talk.session.goes) == ({}, "")


def test_no_destination_is_preset_and_skipping_asks_for_none() -> None:
    talk = at_box()
    talk.write(WORDS)
    assert talk.screen is not None
    assert talk.screen.selected == ""
    talk.press("‹ 上一步")
    talk.press("跳过")
    assert places(talk) == "review"
    assert not any(isinstance(effect, HoldRequest) for effect in talk.press("提交"))


@pytest.mark.parametrize(("number", "goes"), [("1", "count"), ("2", "office"), ("3", "unit")])
def test_a_destination_may_be_typed_as_its_number(number: str, goes: str) -> None:
    talk = at_box()
    talk.write(WORDS)
    talk.write(number)
    assert talk.session is not None
    assert (talk.session.place, talk.session.goes) == ("review", goes)


def test_other_words_or_the_same_again_choose_their_destination_anew() -> None:
    talk = at_box()
    talk.write(WORDS)
    talk.press(OFFICE)
    talk.press("改 2")
    talk.press("不改，继续")
    assert talk.screen is not None
    assert (talk.screen.step, talk.screen.selected[-9:]) == ("goes", ":w:office")
    talk.press("‹ 上一步")
    talk.write("路灯太暗")
    assert talk.session is not None
    assert (talk.session.place, talk.session.goes) == ("goes", "")


def test_the_box_takes_what_a_sealed_request_has_room_for() -> None:
    talk = at_box()
    talk.write("长" * (BOX_LENGTH + 1))
    assert talk.notices == (
        f"您写了 {BOX_LENGTH + 1} 字，最多 {BOX_LENGTH} 字。请缩短后再发一次，其他回答都还在。",
    )
    talk.write("长" * BOX_LENGTH)
    assert places(talk) == "goes"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        *(("打13800138000", ["phone"]), ("１３８ ００１３ ８０００", ["phone"])),
        *(("+86 138-0013-8000", ["phone"]), ("0731-84801234", ["phone"])),
        *(("身份证11010519491231002X", ["identity"]), ("卡6222021234567890129", [])),
        *(("卡4111 1111 1111 1111", ["card"]), ("湘A12345的车", ["plate"])),
        *(("粤B·D12345", ["plate"]), ("写信 ann.li@example.org", ["email"])),
        ("13800138000和a@b.cn", ["phone", "email"]),
        *(("110105194912310021", []), ("2026年11月5日10点", []), ("等了120分钟", [])),
        *(("12345热线没人接", []), ("罚款2000元，编号20261105001", []), ("", [])),
    ],
)
def test_what_looks_like_personal_data_is_found_by_its_check_digits(
    text: str, kinds: list[str]
) -> None:
    assert [kind for _, _, kind in personal_data(text)] == kinds
    hidden = without_personal_data(text)
    assert personal_data(hidden) == []
    assert len(hidden) == len(text)
    assert (HIDDEN in hidden) == bool(kinds)


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("微信号 wxid_abc123", "account", "wxid_abc123"),
        ("加我V: abc123456 细说", "account", "abc123456"),
        ("微信abc_12345", "account", "abc_12345"),
        ("我的微信是Zhang-san88，请联系", "account", "Zhang-san88"),
        ("ＶＸ：ｌｉｓｉ２００８", "account", "ｌｉｓｉ２００８"),
        ("微信号：zhangsanfeng", "account", "zhangsanfeng"),
        ("My WeChat is ann_li88.", "account", "ann_li88"),
        ("QQ：123456789", "account", "123456789"),
        ("打一三八零零一三八零零零", "phone", "一三八零零一三八零零零"),
        ("幺三八〇〇幺三八〇〇〇", "phone", "幺三八〇〇幺三八〇〇〇"),
        ("138零零138零零零找我", "phone", "138零零138零零零"),
        ("1 3 8 0 0 1 3 8 0 0 0", "phone", "1 3 8 0 0 1 3 8 0 0 0"),
        ("座机零七三一八四八零一二三四", "phone", "零七三一八四八零一二三四"),
        ("我叫张三", "name", "张三"),
        ("我叫李小明，上周去办证", "name", "李小明"),
        ("本人叫王建国住在河西", "name", "王建国"),
        ("我的名字叫欧阳明。", "name", "欧阳明"),
        ("姓名：陈红", "name", "陈红"),
        ("My name is Ann Li and I waited", "name", "Ann Li"),
        ("我家住芙蓉路12号3栋502室", "address", "芙蓉路12号3栋502室"),
        ("住址：幸福小区8栋", "address", "幸福小区8栋"),
        ("我住桃花村3组", "address", "桃花村3组"),
        ("垃圾在3栋2单元502门口", "address", "3栋2单元502"),
        ("I live at 12 Furong Middle Road", "address", "12 Furong Middle Road"),
        ("身份证430102199001011234", "identity", "430102199001011234"),
        ("身份证号码：430102 19900101 1234", "identity", "430102 19900101 1234"),
        ("身份证是430102900101123", "identity", "430102900101123"),
        ("my ID number is 430102199001011234", "identity", "430102199001011234"),
        ("护照号：E12345678", "identity", "E12345678"),
        ("卡号6222 0212 3456 7890 123", "card", "6222 0212 3456 7890 123"),
        ("My phone is 555-123-4567.", "phone", "555-123-4567"),
        ("reach me at +44 7911 123456", "phone", "+44 7911 123456"),
        ("我是李建国", "name", "李建国"),
        ("本人王芳，多次反映", "name", "王芳"),
        ("我名字叫陈伟", "name", "陈伟"),
        ("我儿子叫张小明，今年八岁", "name", "张小明"),
        ("I'm Mary Jones and I waited", "name", "Mary Jones"),
        ("我家住在麓山路12号3栋2单元501", "address", "麓山路12号3栋2单元501"),
        ("我是3栋501的业主", "address", "3栋501"),
    ],
)
def test_what_names_somebody_is_found_and_hidden(text: str, kind: str, hidden: str) -> None:
    found = personal_data(text)
    assert [(text[begin:end], what) for begin, end, what in found] == [(hidden, kind)]
    assert without_personal_data(text) == text.replace(hidden, HIDDEN * len(hidden))


@pytest.mark.parametrize(
    "text",
    [
        "微信上预约不了，微信公众号changsha12345打不开",
        "用微信支付总失败，WeChat Pay does not work",
        "微信小程序zwfw_2026登录不了",
        "微信 wechat 都用不了",
        "QQ群里通知太晚",
        "加V认证要收费",
        "一三五七九号开门，二四六不开",
        "二〇二六年十一月三十日来的，一九九〇年的老房子",
        "三十八元一次，一百二十三元一年",
        "2026年11月30日15点30分取号0123，等到16点",
        "我叫了三次没人应",
        "我叫他们开门，我叫王主任来他不来",
        "我叫李局长，他不理",
        "我叫号叫了半天",
        "我叫车去医院，我叫保安，我叫任何人都没用",
        "我叫金融局，金融局叫我找银行",
        "姓名写错了要重办，姓名：填在哪里",
        "我在芙蓉路12号的大厅等了两小时",
        "政务大厅2楼203室没有人，3号窗口排长队",
        "我家门口修路，住在附近的人都说吵",
        "我家附近的3号线晚上施工",
        "我家孩子在第12中学，3栋2单元电梯坏了",
        "5号楼后面路灯坏了",
        "身份证办了15天，身份证复印件要3份",
        "编号202611300001234567",
        "文号长政发〔2026〕12345号，投诉单号2026113012345",
        "公交301路3号车，湘江路施工",
        "My name is not needed. I live in district 5",
        "I live on the 3rd floor of a house without a lift",
        "id est, the ID card took 15 days",
        "电话12345、12329、110都打不通",
        "本人对窗口人员的态度很满意",
        "罚款200元，扣12分，限速80",
        "我是高中生，我是江西人，我是钟点工",
        "我是马上要退休的，我是金融从业者，我是白领",
        "我是老百姓，我是外地来的，本人于去年办证",
        "5栋1000户居民都反对，2栋3单元停水",
        "我孩子叫号排到下午",
        "I'm not satisfied. I am Angry. Call me names",
        "银行卡办理慢，护照办了15天",
    ],
)
def test_innocent_words_raise_no_alarm(text: str) -> None:
    assert personal_data(text) == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", "其中像是姓名、微信号或QQ号，要隐去吗？"),
        ("en", "This looks like a name, a WeChat or"),
    ],
)
def test_what_names_somebody_is_pointed_out_in_the_citizens_language(lang: str, said: str) -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN", lang=lang)
    talk.press("不了解" if lang == "zh-CN" else "I don't know this unit")
    talk.write("我叫张三，微信 zhang_san1")
    assert talk.screen is not None
    assert talk.screen.text.startswith(said)


def test_personal_data_is_pointed_out_before_anything_is_chosen() -> None:
    for choice, kept in (("隐去", False), ("保留", True)):
        talk = at_box()
        talk.write("请打 13800138000")
        assert talk.screen is not None
        assert talk.screen.text.startswith("其中像是电话号码，要隐去吗？")
        talk.press(choice)
        talk.press(COUNT)
        [ballot] = [e.ballot for e in talk.press("提交") if isinstance(e, StoreBallot)]
        assert ("13800138000" in ballot.comment) == kept

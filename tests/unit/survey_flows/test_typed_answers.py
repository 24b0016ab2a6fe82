"""Typed answers: what exactly one choice fits is taken; all else gets a kind, true sentence."""

from __future__ import annotations

import pytest

from survey_flows.effects import OptOut
from survey_flows.events import TopicRequested, Typed
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.typed_text import choice_number, clean
from tests.conversations import Talk, build_definition

VOICE = "抱歉，我们听不了语音，也没有保存。请点选下面的一项，或用文字回复。"
STEPS = ("list", "contact", "overall", "comment", "review", "receipt", "help", "language")


def talk_at(step: str) -> Talk:
    """A conversation about the housing bureau at a step."""
    talk = Talk(build_definition())
    talk.start()
    if step == "list":
        return talk
    if step in ("help", "language"):
        talk.take(TopicRequested(step))
        return talk
    talk.press("市住房和城乡建设局")
    if step == "contact":
        return talk
    talk.press("办过事")
    if step == "overall":
        return talk
    for _ in range(4):
        talk.press("满意")
    if step == "comment":
        return talk
    talk.press("跳过")
    if step == "receipt":
        talk.press("提交")
    return talk


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        *(("不满意。", "D"), ("非常不满意！", "VD"), ("「满意」", "S"), ("唔滿意", "D")),
        *(("我觉得满意吧", "S"), (" 基 本 满 意 ", "B"), ("VS", "VS"), ("Satisfied!", "S")),
        *(("very  dissatisfied.", "VD"), ("1️⃣", "VS"), ("二", "S"), ("2.", "S"), ("2、", "S")),
        *(("5分", "VD"), ("５", "VD"), ("①", "VS"), ("（2）", "S"), ("第2个", "S"), ("选二", "S")),
        *(("2.满意", "S"), ("１、非常满意！", "VS"), ("三 基本满意", "B")),
    ],
)
def test_what_fits_exactly_one_choice_is_taken(words: str, answer: str) -> None:
    talk = talk_at("overall")
    talk.write(words)
    assert talk.session
    assert talk.session.answers["overall"] == answer


@pytest.mark.parametrize(
    "words",
    [
        "差评",
        "很差",
        "很不满意",
        "满意不满意",
        "2或3",
        "2.5",
        "-1",
        "99",
        "5分5分",
        "还行",
        "1.满意",
    ],
)
def test_what_fits_two_choices_or_none_is_asked_again(words: str) -> None:
    talk = talk_at("overall")
    talk.write(words)
    assert talk.session
    assert "overall" not in talk.session.answers
    assert talk.screen
    assert talk.screen.step == "q:overall"
    assert len(talk.notices) == 1


def test_the_labels_are_named_when_an_answer_is_not_understood() -> None:
    talk = talk_at("overall")
    talk.write("差评")
    [said] = talk.notices
    assert "“非常满意”、“满意”" in said
    assert "“不了解”" in said


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Typed("", media="voice"), "听不了语音"),
        (Typed("", media="photo"), "看不了图片"),
        (Typed("", media="location"), "用不到您的位置"),
        (Typed("", media="contact"), "不需要电话和联系人"),
        (Typed("", media="other"), "这种消息我们读不了"),
        (Typed("谁会看到？"), "不问姓名"),
        (Typed("你是谁？骗子吧"), "不是真人"),
        (Typed("13900001111"), "刚才的号码没有保存"),
        (Typed("139 0000 1111"), "刚才的号码没有保存"),
    ],
)
def test_what_is_no_answer_gets_its_own_sentence_at_each_step(
    step: str, event: Typed, said: str
) -> None:
    talk = talk_at(step)
    before = talk.session
    talk.take(event)
    assert said in "\n".join(talk.notices)
    assert talk.session
    assert before
    assert (talk.session.place, talk.session.answers) == (before.place, before.answers)


@pytest.mark.parametrize("step", ["list", "contact", "overall", "review", "receipt"])
@pytest.mark.parametrize("words", ["傻逼", "滚蛋", "什么狗屁"])
def test_abuse_is_met_kindly_and_is_an_opinion_where_words_are_asked_for(
    step: str, words: str
) -> None:
    talk = talk_at(step)
    talk.write(words)
    assert "听得出您有气" in "\n".join(talk.notices)
    talk = talk_at("comment")
    talk.write(words)
    assert talk.session
    assert talk.session.answers["comment"] == words


@pytest.mark.parametrize("words", ["请问公安？", "财政局在哪里？", "怎么找档案馆？"])
def test_a_matter_is_searched_even_as_a_question(words: str) -> None:
    talk = talk_at("list")
    talk.write(words)
    assert "自动" not in "\n".join(talk.notices)


def test_a_question_that_nobody_can_answer_is_said_to_be_one() -> None:
    for step in ("overall", "list", "review"):
        talk = talk_at(step)
        talk.write("今天几点下班？")
        assert talk.notices == (
            "抱歉，我是自动程序，这个问题答不了。怎样评价请看 /help，隐私请看 /privacy。",
        )


def test_a_caption_is_taken_and_its_picture_is_said_not_to_be() -> None:
    talk = talk_at("comment")
    talk.take(Typed("排队太久", media="photo"))
    assert talk.session
    assert talk.session.answers["comment"] == "排队太久"
    assert "没有保存" in talk.notices[0]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("排\u202e队太久", "排队太久"),
        ("\u200b\u200d\ufeff\u2060", ""),
        ("好\U000e0041\U000e0042", "好"),
        ("\u2066很慢\u2069", "很慢"),
        ("👨\u200d👩\u200d👧 等", "👨\u200d👩\u200d👧 等"),
        ("a\u00adb", "ab"),
    ],
)
def test_hidden_characters_are_cleaned(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_words_without_anything_visible_are_empty() -> None:
    talk = talk_at("comment")
    talk.write("\u200b\u202e\U000e0041")
    assert talk.notices == ("没有收到文字内容，请再输入一次。",)


def test_stopping_a_rating_that_would_replace_another_says_that_it_stays() -> None:
    talk = talk_at("receipt")
    talk.press("重新评价这个单位")
    talk.press("停止")
    assert talk.notices == ("已停止。您之前提交的评价不变。",)
    talk.press("市住房和城乡建设局")
    talk.press("停止")
    assert talk.notices == ("已停止，没有提交任何内容，刚才的回答已清除。",)


def test_how_to_send_a_receipt_is_said_without_the_text_before() -> None:
    talk = talk_at("overall")
    talk.take(TopicRequested("privacy"))
    effects = talk.take(TopicRequested("receipt"))
    assert len(effects) == 1
    talk.take(TopicRequested("privacy"))
    talk.write("/receipt ABCD-EFGH-IJKL-MNOP")
    assert talk.screen
    assert talk.screen.step == "q:overall"


def test_where_words_are_asked_for_an_opt_out_is_asked_about() -> None:
    for yes in (True, False):
        talk = talk_at("comment")
        talk.write("不要再发了！")
        assert talk.screen
        assert talk.screen.step == "stop"
        talk.press("退订" if yes else "这是我的意见")
        assert any(isinstance(effect, OptOut) for effect in talk.effects) == yes
        assert talk.session
        assert talk.session.answers.get("comment") == (None if yes else "不要再发了！")
        assert talk.session.place == ("q:comment" if yes else "goes")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        *(
            ("退订", Wish.STOP),
            ("ＴＤ", Wish.STOP),
            ("t d。", Wish.STOP),
            ("Unsubscribe", Wish.STOP),
        ),
        *(("別再發了！！", Wish.STOP), ("STOP", Wish.STOP), ("T", Wish.PERHAPS_STOP)),
        *(("取消", Wish.PERHAPS_STOP), ("0000", Wish.PERHAPS_STOP), ("恢复", Wish.AGAIN)),
        *(("START", Wish.AGAIN), ("退订费太高", Wish.NOTHING), ("不要", Wish.PERHAPS_STOP)),
        *(("", Wish.NOTHING), ("停止供水", Wish.NOTHING)),
    ],
)
def test_the_whole_message_is_the_opt_out(text: str, wish: Wish) -> None:
    assert wish_of(text) is wish


@pytest.mark.parametrize(
    ("text", "number"),
    [("2.", "2"), ("十", "10"), ("5分", "5"), ("2 个", "2"), ("2.5", ""), ("+1", ""), ("", "")],
)
def test_numbers_of_choices(text: str, number: str) -> None:
    assert choice_number(text) == number

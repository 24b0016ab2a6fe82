"""Typed answers: what exactly one choice fits is taken; all else gets a kind, true sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey_flows.campaign_aim import Aim
from survey_flows.campaign_definition import Organiser
from survey_flows.effects import OptOut, StoreBallot
from survey_flows.events import (
    Pressed,
    RequestAction,
    Returned,
    Started,
    TopicRequested,
    Typed,
    Update,
)
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.typed_commands import command_of
from survey_flows.typed_intents import sentence
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
        (Typed("多少钱"), "不收钱"),
        (Typed("How much does it cost?"), "不收钱"),
        (Typed("我害怕被报复"), "不问姓名"),
        (Typed("Is it safe? I fear reprisal"), "不问姓名"),
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


ASKED_IN = {
    "said-who-sees": (
        "我怕被人知道是我评的|单位会知道是我吗|领导能看到吗|我评差了会不会被找麻烦|能查到IP吗|怕以后办事被刁难"
        "|你们会记录我的手机号吗|我的微信号会不会暴露|评差评会不会影响我孩子上学|怎么保证保密|我不敢评"
        "|will they find out it was me|Can my boss see this?|do you store my phone number"
        "|Will I get in trouble?|I don't trust this|is my IP stored"
    ),
    "said-pressed": (
        "有人逼我打满分|单位要求我截图给他看|领导让我发回执|村干部站在旁边看着我|让我必须评非常满意"
        "|someone forced me to give full marks|my boss wants a screenshot"
        "|they told me to give 5 stars|he is watching me|I was told how to rate"
    ),
    "said-change": (
        "评完能改吗|评错了怎么办|我评错了。|怎么删除|怎么改|还能再评吗|重新开始"
        "|can I change my rating later|how do I delete my rating|I made a mistake|start over"
    ),
    "said-when": "什么时候截止|结果在哪里看|when does it close|where are the results",
    "said-human": "转人工|人工客服|你们电话多少|talk to a human|who runs this",
    "said-how-many": "可以评几个单位|一个人能评几次|我没办过事能评吗|how many units can I rate",
    "said-receipt": "怎么查回执|什么是回执|回执有什么用|what is a receipt",
    "said-use": "评了有用吗|没用的，走过场|does it matter",
    "said-thanks": "谢谢|好的|知道了|thanks|OK",
    "said-who-are-you": "这是官方的吗|骗子吧|有红包吗|is it official|is this a scam",
}


@pytest.mark.parametrize("step", ["list", "contact", "overall", "review", "receipt", "language"])
@pytest.mark.parametrize("key", ASKED_IN)
def test_what_people_ask_and_fear_is_answered_and_changes_nothing(step: str, key: str) -> None:
    for words in ASKED_IN[key].split("|"):
        talk = talk_at(step)
        before = talk.session
        talk.write(words)
        assert before
        assert talk.session == replace(before, seen=talk.session.seen if talk.session else 0)
        assert len(talk.notices) == 1
        assert talk.notices[0].startswith(sentence(talk.definition, "zh-Hans", key)), words


@pytest.mark.parametrize("key", ["said-pressed", "said-change", "said-when", "said-use"])
def test_in_the_box_a_fear_or_a_doubt_is_an_opinion(key: str) -> None:
    for words in ASKED_IN[key].split("|"):
        talk = talk_at("comment")
        talk.write(words)
        assert talk.session
        assert talk.session.answers["comment"] == words


def test_a_pilot_is_not_said_to_count() -> None:
    talk = talk_at("overall")
    talk.definition = replace(talk.definition, aim=Aim("pilot"))
    talk.write("评了有用吗")
    assert talk.notices == ("这是试评，结果不计入任何考核。",)


def test_who_wants_a_person_is_told_whom_to_call() -> None:
    talk = talk_at("overall")
    talk.definition = replace(
        talk.definition,
        organiser=Organiser({"zh-Hans": "清水市考评办"}, "0731-1", "0731-2", "CN"),
    )
    talk.write("转人工")
    [said] = talk.notices
    assert "清水市考评办" in said
    assert "0731-1" in said


@pytest.mark.parametrize("topic", ["help", "privacy"])
def test_words_typed_under_a_long_text_answer_what_was_asked_before_it(topic: str) -> None:
    for step, words, after in (
        ("list", "财政局", "unit"),
        ("overall", "满意", "q:ease"),
        ("comment", "排队太久", "goes"),
        ("review", "提交", "review"),
        ("overall", "7", "help"),
    ):
        talk = talk_at(step)
        talk.take(TopicRequested(topic))
        talk.write(words)
        assert talk.screen
        assert talk.screen.step == (topic if after == "help" else after)
        assert not any(isinstance(effect, StoreBallot) for effect in talk.effects)
    assert talk.notices == ("请点选下面的一项，或输入它的序号。",)


@pytest.mark.parametrize("words", ["3", "三", "2.", "5分", "3️⃣"])
def test_a_number_in_the_box_is_a_habit_and_no_opinion(words: str) -> None:
    talk = talk_at("comment")
    talk.write(words)
    assert talk.session
    assert "comment" not in talk.session.answers
    [said] = talk.notices
    assert "“跳过”" in said
    talk.write("3个窗口只开1个")
    assert talk.session.answers["comment"] == "3个窗口只开1个"


@pytest.mark.parametrize("words", ["返回", "回上一步", "back", "Go back", "上一步"])
def test_going_back_may_be_typed(words: str) -> None:
    talk = talk_at("overall")
    talk.write(words)
    assert talk.screen
    assert talk.screen.step == "q:contact"


def test_a_question_that_nobody_can_answer_is_said_to_be_one() -> None:
    for step in ("overall", "list", "review"):
        talk = talk_at(step)
        talk.write("今天几点下班？")
        assert talk.notices == (
            "抱歉，我是自动程序，这个问题答不了。怎样评价请看 /help，隐私请看 /privacy。",
        )


@pytest.mark.parametrize(
    "words",
    [
        "办证要多少钱没人说得清",
        "举报人怕被打击报复，没人敢说",
        "群众害怕被报复",
        "The park is not safe at night",
        "It is not free any more",
    ],
)
def test_an_opinion_that_sounds_like_a_question_about_us_is_taken(words: str) -> None:
    talk = talk_at("comment")
    talk.write(words)
    assert talk.session
    assert talk.session.answers["comment"] == words


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
        assert "停止" not in "".join(labels(talk))
        talk.press("退订" if yes else "这是我的意见")
        assert any(isinstance(effect, OptOut) for effect in talk.effects) == yes
        assert talk.session
        assert talk.session.answers.get("comment") == (None if yes else "不要再发了！")
        assert talk.session.place == ("q:comment" if yes else "goes")


def labels(talk: Talk) -> list[str]:
    assert talk.screen
    return [button.label for row in talk.screen.rows for button in row]


BOTH = ["停止这份评价", "退订", "这是我的意见", "接着评"]
QUIT = ["停止这份评价", "这是我的意见", "接着评"]
BOTH_EN = ["Stop this rating", "No more invitations", "It is my comment", "Go on rating"]
QUIT_EN = ["Stop this rating", "It is my comment", "Go on rating"]


@pytest.mark.parametrize(
    ("lang", "words", "offered"),
    [
        *(("zh-CN", "stop", BOTH), ("zh-CN", "STOP", BOTH), ("zh-CN", "停止", QUIT)),
        *(("zh-CN", "不评了", QUIT), ("zh-CN", "我不想评了！", QUIT), ("zh-CN", "取消", QUIT)),
        *(("en", "STOP", BOTH_EN), ("en", "Stop.", BOTH_EN), ("en", "quit", QUIT_EN)),
        *(("en", "cancel", QUIT_EN), ("en", "停止", QUIT_EN), ("en", "I quit", QUIT_EN)),
    ],
)
@pytest.mark.parametrize("sent", [0, 9_999_999_999])
def test_where_words_are_asked_for_no_word_throws_the_rating_away_unasked(
    lang: str, words: str, offered: list[str], sent: int
) -> None:
    for choice, label in enumerate(offered):
        talk = Talk(build_definition())
        talk.start(unit="FIN", lang=lang)
        talk.press("办过事" if lang == "zh-CN" else "Used a service")
        for _ in range(4):
            talk.press("满意" if lang == "zh-CN" else "Satisfied")
        assert talk.session
        answers = dict(talk.session.answers)
        talk.take(Typed(words, token=talk.token(), sent=sent))
        assert talk.session
        assert dict(talk.session.answers) == answers
        assert labels(talk) == offered
        talk.press(label)
        after = talk.session
        assert after
        opted_out = any(isinstance(effect, OptOut) for effect in talk.effects)
        if choice == 0:
            assert (after.place, after.answers) == ("unit", {})
        elif label == offered[-2]:
            assert (after.place, after.answers["comment"]) == ("goes", words)
        else:
            assert (after.place, dict(after.answers)) == ("q:comment", answers)
        assert opted_out == (label in ("退订", "No more invitations"))
        assert (after.overlay, after.query) == ("", "")


@pytest.mark.parametrize("step", ["contact", "overall", "review"])
@pytest.mark.parametrize("words", ["不评了", "我不想评了", "quit"])
def test_who_wants_to_end_a_rating_is_asked_first(step: str, words: str) -> None:
    for stays in (True, False):
        talk = talk_at(step)
        before = talk.session
        talk.write(words)
        assert labels(talk) == ["停止这份评价", "接着评"]
        talk.press("接着评" if stays else "停止这份评价")
        assert talk.session
        assert before
        if stays:
            assert (talk.session.place, talk.session.answers) == (before.place, before.answers)
        else:
            assert (talk.session.place, talk.session.answers) == ("unit", {})
            assert talk.notices == ("已停止，没有提交任何内容，刚才的回答已清除。",)


def test_who_rates_nothing_is_told_that_they_can_leave() -> None:
    talk = talk_at("list")
    talk.write("我不想评了")
    [said] = talk.notices
    assert said.startswith("不想评可以直接离开")


def test_a_forged_press_of_the_opinion_is_no_answer_of_a_closed_question() -> None:
    talk = talk_at("overall")
    talk.write("不评了")
    assert talk.session
    before = dict(talk.session.answers)
    talk.press_data(f"{talk.session.key}:m")
    assert talk.session
    assert dict(talk.session.answers) == before


def test_a_question_about_a_rating_whose_unit_is_gone_is_past() -> None:
    talk = talk_at("overall")
    talk.write("不评了")
    units = {code: unit for code, unit in talk.definition.units.items() if code != "HUD"}
    talk.definition = replace(talk.definition, units=units)
    talk.take(Returned())
    assert talk.screen
    assert talk.screen.step == "unit"


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_a_deletion_says_that_words_for_the_office_still_go_out_and_where_to_stop_them(
    lang: str,
) -> None:
    say = build_definition().wording.say
    talk = Talk(build_definition())
    talk.start(lang=lang)
    talk.take(TopicRequested("delete"))
    for asked in (True, False):
        assert talk.screen
        note = talk.screen.text.rpartition("\n")[2]
        assert note == say(lang, "delete-office" if asked else "deleted-office")
        assert say(lang, "follow-stop-all") in note
        assert "/followup" in note
        if asked:
            talk.press(say(lang, "delete-yes"))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *((word, TopicRequested("help")) for word in ("帮助", "「帮助」", "HELP", "/help", "？")),
        *((word, TopicRequested("delete")) for word in ("删除", "刪除", "/delete", "delete")),
        *((word, TopicRequested("receipt")) for word in ("/receipt", "回执", "Receipt")),
        *((word, TopicRequested("privacy")) for word in ("隐私", "/privacy")),
        *((word, TopicRequested("promise")) for word in ("签名承诺", "/promise")),
        *((word, RequestAction("list")) for word in ("/followup", "我的留言", "my requests")),
        *((word, Pressed("start:en")) for word in ("English", "«English»", "英文")),
        ("中文", Pressed("start:zh-Hans")),
        *((word, Started()) for word in ("你好", "您好！", "评价", "/start")),
        *((word, Started(lang="en")) for word in ("hello", "Hi!")),
        ("/weather", TopicRequested("help")),
        *((word, None) for word in ("帮助很大，谢谢", "删除门前的广告", "退订", "stop", "START")),
        *((word, None) for word in ("", "税务局", "/路灯", "no privacy at the counter", "恢复")),
    ],
)
def test_a_command_stands_alone_in_any_width_case_or_script(
    words: str, meant: Update | None
) -> None:
    assert command_of(words) == meant


def test_no_command_is_the_label_of_a_button_that_does_something_else() -> None:
    """A label wins nowhere over a command; what it would do must be what the command does."""
    talk = Talk(build_definition())
    for step in STEPS:
        talk = talk_at(step)
        meant = [label for label in labels(talk) if command_of(label.strip("‹› "))]
        assert meant == (["中文", "English"] if step == "language" else []), step


def test_english_typed_anywhere_changes_the_language_and_nothing_else() -> None:
    for step in ("list", "overall", "comment", "review", "help"):
        talk = talk_at(step)
        before = talk.session
        meant = command_of("English")
        assert isinstance(meant, Pressed)
        talk.take(meant)
        assert before
        assert talk.session == replace(before, lang="en", seen=talk.session.seen)  # type: ignore[union-attr]


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

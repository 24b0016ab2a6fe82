"""Units are found by short names, everyday matters, pinyin and codes; nothing else is offered."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.search.__main__ import city, is_found
from bot.core.shipped_files import shipped_thesaurus
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.simplified import simplified
from survey_flows.thesaurus import DISTRICT, plain, read_thesaurus
from survey_flows.typed_commands import command_of
from survey_flows.typed_intents import about_us, is_quit
from survey_flows.unit_search import SURE, find_units, is_named, is_unrated
from tests.conversations import Talk, build_definition

CITY = city()
WORDS = Path(__file__).with_name("search_words.csv")


def known_words() -> list[list[str]]:
    """Words that citizens have typed, with their lists and the right units."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


FOUND = """
发改委 NDRC|卫健委 HEA|人社局 HRS|住建局 HUD|市监局 SAM|城管局 UMB|工信局 MIIT|民宗局 ETH|
台办 TAI|网信办 CYB|文广新局 CTR|卫生健康局 HEA|公安 PSB|交警 TRP|团市委 YOU|红十字会 RCS|
科协 AST|岳麓 430104|长沙县政府 430121|身份证 PSB|驾照 TRP|公积金 HPF|社保 SIB|房产证 NRP|
结婚 CIV|看病 HEA|上学 EDU|12345 PET|噪音 ENV|快递丢失 PST|孩子上学难 EDU|異地醫保 HCS|
楼上漏水 HUD|开发票 TAX|我要举报黑诊所 HSI|请问怎么办低保 CIV|街道办 430102|weijianwei HEA|
gongjijin HPF|gjj HPF|shuiwuju TAX|tax TAX|Veterans VET|市税务局 TAX|TAX TAX|ｔａｘ TAX
"""


@pytest.mark.parametrize(
    ("words", "unit"),
    [tuple(pair.strip().rsplit(" ", 1)) for pair in FOUND.replace("\n", "").split("|")],
)
def test_what_people_call_it_is_found(words: str, unit: str) -> None:
    codes = [one.code for _, one in find_units(CITY, words)]
    assert is_found(unit, codes), codes
    assert len(codes) <= 8


@pytest.mark.parametrize("words", ["", " ", "。", "xyzzy", "法院"])
def test_nothing_is_offered_for_what_no_unit_does(words: str) -> None:
    assert find_units(CITY, words) == []
    assert is_unrated(CITY, words) == (words == "法院")


def test_the_whole_name_comes_first_and_a_guess_is_known_as_one() -> None:
    assert find_units(CITY, "教育局")[0][1].code == "EDU"
    assert find_units(CITY, "教育考试院")[0][1].code == "EXA"
    assert find_units(CITY, "卫健委")[0][0] <= SURE
    assert find_units(CITY, "隔壁老王家的鸡叫得早")[0][0] > SURE


def test_a_search_takes_less_than_five_milliseconds() -> None:
    find_units(CITY, "税")
    for words in ("发改委", "窗口态度差得让人受不了的地方", "zhujianju", "一二三四五六七八九十"):
        rounds = []
        for _ in range(5):
            began = time.perf_counter()
            find_units(CITY, words)
            rounds.append(time.perf_counter() - began)
        assert min(rounds) < 0.005


def test_what_citizens_have_called_it_stays_found() -> None:
    """Short names and matters of all departments; a word that is moved must not lose others."""
    rows = known_words()
    lost = [
        (word, right)
        for word, _, right in rows
        if not is_found(right, [unit.code for _, unit in find_units(CITY, word)])
    ]
    assert (len(rows), lost) == (1031, [])


def test_no_word_for_a_unit_is_taken_for_a_question_about_us_or_a_command() -> None:
    """«网络诈骗» is a matter of the police, and no doubt about who asks."""
    talk = Talk(replace(build_definition(), units=CITY.units, thesaurus=CITY.thesaurus))
    for word, _, right in known_words():
        assert command_of(word) is None, word
        key = about_us(word, free_words=False)
        assert not (key or is_quit(word)) or right == "-" or is_named(CITY, word), (word, key)
    talk.start()
    talk.write("网络诈骗")
    assert talk.session
    assert (talk.session.query, talk.notices) == ("网络诈骗", ())


@pytest.mark.parametrize("words", ["is the air polluted", "smelly gas pipes", "corrupting people"])
def test_english_words_of_one_stem_are_offered_as_a_guess(words: str) -> None:
    hits = find_units(CITY, words)
    assert hits
    assert all(tier > SURE for tier, _ in hits)
    assert find_units(CITY, "they gave me nothing for it") == []


INITIALS = """
fgw NDRC|gxj MIIT|kjj SCI|czj FIN|swj COM|zjj HUD|jtj TRA|slj WAT|zgj NRP|gzw SAS|sjj DAT|
jyj EDU|wjw HEA|mzj CIV|rsj HRS|ybj HCS|wlj CTR|tyj SPT|gaj PSB|sfj JUS|hbj ENV|
cgj UMB|xfj PET|tjj STA|zfw PLC|wxb CYB|yzj PST|qxj MET|lyj FOR|ycj TOB|bwb EST|
ga PSB|fl WOM|cl DPF
"""


@pytest.mark.parametrize(
    ("letters", "unit"),
    [tuple(pair.strip().rsplit(" ", 1)) for pair in INITIALS.replace("\n", "").split("|")],
)
def test_the_initials_of_a_usual_short_name_find_its_unit_first(letters: str, unit: str) -> None:
    for typed in (letters, letters.upper()):
        assert find_units(CITY, typed)[0][1].code == unit


ENGLISH = """
bus TRA|taxi TRA|noise ENV|garbage UMB|rubbish UMB|kindergarten EDU|Kindergartens EDU|dentist HEA|
business licence SAM|business license SAM|lunch EDU|school lunch EDU|driving licence TRP|
driver's license TRP|passport PSB|ID card PSB|police PSB|hospital HEA|doctors HEA|water bill WAT|
power cut ENE|electricity ENE|tax refund TAX|invoices TAX|marriage certificate CIV|divorce CIV|
pension HRS|unpaid wages HRS|health insurance HCS|library CTR|museums CTR|swimming pool SPT|
stray dog UMB|street lights UMB|potholes ROA|parking TRP|traffic jam TRP|vaccination CDC|
fire safety FIR|legal aid JUS|property certificate NRP|mortgage HPF|provident fund HPF|
parcels PST|weather MET|corruption DIS|domestic violence WOM|veterans VET|disability card DPF|
too much noise at night ENV|I want to complain about the buses TRA|food safety SAM|refund SAM|
housing HUD|landlord HUD|toll gate TRA|Tax Bureau TAX|transport TRA
"""


@pytest.mark.parametrize(
    ("words", "unit"),
    [tuple(pair.strip().rsplit(" ", 1)) for pair in ENGLISH.replace("\n", "").split("|")],
)
def test_what_people_call_it_in_english_is_found_first(words: str, unit: str) -> None:
    assert find_units(CITY, words)[0][1].code == unit


def test_every_english_word_of_the_shipped_thesaurus_finds_a_unit_of_its_kind() -> None:
    kinds = shipped_thesaurus().english
    words = [word for kind in kinds for word, _ in kind.words]
    assert len(set(words)) > 150
    for kind in kinds:
        fitting = {one.code for one in CITY.units.values() if kind.fits(one.name["zh-Hans"])}
        for word, _ in kind.words:
            codes = {one.code for _, one in find_units(CITY, word)}
            assert not fitting or codes & fitting, word


@pytest.mark.parametrize("words", ["receipt", "help", "ice", "usines", "cat", "hello there"])
def test_letters_inside_of_a_word_find_nothing(words: str) -> None:
    assert [one.code for tier, one in find_units(CITY, words) if tier <= SURE] == []


def test_a_business_is_no_bus() -> None:
    assert find_units(CITY, "business")[0][1].code == "SAM"
    assert "TRA" not in [one.code for _, one in find_units(CITY, "my business licences")]


@pytest.mark.parametrize(
    ("words", "units"),
    [
        *(("野狗", {"UMB", "PSB"}), ("房价", {"HUD"}), ("公交", {"TRA"}), ("收费站", {"TRA"})),
        *(("政法委", {"PLC"}), ("流浪猫", {"UMB"}), ("狗咬人", {"PSB"})),
    ],
)
def test_matters_that_were_missed_are_found_first(words: str, units: set[str]) -> None:
    assert find_units(CITY, words)[0][1].code in units


def test_the_index_follows_the_units() -> None:
    few = {code: CITY.units[code] for code in ("TAX", "EDU")}
    small = CampaignDefinition(
        "small",
        CITY.title,
        few,
        CITY.questionnaires,
        {},
        CITY.wording,
        CITY.opens_at,
        CITY.closes_at,
        thesaurus=CITY.thesaurus,
    )
    assert [one.code for _, one in find_units(small, "税")] == ["TAX"]
    assert find_units(small, "驾照") == []


def test_old_characters_and_marks_are_equal() -> None:
    assert plain(" 駕照！？") == plain("驾照") == "驾照"
    assert simplified("違章建築") == "违章建筑"


def test_the_thesaurus_reads_as_its_head_says() -> None:
    text = "# head\n税务 = 税 发票?\n  退税\n公安 -交警 = 户口\n@district = 村委\n@none = 法院\n"
    read = read_thesaurus(text, "# sounds\nshui 税\n")
    tax, police, district = read.kinds
    assert tax.words == (("税务", False), ("税", False), ("发票", True), ("退税", False))
    assert (tax.fits("市税务局"), tax.fits("市财政局")) == (True, False)
    assert (police.fits("市公安局"), police.fits("市公安局交警支队")) == (True, False)
    assert district.fragments == (DISTRICT,)
    assert [district.fits(name) for name in ("芙蓉区", "浏阳市", "市税务局")] == [True, True, False]
    assert (read.unrated, read.sounds("税"), read.sounds("税务")) == (
        frozenset({"法院"}),
        ("shui", "s"),
        ("", ""),
    )


def test_every_word_of_the_shipped_thesaurus_can_be_typed() -> None:
    shipped = shipped_thesaurus()
    assert len(shipped.kinds) > 100
    for kind in shipped.kinds:
        words = [word for word, _ in kind.words]
        assert all(0 < len(word) <= 12 for word in words)
        for word in words:
            sound, _ = shipped.sounds(word)
            assert sound or not all("\u4e00" <= c <= "\u9fff" for c in word), word

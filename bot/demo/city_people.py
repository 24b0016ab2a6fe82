"""The synthetic city's leaders: names and posts that are plausible and nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from aggregation.model.facts import AppraisedUnit, Leader, Role

if TYPE_CHECKING:
    from bot.demo.city_unit import CityUnit

SURNAMES = {
    "王": "Wang", "李": "Li", "张": "Zhang", "刘": "Liu", "陈": "Chen", "杨": "Yang",
    "赵": "Zhao", "黄": "Huang", "周": "Zhou", "吴": "Wu", "徐": "Xu", "孙": "Sun",
    "胡": "Hu", "朱": "Zhu", "高": "Gao", "林": "Lin", "何": "He", "郭": "Guo",
    "马": "Ma", "罗": "Luo", "梁": "Liang", "宋": "Song", "郑": "Zheng", "谢": "Xie",
    "唐": "Tang", "许": "Xu", "邓": "Deng", "冯": "Feng", "曹": "Cao", "彭": "Peng",
    "曾": "Zeng", "肖": "Xiao", "蒋": "Jiang", "谭": "Tan", "易": "Yi", "文": "Wen",
}  # fmt: skip
FIRST = {
    "建": "Jian", "志": "Zhi", "文": "Wen", "国": "Guo", "明": "Ming", "晓": "Xiao",
    "春": "Chun", "海": "Hai", "玉": "Yu", "红": "Hong", "立": "Li", "学": "Xue",
    "永": "Yong", "光": "Guang", "新": "Xin", "雪": "Xue", "德": "De", "正": "Zheng",
    "佳": "Jia", "思": "Si",
}  # fmt: skip
SECOND = {
    "华": "hua", "平": "ping", "军": "jun", "强": "qiang", "民": "min", "芳": "fang",
    "清": "qing", "林": "lin", "生": "sheng", "辉": "hui", "斌": "bin", "敏": "min",
    "勇": "yong", "丽": "li", "涛": "tao", "刚": "gang", "梅": "mei", "宏": "hong",
    "安": "an", "琳": "lin", "成": "cheng", "远": "yuan",
}  # fmt: skip
HEADS = {
    "局": "局长",
    "部": "部长",
    "办公室": "主任",
    "委员会": "主任",
    "中心": "主任",
    "支队": "支队长",
    "会": "主席",
}
"""The principal's title by the ending of the unit's name; the first that fits."""


def draw_leaders(rng: Random, units: tuple[CityUnit, ...]) -> tuple[Leader, ...]:
    """Draws every unit's team: one principal, two in a district or county, and deputies."""
    names = draw_names(rng)
    posts = ((x.unit, role, post) for x in units for role, post in _posts(x.unit, x.leaders))
    return tuple(
        Leader(f"L{number:04}", *next(names), unit.code, role, post)
        for number, (unit, role, post) in enumerate(posts, start=1)
    )


def draw_names(rng: Random) -> Iterator[tuple[str, str]]:
    """Yields names in Chinese and English, no two the same."""
    every = [(s, a, b) for s in SURNAMES for a in FIRST for b in SECOND]
    for surname, first, second in rng.sample(every, len(every)):
        yield surname + first + second, f"{SURNAMES[surname]} {FIRST[first]}{SECOND[second]}"


def _posts(unit: AppraisedUnit, size: int) -> Iterator[tuple[Role, str]]:
    heads = _heads(unit)
    deputy = "副" + heads[-1]
    for place in range(size):
        yield (Role.PRINCIPAL, heads[place]) if place < len(heads) else (Role.DEPUTY, deputy)


def _heads(unit: AppraisedUnit) -> list[str]:
    if unit.memberships:
        kind = unit.zh[-1]
        return [f"{kind}委书记", f"{kind}长"]
    return [
        next((title for ending, title in HEADS.items() if unit.zh.endswith(ending)), "主要负责人")
    ]

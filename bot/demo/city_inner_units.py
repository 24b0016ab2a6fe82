"""Inner units of one department of the synthetic city: sections, posts and their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from aggregation.model.facts import AppraisedUnit, Leader, Role
from bot.demo.city_people import draw_names

WHERE = "TAX"
SECTIONS = (
    ("办公室", "General office"),
    ("征管科", "Collection"),
    ("稽查科", "Inspection"),
    ("纳税服务科", "Taxpayer service"),
)
POSTS = (("窗口岗", "Counter"), ("审核岗", "Checking"), ("综合岗", "Records"))


@dataclass(frozen=True, slots=True)
class InnerUnits:
    """Inner units and people, with points by inner unit and indicator, and by person."""

    parts: tuple[AppraisedUnit, ...]
    people: tuple[Leader, ...]
    points: Mapping[tuple[str, str], Decimal]
    personal: Mapping[str, Decimal]


def draw_inner_units(seed: int) -> InnerUnits:
    """Draws sections and posts for a seed: a head in each section, two officers in each post."""
    rng = Random(f"inside {seed}")  # noqa: S311 — a made-up city, the same for the same number
    sections = [
        AppraisedUnit(f"{WHERE}-{n}", zh, en, "section", parent=WHERE)
        for n, (zh, en) in enumerate(SECTIONS, 1)
    ]
    posts = [
        AppraisedUnit(f"{section.code}-{n}", zh, en, "post", parent=section.code)
        for section in sections
        for n, (zh, en) in enumerate(POSTS, 1)
    ]
    stands = [(section.code, Role.PRINCIPAL, "负责人") for section in sections]
    stands += [
        (post.code, Role.OFFICER, post.zh.replace("岗", "工作人员"))
        for post in posts
        for _ in range(2)
    ]
    people = tuple(
        Leader(f"{WHERE}-P{number:02}", *name, unit, role, title)
        for number, ((unit, role, title), name) in enumerate(
            zip(stands, draw_names(rng), strict=False), 1
        )
    )
    points = {(x.code, "tasks"): Decimal(rng.randint(700, 960)) / 10 for x in sections}
    points |= {(x.code, "duties"): Decimal(rng.randint(700, 960)) / 10 for x in posts}
    personal = {person.id: Decimal(rng.randint(700, 960)) / 10 for person in people}
    return InnerUnits((*sections, *posts), people, points, personal)

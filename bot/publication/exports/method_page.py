"""The page that says how the figures were made: nothing is published without its method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from aggregation.disclosure.suppression import below_floor
from aggregation.model.results import AppraisalResult
from aggregation.scheme.parts import Category
from aggregation.scheme.scheme import PUBLIC, Scheme
from bot.core.labels import HIDDEN
from bot.publication.exports.book import Column, Page, joined_text
from bot.publication.exports.score_pages import count_cell, disclosed_exclusions
from bot.results.scoring import ScoredCampaign

Line = tuple[str, str, str, str, str]
PUBLIC_NAME = ("民评", "public evaluation")
COLUMNS = (
    Column("key", "项目代码"),
    Column("label_zh", "项目"),
    Column("label_en", "项目（英文）"),
    Column("value_zh", "内容"),
    Column("value_en", "内容（英文）"),
)


def method_page(
    polls: Sequence[ScoredCampaign],
    day_texts: Sequence[tuple[str, str]],
    result: AppraisalResult | None,
) -> Page:
    """Scheme, campaigns, definitions, floors and weights as they were in force.

    Args:
        polls: the campaigns, at least one, all on one scheme.
        day_texts: for each, when it opened and closed, as printed.
        result: the year's outcome, or None when only scores are published.
    """
    scheme = polls[0].campaign.scheme
    title = f"({scheme.version})"
    lines = [
        (
            "scheme",
            "考核办法",
            "scheme",
            f"{scheme.title.zh} {title}",
            f"{scheme.title.en} {title}",
        ),
        _same("scheme_digest", "办法指纹（SHA-256）", "digest of the scheme", scheme.digest),
        *([_same("year", "考核年度", "year", str(result.year))] if result else []),
        *(
            line
            for scored, days in zip(polls, day_texts, strict=True)
            for line in _campaign(scored, days)
        ),
        *DEFINITIONS,
        *_floors(scheme),
        *_weights(scheme),
        *_population(scheme),
    ]
    return Page("method", "方法", COLUMNS, tuple(lines))


def _same(key: str, zh: str, en: str, value: object) -> Line:
    """A line whose value reads the same in both languages."""
    return (key, zh, en, str(value), str(value))


DEFINITIONS: tuple[Line, ...] = (
    (
        "public_score",
        "民评得分",
        "public score",
        "满意度得分（0–100）：选项按办法换算为分值，各评价主体按权重合成；不了解不计分，也不推定",
        "satisfaction index, 0–100: codes converted by the scheme, groups by weight; «don't know» is never imputed",
    ),
    (
        "interval",
        "95%区间",
        "95 % interval",
        "参评者之间的不确定性（加权后），不是抽样误差",
        "uncertainty among participants after weighting, not sampling error",
    ),
    (
        "top_two_rate",
        "满意率",
        "top-two rate",
        "总体评价中「非常满意」与「满意」占有分值答案的比例，不含「基本满意」",
        "«very satisfied» and «satisfied» among overall answers with points; «fairly satisfied» is not in it",
    ),
    (
        "dont_know_rate",
        "不了解比例",
        "don't-know rate",
        "未剔除的评价票中表示不了解该单位的比例",
        "share of the ballots not excluded that know nothing of the unit",
    ),
    (
        "own_staff",
        "本单位人员",
        "a unit's own staff",
        "自述在被评单位工作的，单列计数，不进入该单位的任何数字",
        "ballots of people who say that they work in the unit are counted apart and are in none of its figures",
    ),
    (
        "ranks",
        "名次区间",
        "rank set",
        "名次同时成立的95%区间；区间内等次不同的，等次为暂定",
        "simultaneous 95 % range of ranks; a grade that is not the same over all of it is provisional",
    ),
    (
        "shrunken_score",
        "经验贝叶斯得分",
        "empirical Bayes score",
        "本单位得分与类别均值按各自方差加权（Fay–Herriot，REML）；票数越少越靠近均值，并列公布",
        "the unit's score drawn towards its category's mean the more, the fewer answered (Fay–Herriot, REML)",
    ),
    (
        "alpha",
        "问卷一致性（α、ω）",
        "consistency of a questionnaire (alpha, omega)",
        "各题均有分值的评价票，不分单位；α为克隆巴赫系数，ω为单因子最小二乘模型",
        "over ballots of all units with points for every item: Cronbach's alpha, omega of one least-squares factor",
    ),
    (
        "reliability",
        "单位间信度",
        "reliability between units",
        "τ²/(τ²+V)：得分差异中属于单位真实差异的比例，V为得分的典型方差",
        "τ²/(τ²+V): the share of the scatter of scores that is between units; V is the typical variance of a score",
    ),
    (
        "covariance",
        "协方差",
        "covariance",
        "同一人评价多个单位使得分同向变动；共同参评者少于公布下限的不计，一次算定，不随更正重算",
        "people who rate several units make scores move together; not of few in common, worked out once",
    ),
    (
        "odds",
        "等次概率",
        "probability of a grade",
        "按得分的不确定性（经验贝叶斯后验）抽取1999次并按名额评等，各等次出现的比例；种子由办法校验码、年度和组别组成",
        "share of 1,999 draws of the scores (empirical-Bayes posterior), graded by the quota, in which it comes out; "
        "the seed is made of the scheme's digest, the year and the family",
    ),
    (
        "cuts",
        "距等次分界",
        "distance to the cut",
        "总分之差，及为此至少需要的满分或零分票数（投在权重最大处，未经刷票规则）",
        "difference of totals, and the fewest ballots at 100 or at 0 that would close it, where they weigh most and "
        "before any fraud rule",
    ),
    (
        "response_rate",
        "参评率",
        "response rate",
        "公开链接无法统计看到者人数，故不计算；来源构成见「评价主体」表",
        "not computed: nobody knows how many saw an open link; the groups page shows the mix of sources",
    ),
)


def _campaign(scored: ScoredCampaign, days: tuple[str, str]) -> Iterable[Line]:
    poll, floor = scored.campaign, scored.campaign.scheme.min_n.publish_cell
    received, counted = (
        sum(row.count for row in scored.counts),
        disclosed_exclusions(scored)["counted"],
    )
    yield (f"campaign.{poll.id}", "评价活动", "campaign", poll.title["zh-Hans"], poll.title["en"])
    if poll.pilot:
        yield (
            f"campaign.{poll.id}.trial",
            "性质",
            "kind",
            "试评，不计入任何考核",
            "a trial: it counts in no appraisal",
        )
    yield _same(f"campaign.{poll.id}.window", "起止时间", "open from and to", " – ".join(days))
    yield _same(
        f"campaign.{poll.id}.ballots",
        "收到评价票",
        "ballots received",
        HIDDEN if below_floor(received, floor) else received,
    )
    yield _same(f"campaign.{poll.id}.counted", "计入评价票", "ballots counted", count_cell(counted))
    if scored.release:
        yield _same(f"campaign.{poll.id}.release", "发布次序", "release", scored.release.number)
        for unit, made in scored.release.corrections.items():
            yield _same(
                f"campaign.{poll.id}.corrected.{unit}",
                "更正得分",
                "score corrected",
                f"{made.reason} ({made.by})",
            )


def _floors(scheme: Scheme) -> Iterable[Line]:
    floors = scheme.min_n
    graded = {
        "direct": ("直接得分", "the direct one"),
        "shrunken": ("经验贝叶斯得分", "empirical Bayes"),
    }
    yield (
        "graded_score",
        "用于排名定等的民评得分",
        "public score that is graded",
        *graded[scheme.graded_score],
    )
    yield _same("min_n.unit", "单位有效票下限", "fewest valid answers of a unit", floors.unit)
    yield _same("min_n.group", "主体有效票下限", "fewest valid answers of a group", floors.group)
    yield (
        "min_n.publish_cell",
        "公布下限",
        "smallest cell that is published",
        f"人数为 1 至 {floors.publish_cell - 1} 的格子记为 {HIDDEN}，可据以推算者一并隐去；人数过少的比例只给出上下限",
        f"counts of 1 to {floors.publish_cell - 1} are {HIDDEN}, and so are others from which they would follow; "
        " of shares of few only a bound is told",
    )
    yield _same(
        "open_link_cap_pct",
        "公开链接权重上限（%）",
        "cap on open-link answers, %",
        scheme.open_link_cap_pct,
    )
    yield _same(
        "overall_share", "总体题占比（%）", "share of the overall question, %", scheme.overall_share
    )


def _population(scheme: Scheme) -> Iterable[Line]:
    """The figures that answers are weighted to."""
    if scheme.population is None:
        return
    given = scheme.population
    limits = f"{given.lightest}–{given.heaviest}"
    yield (
        "population",
        "人口加权",
        "weighting to the population",
        f"有效票少于 {given.least} 的层并入名单中相邻的层；权重调整倍数限于 {limits}；未达到的差距见「评价主体」表",
        f"cells of fewer than {given.least} answers are joined to the next in the list; no answer weighs"
        f" less or more than {limits} times what it would; the groups page tells what gap is left",
    )
    for figure in given.figures:
        parts = (figure.unit, figure.group, str(figure.margin or ""), figure.value)
        yield _same(
            f"population.{'.'.join(filter(None, parts))}", "人口数", "people", figure.people
        )


def _weights(scheme: Scheme) -> Iterable[Line]:
    for scale, given in scheme.scales.items():
        zh = joined_text(
            [f"{o.code} {o.zh} {'—' if o.points is None else o.points}" for o in given.options]
        )
        en = joined_text(
            [f"{o.code} {o.en} {'—' if o.points is None else o.points}" for o in given.options]
        )
        yield (f"scales.{scale}", "量表分值", "points of the scale", zh, en)
    for name, category in scheme.categories.items():
        parts = {
            **{id_: (called.zh, called.en) for id_, called in scheme.indicators.items()},
            PUBLIC: PUBLIC_NAME,
        }
        groups = {group: (called["zh"], called["en"]) for group, called in scheme.groups.items()}
        totals = _named(category, category.weights, parts)
        yield (f"categories.{name}.weights", "总分权重（%）", "weights of the total, %", *totals)
        shares = _named(category, category.group_weights, groups)
        yield (f"categories.{name}.group_weights", "主体权重（%）", "weights of groups, %", *shares)


def _named(
    category: Category, weights: Mapping[str, Decimal], names: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    """A category's weights in both languages."""
    zh, en = (
        joined_text([f"{names[part][side]} {weight}" for part, weight in weights.items()])
        for side in (0, 1)
    )
    return f"{category.zh}：{zh}", f"{category.en}: {en}"

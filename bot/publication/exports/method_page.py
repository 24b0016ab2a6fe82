"""The page of the method; nothing is published without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from aggregation.disclosure.disclosed import below_floor
from aggregation.model.results import AppraisalResult
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.parts import Category
from aggregation.scheme.scheme import PUBLIC, Scheme
from bot.appraisal.settling import OpenResults
from bot.campaigns.titles import aim_words, printed_title
from bot.core.labels import HIDDEN, Pair, both
from bot.publication.as_of import open_words
from bot.publication.exclusions import disclosed_exclusions
from bot.publication.exports.book import Column, Page, joined_words
from bot.publication.exports.field_lines import field_lines
from bot.publication.exports.score_pages import count_cell
from bot.results.scoring import ScoredCampaign
from survey_flows.messages import ENGLISH, Message
from survey_flows.wording import DEFAULT

Line = tuple[str, str, str, str, str]
"""Key, Chinese and English label, Chinese and English content."""
PUBLIC_NAME = Message("publication-method-public")
GRADED = {
    "direct": Message("publication-method-direct"),
    "shrunken": Message("publication-method-shrunken"),
}
"""The public score that is graded, by the scheme's code."""
COLUMNS = (
    Column("key", "column-item-code"),
    Column("label_zh", "column-item"),
    Column("label_en", "column-item-en"),
    Column("value_zh", "column-value-name"),
    Column("value_en", "column-value-en"),
)


def method_page(
    campaigns: Sequence[ScoredCampaign],
    moment: Callable[[int], str],
    result: AppraisalResult | None,
) -> Page:
    """Return scheme, campaigns, definitions, floors and weights as they were in force.

    Args:
        campaigns: at least one, all on one scheme.
        moment: prints epoch seconds.
        result: the year's result, or None when only scores are published.
    """
    scheme = campaigns[0].campaign.scheme
    titles = (f"{title} ({scheme.version})" for title in (scheme.title.zh, scheme.title.en))
    lines = [
        _line("scheme", Message("publication-method-scheme"), *titles),
        _same("scheme_digest", Message("publication-method-scheme-digest"), scheme.digest),
        *([_same("year", Message("publication-method-year"), result.year)] if result else []),
        *(line for scored in campaigns for line in _campaign(scored, moment)),
        *(_line(key, label, *both(text)) for key, label, text in definitions(scheme)),
        *_steps(scheme),
        *_grade_names(scheme),
        *_floors(scheme),
        *_weights(scheme),
        *_population(scheme),
    ]
    return Page("method", "page-method", COLUMNS, tuple(lines))


def with_open(page: Page, found: OpenResults | None) -> Page:
    """Return the method page with a line on what was still open of the year, where it is known."""
    if found is None:
        return page
    line = _line("open", Message("publication-method-open"), *both(open_words(found)))
    return replace(page, rows=(line, *page.rows))


def _line(key: str, label: Message, zh: str, en: str) -> Line:
    return (key, *both(label), zh, en)


def _same(key: str, label: Message, value: object) -> Line:
    """Return a line whose content reads the same in both languages."""
    return _line(key, label, str(value), str(value))


DEFINITIONS = (
    (
        "public_score",
        Message("publication-method-public-score"),
        Message("publication-method-public-score-text"),
    ),
    (
        "interval",
        Message("publication-method-interval"),
        Message("publication-method-interval-text"),
    ),
    (
        "top_two_rate",
        Message("publication-method-top-two-rate"),
        Message("publication-method-top-two-rate-text"),
    ),
    (
        "dont_know_rate",
        Message("publication-method-dont-know-rate"),
        Message("publication-method-dont-know-rate-text"),
    ),
    (
        "own_staff",
        Message("publication-method-own-staff"),
        Message("publication-method-own-staff-text"),
    ),
    (
        "ranks",
        Message("publication-method-ranks"),
        Message("publication-method-ranks-text"),
    ),
    (
        "shrunken_score",
        Message("publication-method-shrunken-score"),
        Message("publication-method-shrunken-score-text"),
    ),
    (
        "alpha",
        Message("publication-method-alpha"),
        Message("publication-method-alpha-text"),
    ),
    (
        "reliability",
        Message("publication-method-reliability"),
        Message("publication-method-reliability-text"),
    ),
    (
        "covariance",
        Message("publication-method-covariance"),
        Message("publication-method-covariance-text"),
    ),
    (
        "odds",
        Message("publication-method-odds"),
        Message("publication-method-odds-text"),
    ),
    (
        "cuts",
        Message("publication-method-cuts"),
        Message("publication-method-cuts-text"),
    ),
    (
        "response_rate",
        Message("publication-method-response-rate"),
        Message("publication-method-response-rate-text"),
    ),
)
"""Key, label and text of each definition."""
BOUNDED = {
    "public_score": Message("publication-method-public-score-text-2"),
    "interval": Message("publication-method-interval-text-2"),
    "ranks": Message("publication-method-ranks-text-2"),
    "odds": Message("publication-method-odds-text-2"),
    "cuts": Message("publication-method-cuts-text-2"),
}
"""The texts that differ by scoring method 2, by key."""


def definitions(scheme: Scheme) -> tuple[tuple[str, Message, Message], ...]:
    """Return the definitions that hold for a scheme's scoring method."""
    if scheme.evidence is None:
        return DEFINITIONS
    return tuple((key, label, BOUNDED.get(key, text)) for key, label, text in DEFINITIONS)


def _campaign(scored: ScoredCampaign, moment: Callable[[int], str]) -> Iterable[Line]:
    campaign, floor = scored.campaign, scored.campaign.scheme.min_n.publish_cell
    key = f"campaign.{campaign.id}"
    received = sum(row.count for row in scored.counts)
    shown = HIDDEN if below_floor(received, floor) else received
    counted = count_cell(disclosed_exclusions(scored)["counted"])
    title = printed_title(campaign.title, campaign.aim.pilot)
    titles = title.zh, title.en
    yield _line(key, Message("publication-method-campaign"), *titles)
    if campaign.aim.pilot:
        pilot = both(Message("publication-method-pilot"))
        yield _line(f"{key}.pilot", Message("publication-method-kind"), *pilot)
        asked = both(aim_words(campaign.aim))
        yield _line(f"{key}.aim", Message("publication-method-aim"), *asked)
    days = " – ".join(moment(seconds) for seconds in scored.in_field)
    yield _same(f"{key}.window", Message("publication-method-window"), days)
    yield _same(f"{key}.ballots", Message("publication-method-ballots"), shown)
    yield _same(f"{key}.counted", Message("publication-method-counted"), counted)
    for name, label, text in field_lines(scored, moment):
        yield _line(f"{key}.{name}", label, *both(text))
    if scored.release:
        number = scored.release.number
        yield _same(f"{key}.release", Message("publication-method-release"), number)
        for unit, made in scored.release.corrections.items():
            label = Message("publication-method-corrected")
            yield _same(f"{key}.corrected.{unit}", label, f"{made.reason} ({made.by})")


def _steps(scheme: Scheme) -> Iterable[Line]:
    """Yield how finely figures are told by method 2."""
    if scheme.evidence is not None:
        text = both(Message("publication-method-steps-text"))
        yield _line("steps", Message("publication-method-steps"), *text)


def _grade_names(scheme: Scheme) -> Iterable[Line]:
    """Yield what the city calls the grades, so that a code of a table is found again."""
    called, label = scheme.grade_names, Message("publication-method-grade-name")
    given = vars(called) if called else {}
    for code, name in ((code, name) for code, name in given.items() if name is not None):
        yield _line(f"grade_names.{code}", label, name.zh, name.en)


def _floors(scheme: Scheme) -> Iterable[Line]:
    floors = scheme.min_n
    graded = both(GRADED[scheme.graded_score])
    yield _line("graded_score", Message("publication-method-graded-score"), *graded)
    yield _same("min_n.unit", Message("publication-method-floor-unit"), floors.unit)
    if scheme.evidence is None:
        yield _same("min_n.group", Message("publication-method-floor-group"), floors.group)
    most = floors.publish_cell - 1
    text = Message("publication-method-threshold-text", most=most, hidden=HIDDEN)
    yield _line("min_n.publish_cell", Message("publication-method-threshold"), *both(text))
    if scheme.evidence is None:
        cap = Message("publication-method-open-link-cap")
        yield _same("open_link_cap_pct", cap, scheme.open_link_cap_pct)
    else:
        yield from _evidence(scheme.evidence)
    yield _same("overall_share", Message("publication-method-overall-share"), scheme.overall_share)


def _evidence(rules: EvidenceRules) -> Iterable[Line]:
    """Yield the constants of method 2."""
    states = rules.states
    for name, label, value in (
        ("imagined", Message("publication-method-imagined"), rules.imagined),
        ("loose_worth", Message("publication-method-loose-worth"), rules.loose_worth),
        ("declared_bias", Message("publication-method-declared-bias"), rules.declared_bias),
        ("ranked_move", Message("publication-method-ranked-move"), states.ranked_move),
        (
            "provisional_move",
            Message("publication-method-provisional-move"),
            states.provisional_move,
        ),
        ("support", Message("publication-method-support"), states.support),
    ):
        yield _same(f"evidence.{name}", label, value)
    if rules.verified_worth is not None:
        worth = Message("publication-method-verified-worth")
        yield _same("evidence.verified_worth", worth, rules.verified_worth)
    vouched = Message("publication-method-vouched")
    yield _same("evidence.vouched", vouched, " ".join(rules.vouched))


def _population(scheme: Scheme) -> Iterable[Line]:
    """Yield the figures to which ballots are weighted."""
    if scheme.population is None:
        return
    given = scheme.population
    text = Message(
        "publication-method-population-text",
        least=given.least,
        lightest=str(given.lightest),
        heaviest=str(given.heaviest),
    )
    if scheme.evidence is not None:
        text = Message("publication-method-population-text-2")
    yield _line("population", Message("publication-method-population"), *both(text))
    for figure in given.figures:
        parts = (figure.unit, figure.group, str(figure.margin or ""), figure.value)
        key = f"population.{'.'.join(filter(None, parts))}"
        yield _same(key, Message("publication-method-people"), figure.people)


def _weights(scheme: Scheme) -> Iterable[Line]:
    for scale, given in scheme.scales.items():
        zh = joined_words(
            [f"{o.code} {o.zh} {'—' if o.points is None else o.points}" for o in given.options],
            DEFAULT,
        )
        en = joined_words(
            [f"{o.code} {o.en} {'—' if o.points is None else o.points}" for o in given.options],
            ENGLISH,
        )
        yield _line(f"scales.{scale}", Message("publication-method-scale"), zh, en)
    for name, category in scheme.categories.items():
        parts = {
            **{id_: (called.zh, called.en) for id_, called in scheme.indicators.items()},
            PUBLIC: both(PUBLIC_NAME),
        }
        groups = {group: (called["zh"], called["en"]) for group, called in scheme.groups.items()}
        totals = _named(category, category.weights, parts)
        label = Message("publication-method-weights")
        yield _line(f"categories.{name}.weights", label, *totals)
        shares = _named(category, category.group_weights, groups)
        label = Message("publication-method-group-weights")
        yield _line(f"categories.{name}.group_weights", label, *shares)


def _named(category: Category, weights: Mapping[str, Decimal], names: Mapping[str, Pair]) -> Pair:
    """Return a category's weights in both languages."""
    zh, en = (
        joined_words([f"{names[part][side]} {weight}" for part, weight in weights.items()], lang)
        for side, lang in enumerate((DEFAULT, ENGLISH))
    )
    return f"{category.zh}：{zh}", f"{category.en}: {en}"

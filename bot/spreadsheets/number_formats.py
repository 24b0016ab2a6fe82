"""What a workbook's number formats make of a number: a date, a padded code, or something unclear.

Formats are read as spreadsheets read them (ECMA-376, 18.8.30 and 18.8.31): the first section
holds for positive numbers; text in quotes or behind a backslash is shown as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_QUOTED = re.compile(r'"[^"]*"|\\.|!.|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_GENERAL = re.compile(r"G/通用格式|General|G/標準|Standard|標準|G/표준", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"E[+-]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhseabg年月日時时秒]", re.IGNORECASE)
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)])
"""Numbers of built-in formats of dates and times: 27–36 and 50–58 are those of Chinese Excel."""
_ELAPSED = 46
"""The number of the built-in format ``[h]:mm:ss``."""
_HOURS = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_PERCENTAGES = frozenset((9, 10, 67, 68))
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')


class Shown(Enum):
    """What a person sees of a number."""

    NUMBER = 1
    DATE = 2
    YEAR = 3
    PERCENTAGE = 4
    PADDED = 5
    OTHERWISE = 6


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format shows.

    Args:
        shown: what the number becomes.
        digits: to how many digits it is padded with zeros.
        hides_zero: whether nothing is shown of 0.
        code: the format's code.
    """

    shown: Shown
    digits: int = 0
    hides_zero: bool = False
    code: str = ""


PLAIN = NumberFormat(Shown.NUMBER)


def read_format(number: int, code: str) -> NumberFormat:
    """Return what a format shows.

    Args:
        number: the format's number.
        code: the format's code; empty for a built-in one.
    """
    shown, digits = _shown(number, code)
    sections = _sections(code)
    shown_code = code or ("[h]:mm:ss" if number == _ELAPSED else "")
    return NumberFormat(shown, digits, len(sections) > 2 and not sections[2].strip(), shown_code)


def _shown(number: int, code: str) -> tuple[Shown, int]:
    if number == _ELAPSED or _HOURS.search(_QUOTED.sub("", code)):
        # 168:00 stands there, and no day.
        return Shown.OTHERWISE, 0
    if not code:
        kind = Shown.DATE if number in _DATES else Shown.NUMBER
        return (Shown.PERCENTAGE if number in _PERCENTAGES else kind), 0
    section = _sections(code)[0]
    bare = _BRACKETS.sub("", _QUOTED.sub("", section)).strip()
    if "%" in bare:
        return Shown.PERCENTAGE, 0
    if not bare and not section.strip():
        return Shown.OTHERWISE, 0
    general = _GENERAL.sub("", bare)
    if general != bare:
        return _with_literals(section)
    dated = _SCIENTIFIC.sub("", bare)
    if _DATE_LETTERS.search(dated):
        return (Shown.YEAR if re.fullmatch(r"[yYeE]+", dated) else Shown.DATE), 0
    if bare == "@":
        return Shown.NUMBER, 0
    whole = re.split(r"[.Ee/]", bare)[0]
    if not re.search(r"[0#?]", bare) or bare.rstrip(" )").endswith(","):
        # Nothing of the number is shown, or it is shown in thousands.
        return Shown.OTHERWISE, 0
    if re.fullmatch(r"0{2,}", bare) and _literals(section) == "":
        return Shown.PADDED, len(bare)
    if whole.replace(",", "").replace("#", "").strip(" ()-+¥$€£").count("0") > 1:
        return Shown.OTHERWISE, 0
    return _with_literals(section)


def _sections(code: str) -> list[str]:
    """Return the parts of a code between the semicolons that stand outside of quotes."""
    found, quoted, escaped = [""], False, False
    for letter in code:
        if letter == ";" and not (quoted or escaped):
            found.append("")
            continue
        if letter == '"' and not escaped:
            quoted = not quoted
        escaped = letter in "\\!" and not quoted and not escaped
        found[-1] += letter
    return found


def _literals(section: str) -> str:
    return "".join(one or other for one, other in _LITERAL.findall(section))


def _with_literals(section: str) -> tuple[Shown, int]:
    """Return whether text before or within the digits makes the number look like another one.

    Currency signs, brackets and blanks do not, nor does a unit behind the digits.
    """
    bare = _BRACKETS.sub("", section)
    digits = list(re.finditer(r'"[^"]*"|[\\!].|General|G/通用格式|[0#?]', bare))
    places = [at for at, it in enumerate(digits) if it[0][0] in "0#?G"]
    before = digits[: places[-1]] if places else digits
    texts = "".join(_literals(it[0]) for it in before)
    return (Shown.OTHERWISE if re.search(r"[^\s()¥￥$€£+,，-]", texts) else Shown.NUMBER), 0

"""Reads the mapping, which says what of a ballot each column of a file holds.

`docs/importing.md` describes its format.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.core.text_files import read_text_file
from survey_flows.errors import BadInput, Message, Place, Problem, gathered
from survey_flows.yaml_depth import RefusedYaml, TextLoader, line_of

Names = dict[str, str]

FIELD_MESSAGES = {
    "missing": "imported-field-missing",
    "extra_forbidden": "imported-field-unknown",
    "too_short": "imported-field-empty",
    "string_too_short": "imported-field-empty",
    "string_too_long": "imported-field-too-long",
    "int_parsing": "imported-field-not-number",
    "datetime_parsing": "imported-field-not-time",
    "datetime_from_date_parsing": "imported-field-not-time",
    "timezone_aware": "imported-field-not-time",
}
"""Messages by the type of pydantic's error."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class ColumnMapping(_Data):
    """The origin of a value: a column, or a constant for all rows.

    ``values`` gives the code for each text of the column.
    """

    column: str = ""
    constant: str | None = None
    values: Names = {}

    @model_validator(mode="after")
    def _one_of_both(self) -> ColumnMapping:
        if bool(self.column) == (self.constant is not None):
            raise PydanticCustomError("imported-column-or-constant", "column or constant")
        return self


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        zone = {"zone": name}
        raise PydanticCustomError("imported-no-time-zone", "no time zone", zone) from None


class TimeMapping(_Data):
    """A column with the time of the answer, as `bot.ballots.imported.moments` reads it.

    ``zone`` is the time zone of times that name none.
    """

    column: str
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("UTC")

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class NewUnit(_Data):
    """A unit of a campaign that the mapping makes."""

    code: str = Field(min_length=1, max_length=32)
    name: Names = Field(min_length=1)
    category: str = ""


class NewCampaign(_Data):
    """A campaign to make for ballots that were collected elsewhere; it is closed at once.

    ``questionnaire`` is the id of a shipped one of version 1, or a file beside the mapping.
    ``scheme`` is a file beside the mapping, or empty for the shipped one.
    ``category`` holds for every unit that does not give its own.
    """

    id: str
    year: int
    title: Names = Field(min_length=1)
    opens: AwareDatetime
    closes: AwareDatetime
    questionnaire: str
    category: str
    scheme: str = ""
    units: tuple[NewUnit, ...] = Field(min_length=1)


class BallotMapping(_Data):
    """The place of each part of a ballot in a file.

    ``respondent`` names the columns that together identify one respondent.
    """

    respondent: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    unit: Annotated[ColumnMapping, BeforeValidator(_as_column)]
    items: dict[str, Annotated[ColumnMapping, BeforeValidator(_as_column)]] = Field(min_length=1)
    group: Annotated[ColumnMapping, BeforeValidator(_as_column)] = ColumnMapping(
        constant="resident"
    )
    stratum: Annotated[ColumnMapping, BeforeValidator(_as_column)] = ColumnMapping(constant="")
    source: Annotated[ColumnMapping, BeforeValidator(_as_column)] = ColumnMapping(
        constant="imported"
    )
    time: Annotated[TimeMapping | None, BeforeValidator(_as_column)] = None
    comment: str = ""
    campaign: NewCampaign | None = None

    def columns(self) -> dict[str, str]:
        """Return every column that is needed, with the field that names it first."""
        named = [("respondent", name) for name in self.respondent]
        named += self._of_codes()
        named += [("comment", self.comment)] if self.comment else []
        return {column: field for field, column in reversed(named)}

    def own_texts(self) -> set[str]:
        """Return the columns in which nearly every row has a text of its own."""
        said = [self.comment] if self.comment else []
        return {*self.respondent, *said} - {column for _, column in self._of_codes()}

    def _of_codes(self) -> list[tuple[str, str]]:
        """Return the fields and columns whose texts become codes or times."""
        places = {
            "unit": self.unit,
            "group": self.group,
            "stratum": self.stratum,
            "source": self.source,
        }
        places |= {f"items.{name}": place for name, place in self.items.items()}
        named = [(field, place.column) for field, place in places.items() if place.column]
        return [*named, *([("time", self.time.column)] if self.time else [])]


def read_mapping(path: Path) -> BallotMapping:
    """Read the mapping in a YAML file.

    Raises:
        BadInput: the file cannot be read, is not YAML or nested too deep (with the line), or
            fields are wrong (each).
    """
    text = read_text_file(path)
    try:
        data = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - texts only
    except RefusedYaml as error:
        raise BadInput(error.message, Place(file=path.name, line=error.line)) from None
    except yaml.YAMLError as error:
        message = Message("imported-mapping-no-yaml")
        raise BadInput(message, Place(file=path.name, line=line_of(error, text))) from None
    except _KeyStandsTwice as error:
        message = Message("imported-key-twice", key=error.key)
        raise BadInput(message, Place(file=path.name, line=error.line)) from None
    try:
        return BallotMapping.model_validate(data)
    except ValidationError as error:
        problems = [_problem(wrong) for wrong in error.errors()]
        raise gathered(problems, path.name) from None


class _KeyStandsTwice(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


class _TextLoader(TextLoader):
    """Reads every scalar as text and refuses double keys.

    A code such as ``no`` or ``1`` must stay the text that it is.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise _KeyStandsTwice(str(key.value), key.start_mark.line + 1)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def _problem(wrong: ErrorDetails) -> Problem:
    field = ".".join(str(part) for part in wrong["loc"])
    return Problem(_message(wrong["type"], wrong.get("ctx", {})), Place(field=field))


def _message(kind: str, values: Mapping[str, str]) -> Message:
    """Return the message for a kind of pydantic's errors."""
    if kind.startswith("imported-"):
        return Message(kind, **values)
    return Message(FIELD_MESSAGES.get(kind, "imported-field-malformed"))

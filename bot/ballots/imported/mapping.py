"""The mapping: which column of a file holds what of a ballot. Its format is described in `docs/importing.md`."""

from __future__ import annotations

from datetime import datetime
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

from survey_flows.errors import BadInput

Names = dict[str, str]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class ColumnMapping(_Data):
    """Where a value comes from: a column, or a constant for all rows. ``values`` turns what is there into our codes."""

    column: str = ""
    constant: str | None = None
    values: Names = {}

    @model_validator(mode="after")
    def _one_of_both(self) -> ColumnMapping:
        if bool(self.column) == (self.constant is not None):
            raise ValueError("give either a column or a constant")
        return self


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone «{name}»; write for example Asia/Shanghai"
        ) from None


class TimeMapping(_Data):
    """A column with the time of the answer: ISO 8601, or seconds since 1970. ``zone`` is for times that name none."""

    column: str
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("UTC")

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class NewUnit(_Data):
    """A unit of a campaign that the mapping makes."""

    code: str = Field(min_length=1, max_length=32)
    name: Names = Field(min_length=1)
    category: str = ""


class NewCampaign(_Data):
    """A campaign to make for ballots that were collected elsewhere; it is closed once they are in.

    ``questionnaire`` is a shipped one's id or a file beside the mapping, ``scheme`` such a file or, when empty, the
    shipped one; ``category`` that of every unit that does not give its own.
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
    """Where each part of a ballot stands in a file. ``respondent`` may be several columns that identify one answer."""

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
        """Every column that is needed, with the field that names it first."""
        places = {
            "unit": self.unit,
            "group": self.group,
            "stratum": self.stratum,
            "source": self.source,
        }
        places |= {f"items.{name}": place for name, place in self.items.items()}
        named = [("respondent", name) for name in self.respondent]
        named += [(field, place.column) for field, place in places.items() if place.column]
        named += [("time", self.time.column)] if self.time else []
        named += [("comment", self.comment)] if self.comment else []
        return {column: field for field, column in reversed(named)}


def read_mapping(path: Path) -> BallotMapping:
    """The mapping in a YAML file.

    Raises:
        BadInput: the file cannot be read, is not YAML (with the line), or a field is wrong (each is named).
    """
    try:
        data = yaml.load(path.read_text("utf-8-sig"), Loader=_Texts)  # noqa: S506 - makes texts only
    except OSError as error:
        raise BadInput(
            f"the file cannot be read ({error.strerror}); check its name", str(path)
        ) from None
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8 text; save it as UTF-8", path.name) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"this is not YAML: {error.problem}", f"{path.name}, line {line}") from None
    except yaml.YAMLError:
        raise BadInput("this is not a YAML text", path.name) from None
    try:
        return BallotMapping.model_validate(data)
    except ValidationError as error:
        raise BadInput(
            "; ".join(_sentence(e["loc"], e["msg"]) for e in error.errors()), path.name
        ) from None


class _Texts(yaml.BaseLoader):
    """Reads every scalar as text, so that a code such as ``no`` or ``1`` stays what it is, and refuses double keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _sentence(place: tuple[str | int, ...], message: str) -> str:
    field = ".".join(str(part) for part in place) or "the file"
    hints = {
        "Field required": "is missing",
        "Extra inputs are not permitted": "is not known; remove it",
    }
    return (
        f"{field} {hints[message]}"
        if message in hints
        else f"{field}: {message.removeprefix('Value error, ')}"
    )


def parse_time(text: str, zone: ZoneInfo) -> int:
    """Seconds since 1970.

    Raises:
        ValueError: neither ISO 8601 nor a whole number of seconds.
    """
    if text.isdigit() and len(text) > 8:
        return int(text)
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())
